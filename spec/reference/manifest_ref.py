#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Manifests, as the specification has them, by hashlib alone.

Written from spec/manifest.md, and from 10 and 11 of spec/imgfmt-1.md, to be
read beside them. It shares no code with the library.

    manifest_ref.py make [--resume-offset PAGES] IMAGE
        the manifest of a hibernation image, a bare stream or an ELF core, to
        standard output
    manifest_ref.py content [--page-size N] MANIFEST TABLE CORE
        what a loader can check of the pages that it placed: from the manifest
        of an image and its content table alone, that the memory in CORE, an
        ELF core, has exactly the signed frames, contents and entry

Exit status: 0 done or right, 1 wrong, 2 trouble.
"""

import argparse
import hashlib
import struct
import sys


def digest(domain, *parts):
    """H(d, x) of 2.6."""
    sha = hashlib.sha256(bytes([domain]))
    for part in parts:
        sha.update(part)
    return sha.digest()


# ------------------------------------------------------------ the form (1, 2)

HEADER, MAP, FACTS, UNITS = 16, 17, 18, 19


def manifest(form, page_size, unit_pages, entry, units, sizes, items):
    """`units` has the digests, `sizes` what they are of; `items` the rest, by kind."""
    table = b"".join(units)
    rows = [(kind, len(data), digest(domain, data)) for kind, domain, data in items]
    rows.append((UNITS, sum(sizes), digest(0x09, table)))
    body = b"".join(struct.pack("<IIQ32s", kind, 0, size, value) for kind, size, value in rows)
    tail = struct.pack("<IIQQ", page_size, unit_pages, entry, len(units)) + bytes(56)
    head = struct.pack("<8sHHI", b"IMGMANIF", 2, form, len(rows))
    return head + digest(0x03, tail, body) + tail + body


# --------------------------------------------- hibernation images, bare streams

NOCOMPRESS = 2


def stream_units(pages, page_size):
    """Digests of 32 pages each, and their sizes."""
    step = 32 * page_size
    chunks = [pages[at:at + step] for at in range(0, len(pages), step)]
    return [digest(0x00, chunk) for chunk in chunks], [len(chunk) for chunk in chunks]


def header_page(data, resume_offset):
    for size in (4096, 16384, 65536):
        page = data[resume_offset * size:(resume_offset + 1) * size]
        sig, original = page[-10:], page[-20:-10]
        image = page[-32:-24]
        if sig == b"S1SUSPEND\0" or (sig in (b"SWAPSPACE2", b"SWAP-SPACE") and
                                     original == sig and any(image)):
            return size, page
    return None, None


def walk_map(data, at, size):
    """The map pages and the entries."""
    pages, entries = [], []
    while at:
        page = data[at * size:(at + 1) * size]
        *slots, following = struct.unpack(f"<{size // 8}Q", page)
        pages.append(page)
        end = slots.index(0) if 0 in slots else len(slots)
        entries += slots[:end]
        at = following if end == len(slots) else 0
    return b"".join(pages), entries


def make_swap(data, size, page):
    image, flags = struct.unpack("<QI", page[-32:-20])
    chain, entries = walk_map(data, image, size)
    info, *stream = (data[at * size:(at + 1) * size] for at in entries)
    if flags & NOCOMPRESS:
        units, sizes = stream_units(b"".join(stream), size)
    else:
        units, sizes, at = [], [], 0
        while at < len(stream):
            length = struct.unpack_from("<Q", stream[at])[0]
            count = -(-(length + 8) // size)
            cluster = b"".join(stream[at:at + count])[:length + 8]
            units.append(digest(0x00, cluster))
            sizes.append(len(cluster))
            at += count
    items = ((HEADER, 0x05, page[-40:-10] + b"S1SUSPEND\0"), (MAP, 0x07, chain), (FACTS, 0x06, info))
    return manifest(1, size, 32, 0, units, sizes, items)


def make_stream(data, size):
    units, sizes = stream_units(data[size:], size)
    return manifest(2, size, 32, 0, units, sizes, ((FACTS, 0x06, data[:size]),))


def stream_page_size(data):
    for size in (4096, 16384, 65536):
        if len(data) >= size:
            pages, total = struct.unpack_from("<QQ", data, 424)
            if pages and total == pages * size == len(data):
                return size
    return None


# ------------------------------------------------------------------- ELF cores

PT_LOAD, PT_NOTE = 1, 4


class Core:
    """Frames of an ELF core: those that a segment touches (4.7)."""

    def __init__(self, data, page_size=4096):
        self.order = "<" if data[5] == 1 else ">"
        self.header = data[:64]
        self.entry, phoff = struct.unpack_from(self.order + "QQ", data, 24)
        shoff, = struct.unpack_from(self.order + "Q", data, 40)
        count, = struct.unpack_from(self.order + "H", data, 56)
        if count == 0xffff:
            count, = struct.unpack_from(self.order + "I", data, shoff + 44)
        self.table = data[phoff:phoff + 56 * count]
        self.page_size = page_size
        self.notes, self.pages = b"", {}
        loads = []
        for at in range(0, len(self.table), 56):
            kind, _, offset, _, paddr, size = struct.unpack_from(self.order + "IIQQQQ", self.table, at)
            if kind == PT_NOTE:
                self.notes += data[offset:offset + size]
            elif kind == PT_LOAD and size and paddr != 2**64 - 1:
                loads.append((paddr, -size, offset))
        # Where segments overlap, the one that begins lower, then the longer one, counts.
        for paddr, size, offset in sorted(loads, reverse=True):
            self.place(paddr, data[offset:offset - size])

    def place(self, paddr, data):
        size, at = self.page_size, 0
        while at < len(data):
            frame, skip = divmod(paddr + at, size)
            part = data[at:at + size - skip]
            page = self.pages.setdefault(frame, bytearray(size))
            page[skip:skip + len(part)] = part
            at += len(part)

    def groups(self, count):
        """(first frame, mask, pages) of each group of `count` frames that has a frame."""
        found = {}
        for frame in sorted(self.pages):
            found.setdefault(frame // count, []).append(frame)
        for group, frames in sorted(found.items()):
            mask = sum(1 << frame % count for frame in frames)
            yield group * count, mask, b"".join(self.pages[frame] for frame in frames)

    def digests(self, count):
        return [digest(0x08, struct.pack("<QQ", first, mask), pages)
                for first, mask, pages in self.groups(count)]


def make_core(data):
    at = data.find(b"PAGESIZE=")
    page_size = int(data[at + 9:].split(b"\n")[0]) if at >= 0 else 4096
    core = Core(data, page_size)
    sizes = [len(pages) for _, _, pages in core.groups(64)]
    items = ((HEADER, 0x05, core.header), (MAP, 0x07, core.table), (FACTS, 0x06, core.notes))
    return manifest(3, page_size, 64, core.entry, core.digests(64), sizes, items)


def command_make(options):
    with open(options.image, "rb") as handle:
        data = handle.read()
    size, page = header_page(data, options.resume_offset)
    if page:
        made = make_swap(data, size, page)
    elif data[:4] == b"\x7fELF":
        made = make_core(data)
    elif stream_page_size(data):
        made = make_stream(data, stream_page_size(data))
    else:
        raise ValueError("no image of a format that this knows")
    sys.stdout.buffer.write(made)
    return 0


# ------------------------------------------------------- content digests (10)

class Wrong(Exception):
    pass


def need(holds, what):
    if not holds:
        raise Wrong(what)


def read_manifest(data):
    """What a content check needs of a manifest (11.1), and that it is in order."""
    magic, version, _, items = struct.unpack_from("<8sHHI", data)
    need(magic == b"IMGMANIF" and version == 1 and len(data) == 128 + 48 * items, "not a manifest of version 1")
    rows = [struct.unpack_from("<IIQ32s", data, 128 + 48 * i) for i in range(items)]
    need([row[0] for row in rows] == [1, 2, 3, 4, 5], "there are no content digests")
    need(digest(0x03, data[72:112], data[176:]) == data[16:48], "the root is wrong")
    entry, stored, zero, _, blocks = struct.unpack_from("<5Q", data, 72)
    return entry, stored + zero, blocks, rows[4]


def check_content(signed, table, core):
    entry, pages, blocks, (_, _, size, value) = read_manifest(signed)
    need(len(table) == size == 32 * blocks, "the content table has another size")
    need(digest(0x09, table) == value, "the content table is not the signed one")
    need(core.entry == entry, f"the entry is {core.entry:#x}, not {entry:#x}")
    need(len(core.pages) == pages, f"{len(core.pages)} frames, not {pages}")
    # The manifest does not tell the size of a group; only one can fit.
    rows = [table[at:at + 32] for at in range(0, len(table), 32)]
    for count in (64, 32, 16, 8, 4, 2, 1):
        made = core.digests(count)
        if made == rows:
            return
        if len(made) == len(rows) and any(a == b for a, b in zip(made, rows)):
            first = next(i for i, (a, b) in enumerate(zip(made, rows)) if a != b)
            frame = [group[0] for group in core.groups(count)][first]
            raise Wrong(f"frames from {frame:#x} on are not as they were signed")
    raise Wrong("the frames are others than the signed ones, or have other contents")


def command_content(options):
    files = []
    for name in (options.manifest, options.table, options.core):
        with open(name, "rb") as handle:
            files.append(handle.read())
    try:
        check_content(files[0], files[1], Core(files[2], options.page_size))
    except Wrong as wrong:
        print(wrong)
        return 1
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make")
    make.add_argument("--resume-offset", type=int, default=0)
    make.add_argument("image")
    content = commands.add_parser("content")
    content.add_argument("--page-size", type=int, default=4096)
    content.add_argument("manifest")
    content.add_argument("table")
    content.add_argument("core")
    options = parser.parse_args()
    try:
        return command_make(options) if options.command == "make" else command_content(options)
    except (OSError, ValueError, struct.error, IndexError) as error:
        print(f"manifest_ref: {error}", file=sys.stderr)
        return 2


sys.exit(main())
