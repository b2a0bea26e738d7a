#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reference reader of imgfmt images, version 1.0.

Written from spec/imgfmt-1.md alone, in the order of its clauses, to be read
beside it. It shares no code with the library, so that each checks the other.

    imgfmt_ref.py check [OPTIONS] IMAGE       findings, "RULE offset message"
    imgfmt_ref.py pages IMAGE                 page map, JSON
    imgfmt_ref.py hashes IMAGE                SHA-256 of every present page
    imgfmt_ref.py view VIEW hashes IMAGE      the same, "original" or "jump"
    imgfmt_ref.py dump IMAGE --json           all records, JSON
    imgfmt_ref.py segments IMAGE              program headers

--no-payload-crc leaves [BLK-06] out; the digest covers the same bytes.
--resumable asks for 6.7 too, --machine FACTS and --kernel RELEASE for 6.8.

Exit status: 0 valid, 1 corrupt, truncated, not resumable or not for here,
2 trouble, 3 not an image or one that was used, 4 unsupported.
"""

import argparse
import hashlib
import itertools
import json
import lzma
import os
import re
import stat
import struct
import subprocess
import sys
import zlib
from bisect import bisect_right
from types import SimpleNamespace

# Answers (2.8 and 6.7), the weightiest first.
NOT_AN_IMAGE, BROKEN, UNSUPPORTED, USED, UNFIT, VALID = range(6)
EXITS = {NOT_AN_IMAGE: 3, BROKEN: 1, UNSUPPORTED: 4, USED: 3, UNFIT: 1,
         VALID: 0}
TROUBLE = 2


# ------------------------------------------------------------ 2 Conventions

class Stop(Exception):
    """What was found makes all that would follow meaningless [GEN-01]."""


class Findings:
    """All broken rules of one image, and the answer that follows (2.8)."""

    def __init__(self):
        self.lines = []
        self.answers = set()

    def add(self, rule, offset, message, answer=BROKEN):
        self.lines.append(f"{rule} {offset:#x} {message}")
        self.answers.add(answer)

    def expect(self, holds, rule, offset, message, answer=BROKEN):
        """A rule whose breach leaves the rest of the image readable."""
        if not holds:
            self.add(rule, offset, message, answer)
        return bool(holds)

    def need(self, holds, rule, offset, message, answer=BROKEN):
        """A rule on which everything after it rests."""
        if not holds:
            self.add(rule, offset, message, answer)
            raise Stop

    def answer(self):
        return min(self.answers, default=VALID)


class File:
    """The bytes of an image; a read past their end is truncation."""

    def __init__(self, path, findings):
        self.findings = findings
        self.handle = open(path, "rb")
        mode = os.fstat(self.handle.fileno()).st_mode
        self.is_device = stat.S_ISBLK(mode)
        self.size = self.handle.seek(0, os.SEEK_END)
        self.end_rule = "COM-01"

    def has(self, offset, size):
        return offset + size <= self.size

    def read(self, offset, size):
        self.findings.need(self.has(offset, size), self.end_rule, self.size,
                           f"truncated: no {size} bytes at {offset:#x}")
        self.handle.seek(offset)
        return self.handle.read(size)


class Record:
    """A drawing of the document: its fields from left to right.

    A field is (name, struct code); one without a name is reserved.
    """

    def __init__(self, size, *fields):
        self.fields = fields
        self.size = size
        assert size == struct.calcsize("<" + "".join(c for _, c in fields))

    def read(self, findings, data, offset, order="<"):
        """Take `data` apart; `offset` is where it lies in the file."""
        at, values = 0, SimpleNamespace()
        for name, code in self.fields:
            size = struct.calcsize("<" + code)
            if name:
                value, = struct.unpack_from(order + code, data, at)
                setattr(values, name, value)
            else:
                check_padding(findings, data[at:at + size], offset + at)
            at += size
        return values


def check_padding(findings, data, offset):
    """2.4"""
    rest = data.lstrip(b"\0")
    findings.expect(not rest, "PAD-01", offset + len(data) - len(rest),
                    "reserved bytes or padding are not zero")


def check_file_padding(image, start, end):
    """2.4, between two things in the file."""
    while start < end:
        size = min(end - start, 1 << 20)
        check_padding(image.findings, image.file.read(start, size), start)
        start += size


def H(domain, *parts):
    """2.6"""
    digest = hashlib.sha256(bytes([domain]))
    for part in parts:
        digest.update(part)
    return digest.digest()


(D_BLOCK, D_CHUNK, D_NODE, D_ROOT, D_SET_TAG, D_FRONT, D_NOTES, D_PAGE_MAP,
 D_PAGES, D_CONTENT, D_MANIFEST, D_FIRMWARE) = range(12)


def crc_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82f63b78 if value & 1 else 0)
        table.append(value)
    return table


CRC_TABLE = crc_table()

# Long inputs are first made short. A bit may be moved as long as the
# remainder modulo the polynomial P stays, and P divides a polynomial of four
# terms, by which one bit is worth three bits that lie this far behind it:
CRC_FOLDS = (4323, 5259, 5685)
# Squaring doubles the exponents of a polynomial over GF(2), and a multiple of
# P stays one: the distances times any power of two serve as well. With them
# the front half of an input goes into its back half in a few operations on
# long integers, which is what makes this fast in Python.


def crc_fold(data):
    bits = 8 * len(data)
    value = int.from_bytes(data, "little")
    scale = 1 << 30
    while scale >= 8:
        near, middle, far = (distance * scale for distance in CRC_FOLDS)
        while bits > far:
            count = min(near, bits - far)
            front = value & (1 << count) - 1
            value >>= count
            bits -= count
            for distance in (near, middle, far):
                value ^= front << distance - count
        scale >>= 1
    return value.to_bytes(bits // 8, "little")


def crc32c(data):
    """2.7"""
    crc = 0xffffffff
    if len(data) > CRC_FOLDS[-1]:
        first = bytes(byte ^ 0xff for byte in data[:4])
        data = crc_fold(first + data[4:])
        crc = 0
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xff]
    return crc ^ 0xffffffff


assert crc32c(b"123456789") == 0xe3069283


def own_crc(data, at):
    """A record's own CRC32C, whose field is at `at`."""
    return crc32c(data[:at] + bytes(4) + data[at + 4:])


def round_up(value, multiple):
    return -(-value // multiple) * multiple


def is_padded_text(field):
    """Text, then only zeros."""
    return not field.partition(b"\0")[2].strip(b"\0")


def text_of(field):
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")


# --------------------------------------------------------------- 3 Overview

FOREIGN, BARE, STREAMED, SEALED = -1, 0, 1, 2
PLAIN, PACKED = 1, 2
LEVELS = {BARE: "bare", STREAMED: "streamed", SEALED: "sealed"}
PROFILES = {PLAIN: "plain", PACKED: "packed"}

PAGE_SIZES = (4096, 16384, 65536)
BLOCK_PAGES = (1, 2, 4, 8, 16, 32, 64)
MAX_ADDRESS = 1 << 52
MAX_HEADERS = 1 << 24
MAX_NOTE_BYTES = 64 << 20
MAX_NOTES = 65536
MAX_RUNS = 1 << 24
MAX_RANGES = 65536
MAX_FILE = 1 << 62


# --------------------------------------------------------------- 4 Envelope

ELF_HEADER = Record(
    64, ("ident", "16s"), ("type", "H"), ("machine", "H"), ("version", "I"),
    ("entry", "Q"), ("phoff", "Q"), ("shoff", "Q"), ("flags", "I"),
    ("ehsize", "H"), ("phentsize", "H"), ("phnum", "H"), ("shentsize", "H"),
    ("shnum", "H"), ("shstrndx", "H"))

PROGRAM_HEADER = Record(
    56, ("type", "I"), ("flags", "I"), ("offset", "Q"), ("vaddr", "Q"),
    ("paddr", "Q"), ("filesz", "Q"), ("memsz", "Q"), ("align", "Q"))

SECTION_HEADER = Record(
    64, ("name", "I"), ("type", "I"), ("flags", "Q"), ("addr", "Q"),
    ("offset", "Q"), ("size", "Q"), ("link", "I"), ("info", "I"),
    ("addralign", "Q"), ("entsize", "Q"))

ELF_MAGIC = b"\x7fELF"
ET_CORE = 4
PN_XNUM = 0xffff
PT_LOAD, PT_NOTE = 1, 4
PT_MAP, PT_TABLES, PT_DATA = 0x60494d01, 0x60494d02, 0x60494d03
PT_OURS = range(0x60494d01, 0x60494e00)
NO_MEMORY = (1 << 64) - 1
SEGMENT_NAMES = {PT_LOAD: "LOAD", PT_NOTE: "NOTE", PT_MAP: "IMGFMT_MAP",
                 PT_TABLES: "IMGFMT_TABLES", PT_DATA: "IMGFMT_DATA"}


def read_elf_header(image):
    """4.1"""
    data = image.file.read(0, 64)
    image.order = ">" if data[5] == 2 else "<"
    image.elf = ELF_HEADER.read(image.findings, data, 0, image.order)


def check_elf_header(image):
    """4.1"""
    findings, elf = image.findings, image.elf
    ident = elf.ident
    good = (ident[:5] == ELF_MAGIC + b"\x02" and ident[5] in (1, 2)
            and ident[6:] == b"\x01" + bytes(9))
    findings.need(good, "ELF-01", 0, f"e_ident is {ident.hex()}")
    findings.expect(elf.type == ET_CORE and elf.version == 1, "ELF-02", 16,
                    f"e_type {elf.type}, e_version {elf.version}")
    findings.expect(elf.flags == 0, "ELF-03", 48, f"e_flags {elf.flags:#x}")
    sizes = (elf.ehsize, elf.phentsize, elf.phoff, elf.shstrndx)
    findings.expect(sizes == (64, 56, 64, 0), "ELF-04", 32,
                    f"e_ehsize, e_phentsize, e_phoff, e_shstrndx are {sizes}")


def read_header_count(image):
    """4.2"""
    findings, elf = image.findings, image.elf
    section = (elf.shoff, elf.shnum, elf.shentsize)
    image.front_end = 64 + 56 * elf.phnum
    if elf.phnum != PN_XNUM:
        findings.need(section == (0, 0, 0), "ELF-05", 40,
                      f"e_shoff, e_shnum, e_shentsize are {section}")
        return elf.phnum

    count = (elf.shoff - 64) // 56
    findings.need(count <= MAX_HEADERS, "LIM-01", 40,
                  f"{count} program headers")
    findings.need(count >= PN_XNUM
                  and section == (64 + 56 * count, 1, 64), "ELF-06", 40,
                  f"e_shoff, e_shnum, e_shentsize are {section}")
    data = image.file.read(elf.shoff, 64)
    header = SECTION_HEADER.read(findings, data, elf.shoff, image.order)
    expected = dict.fromkeys(vars(header), 0) | {"info": count, "size": 1}
    findings.need(vars(header) == expected, "ELF-06", elf.shoff,
                  f"the section header does not give {count} program headers")
    image.front_end = elf.shoff + 64
    return count


def check_core_header(image):
    """4.7: what of 4.1 and 4.2 binds a bare image or a foreign core."""
    findings, elf = image.findings, image.elf
    good = elf.ident[4] == 2 and elf.ident[5] in (1, 2)
    findings.need(good, "ELF-01", 4, f"e_ident is {elf.ident.hex()}")
    findings.need(elf.type == ET_CORE, "ELF-02", 16, f"e_type {elf.type}")
    findings.need(elf.phentsize == 56, "ELF-04", 54,
                  f"e_phentsize {elf.phentsize}")


def read_core_count(image):
    """4.7: `e_phoff` and `e_shoff` are followed."""
    image.headers, count = image.elf.phoff, image.elf.phnum
    if count == PN_XNUM:
        data = image.file.read(image.elf.shoff, 64)
        # Only one number is of interest, and the rest means nothing here.
        header = SECTION_HEADER.read(image.findings, data, image.elf.shoff,
                                     image.order)
        count = header.info
    image.findings.need(count <= MAX_HEADERS, "LIM-01", 56,
                        f"{count} program headers")
    return count


def read_segment(image, number):
    offset = image.headers + 56 * number
    data = image.file.read(offset, 56)
    segment = PROGRAM_HEADER.read(image.findings, data, offset, image.order)
    segment.at = offset
    return segment


def has_front_mark(image):
    """4.3; sought behind the ELF header too, for any field may be damaged."""
    for image.headers in (64, image.elf.phoff):
        for number in range(4):
            if not image.file.has(image.headers + 56 * number, 56):
                break
            segment = read_segment(image, number)
            if segment.type in PT_OURS:
                return True
            if number == 0 and starts_with_information(image, segment):
                return True
    return False


def starts_with_information(image, segment):
    size = NOTE_HEADER.size + len(OWNER)
    if segment.type != PT_NOTE or not image.file.has(segment.offset, size):
        return False
    data = image.file.read(segment.offset, size)
    head = struct.unpack_from(image.order + "3I", data)
    return (head[0], head[2]) == (7, NOTE_INFORMATION) and data[12:] == OWNER


def check_identity(image):
    """2.8 and 4.3; the level is settled only where other rules hold (4.7)."""
    findings, file = image.findings, image.file
    end = file.size - COMMIT.size
    end_mark = end >= 0 and file.read(end, 16) == COMMIT_MAGIC
    front_mark = is_core = False
    if file.size >= 64 and file.read(0, 4) == ELF_MAGIC:
        read_elf_header(image)
        front_mark = has_front_mark(image)
        is_core = (image.elf.ident[4] == 2 and image.elf.ident[5] in (1, 2)
                   and image.elf.type == ET_CORE)
    findings.need(front_mark or end_mark or is_core, "ELF-07", 0,
                  "not an image", NOT_AN_IMAGE)
    findings.need(front_mark or not end_mark, "ELF-07", 0,
                  "there is a commit record but no front mark")
    image.is_foreign = not front_mark
    image.is_core = image.is_foreign or states_bare(image)


def states_bare(image):
    """Whether there is an information note, undamaged, that says bare."""
    segment = read_segment(image, 0)
    size = NOTE_HEADER.size + 8 + INFORMATION.size
    if not (starts_with_information(image, segment)
            and image.file.has(segment.offset, size)):
        return False
    data = image.file.read(segment.offset, size)[-INFORMATION.size:]
    crc, = struct.unpack_from("<I", data, 508)
    return crc == own_crc(data, 508) and data[4] == BARE


def check_segments(image):
    """4.4"""
    findings, info, segments = image.findings, image.info, image.segments
    kinds = [PT_NOTE, PT_MAP, PT_TABLES]
    if info.profile == PACKED:
        kinds.append(PT_DATA)
    found = [segment.type for segment in segments]
    loads = 0 if info.profile == PACKED else len(found) - len(kinds)
    findings.need(found == kinds + [PT_LOAD] * loads, "ELF-08", 64,
                  "the program headers are not those of the format")
    for segment in segments:
        check_segment(image, segment)


def check_segment(image, segment):
    """4.4, one row of the table except for the place."""
    findings, at = image.findings, segment.at
    if segment.type == PT_LOAD:
        shape = (segment.filesz, 7, 0)
    else:
        shape = (segment.filesz, 4, 0)
    found = (segment.memsz, segment.flags, segment.align)
    findings.expect(found == shape, "ELF-08", at,
                    f"p_memsz, p_flags, p_align are {found}, not {shape}")
    place = (0, 0 if segment.type == PT_NOTE else NO_MEMORY)
    findings.expect(segment.type == PT_LOAD
                    or (segment.vaddr, segment.paddr) == place, "ELF-09", at,
                    f"p_vaddr {segment.vaddr:#x}, p_paddr "
                    f"{segment.paddr:#x}")


def check_front_layout(image):
    """4.5: the notes and the page map."""
    findings = image.findings
    notes, page_map = image.segments[:2]
    findings.need(notes.offset == image.front_end, "ELF-10", notes.at,
                  f"notes at {notes.offset:#x}, not {image.front_end:#x}")
    end = notes.offset + notes.filesz
    place = round_up(end, 8)
    findings.need(page_map.offset == place, "ELF-10", page_map.at,
                  f"page map at {page_map.offset:#x}, not {place:#x}")
    check_file_padding(image, end, place)


def plan_layout(image):
    """4.5: where all the rest must be, as far as the front tells."""
    info, page_map = image.info, image.segments[1]
    end = page_map.offset + page_map.filesz
    plan = SimpleNamespace(map_end=end)
    if info.level == SEALED:
        plan.tables = round_up(end, 4096)
        plan.tables_size = image.segments[2].filesz
        plan.mutable = round_up(plan.tables + plan.tables_size, 4096)
        plan.mutable_end = plan.mutable + MUTABLE_SIZE
        plan.data = round_up(plan.mutable_end, info.page_size)
        plan.data_size = info.data_size
        plan.commit = plan.data + plan.data_size
        plan.end = plan.commit + COMMIT.size
    else:
        plan.data = round_up(end, info.page_size)
    return plan


def check_layout(image):
    """4.5 and the offsets of 6.1, for both levels."""
    findings, info, plan = image.findings, image.info, image.plan
    sealed = info.level == SEALED
    at = image.information_at
    data = (plan.data, plan.data_size if sealed else 0)
    tables = (plan.tables, plan.tables_size) if sealed else (0, 0)
    size = plan.end if sealed else 0
    for what, found, expected in (
            ("data", (info.data_offset, info.data_size), data),
            ("tables", (info.tables_offset, info.tables_size), tables),
            ("image size", info.image_size, size)):
        findings.need(found == expected, "INF-14", at + 80,
                      f"{what}: {found}, not {expected}")
    findings.need(size <= MAX_FILE, "LIM-01", at + 112, "image size")

    segment = image.segments[2]
    found = (segment.offset, segment.filesz)
    findings.need(found == tables, "ELF-11", segment.at,
                  f"tables: {found}, not {tables}")
    if info.profile == PACKED:
        segment = image.segments[3]
        found = (segment.offset, segment.filesz)
        findings.need(found == data, "ELF-11", segment.at,
                      f"data: {found}, not {data}")


def check_layout_padding(image):
    """4.5: what lies between."""
    plan = image.plan
    if image.info.level == SEALED:
        check_file_padding(image, plan.map_end, plan.tables)
        check_file_padding(image, plan.tables + plan.tables_size,
                           plan.mutable)
        check_file_padding(image, plan.mutable_end, plan.data)
    else:
        check_file_padding(image, plan.map_end, plan.data)


def present_runs(image):
    """Maximal runs of present frames: first frame, end, rank of the first."""
    first = end = rank = 0
    for run in image.page_map:
        if run.state != PRESENT:
            continue
        if run.first != end:
            if end > first:
                yield first, end, rank
            rank += end - first
            first = run.first
        end = run.first + run.pages
    if end > first:
        yield first, end, rank


def frame_mappings(image, alias):
    """6.6, in frames: first frame, end, the mapping.

    A mapping is of physical addresses in the original view, so that in the
    jump view none covers anything.
    """
    if image.info.view == JUMP:
        return []
    size = image.info.page_size
    return [(m.physical // size, (m.physical + m.bytes) // size, m)
            for m in image.mappings if bool(m.flags & 1) == alias]


def expected_loads(image):
    """4.6: the rule, and paddr, vaddr, offset, size of each PT_LOAD."""
    page_size, data = image.info.page_size, image.plan.data

    def load(rule, first, end, rank, mapping):
        paddr = first * page_size
        vaddr = mapping.virtual + paddr - mapping.physical if mapping else 0
        return rule, (paddr, vaddr, data + rank * page_size,
                      (end - first) * page_size)

    mappings = frame_mappings(image, alias=False)
    for first, end, rank in present_runs(image):
        while first < end:
            while mappings and mappings[0][1] <= first:
                mappings.pop(0)
            start, stop, mapping = (mappings or [(end, end, None)])[0]
            if first < start:
                stop, mapping = start, None
            stop = min(stop, end)
            yield load("ELF-13", first, stop, rank, mapping)
            rank += stop - first
            first = stop

    for start, stop, mapping in frame_mappings(image, alias=True):
        for first, end, rank in present_runs(image):
            low, high = max(first, start), min(end, stop)
            if low < high:
                yield load("ELF-14", low, high, rank + low - first, mapping)


def check_loads(image):
    """4.6"""
    segments = [s for s in image.segments if s.type == PT_LOAD]
    expected = itertools.islice(expected_loads(image), len(segments) + 1)
    surplus = ("ELF-14", None)
    for segment, pair in itertools.zip_longest(segments, expected):
        rule, values = pair or surplus
        found = segment and (segment.paddr, segment.vaddr, segment.offset,
                             segment.filesz)
        at = segment.at if segment else image.front_end
        if not image.findings.expect(
                found == values, rule, at,
                f"p_paddr, p_vaddr, p_offset, p_filesz: {found}, "
                f"not {values}"):
            return


def read_core_segments(image):
    """4.7: notes and loads lie in the file."""
    findings = image.findings
    for segment in image.segments:
        if segment.type not in (PT_NOTE, PT_LOAD):
            continue
        findings.need(image.file.has(segment.offset, segment.filesz),
                      "ELF-15", segment.at,
                      f"{segment.filesz:#x} bytes at {segment.offset:#x} "
                      "are not all in the file")
        findings.need(segment.type == PT_NOTE
                      or segment.filesz <= segment.memsz, "ELF-16",
                      segment.at, f"p_filesz {segment.filesz:#x}, p_memsz "
                      f"{segment.memsz:#x}")


def check_physical(image):
    """4.7: what a process has at several addresses is all at physical 0."""
    loads = [s for s in image.segments if s.type == PT_LOAD and s.filesz]
    is_process = (all(s.paddr == 0 for s in loads)
                  and any(s.offset != loads[0].offset
                          and s.vaddr != loads[0].vaddr for s in loads))
    image.findings.need(not is_process, "ELF-17", image.headers,
                        "the core of a process, not an image", NOT_AN_IMAGE)


def foreign_page_size(image):
    """4.7: as VMCOREINFO has it, else the swap image note, else the usual one."""
    sizes = []
    for note in image.notes:
        if note.name == b"VMCOREINFO\0":
            sizes += re.findall(rb"^PAGESIZE=(\d+)$", note.desc, re.M)
    swap = image.ours.get(NOTE_SWAP_IMAGE)
    if not sizes and swap and len(swap.desc) >= 8:
        sizes.append(struct.unpack_from("<I", swap.desc, 4)[0])
    size = int(sizes[0]) if sizes else 0
    return size if size in PAGE_SIZES else PAGE_SIZES[0]


def read_core_memory(image):
    """4.7: the bytes that count, as physical address, end and file offset."""
    loads = [segment for segment in image.segments
             if segment.type == PT_LOAD and segment.paddr != NO_MEMORY]
    for segment in loads:
        image.findings.need(segment.paddr + segment.memsz <= MAX_ADDRESS,
                            "LIM-01", segment.at,
                            f"memory from {segment.paddr:#x} on")
    image.loads, image.pieces, done = loads, [], 0
    for segment in sorted(loads, key=lambda s: (s.paddr, -s.filesz)):
        start, end = max(segment.paddr, done), segment.paddr + segment.filesz
        if start < end:
            image.pieces.append((start, end,
                                 segment.offset + start - segment.paddr))
            done = end


def core_runs(image):
    """4.7: first frame, end, whether present, of what is no hole; rising."""
    size, steps = image.info.page_size, []
    ranges = [(start, end, True) for start, end, _ in image.pieces]
    ranges += [(segment.paddr + segment.filesz,
                segment.paddr + segment.memsz, False)
               for segment in image.loads if segment.filesz < segment.memsz]
    for start, end, present in ranges:
        steps += [(start // size, present, 1), (-(-end // size), present, -1)]
    depth, before = [0, 0], 0
    for frame, present, step in sorted(steps):
        if any(depth) and before < frame:
            yield before, frame, depth[True] > 0
        depth[present] += step
        before = frame


def core_pages(image):
    """4.7: each present frame with its page; what no segment has is zero."""
    size, pieces, at = image.info.page_size, image.pieces, 0
    for first, end, present in core_runs(image):
        for frame in range(first, end) if present else ():
            page, low = bytearray(size), frame * size
            while pieces[at][1] <= low:
                at += 1
            near = at
            while near < len(pieces) and pieces[near][0] < low + size:
                start, stop, offset = pieces[near]
                start, skipped = max(start, low), max(low - start, 0)
                length = min(stop, low + size) - start
                page[start - low:start - low + length] = image.file.read(
                    offset + skipped, length)
                near += 1
            yield frame, bytes(page)


# ------------------------------------------------------------------ 5 Notes

NOTE_HEADER = Record(12, ("namesz", "I"), ("descsz", "I"), ("type", "I"))
OWNER = b"IMGFMT\0"
(NOTE_INFORMATION, NOTE_BACKUP_MAP, NOTE_MEMORY_MAP, NOTE_MAPPINGS,
 NOTE_SWAP_IMAGE) = range(0x494d0001, 0x494d0006)


def read_notes(image):
    """5.1: cut the notes segment into notes; a core may have several (4.7)."""
    findings, segments = image.findings, image.segments[:1]
    if image.is_core:
        segments = [s for s in image.segments if s.type == PT_NOTE]
    else:
        findings.need(segments[0].type == PT_NOTE, "ELF-08", segments[0].at,
                      "the first program header is not PT_NOTE")
    total = sum(segment.filesz for segment in segments)
    findings.need(total <= MAX_NOTE_BYTES, "LIM-01", image.headers,
                  f"{total} bytes of notes")
    image.notes = []
    for segment in segments:
        read_note_segment(image, segment)


def read_note_segment(image, segment):
    """5.1"""
    findings = image.findings
    data, at = image.file.read(segment.offset, segment.filesz), 0
    while at < len(data):
        place = segment.offset + at
        findings.need(at + 12 <= len(data), "NOTE-01", place,
                      "half a note header")
        head = NOTE_HEADER.read(findings, data[at:at + 12], place, image.order)
        name = at + 12
        desc = name + round_up(head.namesz, 4)
        end = desc + round_up(head.descsz, 4)
        # A source may lack the last padding, which an image has (5.2).
        need = desc + head.descsz if image.is_core else end
        findings.need(need <= len(data), "NOTE-01", place,
                      "a note runs past its segment")
        note = SimpleNamespace(
            at=place, type=head.type, name=data[name:name + head.namesz],
            place=segment.offset + desc, desc=data[desc:desc + head.descsz],
            end=segment.offset + end)
        if note.name == OWNER and not image.is_foreign:
            check_padding(findings, data[name + head.namesz:desc],
                          segment.offset + name + head.namesz)
            check_padding(findings, data[desc + head.descsz:end],
                          segment.offset + desc + head.descsz)
        image.notes.append(note)
        findings.need(len(image.notes) <= MAX_NOTES, "LIM-01", place, "notes")
        at = end


def check_notes(image):
    """5.1, 5.2: which notes there are, and their order."""
    findings, notes = image.findings, image.notes
    first = bool(notes) and (notes[0].name, notes[0].type) == (
        OWNER, NOTE_INFORMATION)
    findings.need(first or image.is_foreign, "NOTE-02", image.headers,
                  "the information note is not the first note")
    image.ours, foreign = {}, False
    for note in notes:
        if note.name != OWNER:
            foreign = True
            continue
        if note.type not in range(NOTE_INFORMATION, NOTE_SWAP_IMAGE + 1):
            continue
        findings.need(note.type not in image.ours, "NOTE-02", note.at,
                      f"a second note of type {note.type}")
        findings.need(first or note.type != NOTE_INFORMATION, "NOTE-02",
                      note.at, "the information note is not the first note")
        findings.expect(not foreign or image.is_foreign, "NOTE-03", note.at,
                        "a note of the format behind a foreign note")
        image.ours[note.type] = note


# ------------------------------------------------------- 6 Records in notes

INFORMATION = Record(
    512, ("major", "H"), ("minor", "H"), ("level", "B"), ("profile", "B"),
    ("kind", "B"), ("view", "B"), ("incompatible", "Q"),
    ("read_compatible", "Q"), ("ignorable", "Q"), ("page_size", "I"),
    ("block_pages", "I"), ("max_pfn", "Q"), ("not_resumable", "I"),
    ("free_policy", "B"), ("poison", "B"), (None, "2s"), ("time", "Q"),
    ("uuid", "16s"), ("data_offset", "Q"), ("data_size", "Q"),
    ("tables_offset", "Q"), ("tables_size", "Q"), ("image_size", "Q"),
    ("set_tag", "8s"), ("release", "128s"), ("version", "128s"),
    (None, "124s"), ("crc", "I"))

SYSTEM, HIBERNATING_KERNEL = 1, 2
KINDS = {SYSTEM: "hibernated system",
         HIBERNATING_KERNEL: "hibernating kernel"}
ORIGINAL, JUMP = 1, 2
VIEWS = {ORIGINAL: "original", JUMP: "jump"}
FREE_POLICIES = {0: "unknown", 1: "nothing", 2: "zero", 3: "poison"}
POISON = 3
CONTENT_DIGESTS = 1 << 0


def read_information(image):
    """6.1: what can be checked of the note by itself."""
    findings, note = image.findings, image.ours[NOTE_INFORMATION]
    at = image.information_at = note.place
    findings.need(len(note.desc) == 512, "INF-01", note.at,
                  f"{len(note.desc)} bytes")
    crc, = struct.unpack_from("<I", note.desc, 508)
    findings.need(crc == own_crc(note.desc, 508), "INF-02", at + 508,
                  "CRC32C of the information note is wrong")
    major, = struct.unpack_from("<H", note.desc)
    findings.need(major == 1, "INF-03", at, f"major version {major}",
                  UNSUPPORTED)
    info = image.info = INFORMATION.read(findings, note.desc, at)
    check_feature_words(image)

    bare = info.level == BARE
    findings.need(info.level in LEVELS, "INF-04", at + 4,
                  f"level {info.level}")
    findings.need(info.profile in PROFILES and not
                  (bare and info.profile != PLAIN), "INF-05", at + 5,
                  f"profile {info.profile}")
    findings.need(info.kind in KINDS, "INF-06", at + 6, f"kind {info.kind}")
    findings.need(info.view in VIEWS, "INF-07", at + 7, f"view {info.view}")
    findings.need(info.page_size in PAGE_SIZES, "INF-08", at + 32,
                  f"page size {info.page_size}", UNSUPPORTED)
    findings.need(info.block_pages in ((0,) if bare else BLOCK_PAGES),
                  "INF-09", at + 36, f"{info.block_pages} pages in a block")
    findings.expect(info.free_policy in FREE_POLICIES, "INF-12", at + 52,
                    f"free policy {info.free_policy}")
    findings.expect(info.free_policy == POISON or info.poison == 0, "INF-12",
                    at + 53, "a poison byte without the poison policy")
    for name, place in (("release", 128), ("version", 256)):
        field = getattr(info, name)
        findings.expect(b"\0" in field and is_padded_text(field), "INF-16",
                        at + place, f"{name} is not zero-padded")


def check_bare_information(image):
    """6.1: what a bare image does not have."""
    findings, info, at = image.findings, image.info, image.information_at
    findings.expect(info.max_pfn == 0, "INF-10", at + 40, "max pfn is not 0")
    findings.expect(info.not_resumable == 0, "INF-11", at + 48,
                    "`not res.` is not 0")
    findings.expect(info.uuid == bytes(16), "INF-13", at + 64,
                    "uuid is not 0")
    sizes = (info.data_offset, info.data_size, info.tables_offset,
             info.tables_size, info.image_size)
    findings.expect(not any(sizes), "INF-14", at + 80, "sizes are not 0")
    findings.expect(info.set_tag == bytes(8), "INF-15", at + 120,
                    "set tag is not 0")


def check_feature_words(image):
    """6.2"""
    image.findings.need(image.info.incompatible == 0, "FEA-01",
                        image.information_at + 8,
                        f"incompatible features {image.info.incompatible:#x}",
                        UNSUPPORTED)


def check_set_tag(image):
    """6.3"""
    tag = H(D_SET_TAG, notes_digest(image), page_map_digest(image))[:8]
    image.findings.expect(image.info.set_tag == tag, "INF-15",
                          image.information_at + 120,
                          f"set tag is {image.info.set_tag.hex()}, "
                          f"not {tag.hex()}")


BACKUP_HEAD = Record(8, ("count", "I"), ("crc", "I"))
BACKUP_RUN = Record(24, ("destination", "Q"), ("backup", "Q"), ("pages", "Q"))


def read_array(image, note, rule, head, entry, limit):
    """A head whose `count` says how many entries follow."""
    findings, desc, at = image.findings, note.desc, note.place
    findings.need(len(desc) >= head.size, rule, at, "no room for the head")
    top = head.read(findings, desc[:head.size], at)
    findings.need(top.count <= limit, "LIM-01", at, f"{top.count} entries")
    findings.need(len(desc) == head.size + entry.size * top.count, rule, at,
                  f"{len(desc)} bytes for {top.count} entries")
    entries = []
    for place in range(head.size, len(desc), entry.size):
        item = entry.read(findings, desc[place:place + entry.size], at + place)
        item.at = at + place
        entries.append(item)
    return top, entries


def read_backup_map(image):
    """6.4"""
    findings, note = image.findings, image.ours.get(NOTE_BACKUP_MAP)
    image.backup_map, image.exchange = None, []
    if note is None:
        return
    head, runs = read_array(image, note, "BMAP-01", BACKUP_HEAD, BACKUP_RUN,
                            MAX_RUNS)
    findings.need(head.crc == crc32c(note.desc[8:]), "BMAP-01",
                  note.place + 4, "CRC32C of the backup map is wrong")
    limit = MAX_ADDRESS // image.info.page_size
    for run in runs:
        end = max(run.destination, run.backup) + run.pages
        findings.need(0 < run.pages and end <= limit, "BMAP-02", run.at,
                      f"{run.pages} pages, end {end:#x}")
    for before, run in itertools.pairwise(runs):
        findings.need(before.destination + before.pages <= run.destination,
                      "BMAP-03", run.at, "destinations do not rise")

    by_backup = sorted(runs, key=lambda run: run.backup)
    for before, run in itertools.pairwise(by_backup):
        findings.need(before.backup + before.pages <= run.backup, "BMAP-04",
                      run.at, "backup frames overlap")
    check_backup_disjoint(image, runs, by_backup)
    image.backup_map = runs
    image.exchange = sorted(
        [(run.destination, run.pages, run.backup) for run in runs]
        + [(run.backup, run.pages, run.destination) for run in runs])


def check_backup_disjoint(image, runs, by_backup):
    """[BMAP-05]; both lists rise, one by destination, one by backup."""
    sources = iter(by_backup)
    source = next(sources, None)
    for run in runs:
        while source and source.backup + source.pages <= run.destination:
            source = next(sources, None)
        while source and source.backup < run.destination + run.pages:
            in_place = source is run and run.destination == run.backup
            image.findings.need(in_place, "BMAP-05", run.at,
                                "a destination frame is a backup frame")
            if source.backup + source.pages > run.destination + run.pages:
                break
            source = next(sources, None)


MEMORY_HEAD = Record(40, ("count", "I"), ("flags", "I"), ("firmware", "32s"))
MEMORY_RANGE = Record(16, ("first", "Q"), ("bytes", "Q"))


def read_memory_map(image):
    """6.5"""
    findings, note = image.findings, image.ours.get(NOTE_MEMORY_MAP)
    image.memory_map = None
    if note is None:
        return
    head, ranges = read_array(image, note, "MMAP-01", MEMORY_HEAD,
                              MEMORY_RANGE, MAX_RANGES)
    findings.expect(head.flags & ~1 == 0, "MMAP-02", note.place + 4,
                    f"flags {head.flags:#x}")
    end = 0
    for item in ranges:
        findings.expect(end <= item.first and item.bytes > 0
                        and item.first + item.bytes <= MAX_ADDRESS,
                        "MMAP-01", item.at, "the ranges do not rise")
        end = item.first + item.bytes
    image.memory_map = SimpleNamespace(head=head, ranges=ranges)


MAPPINGS_HEAD = Record(8, ("count", "I"), (None, "4s"))
MAPPING = Record(32, ("virtual", "Q"), ("physical", "Q"), ("bytes", "Q"),
                 ("flags", "I"), (None, "4s"))
ALIAS = 1


def read_mappings(image):
    """6.6"""
    findings, note = image.findings, image.ours.get(NOTE_MAPPINGS)
    image.mappings = []
    if note is None:
        return
    _, mappings = read_array(image, note, "VMAP-01", MAPPINGS_HEAD, MAPPING,
                             MAX_RANGES)
    end, aliases = 0, False
    for item in mappings:
        numbers = item.virtual | item.physical | item.bytes
        aligned = numbers % image.info.page_size == 0
        fits = (0 < item.bytes and item.virtual + item.bytes <= 1 << 64
                and item.physical + item.bytes <= MAX_ADDRESS)
        findings.need(aligned and fits and item.flags & ~ALIAS == 0,
                      "VMAP-01", item.at, f"virtual {item.virtual:#x}, "
                      f"physical {item.physical:#x}, {item.bytes:#x} bytes, "
                      f"flags {item.flags:#x}")
        if item.flags & ALIAS:
            aliases = True
            continue
        findings.need(not aliases and end <= item.physical, "VMAP-02",
                      item.at, "mappings do not rise, or follow an alias")
        end = item.physical + item.bytes
    image.mappings = mappings


SWAP_HEAD = Record(64, ("crc", "I"), ("page_size", "I"), ("header_flags", "I"),
                   ("hw_sig", "I"), ("crc32", "I"), ("flags", "I"),
                   ("info_bytes", "I"), ("parts", "I"), ("runs", "I"),
                   ("last_page", "I"), ("header_page", "Q"), ("uuid", "16s"))
SWAP_PART = Record(16, ("first", "Q"), ("last", "Q"))
SWAP_RUN = Record(16, ("first", "Q"), ("pages", "Q"))
FROM_STREAM, CONSUMED, IN_USE, KNOWN_SWAP_FLAGS = 2, 4, 8, 15
NOCOMPRESS, CRC32, LZ4, KNOWN_HEADER_FLAGS = 2, 4, 16, 31
SHORTEST_INFO, MAX_PARTS = 433, 4096
MAX_SWAP_RUNS, MAX_DEVICE_PAGE = 65536, 1 << 52


def read_swap_image(image):
    """6.9"""
    findings, note = image.findings, image.ours.get(NOTE_SWAP_IMAGE)
    image.swap_image = None
    if note is None:
        return
    desc = note.desc
    findings.need(len(desc) >= 64, "SWAP-01", note.at, f"{len(desc)} bytes")
    head = SWAP_HEAD.read(findings, desc[:64], note.place)
    first_part = 64 + round_up(head.info_bytes, 8)
    first_run = first_part + 16 * head.parts
    findings.need(len(desc) == first_run + 16 * head.runs, "SWAP-01",
                  note.at, f"{len(desc)} bytes")
    findings.need(head.crc == crc32c(bytes(4) + desc[4:]), "SWAP-01",
                  note.place, "CRC32C of the swap image note is wrong")
    findings.need(head.page_size == image.info.page_size, "SWAP-02",
                  note.place + 4, f"page size {head.page_size}")
    check_swap_flags(image, note, head)
    info = desc[64:64 + head.info_bytes]
    check_swap_info(image, note, info)
    check_padding(findings, desc[64 + len(info):first_part],
                  note.place + 64 + len(info))
    head.parts = read_parts(image, note, desc[first_part:first_run], first_part)
    check_swap_area(image, note, head)
    check_swap_runs(image, note, head, desc[first_run:], first_run)
    image.swap_image = head


def check_swap_flags(image, note, head):
    """[SWAP-03]"""
    flags, modes = head.flags, head.header_flags
    known = not (flags & ~KNOWN_SWAP_FLAGS or modes & ~KNOWN_HEADER_FLAGS)
    agree = not (modes & NOCOMPRESS and modes & (CRC32 | LZ4))
    nothing = not (modes or head.hw_sig or head.crc32 or flags & CONSUMED)
    image.findings.expect(
        known and agree and (nothing or not flags & FROM_STREAM), "SWAP-03",
        note.place + 8, f"flags {flags:#x}, header flags {modes:#x}")


def check_swap_info(image, note, info):
    """[SWAP-04]"""
    findings, size = image.findings, image.info.page_size
    findings.need(SHORTEST_INFO <= len(info) <= size and info[-1], "SWAP-04",
                  note.place + 24, f"{len(info)} bytes of the info page")
    stored, pages, total = struct.unpack_from("<QQQ", info.ljust(440, b"\0"), 416)
    findings.expect(pages > stored + 1 and total == pages * size, "SWAP-04",
                    note.place + 64 + 416, f"{pages} pages, {stored} stored, {total} bytes")


def read_parts(image, note, data, offset):
    """[SWAP-05]"""
    findings, place = image.findings, note.place + offset
    count, limit = len(data) // 16, MAX_ADDRESS // image.info.page_size
    findings.need(count != 1 and count <= MAX_PARTS, "SWAP-05", note.place + 28,
                  f"{count} parts")
    parts = [SWAP_PART.read(findings, data[16 * i:16 * i + 16], place + 16 * i)
             for i in range(count)]
    for part in parts:
        findings.need(part.first <= part.last < limit, "SWAP-05", place,
                      f"a part from {part.first:#x} to {part.last:#x}")
    rising = sorted(parts, key=lambda part: part.first)
    for one, other in itertools.pairwise(rising):
        findings.need(one.last < other.first, "SWAP-05", place, "parts overlap")
    findings.expect(not parts or rising != parts, "SWAP-05", place,
                    "parts in rising order")
    return rising


def check_swap_area(image, note, head):
    """[SWAP-07]: of a bare stream no area is known"""
    area = (head.flags & IN_USE or head.runs or head.last_page
            or head.header_page or head.uuid.strip(b"\0"))
    image.findings.expect(not (head.flags & FROM_STREAM and area), "SWAP-07",
                          note.place + 32, "a bare stream with a swap area")


def check_swap_runs(image, note, head, data, offset):
    """[SWAP-07]"""
    findings, place = image.findings, note.place + offset
    findings.need(head.runs <= MAX_SWAP_RUNS, "SWAP-07", note.place + 32,
                  f"{head.runs} runs of pages")
    before = -1
    for at in range(0, len(data), 16):
        run = SWAP_RUN.read(findings, data[at:at + 16], place + at)
        end = run.first + run.pages
        sound = run.first > before and run.pages and end <= MAX_DEVICE_PAGE
        header = run.first <= head.header_page < end
        findings.need(sound and not header, "SWAP-07", place + at,
                      f"{run.pages:#x} pages from {run.first:#x} on")
        before = end


def check_parts(image, runs):
    """[SWAP-06]; runs are the present frames, first and end, rising."""
    parts = image.swap_image.parts if image.swap_image else []
    if not parts:
        return
    firsts = [part.first for part in parts]
    for first, end in runs:
        while first < end:
            at = bisect_right(firsts, first) - 1
            inside = at >= 0 and first <= parts[at].last
            if not image.findings.expect(inside, "SWAP-06", 0,
                                         f"frame {first:#x} is in no part"):
                return
            first = parts[at].last + 1


NO_ENTRY, LEFT_OUT, SALVAGED, UNPLACED = 1, 2, 4, 8


def check_resumability_field(image):
    """6.7"""
    info = image.info
    left_out = any(run.state == EXCLUDED and CLASSES[run.cls] in NEEDED
                   for run in image.page_map)
    expected = info.not_resumable & SALVAGED
    expected |= NO_ENTRY if image.elf.entry == 0 else 0
    expected |= LEFT_OUT if left_out else 0
    if info.view == ORIGINAL and image.backup_map is None:
        expected |= UNPLACED
    image.findings.expect(info.not_resumable == expected, "INF-11",
                          image.information_at + 48,
                          f"`not res.` is {info.not_resumable:#x}, "
                          f"not {expected:#x}")


def check_resumable(image):
    """6.7: what a resume further needs."""
    findings, info = image.findings, image.info
    at = 0 if image.is_foreign else image.information_at
    findings.need(not image.is_core, "RSM-04", at + 4,
                  "neither sealed nor streamed", UNFIT)
    findings.expect(info.not_resumable == 0, "RSM-05", at + 48,
                    f"reasons {info.not_resumable:#x}", UNFIT)
    entry = image.elf.entry // info.page_size
    has_entry = findings.expect(
        is_present(image, move(image, entry, JUMP)), "RSM-01", 24,
        f"frame {entry:#x} of the entry is not present", UNFIT)
    if info.kind == SYSTEM:
        check_backup_pages(image)
    if info.level == SEALED and info.kind == SYSTEM:
        findings.expect(image.resume.state == PENDING, "RSM-03",
                        image.plan.mutable, "the image is "
                        + RESUME_STATES.get(image.resume.state, "broken"),
                        USED)
    if has_entry and image.elf.entry and info.kind == SYSTEM:
        check_jump(image)


def check_backup_pages(image):
    """[RSM-02]: what of the saved system lies in backup frames."""
    jump = image.info.view == JUMP
    for run in image.backup_map or ():
        first = run.backup if jump else run.destination
        if run.destination != run.backup:
            image.findings.expect(
                is_complete(image, first, first + run.pages), "RSM-02",
                run.at, f"frames from {first:#x} on, {run.pages} pages, are "
                "not all there", UNFIT)


def is_complete(image, first, end):
    """Whether all these frames are present or not needed."""
    while first < end:
        run = find_run(image, first)
        if run is None or run.state != PRESENT and CLASSES[run.cls] in NEEDED:
            return False
        first = run.first + run.pages
    return True


# ----------------------------------------- 6.10 The jump of a known kernel

# Machine, first and last release, where the code ends; offsets of the fields.
CONTROL_PAGES = (
    (62, (5, 10), (6, 13), 0x800,
     dict(rsp=0x800, cr0=0x808, cr3=0x810, cr4=0x818, table=0x820,
          swap_page=0x828, list=0x830)),
)
LIST_DESTINATION, LIST_PAGE, LIST_END, LIST_SOURCE = 1, 2, 4, 8
JUMP_PAGE, LARGE_PAGE, UPPER_HALF, NO_EXECUTE = 4096, 1 << 7, 1 << 63, 1 << 63
TABLE_ADDRESS = 0x000ffffffffff000


def vmcoreinfo(image, pattern):
    for note in image.notes:
        found = re.search(pattern, note.desc, re.M)
        if note.name == b"VMCOREINFO\0" and found:
            return found
    return None


class Jump:
    """What the control page of an image tells, read as the rules go."""

    def __init__(self, image, fields):
        self.image, self.findings = image, image.findings
        self.pages = dict(present_pages(image))
        control = image.elf.entry // JUMP_PAGE
        self.control = control
        values = {name: self.word(control * JUMP_PAGE + at) or 0
                  for name, at in fields.items()}
        self.fields = SimpleNamespace(**values)
        sme = vmcoreinfo(image, rb"^NUMBER\(sme_mask\)=(\d+)$")
        self.mask = TABLE_ADDRESS & ~(int(sme[1]) if sme else 0)
        self.levels = 5 if self.fields.cr4 & 1 << 12 else 4
        self.moved = {}

    def expect(self, holds, rule, message):
        if not holds:
            self.findings.add(rule, self.control * JUMP_PAGE, message, UNFIT)
            raise Stop

    def word(self, address):
        """As the image's own view has it; None if it does not."""
        page = self.pages.get(address // JUMP_PAGE)
        at = address % JUMP_PAGE
        return page and struct.unpack_from("<Q", page, at)[0]

    def is_hole(self, frame):
        return find_run(self.image, frame) is None

    def read_list(self):
        """[RSM-07]: the pages of the list, and its pairs."""
        pages, pairs, destination, at = [], [], None, None
        entry, limit = self.fields.list, MAX_ADDRESS
        while True:
            address, kind = entry & -JUMP_PAGE, entry % JUMP_PAGE
            self.expect(address < limit, "RSM-07", f"entry {entry:#x}")
            if kind == LIST_END:
                break
            frame = address // JUMP_PAGE
            if kind == LIST_PAGE:
                self.expect(frame in self.pages and frame not in pages,
                            "RSM-07", f"page {frame:#x} of the list")
                pages.append(frame)
                at = address
            elif kind == LIST_DESTINATION:
                destination = frame
            else:
                self.expect(kind == LIST_SOURCE and destination is not None,
                            "RSM-07", f"entry {entry:#x}")
                pairs.append((destination, frame))
                destination += 1
            self.expect(pages, "RSM-07", "the list does not begin with a page")
            self.expect(at < (pages[-1] + 1) * JUMP_PAGE, "RSM-07",
                        "a page of the list without end")
            entry, at = self.word(at), at + 8
        self.check_pairs(pairs)
        return pages, pairs

    def check_pairs(self, pairs):
        """[RSM-07]: 6.4, and the note."""
        moved = [(d, b) for d, b in pairs if d != b]
        frames = [frame for pair in moved for frame in pair]
        frames += [d for d, b in pairs if d == b]
        self.expect(len(frames) == len(set(frames)), "RSM-07",
                    "a frame is exchanged twice")
        self.expect(not any(self.is_hole(d) and self.is_hole(b)
                            for d, b in moved), "RSM-07",
                    "frames that are no memory are exchanged")
        said = {(run.destination + i, run.backup + i)
                for run in self.image.backup_map or () for i in range(run.pages)}
        self.expect(self.image.backup_map is None or said == set(pairs),
                    "RSM-07", "the list is not the backup map")
        if self.image.info.view == JUMP:
            self.moved = dict(moved) | {b: d for d, b in moved}

    def original(self, address):
        """A word of the original view."""
        frame = address // JUMP_PAGE
        frame = self.moved.get(frame, frame)
        return self.word(frame * JUMP_PAGE + address % JUMP_PAGE)

    def is_there(self, address):
        frame = address // JUMP_PAGE
        return self.moved.get(frame, frame) in self.pages

    def entries(self, table, level):
        for i in range(512):
            entry = self.original(table + 8 * i)
            if entry and entry & 1:
                yield i, entry, not level or level < 3 and entry & LARGE_PAGE

    def translate(self, root, address, code=False):
        """The physical address, or None; of code only where it is executable."""
        table = root & self.mask
        for level in reversed(range(self.levels)):
            shift = 12 + 9 * level
            entry = self.original(table + 8 * (address >> shift & 511))
            if entry is None or not entry & 1 or code and entry & NO_EXECUTE:
                return None
            table = entry & self.mask
            if not level or entry & LARGE_PAGE:
                low = (1 << shift) - 1
                return table & ~low | address & low if level < 3 else None
        return None

    def code_addresses(self, table, level, base):
        """Where the upper half has the control page, as a small page."""
        for i, entry, is_page in self.entries(table, level):
            address = base | i << 12 + 9 * level
            if level + 1 == self.levels:
                if i < 256:
                    continue
                address |= -1 << 12 + 9 * self.levels & 2**64 - 1
            if entry & NO_EXECUTE:
                continue
            if not is_page:
                yield from self.code_addresses(entry & self.mask, level - 1,
                                               address)
            elif not level and entry & self.mask == self.control * JUMP_PAGE:
                yield address

    def check_fields(self, code_end):
        """[RSM-06]"""
        f = self.fields
        entry = self.image.elf.entry
        holds = (entry % JUMP_PAGE < code_end and self.control in self.pages
                 and f.cr0 & 0x80000001 == 0x80000001 and f.cr4 & 1 << 5
                 and f.rsp & UPPER_HALF and not f.rsp % 8
                 and not any(page % JUMP_PAGE or page >= MAX_ADDRESS
                             for page in (f.table, f.swap_page)))
        self.expect(holds, "RSM-06", "no control page")

    def check(self):
        f, pages = self.fields, None
        pages, pairs = self.read_list()
        exchanged = {frame for pair in pairs for frame in pair}
        own = [self.control, f.swap_page // JUMP_PAGE, f.table // JUMP_PAGE]
        own += pages
        self.expect(all(frame in self.pages and frame not in exchanged
                        for frame in own), "RSM-08",
                    "what the jump works with is missing or exchanged")
        for frame in {*own, *exchanged} - {f.table // JUMP_PAGE}:
            address = frame * JUMP_PAGE
            found = self.translate(f.table, address, frame == self.control)
            self.expect(found == address, "RSM-09", f"{address:#x} is not mapped to itself")
        code = next(self.code_addresses(f.table, self.levels - 1, 0), None)
        self.expect(code is not None, "RSM-09",
                    "the control page has no address of the kernel")
        back = None
        self.reach(code, True)
        for address in (f.rsp, f.rsp + 56):
            back = self.reach(address)
        self.reach(self.original(back), True)

    def reach(self, address, code=False):
        """[RSM-10]"""
        found = self.translate(self.fields.cr3, address, code)
        self.expect(found is not None and self.is_there(found), "RSM-10",
                    f"{address:#x} is not there")
        return found


def check_jump(image):
    """6.10"""
    release = vmcoreinfo(image, rb"^OSRELEASE=(\d+)\.(\d+)")
    number = release and (int(release[1]), int(release[2]))
    for machine, first, last, code_end, fields in CONTROL_PAGES:
        if (image.elf.machine != machine or image.order != "<"
                or image.info.page_size != JUMP_PAGE
                or not number or not first <= number <= last):
            continue
        jump = Jump(image, fields)
        jump.check_fields(code_end)
        jump.check()


# --------------------------------------------------------- 6.8 This machine

def read_machine(path):
    """What a machine is, as imgmake's manual page has it written down.

    Lines are `ram FIRST-LAST` and `firmware FIRST-LAST TYPE`.
    """
    ram, firmware = [], []
    with open(path, encoding="utf-8") as file:
        for line in file:
            words = line.split(maxsplit=2)
            if not words or words[0].startswith("#"):
                continue
            first, last = (int(word, 16) for word in words[1].split("-"))
            if words[0] == "ram":
                ram.append((first, last))
            else:
                firmware.append((first, last, words[2].rstrip("\n")))
    text = "".join(f"{first:016x}-{last:016x} {kind}\n"
                   for first, last, kind in sorted(firmware))
    digest = H(D_FIRMWARE, text.encode()) if firmware else bytes(32)
    if not ram:
        ram = [(first, last) for first, last, kind in firmware
               if kind == "System RAM"]
    return SimpleNamespace(ram=sorted(ram), firmware=digest)


def check_machine(image, machine):
    """6.8"""
    findings, memory_map = image.findings, image.memory_map
    if not findings.expect(memory_map is not None, "HST-01", 0,
                           "no memory map", UNFIT):
        return
    firmware = memory_map.head.firmware
    if any(firmware) and any(machine.firmware):
        findings.expect(firmware == machine.firmware, "HST-01", 0,
                        "the firmware's memory map is another", UNFIT)
        return
    for item in memory_map.ranges:
        end = item.first
        for first, last in machine.ram:
            if first <= end <= last:
                end = last + 1
        findings.expect(item.first + item.bytes <= end, "HST-02", item.at,
                        f"no RAM at {end:#x}", UNFIT)


def check_kernel(image, release):
    """6.8"""
    found = "" if image.is_foreign else text_of(image.info.release)
    image.findings.expect(found == release, "HST-03", 0,
                          f"the kernel is {found!r}", UNFIT)


# --------------------------------------------------- views (6.4 and 6.7)

def move(image, frame, view):
    """The frame of the image that holds `frame` of a view.

    The two views differ by an exchange of each destination frame with its
    backup frame, which is its own inverse.
    """
    if view == image.info.view or image.info.kind == HIBERNATING_KERNEL:
        return frame
    at = bisect_right(image.exchange, frame, key=lambda run: run[0]) - 1
    if at < 0:
        return frame
    first, pages, other = image.exchange[at]
    return frame - first + other if frame < first + pages else frame


# --------------------------------------------------------------- 7 Page map

HOLE, PRESENT, EXCLUDED = 0, 1, 2
CLASSES = ("none", "free", "unaccepted", "offline", "hwpoison", "kexec",
           "cache", "cache-private", "user", "hugetlb")
NEEDED = ("none", "cache", "cache-private", "user", "hugetlb")

PAGE_MAP_HEAD = Record(24, ("magic", "8s"), ("count", "Q"), ("crc", "I"),
                       (None, "4s"))
PAGE_RUN = Record(16, ("first", "Q"), ("pages", "I"), ("state", "B"),
                  ("cls", "B"), (None, "2s"))
PAGE_MAP_MAGIC = b"IMGPMAP\0"
MAX_RUN_PAGES = (1 << 32) - 1


def read_page_map(image):
    """7.2"""
    findings, segment = image.findings, image.segments[1]
    at, size = segment.offset, segment.filesz
    findings.need(size >= 24, "PMAP-01", segment.at, f"{size} bytes")
    count, = struct.unpack("<Q", image.file.read(at, 24)[8:16])
    findings.need(max(count, (size - 24) // 16) <= MAX_RUNS, "LIM-01", at,
                  f"{count} runs, {size} bytes")
    data = image.page_map_bytes = image.file.read(at, size)
    head = PAGE_MAP_HEAD.read(findings, data[:24], at)
    findings.need(head.magic == PAGE_MAP_MAGIC
                  and size == 24 + 16 * head.count
                  and head.crc == own_crc(data, 16), "PMAP-01", at,
                  "magic, size or CRC32C of the page map is wrong")

    limit = MAX_ADDRESS // image.info.page_size
    runs, before = [], None
    for place in range(24, size, 16):
        run = PAGE_RUN.read(findings, data[place:place + 16], at + place)
        run.at = at + place
        check_run(findings, run, before, limit)
        runs.append(run)
        before = run
    image.page_map = runs


def check_run(findings, run, before, limit):
    """7.2"""
    findings.need(run.state in (PRESENT, EXCLUDED)
                  and run.cls < len(CLASSES), "PMAP-02", run.at,
                  f"state {run.state}, class {run.cls}")
    findings.need(0 < run.pages and run.first + run.pages <= limit,
                  "PMAP-03", run.at,
                  f"{run.pages} pages from {run.first:#x} on")
    if before is None:
        return
    end = before.first + before.pages
    findings.need(end <= run.first, "PMAP-04", run.at, "runs do not rise")
    same = (before.state, before.cls) == (run.state, run.cls)
    findings.expect(not (same and end == run.first)
                    or before.pages == MAX_RUN_PAGES, "PMAP-05", run.at,
                    "the run continues its predecessor")


def check_max_pfn(image):
    """6.1"""
    runs = image.page_map
    expected = runs[-1].first + runs[-1].pages if runs else 0
    image.findings.expect(image.info.max_pfn == expected, "INF-10",
                          image.information_at + 40,
                          f"max pfn is {image.info.max_pfn:#x}, "
                          f"not {expected:#x}")


def find_run(image, frame):
    runs = image.page_map
    at = bisect_right(runs, frame, key=lambda run: run.first) - 1
    found = at >= 0 and frame < runs[at].first + runs[at].pages
    return runs[at] if found else None


def is_present(image, frame):
    run = find_run(image, frame)
    return run is not None and run.state == PRESENT


# ------------------------------------------------------------------- 8 Data

BLOCK = Record(
    64, ("magic", "4s"), ("header_crc", "I"), ("first", "Q"),
    ("stored", "Q"), ("zero", "Q"), ("bytes", "I"), ("payload_crc", "I"),
    ("codec", "H"), (None, "2s"), (None, "4s"), ("set_tag", "8s"),
    (None, "8s"))
BLOCK_MAGIC = b"IBLK"


def groups(image):
    """8.1: first frame and mask of present frames of each block."""
    size, current, mask = image.info.block_pages, 0, 0
    for first, end, _ in present_runs(image):
        while first < end:
            group = first // size
            stop = min(end, (group + 1) * size)
            if group != current:
                if mask:
                    yield current * size, mask
                current, mask = group, 0
            mask |= ((1 << stop - first) - 1) << first % size
            first = stop
    if mask:
        yield current * size, mask


def group_count(image):
    """8.1: how many blocks there are, without enumerating them."""
    size, count, last = image.info.block_pages, 0, -1
    for first, end, _ in present_runs(image):
        low, high = first // size, (end - 1) // size
        count += high - low + (low != last)
        last = high
    return count


def frames_of(first, mask):
    while mask:
        bit = mask & -mask
        yield first + bit.bit_length() - 1
        mask ^= bit


def is_disjoint_cover(stored, zero, present):
    """[BLK-04]"""
    return stored & zero == 0 and stored | zero == present


def read_block_header(image, offset, first, present):
    """8.2: all but the payload; None if the header cannot be trusted."""
    findings = image.findings
    data = image.file.read(offset, 64)
    crc, = struct.unpack_from("<I", data, 4)
    if not findings.expect(data[:4] == BLOCK_MAGIC and crc == own_crc(data, 4),
                           "BLK-01", offset,
                           "magic or CRC32C of the header is wrong"):
        return None
    block = BLOCK.read(findings, data, offset)
    block.at = offset
    block.size = 64 + round_up(block.bytes, 8)
    raw = block.stored.bit_count() * image.info.page_size
    block.raw_size = raw
    if raw == 0:
        right = block.bytes == 0 and block.codec == 0
    elif block.codec == 0:
        right = block.bytes == raw
    else:
        right = 0 < block.bytes < raw
    good = findings.expect(block.first == first, "BLK-02", offset + 8,
                           f"first frame {block.first:#x}, not {first:#x}")
    good &= findings.expect(block.set_tag == image.info.set_tag, "BLK-03",
                            offset + 48, f"set tag {block.set_tag.hex()}")
    good &= findings.expect(
        is_disjoint_cover(block.stored, block.zero, present), "BLK-04",
        offset + 16, f"masks {block.stored:#x} and {block.zero:#x}, "
        f"present {present:#x}")
    good &= findings.expect(right, "BLK-05", offset + 32,
                            f"{block.bytes} bytes, codec {block.codec}")
    return block if good else None


def read_packed_block(image, offset, first, present, entry):
    """8.2: the block with its stored pages; None if it is broken."""
    findings = image.findings
    block = read_block_header(image, offset, first, present)
    if block is None:
        return None
    data = image.file.read(offset, block.size)
    payload = data[64:64 + block.bytes]
    check_padding(findings, data[64 + block.bytes:],
                  offset + 64 + block.bytes)
    if entry is not None:
        check_packed_entry(image, entry, block, data)
    if image.payload_crc and not findings.expect(
            block.payload_crc == crc32c(payload), "BLK-06", offset + 36,
            "CRC32C of the payload is wrong"):
        return None
    block.data = None
    try:
        block.data = decompress(block.codec, payload, block.raw_size,
                                window_bound(image.info))
    except UnknownCodec:
        findings.add("BLK-08", offset + 40, f"codec {block.codec}",
                     UNSUPPORTED)
    except Damage as problem:
        findings.add("BLK-07", offset + 64, str(problem))
        return None
    return block


class Damage(Exception):
    """A payload that is not what its codec says."""


class UnknownCodec(Exception):
    """8.3"""


def decompress(codec, payload, size, window):
    """8.3: exactly `size` bytes, from every byte of the payload."""
    if codec >= len(CODECS):
        raise UnknownCodec
    data = CODECS[codec](payload, size, window)
    if len(data) != size:
        raise Damage(f"{len(data)} bytes decompressed, not {size}")
    return data


def take_none(payload, _size, _window):
    return payload


def inflate_zlib(payload, size, _window):
    decoder = zlib.decompressobj()
    try:
        data = decoder.decompress(payload, size + 1)
    except zlib.error as problem:
        raise Damage(f"zlib: {problem}") from None
    if not decoder.eof or decoder.unused_data:
        raise Damage("zlib: not exactly one stream")
    return data


def window_bound(info):
    """8.3: a full block rounded up to a power of two; pages are 4096 at least."""
    return 1 << (info.block_pages * info.page_size - 1).bit_length()


def check_xz_form(payload, bound):
    """The .xz file format, 2.1.1, 3.1 and 5.3.1: what a decoder will not say.

    Its stream header has 12 bytes; the block header has flags, which count
    the filters, then optional sizes, then ID, size and byte of properties.
    """
    if payload[:8] != b"\xfd7zXZ\0\0\0":
        raise Damage("xz: no stream, or there is an integrity check")
    at, flags = 14, payload[13]
    if payload[12] == 0 or flags & 3:
        raise Damage("xz: not one filter in the block")
    for flag in (0x40, 0x80):
        if flags & flag:
            at = skip_xz_integer(payload, at)
    if payload[at:at + 2] != b"\x21\x01":
        raise Damage("xz: the filter is not LZMA2")
    bits = payload[at + 2]
    if bits > 39 or (2 | bits & 1) << bits // 2 + 11 > bound:
        raise Damage("xz: the dictionary is too large")
    back = 4 * (int.from_bytes(payload[-8:-4], "little") + 1)
    if payload[-12 - back:][:2] != b"\0\1":
        raise Damage("xz: not one block")


def skip_xz_integer(payload, at):
    while payload[at] & 0x80:
        at += 1
    return at + 1


def inflate_lzma(payload, size, window):
    decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ)
    try:
        check_xz_form(payload, window)
        data = decoder.decompress(payload, size + 1)
    except IndexError:
        raise Damage("xz: the stream ends early") from None
    except lzma.LZMAError as problem:
        raise Damage(f"xz: {problem}") from None
    if not decoder.eof or decoder.unused_data:
        raise Damage("xz: not exactly one stream")
    return data


def zstd_content_size(payload, bound):
    """RFC 8878, 3.1.1: check the shape of the frame."""
    if payload[:4] != b"\x28\xb5\x2f\xfd":
        raise Damage("zstd: no frame")
    descriptor = payload[4]
    single, at = descriptor >> 5 & 1, 5
    if descriptor & 3:
        raise Damage("zstd: there is a dictionary")
    if descriptor & 4:
        raise Damage("zstd: there is a checksum")
    window = 0
    if not single:
        base = 1 << 10 + (payload[5] >> 3)
        window = base + base // 8 * (payload[5] & 7)
        at = 6
    width = (single, 2, 4, 8)[descriptor >> 6]
    if width == 0:
        raise Damage("zstd: no content size")
    size = int.from_bytes(payload[at:at + width], "little")
    size += 256 if width == 2 else 0
    if window > bound:
        raise Damage("zstd: the window is too large")

    at, last = at + width, False
    while not last:
        if at + 3 > len(payload):
            raise Damage("zstd: the frame ends early")
        header = int.from_bytes(payload[at:at + 3], "little")
        last, kind = header & 1, header >> 1 & 3
        at += 3 + (1 if kind == 1 else header >> 3)
    if at != len(payload):
        raise Damage("zstd: not exactly one frame")
    return size


def inflate_zstd(payload, size, window):
    if len(payload) < 6 or zstd_content_size(payload, window) != size:
        raise Damage("zstd: wrong content size")
    try:
        import zstandard
    except ImportError:
        run = subprocess.run(["zstd", "-dcq"], input=payload,
                             capture_output=True, check=False)
        if run.returncode:
            raise Damage("zstd: the program refuses it") from None
        return run.stdout
    try:
        return zstandard.ZstdDecompressor().decompress(payload)
    except zstandard.ZstdError as problem:
        raise Damage(f"zstd: {problem}") from None


def inflate_lz4(payload, size, _window):
    """One LZ4 block: sequences of literals and a match; the last has none."""
    out, at = bytearray(), 0

    def length(nibble):
        nonlocal at
        value = nibble
        while nibble == 15:
            byte = payload[at]
            at += 1
            value += byte
            if byte != 255:
                break
        return value

    try:
        while True:
            token = payload[at]
            at += 1
            count = length(token >> 4)
            if at + count > len(payload):
                raise Damage("lz4: literals run past the end")
            out += payload[at:at + count]
            at += count
            if at == len(payload):
                return bytes(out)
            distance = payload[at] | payload[at + 1] << 8
            at += 2
            count = length(token & 15) + 4
            if not 0 < distance <= len(out) or len(out) + count > size:
                raise Damage("lz4: a match out of bounds")
            start = len(out) - distance
            piece = out[start:start + count]
            out += (piece * (count // len(piece) + 1))[:count]
    except IndexError:
        raise Damage("lz4: the block ends early") from None


CODECS = (take_none, inflate_zlib, inflate_lzma, inflate_zstd, inflate_lz4)
CODEC_NAMES = ("none", "zlib", "lzma", "zstd", "lz4")


def read_plain_block(image, offset, first, present, entry):
    """8.4"""
    page_size = image.info.page_size
    data = image.file.read(offset, present.bit_count() * page_size)
    if entry is None or not check_plain_entry(image, entry, present):
        # Without an index nothing tells which of the pages are zero.
        entry = SimpleNamespace(stored=present, zero=0)
    stored = bytearray()
    for rank, frame in enumerate(frames_of(first, present)):
        page = data[rank * page_size:(rank + 1) * page_size]
        zero = bool(entry.zero >> frame - first & 1)
        image.findings.expect(not hasattr(entry, "digest")
                              or zero != any(page), "BLK-09",
                              offset + rank * page_size,
                              f"page {frame:#x}: the zero bit is {zero:d}")
        if not zero:
            stored += page
    block = SimpleNamespace(at=offset, first=first, stored=entry.stored,
                            zero=entry.zero, size=len(data),
                            data=bytes(stored))
    if hasattr(entry, "digest"):
        check_block_digest(image, entry, block.data)
    return block


def blocks(image):
    """8.1: the blocks that verify, with the mask of present frames."""
    findings, offset = image.findings, image.plan.data
    plain = image.info.profile == PLAIN
    read = read_plain_block if plain else read_packed_block
    for number, (first, present) in enumerate(groups(image)):
        entry = image.index[number] if image.index else None
        if entry is not None:
            offset = image.plan.data + entry.offset
        block = read(image, offset, first, present, entry)
        if block:
            yield number, block, present
            offset += block.size
        elif entry is None:
            raise Stop
    if not image.index:
        end = image.plan.data + image.plan.data_size
        findings.expect(offset == end, "IDX-01", offset,
                        f"the data end at {end:#x}")


def pages_of(image, block, present):
    """Each present frame of a block with its page."""
    size = image.info.page_size
    zero, rank = bytes(size), 0
    for frame in frames_of(block.first, present):
        if block.zero >> frame - block.first & 1:
            yield frame, zero
        else:
            yield frame, block.data[rank * size:(rank + 1) * size]
            rank += 1


# ------------------------------------------------ 9 Tables and digest tree

DIRECTORY = Record(
    256, ("magic", "8s"), ("size", "Q"), ("blocks", "Q"),
    ("index_offset", "Q"), ("index_size", "Q"), ("tree_offset", "Q"),
    ("tree_size", "Q"), ("content_offset", "Q"), ("content_size", "Q"),
    ("manifest_offset", "Q"), ("manifest_size", "Q"), ("set_tag", "8s"),
    (None, "156s"), ("crc", "I"))
DIRECTORY_MAGIC = b"IMGTABLE"

INDEX_ENTRY = Record(
    64, ("offset", "Q"), ("bytes", "I"), ("codec", "H"), (None, "2s"),
    ("stored", "Q"), ("zero", "Q"), ("digest", "32s"))

CHUNK = 4096
FAN_OUT = 128


def tree_size(count):
    """9.3: bytes of the tree over an index of `count` entries."""
    nodes, total = -(-64 * count // CHUNK), 0
    while nodes:
        total += nodes
        nodes = -(-nodes // FAN_OUT) if nodes > 1 else 0
    return 32 * total


def read_directory(image):
    """9.1"""
    findings, at, size = image.findings, image.plan.tables, \
        image.plan.tables_size
    findings.need(size >= DIRECTORY.size, "TAB-01", at, f"{size} bytes")
    data = image.file.read(at, DIRECTORY.size)
    directory = image.directory = DIRECTORY.read(findings, data, at)
    findings.need(directory.magic == DIRECTORY_MAGIC
                  and directory.crc == own_crc(data, 252), "TAB-01", at,
                  "magic or CRC32C of the directory is wrong")

    count = group_count(image)
    content = 32 * count if image.info.ignorable & CONTENT_DIGESTS else 0
    expected = {"size": size, "blocks": count,
                "set_tag": image.info.set_tag}
    place = DIRECTORY.size
    for name, length in (("index", 64 * count), ("tree", tree_size(count)),
                         ("content", content),
                         ("manifest", directory.manifest_size)):
        expected[name + "_offset"] = place
        expected[name + "_size"] = length
        place += length
    for name, value in expected.items():
        found = getattr(directory, name)
        findings.need(found == value, "TAB-01", at,
                      f"{name} is {found}, not {value}")
    findings.need(place == size, "TAB-01", at,
                  f"the tables end at {place}, not {size}")


def read_table(image, name):
    directory = image.directory
    offset = image.plan.tables + getattr(directory, name + "_offset")
    return offset, image.file.read(offset, getattr(directory, name + "_size"))


def read_index(image):
    """9.2, what can be checked without the data."""
    findings = image.findings
    at, image.index_bytes = read_table(image, "index")
    index, place = [], 0
    for number, (first, present) in enumerate(groups(image)):
        data = image.index_bytes[64 * number:64 * number + 64]
        entry = INDEX_ENTRY.read(findings, data, at + 64 * number)
        entry.at = at + 64 * number
        entry.first = first
        findings.expect(entry.offset == place, "IDX-01", entry.at,
                        f"data offset {entry.offset:#x}, not {place:#x}")
        findings.expect(is_disjoint_cover(entry.stored, entry.zero, present),
                        "IDX-02", entry.at + 16, "masks")
        place = entry.offset + entry.bytes
        index.append(entry)
    findings.expect(place == image.plan.data_size, "IDX-01", at,
                    f"the blocks end at {place:#x} of the data, "
                    f"not {image.plan.data_size:#x}")
    return index


def check_block_digest(image, entry, data):
    image.findings.expect(entry.digest == H(D_BLOCK, data), "IDX-05",
                          entry.at + 32,
                          f"digest of the block of frame {entry.first:#x}")


def check_packed_entry(image, entry, block, data):
    """9.2"""
    image.findings.expect(
        (entry.codec, entry.stored, entry.zero, entry.bytes)
        == (block.codec, block.stored, block.zero, block.size),
        "IDX-03", entry.at, "the entry and the block differ")
    check_block_digest(image, entry, data)


def check_plain_entry(image, entry, present):
    """9.2; whether the masks can be used."""
    size = present.bit_count() * image.info.page_size
    image.findings.expect(entry.codec == 0 and entry.bytes == size, "IDX-04",
                          entry.at, f"codec {entry.codec}, "
                          f"{entry.bytes} bytes, not {size}")
    return is_disjoint_cover(entry.stored, entry.zero, present)


def check_tree(image):
    """9.3; whether the index can be trusted."""
    at, tree = read_table(image, "tree")
    image.top = tree[-32:] or H(D_CHUNK)
    rule, domain, step = "TREE-02", D_CHUNK, CHUNK
    below, place, good = image.index_bytes, 0, True
    while place < len(tree):
        # A level is computed from what lies below it in the file, not from
        # what ought to, so that one wrong byte is reported once.
        level = b"".join(H(domain, below[i:i + step])
                         for i in range(0, len(below), step))
        below = tree[place:place + len(level)]
        good &= image.findings.expect(below == level, rule, at + place,
                                      "a node of this level is wrong")
        place += len(level)
        rule, domain, step = "TREE-01", D_NODE, 32 * FAN_OUT
    return good


# --------------------------------------------------------- 10 Content table

def check_content(image, number, block, present):
    """10"""
    if not image.content or block.data is None:
        return
    pages = (page for _, page in pages_of(image, block, present))
    digest = H(D_PAGES, struct.pack("<QQ", block.first, present), *pages)
    image.findings.expect(
        image.content[32 * number:32 * number + 32] == digest, "CON-01",
        image.content_at + 32 * number,
        f"content digest of the group of frame {block.first:#x}")


# -------------------------------------------------------------- 11 Manifest

MANIFEST = Record(
    128, ("magic", "8s"), ("version", "H"), ("level", "H"), ("items", "I"),
    ("root", "32s"), ("data_offset", "Q"), ("data_size", "Q"),
    ("image_size", "Q"), ("entry", "Q"), ("stored", "Q"), ("zero", "Q"),
    ("excluded", "Q"), ("blocks", "Q"), ("set_tag", "8s"), (None, "8s"))
MANIFEST_MAGIC = b"IMGMANIF"
ITEM = Record(48, ("kind", "I"), (None, "4s"), ("size", "Q"),
              ("digest", "32s"))
ITEM_KINDS = {1: "front", 2: "notes", 3: "page map", 4: "tree", 5: "content"}


def front_bytes(image):
    return image.file.read(0, image.segments[1].offset)


def notes_bytes(image):
    start = image.ours[NOTE_INFORMATION].end
    segment = image.segments[0]
    return image.file.read(start, segment.offset + segment.filesz - start)


def notes_digest(image):
    return H(D_NOTES, notes_bytes(image))


def page_map_digest(image):
    return H(D_PAGE_MAP, image.page_map_bytes)


def read_manifest(image):
    """11.1, the shape."""
    findings = image.findings
    at, data = read_table(image, "manifest")
    image.manifest_at, image.manifest_bytes = at, data
    check_manifest_digest(image)
    findings.need(len(data) >= 128 and data[:8] == MANIFEST_MAGIC, "MAN-01",
                  at, "no manifest")
    manifest = MANIFEST.read(findings, data[:128], at)
    findings.need(manifest.version == 1
                  and len(data) == 128 + 48 * manifest.items, "MAN-01",
                  at + 8, f"version {manifest.version}, {len(data)} bytes "
                  f"for {manifest.items} items")
    manifest.list = [ITEM.read(findings, data[place:place + 48], at + place)
                     for place in range(128, len(data), 48)]
    image.manifest = manifest


def check_manifest(image):
    """11.1, the values."""
    manifest, info, plan = image.manifest, image.info, image.plan
    stored = sum(entry.stored.bit_count() for entry in image.index)
    zero = sum(entry.zero.bit_count() for entry in image.index)
    expected = {
        "level": info.level, "data_offset": plan.data,
        "data_size": plan.data_size, "image_size": plan.end,
        "entry": image.elf.entry, "stored": stored, "zero": zero,
        "excluded": sum(run.pages for run in image.page_map
                        if run.state == EXCLUDED),
        "blocks": image.directory.blocks, "set_tag": info.set_tag}
    for name, value in expected.items():
        found = getattr(manifest, name)
        image.findings.expect(found == value, "MAN-02", image.manifest_at,
                              f"{name} is {found}, not {value}")


def check_items(image):
    """11.2"""
    findings, items = image.findings, image.manifest.list
    content = bool(image.info.ignorable & CONTENT_DIGESTS)
    kinds = [item.kind for item in items]
    findings.need(kinds == list(range(1, 5 + content)), "MAN-03",
                  image.manifest_at + 128, f"items of kinds {kinds}")
    front, notes = front_bytes(image), notes_bytes(image)
    expected = [(len(front), H(D_FRONT, front)),
                (len(notes), notes_digest(image)),
                (len(image.page_map_bytes), page_map_digest(image)),
                (len(image.index_bytes), image.top)]
    if content:
        expected.append((len(image.content), H(D_CONTENT, image.content)))
    for number, (item, right) in enumerate(zip(items, expected)):
        findings.expect((item.size, item.digest) == right, "MAN-04",
                        image.manifest_at + 128 + 48 * number,
                        f"size or digest of the {ITEM_KINDS[item.kind]}")


def check_root(image):
    """11.3, and the uuid of 6.1."""
    findings, data = image.findings, image.manifest_bytes
    root = H(D_ROOT, data[72:112], data[128 + 48:])
    findings.expect(image.manifest.root == root, "MAN-05",
                    image.manifest_at + 16, "the root is wrong")
    uuid = root[:16] if image.info.level == SEALED else bytes(16)
    findings.expect(image.info.uuid == uuid, "INF-13",
                    image.information_at + 64,
                    f"uuid is {image.info.uuid.hex()}, not {uuid.hex()}")


# -------------------------------------------------------- 12 Mutable region

RESUME = Record(
    4096, ("magic", "8s"), ("state", "I"), ("count", "I"), ("time", "Q"),
    ("uuid", "16s"), ("who", "64s"), ("reason", "128s"), (None, "3860s"),
    ("crc", "I"))
RESUME_MAGIC = b"IMGRESUM"
PENDING, CLAIMED, FAILED = 1, 2, 3
RESUME_STATES = {PENDING: "pending", CLAIMED: "claimed", FAILED: "failed"}

SLOT = Record(
    4096, ("magic", "8s"), ("kind", "I"), ("bytes", "I"), ("crc", "I"),
    (None, "44s"), ("room", "4032s"))
SLOT_MAGIC = b"IMGSIGN1"
SLOTS = 4
MUTABLE_SIZE = 4096 * (1 + SLOTS)


def check_resume_record(image):
    """12.1"""
    findings, at = image.findings, image.plan.mutable
    data = image.file.read(at, 4096)
    record = image.resume = RESUME.read(findings, data, at)
    good = findings.expect(record.magic == RESUME_MAGIC
                           and record.crc == own_crc(data, 4092), "RES-01",
                           at, "magic or CRC32C of the resume record")
    if not good:
        record.state = 0
        return
    findings.expect(record.state in RESUME_STATES
                    and record.uuid == image.info.uuid, "RES-02", at + 8,
                    f"state {record.state}, uuid {record.uuid.hex()}")
    for name, place in (("who", 40), ("reason", 104)):
        field = getattr(record, name)
        findings.expect(b"\0" in field and is_padded_text(field), "RES-02",
                        at + place, f"{name} does not end in zeros")


def check_slots(image):
    """12.2"""
    image.slots = []
    for number in range(SLOTS):
        at = image.plan.mutable + 4096 * (1 + number)
        data = image.file.read(at, 4096)
        image.slots.append(check_slot(image.findings, data, at))


def check_slot(findings, data, at):
    if not any(data):
        return None
    if not findings.expect(data[:8] == SLOT_MAGIC, "SIG-01", at,
                           "neither all zero nor a signature slot"):
        return None
    slot = SLOT.read(findings, data, at)
    good = findings.expect(slot.kind != 0 and 1 <= slot.bytes <= 4032
                           and slot.crc == own_crc(data, 16), "SIG-02", at,
                           f"kind {slot.kind}, {slot.bytes} bytes, or CRC32C")
    if good:
        check_padding(findings, data[64 + slot.bytes:], at + 64 + slot.bytes)
    return slot if good else None


# --------------------------------------------------------- 13 Commit record

COMMIT = Record(
    128, ("magic", "16s"), ("image_size", "Q"), ("data_offset", "Q"),
    ("data_size", "Q"), ("tables_offset", "Q"), ("tables_size", "Q"),
    ("level", "B"), ("profile", "B"), (None, "6s"),
    ("manifest_digest", "32s"), ("set_tag", "8s"), (None, "20s"),
    ("crc", "I"))
COMMIT_MAGIC = b"IMGFMT COMMIT 1\n"


def is_commit(data):
    crc, = struct.unpack_from("<I", data, 124)
    return data[:16] == COMMIT_MAGIC and crc == own_crc(data, 124)


def find_commit(image):
    """13: where the commit record of a streamed image is."""
    file = image.file
    end = file.size - COMMIT.size
    if end >= image.plan.data and file.read(end, 16) == COMMIT_MAGIC:
        return end
    return walk_to_commit(image)


def walk_to_commit(image):
    """13: as the reader of a pipe, past the data and the tables."""
    offset, info = image.plan.data, image.info
    if info.profile == PLAIN:
        offset += info.page_size * sum(
            end - first for first, end, _ in present_runs(image))
    else:
        for first, present in groups(image):
            block = read_block_header(image, offset, first, present)
            if block is None:
                raise Stop
            offset += block.size
    data = image.file.read(offset, DIRECTORY.size)
    directory = DIRECTORY.read(image.findings, data, offset)
    image.findings.need(directory.magic == DIRECTORY_MAGIC
                        and directory.crc == own_crc(data, 252), "TAB-01",
                        offset, "magic or CRC32C of the directory is wrong")
    return offset + directory.size


def read_commit(image):
    """13"""
    findings, plan = image.findings, image.plan
    if image.info.level == STREAMED:
        plan.commit = find_commit(image)
    at = plan.commit
    data = image.file.read(at, COMMIT.size)
    commit = image.commit = COMMIT.read(findings, data, at)
    findings.need(commit.magic == COMMIT_MAGIC, "COM-01", at,
                  "truncated: no commit record")
    findings.need(commit.crc == own_crc(data, 124), "COM-02", at + 124,
                  "CRC32C of the commit record is wrong")
    if image.info.level == STREAMED:
        plan.data_size = commit.data_size
        plan.tables = plan.data + commit.data_size
        plan.tables_size = commit.tables_size
        plan.end = at + COMMIT.size
        findings.need(plan.tables + plan.tables_size == at, "ELF-11", at,
                      "data, tables and commit record leave a gap")
    expected = {
        "image_size": plan.end, "data_offset": plan.data,
        "data_size": plan.data_size, "tables_offset": plan.tables,
        "tables_size": plan.tables_size, "level": image.info.level,
        "profile": image.info.profile, "set_tag": image.info.set_tag}
    for name, value in expected.items():
        found = getattr(commit, name)
        findings.need(found == value, "COM-03", at,
                      f"{name} is {found}, not {value}")
    findings.expect(image.file.is_device or image.file.size == plan.end,
                    "ELF-12", plan.end, "there is more behind the end")


def check_manifest_digest(image):
    """13"""
    image.findings.need(
        image.commit.manifest_digest == H(D_MANIFEST, image.manifest_bytes),
        "COM-04", image.plan.commit + 64, "the manifest digest is wrong")


# ----------------------------------------------------------- reading it all

def read_segments(image, count):
    image.file.read(image.headers, 56 * count)
    image.segments = [read_segment(image, number) for number in range(count)]


def read_records(image):
    """6.4 to 6.6, 6.9"""
    read_backup_map(image)
    read_memory_map(image)
    read_mappings(image)
    read_swap_image(image)


def read_core(image):
    """4.7"""
    image.file.end_rule = "ELF-15"
    check_core_header(image)
    read_segments(image, read_core_count(image))
    read_core_segments(image)
    read_notes(image)
    check_notes(image)
    if image.is_foreign:
        check_physical(image)
        # Only the information note would tell more; the maps may be there.
        image.info = SimpleNamespace(level=FOREIGN, kind=SYSTEM, view=ORIGINAL,
                                     page_size=foreign_page_size(image))
    else:
        read_information(image)
        check_bare_information(image)
    read_records(image)
    read_core_memory(image)
    check_parts(image, [(first, end) for first, end, present in core_runs(image) if present])


def read_front(image):
    check_elf_header(image)
    count = read_header_count(image)
    image.findings.need(count > 0, "ELF-08", 56, "no program headers")
    read_segments(image, count)
    read_notes(image)
    check_notes(image)
    read_information(image)
    check_segments(image)
    read_records(image)
    check_front_layout(image)
    read_page_map(image)
    check_max_pfn(image)
    check_resumability_field(image)
    check_parts(image, [(run.first, run.first + run.pages)
                        for run in image.page_map if run.state == PRESENT])
    check_set_tag(image)


def read_rest(image):
    """Everything behind the front but the data; they rest on `index`."""
    image.plan = plan_layout(image)
    check_layout(image)
    if image.info.profile == PLAIN:
        check_loads(image)
    read_commit(image)
    check_layout_padding(image)
    read_directory(image)
    read_manifest(image)
    index = read_index(image)
    broken = not check_tree(image)
    image.content_at, image.content = read_table(image, "content")
    image.index = index
    check_manifest(image)
    check_items(image)
    check_root(image)
    if broken:
        image.index = None
    if image.info.level == SEALED:
        check_resume_record(image)
        check_slots(image)


def open_image(path, payload_crc=True):
    """Everything but the data."""
    findings = Findings()
    image = SimpleNamespace(findings=findings, payload_crc=payload_crc,
                            file=File(path, findings), complete=False)
    try:
        check_identity(image)
        if image.is_core:
            read_core(image)
        else:
            read_front(image)
            read_rest(image)
        image.complete = True
    except Stop:
        pass
    return image


# ----------------------------------------------------------------- commands

def check_data(image):
    for number, block, present in blocks(image):
        check_content(image, number, block, present)


def command_check(image, options):
    checks = []
    if not image.complete:
        return
    if image.is_foreign:
        print("foreign ELF core: no digests")
    if not image.is_core:
        checks.append((check_data, image))
    if options.resumable:
        checks.append((check_resumable, image))
    if options.machine:
        checks.append((check_machine, image, read_machine(options.machine)))
    if options.kernel is not None:
        checks.append((check_kernel, image, options.kernel))
    for check, *arguments in checks:
        try:
            check(*arguments)
        except Stop:
            pass


def page_states(image):
    """First frame, end, state, class; rising, not yet maximal."""
    if image.is_core:
        for first, end, present in core_runs(image):
            yield first, end, "stored" if present else "excluded", "none"
        return
    if image.index is None:
        return
    zero = set()
    for number, (first, _) in enumerate(groups(image)):
        zero.update(frames_of(first, image.index[number].zero))
    for run in image.page_map:
        name, end = CLASSES[run.cls], run.first + run.pages
        if run.state == EXCLUDED:
            yield run.first, end, "excluded", name
            continue
        for frame in range(run.first, end):
            state = "zero" if frame in zero else "stored"
            yield frame, frame + 1, state, name


def command_pages(image, _options):
    runs = []
    for first, end, state, name in page_states(image):
        if runs:
            last = runs[-1]
            if (last["pfn"] + last["pages"], last["state"],
                    last["class"]) == (first, state, name):
                last["pages"] += end - first
                continue
        runs.append({"pfn": first, "pages": end - first, "state": state,
                     "class": name})
    print(json.dumps(runs))


def present_pages(image):
    """Every present frame of the image with its page."""
    if image.is_core:
        yield from core_pages(image)
        return
    for _, block, present in blocks(image):
        if block.data is not None:
            yield from pages_of(image, block, present)


def command_hashes(image, options):
    view = {name: number for number, name in VIEWS.items()}.get(options.view)
    view = view or image.info.view
    if view != image.info.view and image.backup_map is None:
        print("no backup map: the other view is not known", file=sys.stderr)
        sys.exit(EXITS[UNSUPPORTED])
    lines = []
    try:
        for frame, page in present_pages(image):
            lines.append((move(image, frame, view),
                          hashlib.sha256(page).hexdigest()[:16]))
    except Stop:
        pass
    for frame, digest in sorted(lines):
        print(f"{frame:x} {digest}")


def plain_values(value):
    """Records as what JSON knows; bytes as text or hexadecimal digits."""
    if isinstance(value, SimpleNamespace):
        return {name: plain_values(item)
                for name, item in vars(value).items()}
    if isinstance(value, (list, tuple)):
        return [plain_values(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    return value


TEXT_FIELDS = ("magic", "release", "version", "who", "reason")


def command_dump(image, _options):
    names = ("elf", "segments", "info", "notes", "backup_map", "memory_map",
             "mappings", "swap_image", "page_map", "plan", "directory", "index", "manifest",
             "resume", "slots", "commit")
    for name in ("info", "resume"):
        record = getattr(image, name, None)
        for field in TEXT_FIELDS:
            if hasattr(record, field):
                setattr(record, field, text_of(getattr(record, field)))
    print(json.dumps({name: plain_values(getattr(image, name))
                      for name in names if hasattr(image, name)}, indent=1))


def command_segments(image, _options):
    print("number type offset vaddr paddr filesz memsz flags align")
    for number, segment in enumerate(image.segments):
        name = SEGMENT_NAMES.get(segment.type, f"{segment.type:#x}")
        print(number, name, *(f"{value:#x}" for value in (
            segment.offset, segment.vaddr, segment.paddr, segment.filesz,
            segment.memsz, segment.flags, segment.align)))


COMMANDS = {"check": command_check, "pages": command_pages,
            "hashes": command_hashes, "dump": command_dump,
            "segments": command_segments}


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--no-payload-crc", action="store_true")
    parser.add_argument("--resumable", action="store_true")
    parser.add_argument("--machine", metavar="FACTS")
    parser.add_argument("--kernel", metavar="RELEASE")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("words", nargs="+", metavar="COMMAND ... IMAGE")
    options = parser.parse_intermixed_args()
    words = options.words
    options.view = None
    if words[0] == "view" and len(words) == 4:
        options.view = words[1]
        words = sorted(words[2:], key=lambda word: word != "hashes")
        if options.view not in VIEWS.values() or words[0] != "hashes":
            parser.error("view original|jump hashes IMAGE")
    if len(words) != 2 or words[0] not in COMMANDS:
        parser.error("a command and an image are needed")
    options.command, options.image = words
    return options


def main():
    options = parse_arguments()
    try:
        image = open_image(options.image, not options.no_payload_crc)
    except OSError as problem:
        print(problem, file=sys.stderr)
        return TROUBLE
    command = COMMANDS[options.command]
    readable = image.complete or options.command in ("check", "dump")
    if options.command == "segments":
        readable = hasattr(image, "segments")
    if readable:
        command(image, options)
    output = sys.stdout if options.command == "check" else sys.stderr
    for line in image.findings.lines:
        print(line, file=output)
    return EXITS[image.findings.answer()]


if __name__ == "__main__":
    sys.exit(main())
