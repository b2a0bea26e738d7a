# SPDX-License-Identifier: GPL-2.0-or-later
# A checker that was written from the specification alone holds decompressed
# pages to a manifest and a content table: frames, contents and the entry.
core 200 core
"$IMGMAKE" -q --content-digests --entry=0x401000 -o image core
"$IMGCONV" -q --to=elf -o pages image
"$IMGDUMP" --manifest --raw image >manifest
"$IMGDUMP" --json --headers image |
	jq -r '.headers.regions[] | select(.name == "content table") |
		"\(.offset) \(.size)"' >place
read -r at size <place
tail -c "+$((at + 1))" image | head -c "$size" >table

content()
{
	/usr/bin/python3 "$SRCDIR/spec/reference/manifest_ref.py" content "$@"
}

expect 0 content manifest table pages

# One page.
load=$("$IMGDUMP" --json --segments pages |
	jq '[.segments[] | select(.type == 1)][-1].offset')
cp pages altered
patch_file 00112233 altered $((load + 4096 + 5))
expect 1 content manifest table altered
# Two pages in each other's place.
cp pages altered
dd if=pages of=altered bs=1 skip="$load" seek=$((load + 4096)) count=4096 \
	conv=notrunc status=none
dd if=pages of=altered bs=1 skip=$((load + 4096)) seek="$load" count=4096 \
	conv=notrunc status=none
expect 1 content manifest table altered
says out "as they were signed"
# A frame less, and all of them one higher: p_filesz and p_paddr of the last.
headers=$("$IMGDUMP" --json --segments pages | jq '.segments | length')
last=$((64 + 56 * (headers - 1)))
cp pages altered
patch_file "$(printf '%02x%02x' $((199 * 4096 % 256)) $((199 * 4096 / 256 % 256)))" \
	altered $((last + 32))
expect 1 content manifest table altered
cp pages altered
patch_file 10 altered $((last + 24 + 1))
expect 1 content manifest table altered
# The entry.
cp pages altered
patch_file 01 altered 24
expect 1 content manifest table altered
says out "the entry"
# A table that is not the manifest's, and a manifest that is not its own.
cp table other
patch_file 5a5a other 40
expect 1 content manifest other pages
cp manifest other
patch_file 5a5a other 80
expect 1 content other table pages
says out "root"
