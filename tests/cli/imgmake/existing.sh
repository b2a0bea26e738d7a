# SPDX-License-Identifier: GPL-2.0-or-later
# What exists is replaced with --force only, by a whole image or not at all.
core 4 core
echo precious >out.img
expect 2 "$IMGMAKE" -o out.img core
says err 'out.img: exists; use --force'
[ "$(cat out.img)" = precious ]

ln -s out.img link
head -c 100 core >bad
expect 1 "$IMGMAKE" -f -o out.img bad
[ "$(cat out.img)" = precious ]
"$IMGMAKE" -q -f -o link core
"$IMGCHECK" -q out.img
[ -L link ]
# Messages name what was typed, not what it leads to.
core 300 large
(
	trap '' XFSZ
	ulimit -f 256
	expect 2 "$IMGMAKE" -f -o ./link large
	says err 'imgmake: ./link: cannot write: File too large'
)
rm large

ln -s nowhere broken
expect 2 "$IMGMAKE" -f -o broken core
says err 'broken: a symbolic link to nothing'

mkdir dir
expect 2 "$IMGMAKE" -f -o dir core
says err 'dir: cannot write: Is a directory'
expect 2 "$IMGMAKE" -o no/such/dir core
says err 'No such file or directory'
rm out err
ls -A
