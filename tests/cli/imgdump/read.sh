# SPDX-License-Identifier: GPL-2.0-or-later
# Bytes at addresses, across pages and blocks, in both views.
fixture good-resumable image
"$IMGDUMP" --read=0x10000 image
"$IMGDUMP" --read=69616:0x20 --read=0x28000:1K --read=0x10000:1 image
"$IMGDUMP" --read=0x21000:16 --view=jump image
"$IMGDUMP" --json --read=0x10ff8:16 image | jq -c .read[]

core 300 core
"$IMGMAKE" -q -o packed core
for file in core packed; do
	"$IMGDUMP" --raw --read=0x400123:1228000 $file >$file.raw
	"$IMGDUMP" --raw --read=0x400123:4K --read=0x401123:1223904 $file |
		cmp - $file.raw
done
cmp core.raw packed.raw
[ "$(wc -c <core.raw)" = 1228000 ] || fail "$(wc -c <core.raw) bytes"

absent()
{
	local frame=$1

	shift
	expect 1 "$IMGDUMP" "$@" image
	says err "imgdump: image: frame $frame: "
	cat out
}
absent 0x0 --read=0
absent 0x18 --read=0x18000:16
absent 0x18 --read=0x17ff8:16
absent 0xfffffffffffff --read=0xffffffffffffff00
absent 0x0 --raw --read=0

expect 1 "$IMGDUMP" --json --read=0x17ff8:16 image
valid_json imgdump-1 out
jq -c '[.error.status, .error.pfn]' out
