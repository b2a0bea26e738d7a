#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
sparse_core GIB FILE - write an ELF core of GIB GiB of memory, nearly all of
which is a hole in the file: one page in 256 has content.
"""

import random
import struct
import sys

PAGE = 4096

size, path = int(sys.argv[1]) << 30, sys.argv[2]
ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
header = struct.pack("<16sHHIQQQIHHHHHH", ident, 4, 62, 1, 0, 64, 0, 0, 64, 56,
                     1, 0, 0, 0)
segment = struct.pack("<IIQQQQQQ", 1, 7, PAGE, 0, 0x100000, size, size, PAGE)
dice = random.Random(size)
with open(path, "wb") as file:
    file.write(header + segment)
    file.truncate(PAGE + size)
    for at in range(0, size, 256 * PAGE):
        file.seek(PAGE + at)
        file.write(dice.randbytes(PAGE))
