# SPDX-License-Identifier: GPL-2.0-or-later
# Of a cut ELF core the whole pages are saved; what lies behind the cut is told,
# and the image says that it is not all of it.
core 300 core
elf_pages core >pages
head -c $(($(stat -c %s core) - 500000)) core >cut
expect 1 "$IMGCONV" -o x cut
[ ! -e x ]
expect 1 "$IMGCONV" --salvage -o saved cut
lost=$(sed -n 's/.*: \([0-9]*\) pages are lost$/\1/p' err)
says err 'lost: frames 0x'
says err 'nothing to verify the saved pages by'
"$IMGCHECK" -q --deep saved
expect 1 "$IMGCHECK" --resumable saved
says out 'salvaged from a damaged one'
"$IMGCONV" -q --to=elf -o back saved
elf_pages back >kept
[ -z "$(comm -13 <(sort pages) <(sort kept))" ] || fail "other pages"
[ $(($(wc -l <kept) + lost)) -eq "$(wc -l <pages)" ] || fail "$lost lost"

# An ELF core tells it too, as makedumpfile does, and an image made of that.
flags()
{
	readelf -h "$1" | sed -n 's/ *Flags: *//p'
}
expect 1 "$IMGCONV" --salvage --to=elf -o salvaged cut
for file in back salvaged; do
	[ "$(flags $file)" = 0x1 ] || fail "$file: flags $(flags $file)"
	same_pages back $file
	"$IMGMAKE" -q -f --entry=0x401000 -o again $file
	expect 1 "$IMGCHECK" --resumable again
	says out 'salvaged from a damaged one'
done
"$IMGCONV" -q --to=elf -o whole core
"$IMGCONV" -q --salvage --to=elf -o unhurt core
for file in core whole unhurt; do
	[ "$(flags $file)" = 0x0 ] || fail "$file: flags $(flags $file)"
done
# The flags of another machine mean something else.
patch_file f300 whole 18
patch_file 01 whole 48
"$IMGMAKE" -q -o other whole
expect 1 "$IMGCHECK" --resumable other
[ "$(grep -c salvaged out)" -eq 0 ] || fail "RISC-V: $(cat out)"
