# SPDX-License-Identifier: GPL-2.0-or-later
"""Images of in-kernel hibernation from text recipes."""
