# SPDX-License-Identifier: GPL-2.0-or-later
# Not every lost range is shown, unless asked for.
core 600 core
"$IMGMAKE" -q --block-pages=1 --codec=none -o image core
size=$(stat -c %s image)
for i in $(seq 1 40); do
	patch_file a5a5 image $((size - i * 12480))
done
expect 1 "$IMGCONV" --salvage -o saved image
[ "$(grep -c 'lost: frames' err)" -eq 16 ] || fail "$(cat err)"
says err 'ranges more, which --verbose shows'
expect 1 "$IMGCONV" --salvage -v -f -o saved image
[ "$(grep -c 'lost: frames' err)" -gt 30 ] || fail "$(cat err)"
expect 1 "$IMGCONV" --salvage -q -f -o saved image
[ ! -s err ]
