# SPDX-License-Identifier: GPL-2.0-or-later
# A source in the jump view becomes the original view, and back.
# It is not known where this one keeps what a jump takes.
core_release=5.4.0-test
core 64 original
cat >map <<EOF
# destination backup
0x10 0x420
11 421
0x12	0x422
0x130 0x430
0x438 0x438
EOF
/usr/bin/python3 "$SRCDIR/tests/real/jumpify.py" --map=map original jump
! cmp -s original jump

"$IMGMAKE" -q --backup-map=map --entry=0x401040 -o image jump
"$IMGCONV" -q --to=elf --view=jump -o jump.back image
same_pages jump jump.back
# In the original view the backup frames hold what is not the system's.
"$IMGCONV" -q --to=elf --exclude=zero,kexec -o original.back image
elf_pages original | grep -vE '^(42[012]|430|438) ' >wanted
elf_pages original.back >got
cmp wanted got
"$IMGMAKE" -q --backup-map=map --view=jump -o image.jump jump
"$IMGCHECK" -q --deep image.jump
"$IMGCONV" -q --to=elf -o jump.back2 --view=jump image.jump
same_pages jump jump.back2
"$IMGCHECK" --resumable image

# A source that is in the original view already keeps its map.
"$IMGMAKE" -q --backup-map=map --from-view=original --entry=0x401040 \
	-o other original
"$IMGCHECK" --resumable other
"$IMGCONV" -q --to=elf -o other.back other
same_pages original other.back
"$IMGCONV" -q --to=elf --view=jump -o other.jump other
same_pages jump other.jump
"$IMGCONV" -q -o again other
cmp other again

# Which view an image has is not a matter of opinion.
expect 2 "$IMGMAKE" --from-view=jump -o x image
says err 'the image says itself that it has the original view'
expect 2 "$IMGMAKE" --from-view=original -o x image.jump
says err 'the image says itself that it has the jump view'
[ ! -e x ]
"$IMGMAKE" -q --from-view=original -o same image
cmp image same
