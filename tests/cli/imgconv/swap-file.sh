# SPDX-License-Identifier: GPL-2.0-or-later
# A swap file: its pages lie where the file system says.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lzo.recipe" in
"$SRCDIR/tests/swap_area" --bad= 60 file
status=0
"$IMGCONV" --to=swsusp --to-swap-file -o file in 2>err || status=$?
if [ "$status" -ne 0 ]; then
	says err 'cannot be resumed from\|does not tell where' 2>/dev/null ||
		says err 'file'
	skip "$(tail -n 1 err)"
fi
says err 'resume_offset='
# Holes and what is shared have no place of their own.
truncate -s 60K holes
"$SRCDIR/tests/swap_area" 60 holes.1
head -c 4096 holes.1 >holes
truncate -s 245760 holes
expect 4 "$IMGCONV" --to=swsusp --to-swap-file -o holes in
"$IMGCHECK" -q --resumable file

[ "$(id -u)" -eq 0 ] || skip "needs a loop device"
truncate -s 64M fs
loop=$(losetup -f --show fs 2>/dev/null) || skip "needs a loop device"
mkdir mnt
trap 'umount mnt 2>/dev/null || true; losetup -d "$loop"' EXIT
mkfs.ext4 -q -b 4096 "$loop" 2>/dev/null || skip "needs mkfs.ext4"
mount "$loop" mnt || skip "needs a loop device"

# In pieces: what was between them is removed.
for i in $(seq 40); do
	head -c 40960 /dev/zero >mnt/piece.$i
	sync -f mnt
	head -c 16384 /dev/zero >>mnt/swap
	sync -f mnt
done
rm mnt/piece.*
"$SRCDIR/tests/swap_area" --bad=3,4 160 area
dd if=area of=mnt/swap conv=notrunc,fsync status=none
pieces=$(filefrag -e -b4096 mnt/swap | grep -c '^ *[0-9]*:')
[ "$pieces" -gt 1 ] || fail "the swap file is in one piece"
"$IMGCONV" -q --json --to=swsusp --to-swap-file -o mnt/swap in >json
page=$(sed -n 's/.*"resume_offset": \([0-9]*\).*/\1/p' json)
[ "$page" -gt 0 ] || fail "no resume offset"
"$IMGCHECK" -q --resumable mnt/swap

# In use, whichever way it is named.
expect 2 "$IMGCONV" -f --to=swsusp -o "$loop" in
says err 'is mounted on'
expect 2 "$IMGCONV" -f --to=swsusp -o fs in
says err 'is the file behind'
filefrag -e -b4096 mnt/swap |
	sed -nE 's/^ *[0-9]+: *([0-9]+)\.\. *[0-9]+: *([0-9]+)\.\. *[0-9]+: *([0-9]+):.*/\1 \2 \3/p' >extents
umount mnt
ref=$SRCDIR/spec/reference/swsusp_ref.py
/usr/bin/python3 "$ref" hashes in >wanted
/usr/bin/python3 "$ref" --resume-offset="$page" hashes "$loop" | cmp - wanted

# Through the device, by its extents.
"$IMGCONV" -q --invalidate --resume-offset="$page" "$loop"
"$IMGCONV" -q --to=swsusp --codec=none --to-resume-offset="$page" \
	--to-extents=extents -o "$loop" in
/usr/bin/python3 "$ref" --resume-offset="$page" hashes "$loop" | cmp - wanted
e2fsck -fn "$loop" >fsck 2>&1 || fail "the file system is damaged: $(cat fsck)"
sed 's/ [0-9]* / 1 /' extents >wrong
expect 2 "$IMGCONV" -f --to=swsusp --to-resume-offset="$page" \
	--to-extents=wrong -o "$loop" in
expect 2 "$IMGCONV" -f --to=swsusp --to-resume-offset=$((page + 1)) \
	--to-extents=extents -o "$loop" in
