# SPDX-License-Identifier: GPL-2.0-or-later
# A cut image converts to nothing, from a file or through a pipe.
core 40 core
"$IMGMAKE" -q -o sealed core
"$IMGMAKE" -q core >streamed
for image in sealed streamed; do
	size=$(stat -c %s "$image")
	for cut in $((size - 1)) $((size - 128)) $((size / 2)) 5000 700; do
		head -c "$cut" "$image" >cut
		expect 1 "$IMGCONV" -o back cut
		[ "$(wc -l <err)" -eq 1 ]
		expect 1 "$IMGCONV" -o back - <cut
		cat cut | expect 1 "$IMGCONV" -o back -
		[ ! -e back ] || fail "$image cut at $cut: an output"
		expect 1 "$IMGCHECK" -q cut
		cat cut | expect 1 "$IMGCHECK" -q -
	done
done
