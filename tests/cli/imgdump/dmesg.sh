# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's log, in the form of dmesg; a terminal is safe from it.
saved_core core
"$IMGDUMP" --dmesg core
"$IMGDUMP" --dmesg -v core 2>err
cat err
"$IMGDUMP" --raw --dmesg core >raw
od -An -c raw | tail -n 14
"$IMGDUMP" --json --dmesg core >document
valid_json imgdump-1 document
jq -c .dmesg[] document

# As before 5.10: the same but for who spoke.
saved_core old old-log
"$IMGDUMP" --dmesg old >out
"$IMGDUMP" --dmesg core | cmp - out
"$IMGDUMP" --raw --dmesg -v old 2>err | cmp - raw
"$IMGDUMP" --json --dmesg old >document
valid_json imgdump-1 document
jq -c .dmesg[0] document

# An image of hibernation has it too, and what is made of it.
saved_swap area
"$IMGDUMP" --dmesg area | cmp - out
"$IMGMAKE" -q -o image area
"$IMGDUMP" --dmesg image | cmp - out
"$IMGDUMP" --summary --dmesg image | sed -n '/^Kernel log/,$p'

saved_core silent no-log
expect 1 "$IMGDUMP" --dmesg silent
cat out err
expect 1 "$IMGDUMP" --json --dmesg silent
valid_json imgdump-1 out
# shellcheck disable=SC2002 # a pipe is no file
cat core | expect 2 "$IMGDUMP" --dmesg -
cat out err
