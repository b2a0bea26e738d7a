# SPDX-License-Identifier: GPL-2.0-or-later
"""The notes of an image (clauses 5 and 6)."""

from . import record
from .digest import crc32c
from .record import Record

OWNER = "IMGFMT"
INFO, BACKUP_MAP, MEMORY_MAP, MAPPINGS, SWAP = range(0x494D0001, 0x494D0006)


def align(value, unit):
    return -(-value // unit) * unit


class Notes:
    """The notes in order; the information note's descriptor comes last."""

    def __init__(self, recipe, patches, order, with_info=True):
        self.patches, self.order = patches, order
        self.grown = recipe.grown
        entries = [(OWNER, INFO, None)] if with_info else []
        if recipe.backups:
            entries.append((OWNER, BACKUP_MAP, self._backup_map(recipe)))
        if recipe.ranges:
            entries.append((OWNER, MEMORY_MAP, self._memory_map(recipe)))
        if recipe.mappings:
            entries.append((OWNER, MAPPINGS, self._mappings(recipe)))
        if recipe.swap is not None:
            entries.append((OWNER, SWAP, self._swap_image(recipe)))
        entries += recipe.notes
        self.entries = patches.listed("note", entries)

    def tail(self):
        """All notes but the information note, which 11.2 digests."""
        return b"".join(self._render(i, entry)
                        for i, entry in enumerate(self.entries) if entry[2] is not None)

    def segment(self, info=b""):
        """The bytes of each note."""
        return [self._render(i, entry if entry[2] is not None else (*entry[:2], info))
                for i, entry in enumerate(self.entries)]

    def _render(self, i, entry):
        owner, kind, desc = entry
        name = owner.encode() + b"\0" if owner else b""
        head = Record(record.NOTE, self.order, namesz=len(name), descsz=len(desc), type=kind)
        self.patches.finish(f"note[{i}]", head)
        return b"".join([
            head.bytes, name, self.patches.padding(f"note[{i}].name", -len(name) % 4),
            desc, self.patches.padding(f"note[{i}].desc", -len(desc) % 4)])

    def grow(self, name, data):
        size = self.grown.get(name, 0)
        return data + bytes(size) if size >= 0 else data[:size]

    def _rows(self, path, rows):
        return b"".join(bytes(self.patches.finish(f"{path}[{i}]", row).bytes)
                        for i, row in enumerate(self.patches.listed(path, rows)))

    def _backup_map(self, recipe):
        runs = self._rows("backup", [
            Record(record.BACKUP, destination=destination, backup=backup, pages=pages)
            for destination, backup, pages in recipe.backups])
        head = Record(record.BMAP, count=len(runs) // 24)
        self.patches.finish("bmap", head, crc=lambda _: crc32c(runs))
        return self.grow("bmap", bytes(head.bytes) + runs)

    def _memory_map(self, recipe):
        rows = self._rows("range", [Record(record.RANGE, first=first, bytes=size)
                                    for first, size in recipe.ranges])
        head = Record(record.MMAP, count=len(rows) // 16, flags=recipe.numbers["ram-flags"],
                      firmware=bytes.fromhex(recipe.texts["firmware"]))
        self.patches.finish("mmap", head)
        return self.grow("mmap", bytes(head.bytes) + rows)

    def _mappings(self, recipe):
        rows = self._rows("mapping", [
            Record(record.MAPPING, vaddr=vaddr, paddr=paddr, bytes=size, flags=flags)
            for vaddr, paddr, size, flags in recipe.mappings])
        head = Record(record.VMAP, count=len(rows) // 32)
        self.patches.finish("vmap", head)
        return self.grow("vmap", bytes(head.bytes) + rows)

    def _swap_image(self, recipe):
        size = recipe.numbers["page-size"]
        info = self.patches.finish("swapinfo", Record(
            record.SWAP_INFO, jump_address=0xffffffff81064010, jump_address_phys=0x1064010,
            cr3=0x226a000, magic=0x23456789abcdef02, e820_checksum=0x92315679,
            num_physpages=65536, image_pages=20, pages=22, size=22 * size))
        cut = bytes(info.bytes).rstrip(b"\0") + recipe.swap
        padded = cut + self.patches.padding("parts", -len(cut) % 8)
        rows = self._rows("part", [Record(record.PART, first=first, last=last)
                                   for first, last in recipe.parts])
        taken = self._rows("slots", [Record(record.TAKEN, first=first, pages=pages)
                                     for first, pages in recipe.taken])
        head = Record(record.SWAP, page_size=size, header_flags=4, crc32=0x12345678,
                      info_bytes=len(cut), parts=len(rows) // 16, runs=len(taken) // 16,
                      last_page=65535, uuid=b"uuid of the swap")
        rest = padded + rows + taken
        self.patches.finish("swap", head, crc=lambda rec: swap_crc(rec, rest))
        return self.grow("swap", bytes(head.bytes) + rest)


def swap_crc(head, rest):
    head["crc"] = 0
    return crc32c(bytes(head.bytes) + rest)


def info_record(recipe):
    """The information note (6.1) as far as the recipe alone determines it."""
    return Record(
        record.INFO, major=1, level=recipe.value("level"), profile=recipe.value("profile"),
        kind=recipe.value("kind"), view=recipe.value("view"),
        ignorable=1 if "content-digests" in recipe.flags else 0,
        page_size=recipe.numbers["page-size"], block_pages=recipe.numbers["block-pages"],
        free_policy=recipe.numbers["free-policy"], poison=recipe.numbers["poison"],
        time=recipe.numbers["time"],
        release=recipe.texts["release"].encode(), version=recipe.texts["version"].encode())


def own_crc(rec):
    rec["crc"] = 0
    return crc32c(rec.bytes)
