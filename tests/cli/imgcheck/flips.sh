# SPDX-License-Identifier: GPL-2.0-or-later
# A bit that is flipped anywhere is found: samples of a small image.
recipe core <<EOF
level foreign
segment 0x1000 0x1000 text a
segment 0x3000 0x1000 random b
EOF
"$IMGMAKE" -q -o sealed core
"$IMGMAKE" -q core >streamed
"$IMGMAKE" -q --profile=plain core >plain
cat >flip.py <<'EOF'
import os, subprocess, sys
path, step = sys.argv[1], int(sys.argv[2])
data = bytearray(open(path, "rb").read())
wrong = 0
for at in range(0, len(data), step):
    bit = 1 << (at * 5 // step) % 8
    data[at] ^= bit
    with open("flipped", "wb") as out:
        out.write(data)
    data[at] ^= bit
    status = subprocess.run([os.environ["IMGCHECK"], "-q", "flipped"]).returncode
    if status not in (1, 3, 4) or status != 1 and at >= 512:
        print(f"{path}: bit {bit:#x} of byte {at:#x}: status {status}")
        wrong += 1
sys.exit(wrong > 0)
EOF
for image in sealed streamed plain; do
	/usr/bin/python3 flip.py "$image" 61
done
