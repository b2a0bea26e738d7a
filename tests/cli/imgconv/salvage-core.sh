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
