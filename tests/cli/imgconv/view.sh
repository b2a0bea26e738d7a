# SPDX-License-Identifier: GPL-2.0-or-later
# There is no other view without a map that places pages: each tool says so in
# the same words, names the file, and has the same status.
core 4 core
"$IMGMAKE" -q -o image core
echo '0x401 0x103' >map
"$IMGMAKE" -q --kind=hibernating-kernel --backup-map=map --from-view=original \
	-o host core
refused()
{
	expect 1 "$@"
	[ "$(wc -l <err)" -eq 1 ] || fail "$*: $(cat err)"
	cat err
}
for file in core image host; do
	refused "$IMGDUMP" --pages --view=jump $file
	refused "$IMGDUMP" --read=0x1000 --view=jump $file
	refused "$IMGCONV" --to=elf --view=jump -o out.elf $file
	refused "$IMGMAKE" --view=jump -o out.img $file
done
refused "$IMGCONV" --json --view=jump -o out.img image
valid_json imgconv-1 out
jq -c '[.input, .error.file, .error.rule]' out
[ ! -e out.elf ] && [ ! -e out.img ]
