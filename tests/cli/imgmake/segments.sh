# SPDX-License-Identifier: GPL-2.0-or-later
# 70,000 segments, of which PN_XNUM tells, in and out.
recipe core <<EOF
level foreign
repeat 70000 0x2000 segment 0x1000 0x1000 text page
EOF
"$IMGMAKE" -q -o packed core
"$IMGMAKE" -q --profile=plain -o plain core
"$IMGMAKE" -q --profile=plain core >streamed
"$IMGCONV" -q --to=elf -o back packed
for file in plain streamed back; do
	same_pages core "$file"
	readelf -hW "$file" | grep -qE '65535 \(7000[0-9]\)' ||
		fail "$file: $(readelf -hW "$file" | grep 'program headers')"
done
for file in packed plain streamed back; do
	"$IMGCHECK" "$file" | sed '/note/d'
done
cat streamed | "$IMGCHECK" -
