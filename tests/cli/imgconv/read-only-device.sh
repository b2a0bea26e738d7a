# SPDX-License-Identifier: GPL-2.0-or-later
# A device that takes no writes is refused before anything is tried, and what
# it holds is not said to be gone.
[ "$(id -u)" = 0 ] || skip "loop devices are root's"
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lzo.recipe" image
cp image before
loop=$(losetup --find --show image 2>/dev/null) || skip "no loop device"
# The next who takes it wants to write.
trap 'blockdev --setrw "$loop"; losetup -d "$loop"' EXIT
blockdev --setro "$loop"
core 4 core
for how in '--to=packed core' '--to=swsusp before'; do
	# shellcheck disable=SC2086
	expect 2 "$IMGCONV" -f -o "$loop" $how
	says err 'the device is read-only'
	grep -q 'is gone' err && fail "nothing is gone: $(cat err)"
done
expect 2 "$IMGCONV" --invalidate "$loop"
says err 'the device is read-only'
cmp image before
