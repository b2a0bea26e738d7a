# SPDX-License-Identifier: GPL-2.0-or-later
# What is intact of a damaged image is saved, and the rest is told.
core 300 core
elf_pages core >pages
"$IMGMAKE" -q --block-pages=8 -o sealed core
"$IMGMAKE" -q --block-pages=8 core >streamed

# Every page of salvaged $1 is one of the core; the others are the lost ones.
check_saved()
{
	"$IMGCHECK" -q --deep "$1"
	if [ "$2" -gt 0 ]; then
		expect 1 "$IMGCHECK" --resumable "$1"
		says out 'salvaged from a damaged one'
	fi
	"$IMGCONV" -q -f --to=elf -o back "$1"
	elf_pages back >saved
	[ -z "$(comm -13 <(sort pages) <(sort saved))" ] || fail "other pages"
	[ $(($(wc -l <saved) + $2)) -eq "$(wc -l <pages)" ] ||
		fail "$(wc -l <saved) pages, $2 lost"
}

expect 0 "$IMGCONV" -q --salvage -o whole sealed
cmp sealed whole

for image in sealed streamed; do
	size=$(stat -c %s "$image")
	cp "$image" hit
	patch_file ffff hit $((size - 400000))
	expect 1 "$IMGCONV" -o x hit
	says err '[BLK-'
	[ ! -e x ]
	expect 1 "$IMGCONV" --salvage --json -o saved.img hit
	says err 'warning: lost: frames 0x'
	valid_json imgconv-1 out
	lost=$(jq .lost_pages out)
	[ "$lost" -eq 8 ] || fail "$image: $lost pages lost"
	check_saved saved.img "$lost"
	rm saved.img

	head -c $((size - 600000)) "$image" >cut
	expect 1 "$IMGCHECK" cut
	expect 1 "$IMGCONV" --salvage --json -o saved.img cut
	lost=$(jq .lost_pages out)
	[ "$lost" -gt 100 ]
	check_saved saved.img "$lost"
	rm saved.img

	head -c $((size - 1)) "$image" >cut
	expect 0 "$IMGCONV" --salvage --json -o saved.img cut
	check_saved saved.img 0
	rm saved.img
done
cat cut | expect 2 "$IMGCONV" --salvage -o saved.img -
says err 'salvage needs a file, not a pipe'
