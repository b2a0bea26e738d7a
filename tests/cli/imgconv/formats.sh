# SPDX-License-Identifier: GPL-2.0-or-later
# From every form to every other, and the content stays.
core 30 core
"$IMGMAKE" -q --content-digests -o packed core
"$IMGCONV" -q --to=plain -o plain packed
"$IMGCONV" -q --to=elf -o elf packed
for from in packed plain elf; do
	for to in packed plain elf; do
		"$IMGCONV" -q --to="$to" -o "$from.$to" "$from"
		"$IMGCHECK" -q --deep "$from.$to"
	done
	same_pages core "$from.plain"
	same_pages core "$from.elf"
	cmp elf "$from.elf"
done
cmp packed packed.packed
cmp plain plain.plain
cmp packed plain.packed
cmp plain packed.plain
readelf -hlnW elf >out 2>err
[ ! -s err ]
