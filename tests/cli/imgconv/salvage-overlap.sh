# SPDX-License-Identifier: GPL-2.0-or-later
# Frames that several segments of a cut core have lost are told once.
recipe core <<-EOF
	level foreign
	segment 0x100000 0x10000 text "lower"
	segment 0x200000 0x10000 pattern
	segment 0x204000 0x4000 pattern same=1 shift=0x4000
	segment 0x200000 0x10000 pattern same=1
	segment 0x20f000 0x1000 pattern same=1 shift=0xf000
EOF
"$IMGCONV" -q --to=elf -o whole core
head -c -49152 core >cut
expect 1 "$IMGCONV" --salvage --json -o saved cut
[ "$(jq -c '.lost' out)" = '[{"pfn":516,"pages":12}]' ] || fail "$(cat out)"
[ "$(jq .lost_pages out)" -eq 12 ]
"$IMGCHECK" -q --deep saved
