# SPDX-License-Identifier: GPL-2.0-or-later
# A dry run answers as the run would, and writes nothing.
build()
{
	"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/$1.recipe" "$1"
}
build good-lzo
build good-consumed
"$IMGCONV" -q -o archive good-lzo
"$IMGCONV" -q -o used good-consumed
"$SRCDIR/tests/swap_area" 120 area
"$SRCDIR/tests/swap_area" 8 small
cp area area.before
cp small small.before
dry=("$IMGCONV" --dry-run --to=swsusp)

# Of the image alone, and of the area too.
expect 0 "${dry[@]}" archive
says out 'can be written back to swap; nothing was written'
[ ! -s err ] || fail "$(cat err)"
expect 0 "${dry[@]}" --to-disk-image -o area archive
says out 'can be written back to area; nothing was written'
expect 0 "${dry[@]}" --json --to-disk-image -o area archive
valid_json imgconv-1 out
[ "$(jq -c '[.dry_run,.output,.image_size]' out)" = '[true,null,0]' ]
for codec in none lzo; do
	expect 2 "${dry[@]}" --codec=$codec --to-disk-image -o small archive
	says err 'small: has 7 pages, the image takes'
done
core 4 core
"$IMGCONV" -q -o other core
for options in '' '--to-disk-image -o area'; do
	# shellcheck disable=SC2086 # the options are words
	expect 1 "${dry[@]}" $options other
	says err 'has no note to write one back by'
	# shellcheck disable=SC2086
	expect 1 "${dry[@]}" $options used
	says err 'the image was consumed'
	# shellcheck disable=SC2086
	expect 0 "${dry[@]}" $options --used used
	says err '[SWS-36]'
done
expect 2 "${dry[@]}" -o core archive
says err 'core: no swap area begins there'
! grep mkswap err || fail "advice to wipe what may be a disk"
truncate -s 1M blank
expect 2 "${dry[@]}" -o blank archive
says err 'blank: no swap area begins there, it is blank; mkswap makes one'
printf x | dd of=blank bs=1 seek=65600 conv=notrunc status=none
expect 2 "${dry[@]}" -o blank archive
! grep mkswap err || fail "advice to wipe what may be a disk"
expect 2 "${dry[@]}" -o archive archive
says err 'is the output too'
"$IMGCONV" -q --to=swsusp --to-disk-image -o area archive
cp area area.before
expect 2 "${dry[@]}" --to-disk-image -o area archive
says err 'waits to be resumed; use --force'
expect 0 "${dry[@]}" --to-disk-image -f -o area archive
cmp area area.before
cmp small small.before

# Of other formats what there would be, and nowhere to write it.
expect 0 "$IMGCONV" --dry-run --to=elf archive
grep -q '^total ' out || fail "no total: $(cat out)"
grep -q '^about .* as elf' out || fail "nothing expected: $(cat out)"
expect 2 "$IMGCONV" --dry-run -o image archive
says err '--dry-run writes nothing, so there is no -o'
expect 2 "$IMGCONV" --dry-run --invalidate area
says err '--dry-run has no effect on --invalidate'
cmp area area.before
[ ! -e image ] || fail "an output of a dry run"
