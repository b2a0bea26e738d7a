# SPDX-License-Identifier: GPL-2.0-or-later
# What is not written to a swap area, and where nothing is: not a byte changes.
build()
{
	"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/$1.recipe" "$1"
}

# refused TEXT COMMAND..: exit status 2, and nothing came of it.
refused()
{
	local text=$1

	shift
	expect 2 "$@"
	says err "$text"
	cmp area before
}

"$SRCDIR/tests/swap_area" 120 area
cp area before
to=("$IMGCONV" --to=swsusp -o area)
build good-lzo
"$IMGCONV" -q -o packed good-lzo

# No note: never a hibernation image of the kernel's own form.
core 4 core
"$IMGCONV" -q -o other core
refused 'no note' "${to[@]}" core
refused 'no note' "${to[@]}" other
refused 'no note' "$IMGCONV" --to=snapshot -o stream other
[ ! -e stream ] || fail "a stream of an image without note"

# Damaged or used.
build bad-sws-25
# Its pages are read once: what is wrong shows at the end, and makes no image.
cp area bad
expect 1 "$IMGCONV" --to=swsusp -o bad bad-sws-25
says err SWS-25
cmp -n 4096 area bad
"$IMGCONV" --salvage -q -o saved bad-sws-25 2>/dev/null || true
refused 'a salvaged image' "${to[@]}" saved
build good-consumed
refused 'resumed from before' "${to[@]}" good-consumed
"$IMGCONV" -q -o used good-consumed
refused 'resumed from before' "${to[@]}" used
refused 'resumed from before' "$IMGCONV" --to=snapshot -o stream used
cp area forced
expect 1 "$IMGCHECK" --resumable used
! grep 'from swap' out || fail "a used image is to be written back"
"$IMGCONV" -f --to=swsusp -o forced used 2>err
says err 'warning: the image was resumed from before'
says err '[SWS-36]'
"$IMGCONV" -f --json --to=snapshot -o stream used >json 2>err
valid_json imgconv-1 json
says json '"rule": "SWS-36"'
rm stream

# Codecs.
refused 'codecs lzo, lz4 and none' "${to[@]}" --codec=zstd packed
refused 'needs a kernel of 6.9' "${to[@]}" --codec=lz4 packed
refused 'has no blocks' "${to[@]}" --block-pages=4 packed
refused 'has no content digests' "${to[@]}" --content-digests packed

# Places.
refused 'a file as input' "${to[@]}" - < <(cat packed)
refused 'is the output too' "$IMGCONV" --to=swsusp -f -o packed packed
refused 'wants -o' "$IMGCONV" --to=swsusp packed
refused 'No such file' "$IMGCONV" --to=swsusp -o none packed
refused 'no swap area' "$IMGCONV" --to=swsusp -o core packed
! grep mkswap err || fail "advice to wipe what may be a disk"
refused 'neither a file nor a block device' \
	"$IMGCONV" --to=swsusp -o /dev/null packed
refused 'has no byte' "${to[@]}" --to-offset=1G packed
refused 'no swap area' "${to[@]}" --to-offset=4096 packed
refused 'takes a resume offset and its extents' \
	"${to[@]}" --to-resume-offset=3 packed
refused 'has no offsets' "${to[@]}" --to-swap-file --to-offset=4096 packed
refused 'for --to=swsusp' "$IMGCONV" --to-swap-file -o image packed
[ ! -e image ] || fail "an image beside a wrong option"
"$SRCDIR/tests/swap_area" --page-size=16384 30 large
expect 2 "$IMGCONV" --to=swsusp -o large packed
says err 'pages of 16384 bytes, the image has 4096'
"$SRCDIR/tests/swap_area" 8 small
cp small small.before
expect 2 "$IMGCONV" --to=swsusp -o small packed
says err 'has 7 pages, the image takes'
cmp small small.before
"$SRCDIR/tests/swap_area" --signature=ULSUSPEND 60 other
expect 2 "$IMGCONV" --to=swsusp -f -o other packed
says err 'uswsusp'

# A pending image is replaced by force only.
"${to[@]}" -q packed
cp area before
refused 'waits to be resumed; use --force' "${to[@]}" packed
refused 'waits to be resumed; use --force' "${to[@]}" --json packed
valid_json imgconv-1 out
build good-raw
"${to[@]}" -q -f good-raw
/usr/bin/python3 "$SRCDIR/spec/reference/swsusp_ref.py" check area
