# SPDX-License-Identifier: GPL-2.0-or-later
# One line with file, place and rule, the right status, and a valid document.
# What went wrong is in the library's words.
try()
{
	local status=0

	"$IMGDUMP" "$@" >out 2>err || status=$?
	echo "$status $* $(grep -oE ' \[[A-Z0-9-]+\]$' err)"
	[ "$(grep -vc '^imgdump: hint: ' err)" -eq 1 ] || fail "more than a line"
	says err "imgdump: ${*: -1}: "
	"$IMGDUMP" --json "$@" >document 2>err || :
	valid_json imgdump-1 document
}
try missing
try .
echo text >text
try text
: >empty
try empty
for name in bad-inf-02 bad-com-01-magic bad-tree-01 bad-bmap-05-chain \
	unsupported-fea-01 unsupported-inf-03; do
	fixture $name $name
	try $name
done
fixture good-sealed-packed image
try --from=elf image
try --memlimit=1K image
head -c 3000 image >short
try short
expect 2 "$IMGDUMP" --from=lime image
says err lime

status=0
"$IMGDUMP" --pages image >/dev/full 2>err || status=$?
echo "$status $(cat err)"
status=0
"$IMGDUMP" image >&- 2>err || status=$?
echo "$status $(cat err)"
expect 2 "$IMGDUMP" - <&-
says err 'imgdump: standard input: '

# A full disk is called one, however much is written, and work ends there.
core 300 core
for options in --pages --read=0x400000:1200K "--raw --read=0x400000:4K" \
	"--raw --read=0x400000:1200K" --json "--json --read=0x400000:1200K"; do
	# shellcheck disable=SC2086 # options are words
	status=0
	"$IMGDUMP" $options core >/dev/full 2>err || status=$?
	echo "$options: $status $(cat err)"
done
