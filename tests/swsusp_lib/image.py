# SPDX-License-Identifier: GPL-2.0-or-later
"""
An image from a recipe: info page, page-frame list, stream, clusters, map and
header, in the order of spec/swsusp.md.  What a recipe sets otherwise is put
in where it belongs, and what is computed from it follows.
"""

import random
import zlib

import lz4.block

from recipe_lib.record import Layout, Record

from . import lzo

TAIL = Layout("hw_sig:4 crc32:4 image:8 flags:4 orig_sig:10b sig:10b")
SWAP = Layout("version:4 last_page:4 bad_pages:4 uuid:16b label:16b padding:468b bad_page:4")
INFO = Layout("arch:392b version_code:4 pad:4 num_physpages:8 cpus:4 pad2:4 image_pages:8 "
              "pages:8 size:8")
X86_64 = Layout("jump_address:8 jump_address_phys:8 cr3:8 magic:8 e820_checksum:8")
X86_32 = Layout("jump_address:4 jump_address_phys:4 cr3:4 magic:4 e820_checksum:4")
ARM64 = Layout("uts_version:65b pad:7b ttbr1_el1:8 reenter_kernel:8 hyp_stub_vectors:8 "
               "sleep_cpu_mpidr:8")
GENERIC = Layout("sysname:65b nodename:65b release:65b version:65b machine:65b domainname:65b")
VERSION = b"#1 SMP PREEMPT Debian 6.12.1-1"

PLATFORM, NOCOMPRESS, CRC32, HW_SIG, LZ4 = 1, 2, 4, 8, 16
END, ZERO = (1 << 64) - 1, 1 << 63
CLUSTER_PAGES = 32


def put(record, field, text):
    """One value of a record: a number, +N, -N, ^N, hex:DIGITS or text."""
    if record.layout.fields[field][2]:
        record[field] = (bytes.fromhex(text[4:]) if text.startswith("hex:")
                         else text.encode())
    elif text[0] in "+-":
        record[field] += int(text, 0)
    elif text[0] == "^":
        record[field] ^= int(text[1:], 0)
    else:
        record[field] = int(text, 0)


def words(values):
    return b"".join(value.to_bytes(8, "little") for value in values)


def kernel_crc(data):
    return zlib.crc32(data, 0xffffffff) ^ 0xffffffff


def places_of(record):
    """The numbers in brackets behind a record's name: [I] or [I..J]."""
    first, _, last = record.partition("[")[2].rstrip("]").partition("..")
    return int(first, 0), int(last or first, 0)


def place_of(record):
    return places_of(record)[0]


class Image:
    def __init__(self, recipe, out):
        self.recipe, self.out = recipe, out
        self.size = recipe.page_size
        self.used = set()

    def sets(self, name):
        for i, (record, field, value) in enumerate(self.recipe.sets):
            if record.partition("[")[0] == name:
                self.used.add(i)
                yield record, field, value

    def build(self):
        kind = self.recipe.choice["kind"]
        if kind == "area" and self.recipe.choice["state"] == "none":
            device = max(10, self.recipe.numbers["device"])
            self._put_page(self.recipe.numbers["resume-offset"], self.header(0, 0, device),
                           "header")
            self.out.size = self.base() + device * self.size
        elif kind != "file":
            self._build(kind)
        for i, (record, field, _) in enumerate(self.recipe.sets):
            if i not in self.used:
                raise ValueError(f"there is no {record} {field}")

    def _build(self, kind):
        meta, data = self.meta(), self.data()
        stream = meta + data
        info = self.info(len(meta) // self.size, len(data) // self.size)
        if kind == "stream":
            self.out.put(self.recipe.numbers["offset"], info + stream)
            return
        clusters = ([stream] if self.recipe.choice["codec"] == "raw"
                    else [self.cluster(i, piece) for i, piece in enumerate(self.pieces(stream))])
        pages = self.cut(b"".join([info, *clusters]))
        self.put_area(pages, kernel_crc(stream))

    # Info page and what it counts.

    def info(self, meta_pages, image_pages):
        recipe, size = self.recipe, self.size
        pages = meta_pages + image_pages + 1
        record = Record(INFO, num_physpages=recipe.numbers["physpages"] or self.physpages(),
                        image_pages=image_pages, pages=pages, size=pages * size)
        header = self.arch_header(record)
        for _, field, value in self.sets("info"):
            put(header if header and field in header else record, field, value)
        if header:
            record["arch"] = bytes(header.bytes)
        return bytes(record.bytes).ljust(size, b"\0")

    def physpages(self):
        """One more than frames that a machine without holes must have."""
        return max((frame for frame, *_ in self.recipe.entries()), default=0) + 2

    def arch_header(self, record):
        arch = self.recipe.choice["arch"]
        if arch == "x86_64":
            return Record(X86_64, jump_address=0xffffffff81064010, jump_address_phys=0x1064010,
                          cr3=0x226a000, magic=0x23456789abcdef02, e820_checksum=0x92315679)
        if arch == "x86_32":
            return Record(X86_32, jump_address=0xc1064010, jump_address_phys=0x1064010,
                          cr3=0x226a000, magic=0x12345679, e820_checksum=0x92315679)
        if arch == "arm64":
            return Record(ARM64, uts_version=VERSION, ttbr1_el1=0x41a2c000,
                          reenter_kernel=0xffff800081023000, hyp_stub_vectors=0x41a30000,
                          sleep_cpu_mpidr=0x80000000)
        if arch == "generic":
            record["version_code"] = 6 << 16 | 12 << 8 | 1
            return Record(GENERIC, sysname=b"Linux", nodename=b"host", release=b"6.12.1",
                          version=VERSION, machine=b"loongarch64", domainname=b"(none)")
        return None

    # Stream.

    def meta(self):
        slots = [frame | (ZERO if flag else 0) for frame, _, flag in self.recipe.entries()]
        per_page = self.size // 8
        if len(slots) % per_page or not slots:
            slots.append(END)
        slots += [0] * (-len(slots) % per_page)
        for record, _, value in self.sets("list"):
            first, last = places_of(record)
            other = slots[int(value[1:-1], 0)] if value.startswith("[") else int(value, 0)
            slots[first:last + 1] = [other] * (last + 1 - first)
        return words(slots)

    def data(self):
        return b"".join(content.page(frame, self.size)
                        for frame, content, flag in self.recipe.entries() if not flag)

    def pieces(self, stream):
        step = CLUSTER_PAGES * self.size
        return [stream[at:at + step] for at in range(0, len(stream), step)]

    def compress(self, data):
        if self.recipe.choice["codec"] == "lz4":
            return lz4.block.compress(data, store_size=False)
        return lzo.compress(data, self.recipe.texts["lzo-forms"])

    def cluster(self, number, data):
        quirk, arg = self.recipe.payloads.get(number, (None, None))
        if quirk == "short":
            data = data[:-int(arg, 0)]
        elif quirk == "long":
            data += bytes(int(arg, 0))
        payload = self.compress(data)
        if quirk == "trail":
            payload += bytes.fromhex(arg)
        elif quirk == "hex":
            payload = bytes.fromhex(arg)
        elif quirk == "cut":
            payload = payload[:-int(arg, 0)]
        elif quirk == "pad":
            payload = payload.ljust(int(arg, 0), b"\0")
        length = len(payload)
        for record, field, value in self.sets("cluster"):
            if place_of(record) == number:
                if field != "length":
                    raise ValueError(f"a cluster has no {field}")
                length = length + int(value, 0) if value[0] in "+-" else int(value, 0)
        whole = length.to_bytes(8, "little") + payload
        # What lies behind a cluster in its last page is anything but zeros.
        return whole + b"\xa5" * (-len(whole) % self.size)

    def cut(self, data):
        return [data[at:at + self.size] for at in range(0, len(data), self.size)]

    # Swap area.

    def base(self):
        return self.recipe.numbers["offset"]

    def _put_page(self, index, page, name):
        at = self.base() + index * self.size
        self.out.put(at, page if page.strip(b"\0") else b"", name)
        self.out.size = max(self.out.size, self.base() + (index + 1) * self.size)

    def free_slots(self, count):
        """Page indexes in the order in which they are given out."""
        home, seed = self.recipe.numbers["resume-offset"], self.recipe.numbers["scatter"]
        many = max(count + 8, self.recipe.numbers["device"] - home - 1)
        slots = list(range(home + 1, home + 1 + (many if seed else count)))
        if seed:
            random.Random(seed).shuffle(slots)
        self.last = max(slots[:count], default=home)
        return iter(slots)

    def put_area(self, pages, crc):
        """Data pages as the map lists them, then the map, then the header."""
        per_map = self.size // 8 - 1
        map_count = len(pages) // per_map + 1
        slots = self.free_slots(len(pages) + map_count)
        maps, homes = [[0] * (per_map + 1)], [next(slots)]
        for i, page in enumerate(pages):
            slot = next(slots)
            self._put_page(slot, page, f"entry[{i}]")
            maps[-1][i % per_map] = slot
            if i % per_map == per_map - 1:
                homes.append(next(slots))
                maps[-1][per_map] = homes[-1]
                maps.append([0] * (per_map + 1))
        device = max(self.last + 1, self.recipe.numbers["device"])
        self.set_maps(maps, homes, device)
        self.put_maps(maps, homes)
        self.out.size = max(self.out.size, self.base() + device * self.size)
        self._put_page(self.recipe.numbers["resume-offset"],
                       self.header(homes[0], crc, device), "header")

    def set_maps(self, maps, homes, device):
        """A value may name a place: header, device, map[I], entry[I] of the first page."""
        names = {"header": self.recipe.numbers["resume-offset"], "device": device}
        names.update((f"map[{i}]", home) for i, home in enumerate(homes))
        names.update((f"entry[{i}]", slot) for i, slot in enumerate(maps[0][:-1]) if slot)
        for record, field, value in self.sets("map"):
            at = len(maps[0]) - 1 if field == "next" else int(field, 0)
            maps[place_of(record)][at] = names[value] if value in names else int(value, 0)

    def put_maps(self, maps, homes):
        torn = self.recipe.choice["torn"]
        for i, (entries, home) in enumerate(zip(maps, homes)):
            page = words(entries)
            if torn != "no" and i == len(maps) - 1:
                page = bytes(self.size)
                if torn == "stale":
                    page = random.Random(self.size).randbytes(self.size)
            if torn != "absent" or i < len(maps) - 1:
                self._put_page(home, page, f"map[{i}]")

    def flags(self):
        flags = {"raw": NOCOMPRESS, "lzo": CRC32, "lz4": CRC32 | LZ4}[self.recipe.choice["codec"]]
        if "without-crc" in self.recipe.flags:
            flags &= ~CRC32
        if "platform" in self.recipe.flags:
            flags |= PLATFORM
        if self.recipe.numbers["hardware-signature"] is not None:
            flags |= HW_SIG
        return flags

    def header(self, first_map, crc, device):
        state = self.recipe.choice["state"]
        tail = Record(TAIL, sig=b"SWAPSPACE2")
        if state != "none":
            flags = self.flags()
            tail = Record(TAIL, hw_sig=self.recipe.numbers["hardware-signature"] or 0,
                          crc32=crc if flags & CRC32 else 0, image=first_map, flags=flags,
                          orig_sig=b"SWAPSPACE2",
                          sig=b"S1SUSPEND" if state == "pending" else b"SWAPSPACE2")
        for _, field, value in self.sets("header"):
            put(tail, field, value)
        swap = Record(SWAP, version=1, last_page=max(device, 10) - 1, uuid=bytes(range(16)),
                      label=self.recipe.texts["label"].encode())
        page = bytearray(self.size)
        page[1024:1024 + SWAP.size] = swap.bytes
        page[-TAIL.size:] = tail.bytes
        return bytes(page)
