#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
jumpify [--seed N] [--map FILE] DUMP JUMP [NEWMAP] - make of an ELF core in the
original view one in the jump view

Each destination page changes places with its backup page, as the control page
of a kexec jump does it.  The backup map is read from FILE, or made up by the
seed and written to NEWMAP: runs of any length, in any order, some of them in
place, over an eighth of the frames.
"""

import argparse
import mmap
import random
import shutil

from elf_pages import PAGE, load_segments


def frame_offsets(path):
    """File offset of each frame that is in the file as a whole, once."""
    offsets, twice = {}, set()
    with open(path, "rb") as file:
        for address, offset, size in load_segments(file):
            first = -(-address // PAGE)
            for frame in range(first, (address + size) // PAGE):
                if frame in offsets:
                    twice.add(frame)
                offsets[frame] = offset + frame * PAGE - address
    return {frame: at for frame, at in offsets.items() if frame not in twice}


def read_map(path):
    with open(path) as file:
        lines = (line.split("#")[0].split() for line in file)
        return [tuple(int(word, 16) for word in line) for line in lines if line]


def take_run(frames, start, length):
    """The frames from position start that follow one another."""
    run = frames[start:start + length]
    return [frame for i, frame in enumerate(run) if frame == run[0] + i]


def make_map(frames, seed):
    """Pairs (destination, backup): a bijection between disjoint sets."""
    dice = random.Random(seed)
    used, pairs = set(), []
    while len(pairs) < len(frames) // 8:
        length = dice.choice((1, 1, 2, 7, 64, 300))
        a = take_run(frames, dice.randrange(len(frames)), length)
        b = a if dice.random() < 0.05 else take_run(
            frames, dice.randrange(len(frames)), length)
        if b is not a and set(a) & set(b):
            continue
        for pair in zip(a, b):
            if not used & set(pair):
                used |= set(pair)
                pairs.append(pair)
    dice.shuffle(pairs)
    return pairs


def swap(path, offsets, pairs):
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        for a, b in pairs:
            a, b = offsets[a], offsets[b]
            kept = data[a:a + PAGE]
            data[a:a + PAGE] = data[b:b + PAGE]
            data[b:b + PAGE] = kept


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--map")
    parser.add_argument("dump")
    parser.add_argument("jump")
    parser.add_argument("newmap", nargs="?")
    options = parser.parse_args()
    offsets = frame_offsets(options.dump)
    if options.map:
        pairs = read_map(options.map)
    else:
        pairs = make_map(sorted(offsets), options.seed)
    shutil.copyfile(options.dump, options.jump)
    swap(options.jump, offsets, pairs)
    if options.newmap:
        with open(options.newmap, "w") as file:
            file.writelines(f"{a:#x} {b:#x}\n" for a, b in pairs)


main()
