#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""relayout.py IN OUT

Copies an ELF core so that its program headers follow the ELF header. That is
all that makedumpfile needs to open a core that QEMU wrote.
"""

import struct
import sys

EHDR, PHDR, SHDR = 64, 56, 64
PAGE = 4096
PN_XNUM = 0xFFFF


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: relayout.py IN OUT")
    with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
        ehdr = bytearray(source.read(EHDR))
        (phoff,) = struct.unpack_from("<Q", ehdr, 32)
        (count,) = struct.unpack_from("<H", ehdr, 56)
        if count == PN_XNUM:
            sys.exit(f"relayout.py: {sys.argv[1]}: too many program headers")
        source.seek(phoff)
        headers = [list(struct.unpack("<IIQQQQQQ", source.read(PHDR))) for _ in range(count)]

        struct.pack_into("<QQ", ehdr, 32, EHDR, 0)  # e_phoff, e_shoff
        struct.pack_into("<HHHHHH", ehdr, 52, EHDR, PHDR, count, SHDR, 0, 0)
        end = EHDR + PHDR * count
        for header in headers:
            offset, size = header[2], header[5]
            header[2] = end = -(-end // PAGE) * PAGE
            source.seek(offset)
            target.seek(end)
            copy(source, target, size)
            end += size
        target.seek(0)
        target.write(ehdr)
        for header in headers:
            target.write(struct.pack("<IIQQQQQQ", *header))


def copy(source, target, size):
    while size:
        data = source.read(min(size, 1 << 20))
        if not data:
            sys.exit("relayout.py: the core is cut short")
        target.write(data)
        size -= len(data)


if __name__ == "__main__":
    main()
