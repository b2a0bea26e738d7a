# SPDX-License-Identifier: GPL-2.0-or-later
# Of a cut or damaged image what is intact is shown, below one line that says
# what is wrong; the status is 1.
core 300 core
"$IMGMAKE" -q -o sealed core
"$IMGMAKE" -q core >streamed
"$IMGMAKE" -q --profile=plain -o plain core
"$IMGMAKE" -q --codec=none -o flipped core
patch_file ffff flipped 2000000
at=$("$IMGDUMP" --json --headers flipped |
	jq '.headers.regions[] | select(.name == "index").offset')

judge()
{
	[ "$(grep -vc ': hint: ' err)" -eq 1 ] || fail "$1: $(cat err)"
	says err 'imgdump: hint: what is intact is shown, and imgconv --salvage'
}

for image in sealed streamed plain core flipped; do
	head -c $(($(stat -c %s $image) * 3 / 4)) $image >cut
	[ $image != flipped ] || cp flipped cut
	[ $image != flipped ] || patch_file ffff cut "$at"
	echo "$image"
	expect 1 "$IMGDUMP" cut
	judge $image
	grep -A1 '^Resumable' out | sed 's/ *$//'
	expect 1 "$IMGDUMP" --vmcoreinfo --notes cut
	says out 'OSRELEASE'
	expect 1 "$IMGDUMP" --json --pages cut
	judge $image
	valid_json imgdump-1 out
	jq -r '.error.rule' out
	jq -c .pages.runs out >runs
	status=0
	"$IMGCONV" -f --salvage -o saved cut 2>lost || status=$?
	[ "$status" -eq 1 ]
	[ $image = core ] ||
		"$IMGDUMP" --json --pages saved | jq -c .pages.runs | cmp - runs
	# What is intact is the same memory, and what is lost is not made up.
	expect 1 "$IMGDUMP" --raw --read=0x100000:8K cut
	"$IMGDUMP" --raw --read=0x100000:8K core | cmp - out
	first=$(sed -n 's/.*lost: frames \(0x[0-9a-f]*\) to.*/\1/p' lost | head -n 1)
	expect 1 "$IMGDUMP" --raw --read=$((first * 4096)):16 cut
	[ ! -s out ] || fail "$image: bytes of a page that is lost"
	says err "frame $first: left out (class none)"
	expect 1 "$IMGDUMP" -q cut
	[ "$(wc -l <err)" -eq 1 ] || fail "-q: $(cat err)"
done

# A pipe goes by once: its front is shown all the same.
for image in sealed streamed plain; do
	head -c 700000 $image >cut
	cat cut | expect 1 "$IMGDUMP" --json --summary --pages -
	valid_json imgdump-1 out
	jq -c '[.error.rule, .summary.release, .summary.not_resumable[0]]' out
	cat cut | expect 1 "$IMGDUMP" -
	says out 'it is damaged or cut'
	says err 'hint: what came before the damage is shown'
	mkfifo fifo
	cat cut >fifo &
	expect 1 "$IMGDUMP" fifo
	says err 'hint: what came before the damage is shown'
	wait
	rm fifo
done

# Without its front there is nothing to show.
head -c 300 sealed >cut
expect 1 "$IMGDUMP" cut
[ ! -s out ] || fail "$(cat out)"
[ "$(wc -l <err)" -eq 1 ] || fail "$(cat err)"
