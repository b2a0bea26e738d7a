# SPDX-License-Identifier: GPL-2.0-or-later
# What is no image: one line, the right status, nothing written.
: >empty
echo 'hello, world' >text
mkdir directory
core 4 core
head -c 40 core >short
head -c 130 core >headers
head -c -1 core >cut
fixture bad-not-image-executable program
fixture bad-not-image-elf32 small
chmod 000 text
readable=text
[ -r text ] || readable=
chmod 644 text
for input in missing empty text directory /dev/null short headers cut \
	program small; do
	for tool in "$IMGMAKE" "$IMGCONV"; do
		status=0
		"$tool" -o image "$input" >out 2>err || status=$?
		[ "$(wc -l <err)" -eq 1 ] || fail "$input: $(cat err)"
		[ ! -s out ] && [ ! -e image ] || fail "$input: an output"
	done
	echo "$status: $(sed 's/^imgconv: //' err)"
done
if [ -z "$readable" ]; then
	chmod 000 text
	expect 2 "$IMGMAKE" -o image text
	says err 'text: cannot open: Permission denied'
fi
expect 3 "$IMGMAKE" -o image - </dev/null
says err 'standard input: not an image, it is empty'
