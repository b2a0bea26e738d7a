# SPDX-License-Identifier: GPL-2.0-or-later
# Of a torn image on swap what is there is saved, what is not is told, and the
# facts of the image are shown all the same.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/bad-sws-10-torn-zero.recipe" torn

status=0
"$IMGDUMP" torn >out 2>err || status=$?
[ "$status" -eq 1 ]
grep -q '^State: *torn$' out
grep -q '^E820 checksum: *0x92315679$' out
grep -qF '[SWS-10]' err

status=0
"$IMGCONV" -q -o plain torn 2>err || status=$?
[ "$status" -eq 1 ]
grep -qF '[SWS-10]' err
[ ! -e plain ]

status=0
"$IMGCONV" -q -o saved --salvage --json torn >json 2>err || status=$?
[ "$status" -eq 1 ]
"$IMGCHECK" -q saved
lost=$(jq .lost_pages json)
[ "$lost" -gt 0 ]
[ "$("$IMGDUMP" --json saved | jq .summary.pages.excluded_by_class.none)" -eq "$lost" ]

# What does not come to the CRC becomes no image whose digests are right.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/bad-sws-25.recipe" altered
for threads in 1 2; do
	status=0
	"$IMGCONV" -q -T "$threads" -o copy altered 2>err || status=$?
	[ "$status" -eq 1 ]
	grep -qF '[SWS-25]' err
	[ ! -e copy ]
done
status=0
"$IMGCONV" -o kept --salvage altered 2>err || status=$?
[ "$status" -eq 1 ]
grep -q 'nothing to verify the saved pages by' err

# A consumed one is read like any other, but not resumed.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-consumed.recipe" consumed
"$IMGCONV" -q -o copy consumed
"$IMGCHECK" -q consumed
status=0
"$IMGCHECK" -q --resumable consumed || status=$?
[ "$status" -eq 3 ]

# And a swap area without one is said to be just that.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/bad-not-image-swap.recipe" swap
for tool in "$IMGCHECK" "$IMGDUMP" "$IMGCONV -o none"; do
	status=0
	# shellcheck disable=SC2086 # the options are words
	$tool swap >out 2>&1 || status=$?
	[ "$status" -eq 3 ]
	grep -qF 'swap area without a hibernation image' out
done
