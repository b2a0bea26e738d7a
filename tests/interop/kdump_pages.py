#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kdump_pages.py FILE

Prints how many pages of a compressed kdump file are not zero, with the SHA-256
over them: of each its frame number (64 bits, little-endian) and its content.
What makedumpfile leaves out of two dumps of the same memory, and what it keeps,
is equal if these are.
"""

import hashlib
import struct
import sys
import zlib

RAW, ZLIB = 0, 1


class Kdump:
    """A file as `makedumpfile -c` writes it, of a 64-bit little-endian machine."""

    def __init__(self, data):
        if data[:8] != b"KDUMP   ":
            raise ValueError("no compressed kdump file")
        self.data = data
        self.page_size, sub_size, bitmap_blocks = struct.unpack_from("<iiI", data, 428)
        bitmaps = (1 + sub_size) * self.page_size
        half = bitmap_blocks * self.page_size // 2
        self.bitmap = data[bitmaps + half:bitmaps + 2 * half]
        self.descriptors = bitmaps + 2 * half

    def frames(self):
        for at, byte in enumerate(self.bitmap):
            for bit in range(8):
                if byte >> bit & 1:
                    yield at * 8 + bit

    def page(self, rank):
        offset, size, flags = struct.unpack_from("<qII", self.data, self.descriptors + 24 * rank)
        stored = self.data[offset:offset + size]
        if flags not in (RAW, ZLIB):
            raise ValueError(f"page {rank} is compressed by method {flags}")
        return bytes(stored) if flags == RAW else zlib.decompress(stored)

    def pages(self):
        for rank, pfn in enumerate(self.frames()):
            yield pfn, self.page(rank)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: kdump_pages.py FILE")
    with open(sys.argv[1], "rb") as file:
        dump = Kdump(memoryview(file.read()))
    digest = hashlib.sha256()
    count = 0
    for pfn, page in dump.pages():
        if any(page):
            digest.update(struct.pack("<Q", pfn) + page)
            count += 1
    print(f"{count} pages {digest.hexdigest()}")


if __name__ == "__main__":
    main()
