# SPDX-License-Identifier: GPL-2.0-or-later
# What another program is changing where it stands is left alone; a program
# that only reads is no such one.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lzo.recipe" image
cp image area
cp image before

while_locked()
{
	exec 9<>"$1"
	flock -n 9
	expect 2 "${@:2}"
	exec 9>&-
	says err "$1: is in use"
	grep -q 'is gone' err && fail "a refusal that says that something is gone"
	return 0
}

while_locked area "$IMGCONV" --to=swsusp --to-disk-image -f -o area image
cmp area before
while_locked area "$IMGCONV" --invalidate area
cmp area before
core 4 core
"$IMGCONV" -q -o sealed core
signer me
while_locked sealed "$IMGSIGN" --key=me.key --cert=me.pem sealed

# Free again.
"$IMGCONV" -q --to=swsusp --to-disk-image -f -o area image
"$IMGCONV" -q --invalidate area
"$IMGSIGN" -q --key=me.key --cert=me.pem sealed
