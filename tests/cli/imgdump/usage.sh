# SPDX-License-Identifier: GPL-2.0-or-later
# A wrong command line is told in a line, with status 2 and no output.
core 4 core
bad()
{
	expect 2 "$IMGDUMP" "$@"
	[ ! -s out ] || fail "writes to standard output: $*"
	echo "$*"
	sed 1q err
}
bad
bad core other
bad --blocks core
bad --view=jump core
bad --view=sideways --pages core
bad --raw core
bad --raw --segments core
bad --raw --manifest --read=0 core
bad --read core
bad --read=core core
bad --read= core
bad --read=0x1000: core
bad --read=0x1000:0 core
bad --read=0x1000:4X core
bad --read=0xffffffffffffffff:2 core
bad --read=0x10000000000000000 core
bad --read=0:17X core
bad --memlimit=much core

# A document says it too.
for options in --view=jump "--raw --manifest" --read=0:17M; do
	# shellcheck disable=SC2086 # options are words
	expect 2 "$IMGDUMP" --json $options core
	valid_json imgdump-1 out
	jq -c '[.error.status, .error.message]' out
	sed 1q err
done
