# SPDX-License-Identifier: GPL-2.0-or-later
# Blocks are taken over unless another codec is asked for.
core 30 core
"$IMGMAKE" -q --codec=lz4 -o lz4 core
"$IMGMAKE" -q --codec=zlib -o zlib core
"$IMGCONV" -q -o same lz4
cmp lz4 same
"$IMGCONV" -q --codec=zlib -o recoded lz4
cmp zlib recoded
"$IMGCONV" -q --codec=lz4 --block-pages=16 -o blocks zlib
"$IMGCHECK" -q --deep blocks
"$IMGCONV" -q --to=elf -o back blocks
same_pages core back
