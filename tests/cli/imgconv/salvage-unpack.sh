# SPDX-License-Identifier: GPL-2.0-or-later
# A block whose digest and CRC are right, but which is nothing that its codec
# can decompress, is lost: found by the index, or without one by its header.
salvage()
{
	expect 1 "$IMGCONV" -f --salvage -o saved "$1"
	says err "$1: warning: lost: frames 0x10 to 0x17"
	says err "$1: warning: 8 pages are lost"
	"$IMGCHECK" -q --deep saved
	expect 1 "$IMGDUMP" --read=0x10000 saved
	"$IMGDUMP" -q --read=0x40000 saved >/dev/null
	cp saved first
	expect 1 "$IMGCONV" -f --salvage --codec=none -o saved "$1"
	"$IMGCHECK" -q --deep saved
}

for codec in zlib lzma zstd lz4; do
	fixture "bad-blk-07-$codec-garbage" sealed
	recipe streamed <<-EOF
		include $FIXTURES/base.part
		level streamed
		codec $codec
		payload 0 hex 6e6f7420636f6d70726573736564
	EOF
	head -c -1 streamed >cut
	expect 0 "$IMGCHECK" sealed
	salvage sealed
	salvage streamed
	salvage cut
done

# What this build cannot decompress is not lost: another one may.
fixture unsupported-blk-08 unknown
expect 4 "$IMGCONV" --salvage -o x unknown
says err '[BLK-08]'
[ ! -e x ]
