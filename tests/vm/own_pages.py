#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
own_pages.py list DISK >PAGES - the pages that the hibernation image on a swap
	disk takes, one index a line
own_pages.py wipe DISK PAGES - take the image back and fill these pages with noise
own_pages.py rest DISK PAGES - the SHA-256 of all others, but for what stands at the
	end of the header page; and how many of them are not zero
"""

import hashlib
import struct
import sys

PAGE = 4096
TAIL = 40


def read(disk, page):
    disk.seek(page * PAGE)
    return disk.read(PAGE)


def own(disk):
    """The map pages and what they list."""
    at, = struct.unpack_from("<Q", read(disk, 0), PAGE - 32)
    pages = set()
    while at:
        *entries, following = struct.unpack("<512Q", read(disk, at))
        pages |= {at, *filter(None, entries)}
        at = following
    return pages


def wipe(disk, pages):
    for page in pages:
        disk.seek(page * PAGE)
        disk.write(hashlib.sha512(b"%d" % page).digest() * (PAGE // 64))
    disk.seek(PAGE - TAIL)
    disk.write(bytes(TAIL - 10) + b"SWAPSPACE2")


def rest(disk, pages):
    """Pages in their order, the header page first."""
    digest, used, index = hashlib.sha256(read(disk, 0)[:-TAIL]), 0, 1
    while data := read(disk, index):
        if index not in pages:
            digest.update(data)
            used += any(data)
        index += 1
    return digest.hexdigest(), used


def main():
    verb, path, *listed = sys.argv[1:]
    with open(path, "rb" if verb != "wipe" else "r+b") as disk:
        if verb == "list":
            print(*sorted(own(disk)), sep="\n")
            return
        with open(listed[0], encoding="ascii") as lines:
            pages = set(map(int, lines))
        if verb == "wipe":
            wipe(disk, pages)
        else:
            print(*rest(disk, pages))


main()
