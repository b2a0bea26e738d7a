#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
elf_pages FILE - print "FRAME HASH" for each page in an ELF core

The frame is in hexadecimal, the hash the first 16 digits of the page's
SHA-256.  A page counts as there if one byte of it is in the file; bytes of it
that are not are zero.  Reads nothing but the ELF headers, so that what our
own tools say can be compared with it.
"""

import hashlib
import struct
import sys

PAGE = 4096
PT_LOAD = 1
PN_XNUM = 0xffff
NOWHERE = 2 ** 64 - 1


def load_segments(file):
    """(physical address, file offset, bytes in the file) of each PT_LOAD."""
    ident = file.read(64)
    if ident[:5] != b"\x7fELF\x02":
        sys.exit("elf_pages: not a 64-bit ELF file")
    order = "<" if ident[5] == 1 else ">"
    phoff, shoff = struct.unpack_from(order + "QQ", ident, 32)
    entry_size, count = struct.unpack_from(order + "HH", ident, 54)
    if count == PN_XNUM:
        file.seek(shoff)
        count = struct.unpack_from(order + "I", file.read(64), 44)[0]
    file.seek(phoff)
    headers = file.read(entry_size * count)
    for i in range(count):
        kind, _, offset, _, address, size = struct.unpack_from(
            order + "IIQQQQ", headers, i * entry_size)
        if kind == PT_LOAD and size and address != NOWHERE:
            yield address, offset, size


def put(file, pages, segment):
    """Add what lies in the segment and not yet in the pages."""
    address, offset, size = segment
    file.seek(offset)
    at = address
    while at < address + size:
        room = min(PAGE - at % PAGE, address + size - at)
        data = file.read(room)
        if room == PAGE:
            pages[at // PAGE] = data
        else:
            page = pages.setdefault(at // PAGE, bytes(PAGE))
            start = at % PAGE
            pages[at // PAGE] = page[:start] + data + page[start + room:]
        at += room


def disjoint(segments):
    """The same without what is there twice: the lower one, or longer, counts."""
    covered = 0
    for address, offset, size in sorted(
            segments, key=lambda segment: (segment[0], -segment[2])):
        skip = max(0, covered - address)
        if skip < size:
            yield address + skip, offset + skip, size - skip
            covered = address + size


def print_pages(pages):
    for frame in sorted(pages):
        digest = hashlib.sha256(pages[frame]).hexdigest()
        sys.stdout.write(f"{frame:x} {digest[:16]}\n")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    with open(sys.argv[1], "rb") as file:
        pages = {}
        for segment in disjoint(load_segments(file)):
            # Pages are held until no segment can add to them.
            done = {frame: pages.pop(frame) for frame in list(pages)
                    if frame < segment[0] // PAGE}
            print_pages(done)
            put(file, pages, segment)
        print_pages(pages)


if __name__ == "__main__":
    main()
