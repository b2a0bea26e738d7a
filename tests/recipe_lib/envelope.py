# SPDX-License-Identifier: GPL-2.0-or-later
"""ELF header, program headers and section header (clauses 4.1 to 4.4)."""

from . import record
from .record import Record

PN_XNUM = 0xFFFF
NO_MEMORY = 0xFFFFFFFFFFFFFFFF
NOTE, LOAD, MAP, TABLES, DATA = 4, 1, 0x60494D01, 0x60494D02, 0x60494D03


class Envelope:
    def __init__(self, recipe, patches, count):
        self.recipe, self.patches, self.count = recipe, patches, count
        self.order = recipe.choice["byte-order"]
        self.is_xnum = count >= PN_XNUM or "xnum" in recipe.flags
        self.phoff = 64 + patches.gap("phdrs")
        self.shoff = self.phoff + 56 * count if self.is_xnum else 0
        self.end = self.phoff + 56 * count + (64 if self.is_xnum else 0)

    def header(self, **others):
        ehdr = Record(
            record.EHDR, self.order, magic=b"\x7fELF", **{"class": 2}, ident_version=1,
            data=self.recipe.value("byte-order"), type=4,
            machine=self.recipe.machine(), version=1, entry=self.recipe.numbers["entry"],
            phoff=self.phoff, shoff=self.shoff, ehsize=64, phentsize=56,
            phnum=PN_XNUM if self.is_xnum else self.count,
            shentsize=64 if self.is_xnum else 0, shnum=1 if self.is_xnum else 0)
        for name, value in others.items():
            ehdr[name] = value
        return self.patches.finish("ehdr", ehdr)

    def program_header(self, kind, offset, filesz, **others):
        values = {"memsz": filesz,
                  "paddr": 0 if kind in (NOTE, LOAD) else NO_MEMORY, "flags": 7 if kind == LOAD else 4, **others}
        return Record(record.PHDR, self.order, type=kind, offset=offset, filesz=filesz,
                      **values)

    def put(self, out, phdrs, **header):
        """Places all of it; phdrs are as many as was said at first."""
        out.put(0, bytes(self.header(**header).bytes), "ehdr")
        finished = []
        for i, phdr in enumerate(phdrs):
            finished.append(bytes(self.patches.finish(f"phdr[{i}]", phdr).bytes))
            out.names[f"phdr[{i}]"] = self.phoff + 56 * i
        out.put(self.phoff, b"".join(finished), "phdrs")
        if self.is_xnum:
            shdr = Record(record.SHDR, self.order, size=1, info=self.count)
            out.put(self.shoff, bytes(self.patches.finish("shdr", shdr).bytes), "shdr")
