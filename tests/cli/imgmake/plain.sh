# SPDX-License-Identifier: GPL-2.0-or-later
# A plain image is a core that any reader opens, at each level.
core 20 core
"$IMGMAKE" -q --profile=plain -o sealed core
"$IMGMAKE" -q --profile=plain core >streamed
for image in sealed streamed; do
	"$IMGCHECK" --deep "$image"
	same_pages core "$image"
	readelf -hlnW "$image" >readelf.out 2>readelf.err
	[ ! -s readelf.err ] || fail "readelf: $(cat readelf.err)"
done
