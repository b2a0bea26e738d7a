# SPDX-License-Identifier: GPL-2.0-or-later
# A machine with as much RAM is not yet the same one, and a note says so.
core 4 core
echo 'ram 0x0-0xffffffff' >machine
cat - machine >firmware <<'END'
firmware 0x0-0xffffffff System RAM
END
"$IMGMAKE" -q -o image core
"$IMGCHECK" --machine=firmware image >out
says out "note: not compared: the firmware's memory map of the image is not known"
says out 'fits here'
"$IMGMAKE" -q --machine-facts=firmware -o image -f core
"$IMGCHECK" --machine=machine image >out
says out "note: not compared: the firmware's memory map of the machine is not"
"$IMGCHECK" --machine=firmware image >out
! grep note: out || fail "firmware that was compared"
