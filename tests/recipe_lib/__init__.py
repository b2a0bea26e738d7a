# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds images from text recipes, from the specification alone."""
