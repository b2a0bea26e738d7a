# SPDX-License-Identifier: GPL-2.0-or-later
# A saved system may have memory of its own in the swap area of its image: the
# image goes back to where it was, into the pages that it had, and to no other
# area without being told to.
cat >pages.py <<'END'
"""pages.py list AREA: pages of its image; fill AREA: all others get a mark"""
import struct, sys
area = bytearray(open(sys.argv[2], "rb").read())
page = lambda n: area[n * 4096:n * 4096 + 4096]
used, at = set(), struct.unpack_from("<Q", area, 4096 - 32)[0]
while at:
    words = struct.unpack("<512Q", page(at))
    used |= {at, *filter(None, words[:511])}
    at = words[511]
if sys.argv[1] == "list":
    print(*sorted(used), sep="\n")
else:
    for n in set(range(1, len(area) // 4096)) - used:
        area[n * 4096:n * 4096 + 4096] = b"memory of the system" * 204 + bytes(16)
    open(sys.argv[2], "wb").write(area)
END
pages()
{
	/usr/bin/python3 pages.py "$@"
}

# The pages of area.before that its image had not are in "area", too.
others_stay()
{
	pages list area.before >had
	pages list area >has
	comm -13 <(sort had) <(sort has) >more
	[ ! -s more ] || fail "took the pages $(head -n 3 more | xargs)"
}

holds()
{
	"$IMGDUMP" "$1" | grep -q "^Swap holds memory: *$2$" ||
		fail "$1 does not say that its swap is $2 to hold memory"
}

"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-scattered-lzo.recipe" area
pages fill area
cp area area.before
"$IMGCONV" -q -o archive area
holds area likely
holds archive likely

# Back home, whatever the area looks like now, and with any codec that fits.
for codec in lzo lz4; do
	cp area.before area
	"$IMGCONV" -q --invalidate area
	"$IMGCONV" -q --to=swsusp --codec=$codec -o area archive 2>err || {
		says err 'lz4 needs a kernel of 6.9'
		continue
	}
	"$IMGCHECK" -q --resumable area
	others_stay
done

# Too large for the pages it had: refused before anything is written.
cp area.before area
"$IMGCONV" -q --invalidate area
cp area kept
expect 2 "$IMGCONV" -q --to=swsusp --codec=none -o area archive
says err "that are surely not the saved system's own"
cmp area kept

# Elsewhere only when told to.
"$SRCDIR/tests/swap_area" 1100 other
cp other kept
for force in '' --force --used; do
	expect 1 "$IMGCONV" $force --to=swsusp --to-disk-image -o other archive
	says err 'imgconv: other: not the area that the image was in'
	says err '; --elsewhere does without it [SWS-38]'
	[ "$(wc -l <err)" = 1 ] || fail "more than a refusal: $(cat err)"
	cmp other kept
done
"$IMGCONV" --elsewhere --to=swsusp --to-disk-image -o other archive 2>err
says err 'other: warning: not the area that the image was in'
says err '[SWS-38]'
says err 'other: warning: has another UUID than the area that the image was in'
"$IMGCHECK" -q --resumable other

# An image that had the area for itself takes its own pages first, then others.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lzo.recipe" area
holds area 'not seen'
cp area area.before
"$IMGCONV" -q -f -o archive area
"$IMGCONV" -q --invalidate area
"$IMGCONV" --to=swsusp -o area archive 2>err
! grep warning err || fail "warns of its own area"
says err 'area: as the image of a disk;'
others_stay
uuid=$("$IMGDUMP" area | sed -n 's/^Swap UUID: *//p')
[ ${#uuid} = 36 ] || fail "the UUID is '$uuid'"
expect 1 "$IMGCHECK" --resumable archive
says out 'note: made from a hibernation image: it is resumed from swap'
says out 'not resumable where it is now: the image has no entry'
says out '; resumed from swap, once imgconv --to=swsusp has written it back'
expect 1 "$IMGCHECK" --json --resumable archive
valid_json imgcheck-1 out
[ "$(jq -c '[.resumable,.from_swap]' out)" = '[false,true]' ]
[ "$("$IMGDUMP" --json archive | jq -r .summary.facts.swap_uuid)" = "$uuid" ]
[ "$("$IMGDUMP" --json archive | jq .summary.description)" = null ]
[ "$("$IMGDUMP" --json area | jq -r .summary.description)" = \
	'hibernation image of Linux on swap' ]
"$IMGDUMP" archive | grep -q '^ *but from swap, once written back there *$' ||
	fail "imgdump does not say where it is resumed"
"$IMGDUMP" archive | grep -q "^Swap UUID: *$uuid$" ||
	fail "the image does not know its area's UUID $uuid"
"$IMGCONV" -q -f --to=swsusp --to-disk-image -o other archive
"$IMGCHECK" -q --resumable other
