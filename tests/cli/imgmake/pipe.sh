# SPDX-License-Identifier: GPL-2.0-or-later
# A pipe on either side gives the same content, and sealing loses nothing.
core 100 core
"$IMGMAKE" -q -o sealed core
"$IMGMAKE" -q core >streamed
"$IMGMAKE" -q - <core | cmp - streamed
cat core | "$IMGMAKE" -q -o - - | cmp - streamed
"$IMGCONV" -q -o resealed streamed
cmp sealed resealed
cat streamed | "$IMGCONV" -q -o - - | cmp - streamed
cat streamed | "$IMGCONV" -q -f -o resealed -
cmp sealed resealed
cat sealed | "$IMGCONV" -q - | cmp - streamed
cat streamed | "$IMGCONV" -q --to=elf - >back
same_pages core back
cat sealed | "$IMGCHECK" --deep -
cat streamed | "$IMGCHECK" --deep -
"$IMGMAKE" -q -o - core | "$IMGCHECK" -
"$IMGMAKE" -q --profile=plain core | "$IMGCONV" -q --to=packed -f -o resealed -
cmp sealed resealed
