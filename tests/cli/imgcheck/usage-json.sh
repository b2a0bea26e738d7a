# SPDX-License-Identifier: GPL-2.0-or-later
# Who asks for a document gets one, also of a command line that cannot be read,
# wherever the option stands that asks.
fixture good-sealed-packed image

# document TOOL PROGRAM TEXT ARGUMENT..: it says so, once, and is valid.
document()
{
	local tool=$1 program=$2 text=$3

	shift 3
	expect 2 "$program" "$@"
	cp out document
	valid_json "$tool-1" document
	[ "$(jq -r '.error | "\(.status): \(.message)"' document)" = "wrong use: $text" ] ||
		fail "$(cat document)"
	says err "$tool: $text"
}

for tool in imgmake imgdump imgcheck imgconv imgfilter imgsign; do
	program=${tool^^}
	document $tool "${!program}" "unknown option '--badopt'" --json --badopt image
	document $tool "${!program}" "unknown option '--badopt'" --badopt image --json
	document $tool "${!program}" "extra operand 'more'" --json image more
done
for tool in imgmake imgdump imgcheck imgconv imgfilter; do
	program=${tool^^}
	document $tool "${!program}" "missing operand" --json
done
document imgcheck "$IMGCHECK" "--threads: '9999' is above 1024" \
	--threads=9999 --json image
# Behind "--" it is an operand, and without it there is no document.
expect 2 "$IMGCHECK" --badopt -- --json
[ ! -s out ] || fail "$(cat out)"
expect 2 "$IMGCHECK" --badopt image
[ ! -s out ] || fail "$(cat out)"
