# SPDX-License-Identifier: GPL-2.0-or-later
# What is not written to a swap area, and where nothing is: not a byte changes.
build()
{
	"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/$1.recipe" "$1"
}

# refused STATUS TEXT COMMAND..: that exit status, and nothing came of it.  Help
# is offered for a wrong command line only.
refused()
{
	local status=$1 text=$2

	shift 2
	expect "$status" "$@"
	says err "$text"
	! grep -q "^Try 'imgconv" err || fail "offers help: $(cat err)"
	cmp area before
}

# The same of a wrong command line.
misused()
{
	local text=$1

	shift
	expect 2 "$@"
	says err "$text"
	says err "Try 'imgconv --help'"
	cmp area before
}

"$SRCDIR/tests/swap_area" 120 area
cp area before
to=("$IMGCONV" --to=swsusp --to-disk-image -o area)
build good-lzo
"$IMGCONV" -q -o packed good-lzo

# No note: never a hibernation image of the kernel's own form.
core 4 core
"$IMGCONV" -q -o other core
refused 1 'core: not made from' "${to[@]}" core
refused 1 'no note' "${to[@]}" other
refused 1 'no note' "$IMGCONV" --to=snapshot -o stream other
[ ! -e stream ] || fail "a stream of an image without note"

# Damaged or used.
build bad-sws-25
# Its pages are read once: what is wrong shows at the end, and makes no image.
cp area bad
expect 1 "$IMGCONV" --to=swsusp --to-disk-image -o bad bad-sws-25
says err SWS-25
cmp -n 4096 area bad
"$IMGCONV" --salvage -q -o saved bad-sws-25 2>/dev/null || true
refused 1 'a salvaged image' "${to[@]}" saved
build good-consumed
refused 1 'the image was consumed' "${to[@]}" good-consumed
"$IMGCONV" -q -o used good-consumed
refused 1 'the image was consumed' "${to[@]}" used
refused 1 'the image was consumed' "$IMGCONV" --to=snapshot -o stream used
cp area forced
expect 1 "$IMGCHECK" --resumable used
! grep 'from swap' out || fail "a used image is to be written back"
refused 1 '; --used writes it' "${to[@]}" -f used
refused 1 '; --used writes it' "${to[@]}" --elsewhere used
"$IMGCONV" --used --to=swsusp --to-disk-image -o forced used 2>err
says err 'warning: the image was consumed'
says err '[SWS-36]'
"$IMGCONV" --used --json --to=snapshot -o stream used >json 2>err
valid_json imgconv-1 json
says json '"rule": "SWS-36"'
rm stream

# Codecs.
misused 'codecs lzo, lz4 and none' "${to[@]}" --codec=zstd packed
refused 1 'needs a kernel of 6.9' "${to[@]}" --codec=lz4 packed
misused 'has no blocks' "${to[@]}" --block-pages=4 packed
misused 'has no content digests' "${to[@]}" --content-digests packed

# Places.
refused 2 'a file as input' "${to[@]}" - < <(cat packed)
misused 'is the output too' "$IMGCONV" --to=swsusp -f -o packed packed
misused 'wants -o' "$IMGCONV" --to=swsusp packed
refused 2 'No such file' "$IMGCONV" --to=swsusp -o none packed
refused 2 'core: no swap area' "$IMGCONV" --to=swsusp -o core packed
! grep mkswap err || fail "advice to wipe what may be a disk"
refused 2 '/dev/null: neither a file nor a block device' \
	"$IMGCONV" --to=swsusp -o /dev/null packed
misused 'has no byte' "${to[@]}" --to-offset=1G packed
refused 2 'no swap area' "${to[@]}" --to-offset=4096 packed
misused 'takes a resume offset and its extents' \
	"${to[@]}" --to-resume-offset=3 packed
# The list is what is wrong, not the image.
mkdir folder
head -c 4096 /dev/zero | cat - before >disk
listed=("$IMGCONV" --to=swsusp --to-disk-image --to-resume-offset=1 -o disk)
refused 2 'imgconv: folder: cannot read' \
	"${listed[@]}" --to-extents=folder packed
refused 2 'imgconv: nowhere: cannot open' \
	"${listed[@]}" --to-extents=nowhere packed
misused '/dev/zero: line 1: longer than' \
	"${listed[@]}" --to-extents=/dev/zero packed
misused 'has no offsets' \
	"$IMGCONV" --to=swsusp --to-swap-file --to-offset=4096 -o area packed
misused 'not both' "${to[@]}" --to-swap-file packed
for option in --to-swap-file --to-disk-image --used --elsewhere; do
	misused 'for --to=swsusp' "$IMGCONV" $option -o image packed
done
misused 'for --to=swsusp' "$IMGCONV" --to=snapshot --elsewhere -o image packed
[ ! -e image ] || fail "an image beside a wrong option"
"$SRCDIR/tests/swap_area" --page-size=16384 30 large
refused 2 'large: a swap area of pages of 16384 bytes, the image has 4096' \
	"$IMGCONV" --to=swsusp --to-disk-image -o large packed
"$SRCDIR/tests/swap_area" 8 small
cp small small.before
expect 2 "$IMGCONV" --to=swsusp --to-disk-image -o small packed
says err 'small: has 7 pages, the image takes'
cmp small small.before
"$SRCDIR/tests/swap_area" --signature=ULSUSPEND 60 other
expect 2 "$IMGCONV" --to=swsusp -f -o other packed
says err 'uswsusp'

# A pending image is replaced by force only.
"${to[@]}" -q packed
cp area before
refused 2 'waits to be resumed; use --force' "${to[@]}" --used --elsewhere packed
refused 2 'area: holds an image that waits to be resumed; use --force' "${to[@]}" packed
refused 2 'area: holds an image that waits to be resumed; use --force' "${to[@]}" --json packed
valid_json imgconv-1 out
# What no area can have is said first, or force would be tried in vain.
refused 1 'core: not made from' "${to[@]}" core
refused 1 'the image was consumed' "${to[@]}" used
build good-raw
"${to[@]}" -q -f good-raw
/usr/bin/python3 "$SRCDIR/spec/reference/swsusp_ref.py" check area

# A file that could be a swap file is not guessed at; one with holes is none, and
# neither is any on a file system that does not tell where its files are.
"$SRCDIR/tests/swap_area" 120 new
cp new kept
status=0
"$IMGCONV" --to=swsusp -o new packed 2>err || status=$?
if [ "$status" -eq 2 ]; then
	says err 'new: a swap file of this system or the image of a disk?'
	says err 'say --to-swap-file or --to-disk-image'
	says err "Try 'imgconv --help'"
	cmp new kept
	"$IMGCONV" -q --to=swsusp --to-swap-file -o new packed 2>/dev/null ||
		fail "a swap file after all?"
else
	says err 'new: as the image of a disk;'
	expect 4 "$IMGCONV" -f --to=swsusp --to-swap-file -o new packed
fi
head -c 4096 kept >sparse
truncate -s "$(stat -c %s kept)" sparse
"$IMGCONV" --to=swsusp -o sparse packed 2>err
says err 'sparse: as the image of a disk; a swap file of this system needs'
"$IMGCONV" --to=swsusp --to-disk-image -f -o sparse packed 2>err
! grep 'as the image of' err || fail "says what it was told"
