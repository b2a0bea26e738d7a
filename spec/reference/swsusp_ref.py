#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reference reader of images of Linux's own hibernation.

Written from spec/swsusp.md alone, in the order of its clauses, to be read
beside it. It shares no code with the library, so that each checks the other.

    swsusp_ref.py check [OPTIONS] IMAGE    the broken rule, "RULE message"
    swsusp_ref.py pages IMAGE              runs of frames, JSON
    swsusp_ref.py hashes IMAGE             SHA-256 of every page
    swsusp_ref.py dump IMAGE               header and info page, JSON

--offset BYTES: the swap area begins there in IMAGE. --resume-offset PAGES:
the header of a swap file on the device IMAGE. --resumable asks for 9 too,
--machine FACTS and --kernel RELEASE for 10.

Exit status: 0 valid, 1 corrupt, truncated or not for here, 2 trouble, 3 no
image or one that was used, 4 unsupported.
"""

import argparse
import hashlib
import json
import re
import struct
import sys
import zlib
from types import SimpleNamespace

import lz4.block

CORRUPT, TROUBLE, NONE, UNSUPPORTED = 1, 2, 3, 4
MAX_ADDRESS = 1 << 52
PAGE_SIZES = (4096, 16384, 65536)
U64 = struct.Struct("<Q")


class Broken(Exception):
    """A rule that does not hold; what would follow means nothing."""

    def __init__(self, rule, message, status=CORRUPT):
        super().__init__(f"{rule} {message}")
        self.status = status


def need(holds, rule, message, status=CORRUPT):
    if not holds:
        raise Broken(rule, message, status)


# ---------------------------------------------------------------- 2 Places

class Device:
    """The bytes of a swap device from `offset` of a file on."""

    def __init__(self, path, offset=0):
        self.handle = open(path, "rb")
        self.offset = offset
        self.size = self.handle.seek(0, 2) - offset

    def read(self, at, size):
        if at + size > self.size:
            return b""
        self.handle.seek(self.offset + at)
        return self.handle.read(size)


# ---------------------------------------------------------------- 3 Header

PENDING = b"S1SUSPEND\0"
SWAP_AREAS = (b"SWAPSPACE2", b"SWAP-SPACE")
OTHERS = {b"ULSUSPEND\0": "uswsusp", b"S2SUSPEND\0": "uswsusp",
          b"LINHIB0001": "TuxOnIce"}
TUXONICE = bytes.fromhex("edc302e99856e50c")
PLATFORM, NOCOMPRESS, CRC32, HW_SIG, LZ4 = 1, 2, 4, 8, 16
FLAGS = PLATFORM | NOCOMPRESS | CRC32 | HW_SIG | LZ4


def tail(page):
    names = ("hw_sig", "crc32", "image", "flags", "orig_sig", "sig")
    return SimpleNamespace(**dict(zip(names, struct.unpack("<IIQI10s10s", page[-40:]))))


def probe(device, resume_offset):
    """The header and the page size, or None (3.1)."""
    for size in PAGE_SIZES:
        page = device.read(resume_offset * size, size)
        if not page:
            continue
        header = tail(page)
        header.page_size = size
        header.state = "pending"
        if header.sig == PENDING:
            return header
        if header.sig in OTHERS or page.startswith(TUXONICE):
            name = OTHERS.get(header.sig, "TuxOnIce")
            raise Broken("SWS-01", f"an image of {name}", UNSUPPORTED)
        if header.sig in SWAP_AREAS and header.orig_sig == header.sig and header.image:
            header.state = "consumed"
            return header
    return None


def check_header(header):
    need(header.orig_sig in SWAP_AREAS, "SWS-02", f"original signature {header.orig_sig}")
    need(header.image, "SWS-03", "there is no first map page")
    flags = header.flags
    need(not flags & ~FLAGS, "SWS-04", f"flags {flags:#x}", UNSUPPORTED)
    need(not (flags & NOCOMPRESS and flags & (CRC32 | LZ4)), "SWS-05", f"flags {flags:#x}")


# ------------------------------------------------------------------- 4 Map

def map_entries(device, header, home):
    """All entries in order; the offset of each is good to read."""
    size = header.page_size
    limit = device.size // size
    seen, slots, used = {home}, [], set()
    at, ended = header.image, False
    while at:
        need(not ended, "SWS-11", "a map page behind the end of the list")
        need(at < limit, "SWS-06", f"map page {at:#x} beyond the device")
        need(at not in seen, "SWS-09", f"map page {at:#x} occurs twice")
        seen.add(at)
        *entries, following = struct.unpack(f"<{size // 8}Q", device.read(at * size, size))
        slots += entries
        ended = 0 in entries
        at = following
    count = slots.index(0) if 0 in slots else len(slots)
    entries = slots[:count]
    for entry in entries:
        need(entry < limit, "SWS-06", f"entry {entry:#x} beyond the device")
        need(entry not in seen, "SWS-07", f"entry {entry:#x} is no data page")
        need(entry not in used, "SWS-08", f"entry {entry:#x} occurs twice")
        used.add(entry)
    need(not any(slots[count:]), "SWS-11", "entries behind the end of the list")
    return entries


class MapStream:
    """Pages by the map, in order."""

    def __init__(self, device, header, entries):
        self.device, self.size = device, header.page_size
        self.entries, self.at = entries, 0

    def pages(self, count):
        need(self.at + count <= len(self.entries), "SWS-10", "the list ends too early")
        chosen = self.entries[self.at:self.at + count]
        self.at += count
        return b"".join(self.device.read(entry * self.size, self.size) for entry in chosen)

    def check_end(self):
        need(self.at == len(self.entries), "SWS-11", "entries behind the stream's end")


# ------------------------------------------------------------- 5 Info page

X86_64, X86_32 = 0x23456789abcdef02, 0x12345679
UTS = 65


def text(data):
    return data.split(b"\0")[0].decode("utf-8", "replace")


def read_info(page):
    version, physpages, image_pages, pages, size = struct.unpack_from("<I4xQ8xQQQ", page, 392)
    info = SimpleNamespace(version_code=version, num_physpages=physpages,
                           image_pages=image_pages, pages=pages, size=size,
                           arch=None, header={})
    words = struct.unpack_from("<13Q", page)
    if words[3] == X86_64:
        names = ("jump_address", "jump_address_phys", "cr3", "magic", "e820_checksum")
        info.arch, info.header = "x86_64", dict(zip(names, words))
    elif page.startswith(b"Linux\0") and version:
        names = ("sysname", "nodename", "release", "version", "machine", "domainname")
        info.header = {name: text(page[i * UTS:(i + 1) * UTS]) for i, name in enumerate(names)}
        info.arch = info.header["machine"]
    elif page.startswith(b"#") and 0 in page[:UTS] and words[9] and words[10] >> 52 == 0xfff:
        names = ("ttbr1_el1", "reenter_kernel", "hyp_stub_vectors", "sleep_cpu_mpidr")
        info.arch = "aarch64"
        info.header = {"uts_version": text(page[:UTS]), **dict(zip(names, words[9:]))}
    return info


def check_info(info, page_size):
    most = MAX_ADDRESS // page_size
    info.meta_pages = info.pages - info.image_pages - 1
    need(info.meta_pages > 0, "SWS-12",
         f"{info.pages} pages with {info.image_pages} in the image")
    need(info.size == info.pages * page_size, "SWS-13", f"size {info.size}")
    need(info.num_physpages <= most and info.image_pages <= info.num_physpages
         and info.meta_pages <= -(-info.num_physpages * 8 // page_size),
         "SWS-14", f"{info.pages} pages, {info.num_physpages} in the machine")
    need(info.arch, "SWS-15", "an unknown architecture header", UNSUPPORTED)


# ------------------------------------------------------ 6 Page-frame list

END, ZERO = (1 << 64) - 1, 1 << 63
MAX_PARTS = 4096


def parts_of(frames):
    """First and last frame of each part, in which every one is the next listed."""
    rank = {frame: i for i, frame in enumerate(sorted(frames))}
    parts = []
    for frame in frames:
        if parts and rank[frame] == rank[parts[-1][1]] + 1:
            parts[-1][1] = frame
        else:
            parts.append([frame, frame])
    return parts


def frame_list(meta, info, page_size):
    """(frame, whether the zero flag is set) in the order of the list."""
    slots = struct.unpack(f"<{len(meta) // 8}Q", meta)
    count = slots.index(END) if END in slots else len(slots)
    need(count > len(slots) - page_size // 8, "SWS-19", "the end marker stands too early")
    need(not any(slots[count + 1:]), "SWS-19", "frames behind the end marker")
    frames = [(slot & ~ZERO, bool(slot & ZERO)) for slot in slots[:count]]
    most, seen = MAX_ADDRESS // page_size, set()
    for frame, _ in frames:
        need(frame < most, "SWS-16", f"frame {frame:#x}")
        need(frame not in seen, "SWS-17", f"frame {frame:#x} occurs twice")
        seen.add(frame)
    parts = parts_of([frame for frame, _ in frames])
    need(len(parts) <= MAX_PARTS, "SWS-18", f"{len(parts)} parts")
    stored = sum(not zero for _, zero in frames)
    need(stored == info.image_pages, "SWS-20", f"{stored} frames, not {info.image_pages}")
    need(len(frames) <= info.num_physpages, "SWS-21", f"{len(frames)} frames")
    info.parts = parts
    return frames


# --------------------------------------------------------------- 7 Stream

CLUSTER_PAGES = 32


def lzo_number(data, at, value, base):
    """A length that is continued in the bytes behind it."""
    if value:
        return value, at
    value = base
    while data[at] == 0:
        value += 255
        at += 1
    return value + data[at], at + 1


def lzo_match(data, at, code, state):
    """Length, distance, literals that follow, and where to go on."""
    if code >= 64:
        return (code >> 5) + 1, 1 + (code >> 2 & 7) + (data[at] << 3), code & 3, at + 1
    if code >= 32:
        length, at = lzo_number(data, at, code & 31, 31)
        low = data[at] | data[at + 1] << 8
        return length + 2, 1 + (low >> 2), low & 3, at + 2
    if code >= 16:
        length, at = lzo_number(data, at, code & 7, 7)
        low = data[at] | data[at + 1] << 8
        return length + 2, 16384 + ((code & 8) << 11) + (low >> 2), low & 3, at + 2
    far = 2049 if state == 4 else 1
    return 3 if state == 4 else 2, far + (code >> 2) + (data[at] << 2), code & 3, at + 1


def lzo_decompress(data, most):
    """An LZO1X stream, at most `most` bytes; IndexError or ValueError if bad."""
    out, at, state = bytearray(), 0, 0
    if data[0] > 17:
        count = data[0] - 17
        out += data[1:1 + count]
        at, state = 1 + count, min(count, 4)
    while len(out) <= most:
        code = data[at]
        at += 1
        if code < 16 and state == 0:
            count, at = lzo_number(data, at, code, 15)
            out += data[at:at + count + 3]
            at, state = at + count + 3, 4
            continue
        length, distance, state, at = lzo_match(data, at, code, state)
        if 16 <= code < 32 and distance == 16384:
            break
        if distance > len(out):
            raise ValueError("a match before the beginning")
        start = len(out) - distance
        piece = out[start:start + length]
        out += (piece * (length // distance + 1))[:length] if distance < length else piece
        out += data[at:at + state]
        at += state
    if at != len(data):
        raise ValueError("the end is not where the data end")
    return bytes(out)


def decompress(header, data, most):
    try:
        if header.flags & LZ4:
            return lz4.block.decompress(data, uncompressed_size=most)
        return lzo_decompress(data, most)
    except (IndexError, ValueError, lz4.block.LZ4BlockError) as error:
        raise Broken("SWS-23", str(error)) from error


def clusters(stream, header, size):
    """The stream behind the info page, a piece at a time."""
    page_size = header.page_size
    full = CLUSTER_PAGES * page_size
    limit = full + full // 16 + 69
    while size:
        share = min(size, full)
        first = stream.pages(1)
        length, = U64.unpack_from(first)
        need(0 < length <= limit, "SWS-22", f"a cluster of {length} bytes")
        data = first + stream.pages(-(-(length + 8) // page_size) - 1)
        data = decompress(header, data[8:8 + length], share)
        need(len(data) == share, "SWS-24", f"{len(data)} bytes, not {share}")
        yield data
        size -= share


def kernel_crc(data, crc):
    return zlib.crc32(data, crc ^ 0xffffffff) ^ 0xffffffff


def read_stream(device, header, home):
    stream = MapStream(device, header, map_entries(device, header, home))
    info_page = stream.pages(1)
    info = read_info(info_page)
    check_info(info, header.page_size)
    size = (info.pages - 1) * header.page_size
    if header.flags & NOCOMPRESS:
        need(len(stream.entries) >= info.pages, "SWS-10", "the list ends too early")
        need(len(stream.entries) == info.pages, "SWS-11", "entries behind the stream's end")
        return info, stream.pages(info.pages - 1)
    pieces = list(clusters(stream, header, size))
    stream.check_end()
    data = b"".join(pieces)
    if header.flags & CRC32:
        crc = kernel_crc(data, 0)
        need(crc == header.crc32, "SWS-25", f"CRC {crc:08x}, not {header.crc32:08x}")
    return info, data


# --------------------------------------------------------- 8 Bare streams

def bare_stream(device):
    """The page size of a bare stream, or None."""
    page = device.read(0, 4096)
    if not page:
        return None
    info = read_info(page)
    for size in PAGE_SIZES:
        if info.pages > info.image_pages + 1 and info.size == info.pages * size:
            return size
    return PAGE_SIZES[0] if info.arch == "x86_64" else None


def read_bare(device, page_size):
    info = read_info(device.read(0, 4096))
    need(device.size >= page_size, "SWS-26", "no whole info page")
    check_info(info, page_size)
    need(device.size == info.size, "SWS-26", f"{device.size} bytes, not {info.size}")
    return info, device.read(page_size, info.size - page_size)


# -------------------------------------------------------------- The image

class Image:
    def __init__(self, options):
        device = Device(options.image, options.offset)
        home = options.resume_offset
        self.header = probe(device, home)
        if self.header:
            if options.resumable:
                need(self.header.state == "pending", "SWS-27", "the image was used", NONE)
            check_header(self.header)
            self.page_size = self.header.page_size
            self.info, self.data = read_stream(device, self.header, home)
        else:
            self.page_size = bare_stream(device)
            if not self.page_size:
                raise Broken("-", "not an image", NONE)
            self.info, self.data = read_bare(device, self.page_size)
        self.meta = self.info.meta_pages * self.page_size
        self.frames = frame_list(self.data[:self.meta], self.info, self.page_size)

    def pages(self):
        """Frame and page, rising."""
        at, found = self.meta, []
        for frame, zero in self.frames:
            found.append((frame, None if zero else at))
            at += 0 if zero else self.page_size
        for frame, at in sorted(found):
            yield frame, bytes(self.page_size) if at is None else self.data[at:at + self.page_size]


# -------------------------------------------------------- 10 This machine

E820 = {"System RAM": 1, "Reserved": 2, "ACPI Tables": 3, "ACPI Non-volatile Storage": 4,
        "Unusable memory": 5, "Persistent Memory": 7, "Persistent Memory (legacy)": 12,
        "Soft Reserved": 0xefffffff}


def e820_checksum(ranges):
    table = struct.pack("<I", len(ranges))
    for first, last, kind in ranges:
        table += struct.pack("<QQI", first, last - first + 1, E820[kind])
    return zlib.crc32(table)


def read_facts(path):
    """The facts of a machine; what it does not say is not compared."""
    facts, firmware = {}, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            word, _, rest = line.strip().partition(" ")
            if word == "firmware":
                span, _, kind = rest.partition(" ")
                firmware.append((*(int(end, 16) for end in span.split("-")), kind))
            elif word in ("pages", "hardware-signature"):
                facts[word] = int(rest, 0)
            elif word in ("machine", "version"):
                facts[word] = rest
    if firmware:
        facts["e820"] = e820_checksum(sorted(firmware))
    return facts


def check_machine(image, facts):
    info, header = image.info, image.header

    def same(name, value, rule):
        need(name not in facts or facts[name] == value, rule,
             f"{name} is {facts.get(name)}, not {value}")

    same("machine", info.arch, "SWS-32")
    if "uts_version" in info.header or "version" in info.header:
        same("version", info.header.get("uts_version") or info.header["version"], "SWS-32")
    same("pages", info.num_physpages, "SWS-28")
    if info.arch == "x86_64" and "e820_checksum" in info.header:
        same("e820", info.header["e820_checksum"] & 0xffffffff, "SWS-29")
    if header and header.flags & HW_SIG:
        same("hardware-signature", header.hw_sig, "SWS-30")


def check_kernel(image, kernel):
    found = re.match(r"(\d+)\.(\d+)", kernel)
    release = (int(found[1]), int(found[2])) if found else (0, 0)
    need(release >= (6, 9) or not (image.header and image.header.flags & LZ4), "SWS-31",
         f"{kernel} has no LZ4 images")
    need(release >= (6, 7) or not any(zero for _, zero in image.frames), "SWS-31",
         f"{kernel} has no zero flags")


# --------------------------------------------------------------- Commands

def command_check(image, options):
    if options.machine:
        check_machine(image, read_facts(options.machine))
    if options.kernel:
        check_kernel(image, options.kernel)


def runs_of(image):
    """Maximal runs of frames of the same state, rising."""
    runs = []
    for frame, zero in sorted(image.frames):
        state = "zero" if zero else "stored"
        last = runs[-1] if runs else None
        if last and last["pfn"] + last["pages"] == frame and last["state"] == state:
            last["pages"] += 1
        else:
            runs.append({"pfn": frame, "pages": 1, "state": state, "class": "none"})
    return runs


def command_pages(image, _options):
    print(json.dumps(runs_of(image)))


def command_hashes(image, _options):
    for frame, page in image.pages():
        print(f"{frame:x} {hashlib.sha256(page).hexdigest()[:16]}")


def command_dump(image, _options):
    header = dict(vars(image.header)) if image.header else None
    for name in ("orig_sig", "sig") if header else ():
        header[name] = text(header[name])
    print(json.dumps({"page_size": image.page_size, "header": header, "info": vars(image.info),
                      "frames": len(image.frames),
                      "zero_frames": sum(zero for _, zero in image.frames),
                      "stream_crc32": f"{kernel_crc(image.data, 0):08x}"}, indent=1))


COMMANDS = {"check": command_check, "pages": command_pages, "hashes": command_hashes,
            "dump": command_dump}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--offset", type=lambda word: int(word, 0), default=0)
    parser.add_argument("--resume-offset", type=lambda word: int(word, 0), default=0)
    parser.add_argument("--resumable", action="store_true")
    parser.add_argument("--machine", metavar="FACTS")
    parser.add_argument("--kernel", metavar="RELEASE")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("image")
    options = parser.parse_args()
    try:
        COMMANDS[options.command](Image(options), options)
    except Broken as problem:
        print(problem, file=sys.stdout if options.command == "check" else sys.stderr)
        return problem.status
    except OSError as problem:
        print(problem, file=sys.stderr)
        return TROUBLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
