# SPDX-License-Identifier: GPL-2.0-or-later
core 8 core
"$IMGMAKE" -q -o image core
"$IMGMAKE" -q core >stream
check()
{
	local status=0

	"$IMGCHECK" "$@" || status=$?
	echo "-> $status"
}
check image
check --quick image
check --deep stream
check --resumable image
check core
check --resumable core
echo text >text
check text
: >empty
check empty
check missing 2>&1
head -c -10 image >cut
check cut
cp image flipped
patch_file 00 flipped 200
check flipped
check -q image
check -q cut
check - <text
check --color=always --quick image
check --from=elf image
check --from=imgfmt core

# More on request, on standard error, and nothing with -q.
fixture good-sealed-packed image
expect 0 "$IMGCHECK" -v image
cat err
expect 0 "$IMGCHECK" -v --quick image
cat err
expect 0 "$IMGCHECK" -qv image
[ ! -s err ] && [ ! -s out ]
