# SPDX-License-Identifier: GPL-2.0-or-later
# A wrong command line: one line that says what, one where to find help.
saved_core core classes
bad()
{
	expect 2 "$IMGFILTER" "$@"
	echo "$*"
	cat out
	cat err
}
bad
bad core
bad -o out core
bad -d 32 core
bad -d -1 core
bad -d x core
bad -d 1 core other
bad --exclude=best core
bad --exclude= core
bad --exclude=none,free core
bad --exclude=none -d 16 core
bad --to=swsusp -d 16 core
bad --json -d 16 core
ls
