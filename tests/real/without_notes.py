#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""without_notes.py IN OUT

Copies an ELF core of less than 65,535 program headers so that it has no notes:
their program headers become empty ones.
"""

import shutil
import struct
import sys

PHDR = 56
PT_NULL, PT_NOTE = 0, 4


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: without_notes.py IN OUT")
    shutil.copyfile(sys.argv[1], sys.argv[2])
    with open(sys.argv[2], "r+b") as file:
        head = file.read(64)
        start, = struct.unpack_from("<Q", head, 32)
        count, = struct.unpack_from("<H", head, 56)
        for at in range(start, start + count * PHDR, PHDR):
            file.seek(at)
            kind, = struct.unpack("<I", file.read(4))
            if kind == PT_NOTE:
                file.seek(at)
                file.write(struct.pack("<I", PT_NULL))


main()
