# SPDX-License-Identifier: GPL-2.0-or-later
# Where the kernel does not tell what was asked for nothing is written.
no()
{
	local status=$1

	shift
	expect "$status" "$IMGFILTER" -o image "$@"
	cat err
	[ ! -e image ] || fail "there is an image"
}

saved_core core classes
no 2 --spool=0 --exclude=free - < <(cat core)
"$IMGFILTER" -q -f --exclude=zero -o image - < <(cat core)
rm image

saved_core core no-note
no 1 -d 16 core
saved_core core
no 1 -d 16 core
core 4 other
no 1 -d 31 other
saved_core core classes no-slab
no 1 --exclude=user core
"$IMGFILTER" -q --exclude=free -o image core
rm image
saved_core core classes no-direct
"$IMGFILTER" -q --exclude=free -o image core
rm image

expect 1 "$IMGFILTER" --json --dry-run -d 8 other
valid_json imgfilter-1 out
jq -r .error.message out
