#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
split_core COUNT CORE FILE - the same ELF core with about COUNT segments

The segments of memory are cut at whole pages into parts of the same size, each
with a program header of its own, as a system whose memory is in many pieces has
them.  More than 65534 are counted in the section header (PN_XNUM).
"""

import shutil
import struct
import sys

PAGE = 4096
PT_LOAD = 1
PN_XNUM = 0xFFFF
HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SEGMENT = struct.Struct("<IIQQQQQQ")
SECTION = struct.Struct("<IIQQQQIIQQ")


def read_segments(file, header):
    """All program headers of a core."""
    offset, count = header[5], header[10]
    if count == PN_XNUM:
        file.seek(header[6])
        count = SECTION.unpack(file.read(SECTION.size))[7]
    file.seek(offset)
    return [SEGMENT.unpack(file.read(SEGMENT.size)) for _ in range(count)]


def cut(segment, step):
    """Its parts of at most step bytes."""
    kind, flags, offset, vaddr, paddr, in_file, in_memory, align = segment
    if kind != PT_LOAD or in_file != in_memory or in_file % PAGE:
        return [segment]
    return [
        (kind, flags, offset + at, (vaddr + at) % (1 << 64), paddr + at,
         min(step, in_file - at), min(step, in_file - at), align)
        for at in range(0, in_file, step)
    ]


def split(count, core, path):
    """Write the core with its segments cut."""
    with open(core, "rb") as file, open(path, "wb") as out:
        header = list(HEADER.unpack(file.read(HEADER.size)))
        old = read_segments(file, header)
        memory = sum(s[5] for s in old if s[0] == PT_LOAD)
        step = max(memory // count // PAGE, 1) * PAGE
        new = [part for segment in old for part in cut(segment, step)]
        # Behind the ELF header: the program headers, where makedumpfile wants
        # them, a section header, the old file as a whole.
        section = HEADER.size + len(new) * SEGMENT.size
        start = (section + SECTION.size + PAGE - 1) // PAGE * PAGE
        many = len(new) >= PN_XNUM
        header[5], header[6] = HEADER.size, section
        header[10] = PN_XNUM if many else len(new)
        header[11], header[12], header[13] = SECTION.size, 1, 0
        out.write(HEADER.pack(*header))
        for s in new:
            out.write(SEGMENT.pack(s[0], s[1], s[2] + start, *s[3:]))
        out.write(SECTION.pack(0, 0, 0, 0, 0, 1, 0, len(new) if many else 0,
                               0, 0))
        out.seek(start)
        file.seek(0)
        shutil.copyfileobj(file, out, 1 << 20)


split(int(sys.argv[1]), sys.argv[2], sys.argv[3])
