#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
damage COUNT IMAGE - flip COUNT single bits of an image, one after the other,
and cut it at COUNT places; $IMGCHECK must not call any of these valid

The places are the same for the same COUNT and size: half of them anywhere,
half in the first and last 64 KiB, where the tables are.  The image is changed
in place and is whole again in the end.
"""

import os
import random
import subprocess
import sys

EDGE = 65536


def place(dice, size):
    where = dice.randrange(4)
    if where == 0:
        return dice.randrange(min(EDGE, size))
    if where == 1:
        return size - 1 - dice.randrange(min(EDGE, size))
    return dice.randrange(size)


def check(path):
    return subprocess.run([os.environ["IMGCHECK"], "-q", path],
                          check=False).returncode


def flip(file, at, bit):
    file.seek(at)
    byte = file.read(1)[0]
    file.seek(at)
    file.write(bytes([byte ^ 1 << bit]))
    file.flush()


def try_flips(path, size, dice, count):
    wrong = 0
    with open(path, "r+b") as file:
        for _ in range(count):
            at, bit = place(dice, size), dice.randrange(8)
            flip(file, at, bit)
            status = check(path)
            flip(file, at, bit)
            # Identity and version may make it another or a later format.
            if status == 1 or (status in (3, 4) and at < 1024):
                continue
            print(f"damage: bit {bit} of byte {at:#x}: exit status {status}")
            wrong += 1
    return wrong


def try_cuts(path, size, dice, count):
    wrong = 0
    with open(path, "rb") as file:
        tail_at = max(0, size - EDGE)
        file.seek(tail_at)
        tail = file.read()
    cuts = sorted((size - 1 - dice.randrange(size - tail_at)
                   for _ in range(count)), reverse=True)
    for cut in cuts:
        os.truncate(path, cut)
        status = check(path)
        if status != 1:
            print(f"damage: cut at {cut:#x}: exit status {status}")
            wrong += 1
    with open(path, "r+b") as file:
        file.seek(tail_at)
        file.write(tail)
    return wrong


def main():
    count, path = int(sys.argv[1]), sys.argv[2]
    size = os.path.getsize(path)
    dice = random.Random(count)
    wrong = try_flips(path, size, dice, count)
    wrong += try_cuts(path, size, dice, count)
    if check(path) != 0:
        print("damage: the image is not what it was")
        wrong += 1
    sys.exit(wrong > 0)


main()
