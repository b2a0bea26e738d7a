# SPDX-License-Identifier: GPL-2.0-or-later
# Through each codec and back, every page is what it was.
core 20 core
for codec in none zlib zlib:9 lzma lzma:1 zstd zstd:19 lz4 lz4:9; do
	"$IMGMAKE" -q --codec="$codec" -o image core
	"$IMGCHECK" -q --deep image
	"$IMGCONV" -q --to=elf -o back image
	same_pages core back
	rm image back
done
