#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""backup_map.py CORE - print the backup map of a hibernated system, as its own
control page in the core (jump view) tells it: lines of a destination and a backup
frame, hexadecimal. For Linux 6.1 to 6.12 on x86_64, whose control page is laid out
as arch/x86/kernel/relocate_kernel_64.S there has it. It shares nothing with the
library, so that the map that the tools find can be held against this one."""

import mmap
import struct
import sys

PAGE = 4096
DATA = 2048  # KEXEC_CONTROL_CODE_MAX_SIZE
MAP = DATA + 0x30  # CP_PA_BACKUP_PAGES_MAP
DESTINATION, INDIRECTION, DONE, SOURCE = 1, 2, 4, 8


class Core:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.entry, at = struct.unpack_from("<QQ", self.data, 24)
        size, count = struct.unpack_from("<HH", self.data, 54)
        self.segments = []
        for i in range(count):
            (kind, _, offset, _, address, filesz) = struct.unpack_from(
                "<IIQQQQ", self.data, at + i * size)
            if kind == 1:
                self.segments.append((address, filesz, offset))

    def number(self, address):
        for start, size, offset in self.segments:
            if start <= address < start + size:
                return struct.unpack_from(
                    "<Q", self.data, offset + address - start)[0]
        raise SystemExit(f"backup_map.py: nothing at {address:#x}")


def backup_map(core):
    """Walks the list as swap_pages does."""
    entry = core.number((core.entry & -PAGE) + MAP)
    at = destination = None
    while not entry & DONE:
        frame = entry & -PAGE
        if entry & DESTINATION:
            destination = frame
        elif entry & INDIRECTION:
            at = frame
        elif entry & SOURCE:
            yield destination // PAGE, frame // PAGE
            destination += PAGE
        entry = core.number(at)
        at += 8


def main():
    for destination, source in backup_map(Core(sys.argv[1])):
        print(f"{destination:#018x}\t{source:#018x}")


main()
