# SPDX-License-Identifier: GPL-2.0-or-later
expect 0 "$IMGMAKE" --version
grep -qxE 'imgmake \(imgfmt\) [0-9]+\.[0-9]+\.[0-9]+' out
grep -qE '^codecs: none zlib lzma' out
grep -qxE 'codecs of hibernation images: none( lzo)?( lz4)?' out

# Each level that it tells of is taken, and none beside them.
core 1 core
while read -r codec min max preset; do
	for level in "$min" "$max"; do
		"$IMGMAKE" -q -f --codec="$codec:$level" -o image core
	done
	for level in $((min - 1)) $((max + 1)); do
		expect 2 "$IMGMAKE" --codec="$codec:$level" -o none core
	done
	"$IMGMAKE" -q -f --codec="$codec" -o image core
	"$IMGMAKE" -q -f --codec="$codec:$preset" -o same core
	cmp image same
done < <("$IMGMAKE" --version |
	sed -n 's/levels of \(.*\): \(.*\) to \(.*\), default /\1 \2 \3 /p' |
	tee levels)
[ "$(wc -l <levels)" -ge 2 ] || fail "no levels: $(cat levels)"
