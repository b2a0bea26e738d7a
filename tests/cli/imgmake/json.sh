# SPDX-License-Identifier: GPL-2.0-or-later
core 8 core
"$IMGMAKE" -q --json -o image core | tee document
valid_json imgmake-1 document
expect 3 "$IMGMAKE" --json -o other document
valid_json imgmake-1 out
says err 'document: not an image'
