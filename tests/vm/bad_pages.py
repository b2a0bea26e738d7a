#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
bad_pages.py DISK - mark pages of an empty swap as bad, as mkswap -c does

There are as many as its header takes when it is that of an image, at distances of 1 to 29 pages from each
other, so what is written to this swap lies in many pieces.
"""

import struct
import sys

COUNT_OFFSET = 1032
LIST_OFFSET = 1536
BAD_MAX = 630


def main():
    pages = []
    at = 5
    for i in range(BAD_MAX):
        pages.append(at)
        at += 1 + i * 11 % 29
    with open(sys.argv[1], "r+b") as disk:
        disk.seek(COUNT_OFFSET)
        disk.write(struct.pack("<I", len(pages)))
        disk.seek(LIST_OFFSET)
        disk.write(struct.pack(f"<{len(pages)}I", *pages))


main()
