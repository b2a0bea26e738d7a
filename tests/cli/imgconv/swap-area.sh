# SPDX-License-Identifier: GPL-2.0-or-later
# Hibernation images back to swap: from swap, packed, plain, a core, a stream.
ref()
{
	/usr/bin/python3 "$SRCDIR/spec/reference/swsusp_ref.py" "$@"
}

# What an image holds but for its place: counts, flags, CRC, the stream's CRC,
# which the order of the page list is part of; every page.
facts()
{
	ref "$@" dump "$image" | grep -v -e '"image":' -e '"state":' -e '"sig":'
	ref "$@" hashes "$image"
}

# Options of the image, as its recipe says.
place_of()
{
	sed -n 's/^# options: //p' "$1" | tr ' ' '\n' | grep -e offset || true
}

# Bad pages, and the header but for its end, stay as they are.
untouched()
{
	local page

	for page in 1 5 6 40; do
		cmp -n 4096 -i $((page * 4096)) area out
	done
	cmp -n 4056 area out
}

# From the image $1 to the area.
back()
{
	cp area out
	# Of some it looks as if their system had memory in the area, too.
	"$IMGCONV" -q --to=swsusp --to-disk-image --elsewhere -o out "$@"
	untouched
	image=out facts >found
}

"$SRCDIR/tests/swap_area" --bad=1,5,6,40 1100 area
for name in good-lzo good-raw-zero-flags good-lz4-zero-flags good-zones-scattered \
	good-map-exact-two good-hardware-signature good-ends-zero \
	good-all-zero good-swap-file good-partition; do
	recipe=$FIXTURES/swsusp/$name.recipe
	"$SRCDIR/tests/swsusp_recipe" "$recipe" in
	mapfile -t place < <(place_of "$recipe")
	image=in facts "${place[@]}" >wanted
	back "${place[@]}" in
	cmp wanted found || fail "$name to swap"
	for to in packed plain elf; do
		"$IMGCONV" -q -f --to=$to -o mid "${place[@]}" in
		back mid
		cmp wanted found || fail "$name to swap by way of $to"
	done
done

# A stream keeps neither mode nor signature of the header.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-zones.recipe" in
"$IMGCONV" -q --to=snapshot -o stream in
"$IMGCONV" -q --to=snapshot in | cmp - stream
pages='stream_crc32|^[0-9a-f]+ [0-9a-f]+$'
image=stream facts | grep -E "$pages" >wanted
back --codec=none stream
grep -E "$pages" found | cmp - wanted
"$IMGCONV" -q -f -o mid - <stream
"$IMGCONV" -q --to=snapshot mid | cmp - stream

# The kernel's own writer fills its last map page as ours does: a raw image in
# an area of the same kind is the same to the byte.
printf 'codec raw\npages 16 700 pattern\n' >raw.recipe
"$SRCDIR/tests/swsusp_recipe" raw.recipe in
head -c $(($(stat -c %s in) / 4096 * 4096)) in >area
printf 'SWAPSPACE2' | dd of=area bs=1 seek=4086 conv=notrunc status=none
head -c 30 /dev/zero | dd of=area bs=1 seek=4056 conv=notrunc status=none
cp area out
"$IMGCONV" -q --to=swsusp --to-disk-image -o out in
cmp in out
