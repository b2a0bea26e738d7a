# SPDX-License-Identifier: GPL-2.0-or-later
# An output that is the input does no harm.
core 40 core
cp core both
"$IMGMAKE" -q -f -o both both
"$IMGCHECK" -q both
"$IMGCONV" -q -f --to=elf -o both both
same_pages core both
"$IMGMAKE" -q -f -o ./both - <both
"$IMGCHECK" -q both

cp both before
expect 2 bash -c '"$IMGCONV" both >>both'
says err 'both: is the output too'
cmp both before
expect 2 bash -c '"$IMGCONV" - <both >>both'
says err 'standard input: is the output too'
cmp both before
