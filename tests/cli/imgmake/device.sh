# SPDX-License-Identifier: GPL-2.0-or-later
# A block device: refused when not blank, never the input, too small.
[ "$(id -u)" -eq 0 ] || skip "needs a loop device"
core 40 core
truncate -s 8M disk
loop=$(losetup -f --show disk 2>/dev/null) || skip "needs a loop device"
trap 'losetup -d "$loop"' EXIT
[ -b "$loop" ] || skip "needs a loop device"
"$IMGMAKE" -q -o "$loop" core
"$IMGCHECK" -q "$loop"
expect 2 "$IMGMAKE" -o "$loop" core
says err 'use --force'
expect 2 "$IMGCONV" -f -o "$loop" "$loop"
says err 'is the output too'
"$IMGCHECK" -q "$loop"
"$IMGCONV" -q --to=elf -o back "$loop"
same_pages core back
losetup -d "$loop"

# Too small: where that shows beforehand, the image that is there stays.
retry()
{
	truncate -s "$1" small
	loop=$(losetup -f --show small)
	"$IMGMAKE" -q -f -o "$loop" little
}
core 1 little
retry 220K
expect 2 "$IMGCONV" -f --to=plain -o "$loop" core
says err 'No space left on device'
[ "$(wc -l <err)" -eq 1 ] || fail "$(cat err)"
"$IMGMAKE" -q -o packed core
expect 2 "$IMGCONV" -f -o "$loop" packed
[ "$(wc -l <err)" -eq 1 ] || fail "$(cat err)"
"$IMGCHECK" -q "$loop"
expect 2 "$IMGMAKE" -f --json -o "$loop" core
valid_json imgmake-1 out
says out '"output_wiped": true'
says err 'No space left on device'
says err "$loop: what the device held is gone, and it holds no image now"
expect 3 "$IMGCHECK" "$loop"
