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
truncate -s 200K small
losetup -d "$loop"
loop=$(losetup -f --show small)
expect 2 "$IMGMAKE" -o "$loop" core
says err 'No space left on device'
expect 3 "$IMGCHECK" "$loop"
