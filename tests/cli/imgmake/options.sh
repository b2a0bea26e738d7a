# SPDX-License-Identifier: GPL-2.0-or-later
# What the options put into the image.
core 8 core
printf '%s\n' 'ram 0x0-0x9ffff' 'ram 0x100000-0x7fffff' \
	'firmware 0x0-0x9ffff System RAM' >machine
"$IMGMAKE" -q --entry=0x101040 --kind=hibernating-kernel --content-digests \
	--machine-facts=machine -o image core
"$IMGCHECK" --deep --machine=machine --kernel=6.1.0-test image
expect 1 "$IMGCHECK" --kernel=6.1.0-other image
cat out
echo 'ram 0x0-0x7fffff' >machine
expect 0 "$IMGCHECK" --machine=machine image
echo 'ram 0x0-0x1fffff' >machine
expect 1 "$IMGCHECK" --machine=machine image
cat out
echo 'firmware 0x0-0x8ffff System RAM' >>machine
expect 1 "$IMGCHECK" --machine=machine image
cat out
"$IMGMAKE" -q --exclude=none -o full core
[ "$(stat -c %s full)" -gt "$(stat -c %s image)" ]
"$IMGCHECK" -q full
[ "$(od -An -tx8 -j24 -N8 image)" = ' 0000000000101040' ]
