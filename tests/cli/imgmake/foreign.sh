# SPDX-License-Identifier: GPL-2.0-or-later
# Cores of every shape: each page of them comes back.
names=$(grep -lx 'level foreign' "$FIXTURES"/good-*.recipe)
for name in $names; do
	name=$(basename "$name" .recipe)
	fixture "$name" core
	"$IMGMAKE" -q -o image core
	"$IMGCHECK" -q --deep image
	"$IMGCONV" -q --to=elf -o back image
	elf_pages core >wanted
	elf_pages back | cmp wanted - || fail "$name: other pages"
	rm image back
done
