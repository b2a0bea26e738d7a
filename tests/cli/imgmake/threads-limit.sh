# SPDX-License-Identifier: GPL-2.0-or-later
# What --threads takes can also be done.
core 40 core
"$IMGMAKE" -q -T 1024 -o image core
"$IMGCHECK" -q -T 1024 image
"$IMGMAKE" -q -T 1 -o one core
cmp image one
expect 2 "$IMGMAKE" -T 1025 -o x core
says err "imgmake: --threads: '1025' is above 1024"
expect 2 "$IMGCHECK" -T 1025 image
says err "imgcheck: --threads: '1025' is above 1024"
[ ! -e x ]
