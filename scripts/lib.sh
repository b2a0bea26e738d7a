# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What the checks of this folder share.  The caller is a check-*; it goes to
# the top of the tree, complains and ends with finish.

name=${0##*/}
complaints=0
cd "$(dirname "$0")/.." || exit 2

complain()
{
	echo "$name: $*" >&2
	complaints=$((complaints + 1))
}

# A check that cannot be made here: 77 is Automake's word for it.
skip()
{
	echo "$name: skipped: $*" >&2
	exit 77
}

finish()
{
	[ "$complaints" -eq 0 ] || exit 1
	exit 0
}

# The project's own files, whether committed yet or not.  In an unpacked
# release there is no git to ask: all but what autogen.sh and make distcheck
# have made.
project_files()
{
	if [ -e .git ]; then
		git -c safe.directory="$PWD" ls-files --cached --others \
			--exclude-standard | while read -r file; do
			[ ! -e "$file" ] || echo "$file"
		done
	else
		find . '(' -name autom4te.cache -o -path ./build-aux -o \
			-path ./m4 -o -path ./build -o -path ./_build -o \
			-path ./_inst -o -name Makefile.in -o \
			-path ./aclocal.m4 -o -path ./configure -o \
			-path ./config.h.in -o -name '*~' ')' -prune -o \
			-type f -print | sed 's,^\./,,'
	fi
}
