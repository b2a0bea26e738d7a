#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# autogen.sh - make the configure script, after a clone or a change to the
# build files.

set -eu

cd "$(dirname "$0")"
mkdir -p m4
exec autoreconf --install --force --warnings=all,no-portability "$@"
