# SPDX-License-Identifier: GPL-2.0-or-later
# The same input gives the same bytes, for any number of threads.
core 300 core
for codec in none zlib lzma zstd lz4; do
	for threads in 1 2 8 1; do
		"$IMGMAKE" -q --codec="$codec" -T "$threads" \
			--content-digests core -o "$threads.img" -f
		cmp 1.img "$threads.img"
		"$IMGMAKE" -q --codec="$codec" -T "$threads" core >"$threads.stream"
		cmp 1.stream "$threads.stream"
	done
done
for threads in 1 2 8; do
	"$IMGMAKE" -q --profile=plain -T "$threads" -o "$threads.plain" core
	cmp 1.plain "$threads.plain"
	"$IMGCONV" -q --codec=lz4 -T "$threads" -o "$threads.lz4" 1.img
	cmp 1.lz4 "$threads.lz4"
done
