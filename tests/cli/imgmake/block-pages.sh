# SPDX-License-Identifier: GPL-2.0-or-later
core 20 core
for pages in 1 2 4 8 16 32 64; do
	"$IMGMAKE" -q --block-pages="$pages" -o image core
	"$IMGCHECK" -q --deep image
	"$IMGCONV" -q --to=elf -o back image
	same_pages core back
	rm image back
done
