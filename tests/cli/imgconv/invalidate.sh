# SPDX-License-Identifier: GPL-2.0-or-later
# A pending image taken back: ten bytes change, and it can still be read.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lzo.recipe" swap
cp swap before
"$IMGCHECK" -q --resumable swap
"$IMGCONV" -q --invalidate swap
cmp -n 4086 before swap
cmp -i 4096 before swap
[ "$(tail -c +4087 swap | head -c 10)" = SWAPSPACE2 ] || fail "no swap area"
expect 3 "$IMGCHECK" --resumable swap
"$IMGCHECK" -q swap
expect 3 "$IMGCONV" --invalidate swap
says err 'no image waits there'
cp before swap
"$IMGCONV" --json --invalidate swap >json 2>err
valid_json imgconv-1 json
says json '"invalidated": true'
expect 3 "$IMGCONV" --json --invalidate swap
valid_json imgconv-1 out

# In a partition, and in a swap file of a device.
head -c 1048576 /dev/zero | cat - before >disk
expect 3 "$IMGCONV" --invalidate disk
"$IMGCONV" -q --invalidate --offset=1M disk
expect 3 "$IMGCHECK" --resumable --offset=1M disk
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-swap-file.recipe" device
page=$(sed -n 's/^# options: .*--resume-offset=//p' \
	"$FIXTURES/swsusp/good-swap-file.recipe")
"$IMGCONV" -q --invalidate --resume-offset="$page" device
expect 3 "$IMGCHECK" --resumable --resume-offset="$page" device

# Nothing to take back.
core 4 core
expect 3 "$IMGCONV" --invalidate core
: >empty
expect 3 "$IMGCONV" --invalidate empty
expect 2 "$IMGCONV" --invalidate none
expect 2 "$IMGCONV" --invalidate --to=swsusp -o x swap
[ ! -e x ] || fail "an output of --invalidate"

# What would have no effect is not taken without a word: nothing is verified.
signer me
cp before swap
: >no-signature
for option in --trust=me.pem --require-signature --signature=no-signature \
	--at=2026-01-01 --trust-policy=expired --from=imgfmt --to=packed \
	--salvage --codec=none --exclude=free --sign-key=me.key \
	--backup-map=auto --used --elsewhere --to-disk-image --force \
	--threads=2 --memlimit=1G; do
	expect 2 "$IMGCONV" --invalidate "$option" swap
	option=${option%%=*}
	says err "$option has no effect on --invalidate"
	cmp before swap
done
"$IMGCONV" --invalidate -v --bytes --progress=never --offset=0 swap 2>err
says err 'this is swap again'
"$SRCDIR/tests/swsusp_recipe" \
	"$FIXTURES/swsusp/unsupported-sws-01-uswsusp.recipe" other
expect 4 "$IMGCONV" --invalidate other
