# SPDX-License-Identifier: GPL-2.0-or-later
"""Bare images and foreign ELF cores: headers, notes and PT_LOAD segments."""

from . import envelope, record
from .envelope import Envelope
from .notes import Notes, align, info_record, own_crc
from .record import Record

STRINGS = b"\0.shstrtab\0"


class Core:
    def __init__(self, recipe, patches, out):
        self.recipe, self.patches, self.out = recipe, patches, out
        self.is_bare = recipe.choice["level"] == "bare"
        self.is_qemu = "qemu" in recipe.flags
        self.page_size = recipe.numbers["page-size"]

    def build(self):
        recipe, patches = self.recipe, self.patches
        if recipe.spans:
            raise ValueError("this level takes 'segment', not 'pages'")
        if self.is_qemu:
            patches.gaps["phdrs"] = 128
        notes = Notes(recipe, patches, recipe.choice["byte-order"], self.is_bare)
        info = b""
        if self.is_bare:
            draft = info_record(recipe)
            draft["profile"], draft["block_pages"] = 1, 0
            info = notes.grow("info", bytes(
                patches.finish("info", draft, crc=own_crc).bytes))
        segments = patches.listed("segment", recipe.segments)
        shell = Envelope(recipe, patches, 1 + len(segments))
        at = self._notes(shell, notes.segment(info))
        phdrs = [shell.program_header(envelope.NOTE, *self.notes, align=0 if self.is_qemu else 4)]
        phdrs += self._segments(shell, segments, at)
        shell.put(self.out, patches.listed("phdr", phdrs), **self._sections())

    def _notes(self, shell, notes):
        start = at = shell.end if self.is_qemu else align(shell.end, 8)
        for i, note in enumerate(notes):
            self.out.put(at, note, f"note[{i}]")
            at += len(note)
        self.notes = (start, at - start)
        return at

    def _segments(self, shell, segments, at):
        phdrs = []
        for paddr, size, content, options in segments:
            filesz = options.get("file", size)
            if "same" in options:
                offset = phdrs[options["same"]]["offset"] + options.get("shift", 0)
            else:
                unit = 1 if self.is_qemu else self.page_size
                offset = options.get("offset", align(at, unit))
                self.out.put(offset, content.at(paddr, filesz, self.page_size))
                at = max(at, offset + filesz)
            phdrs.append(shell.program_header(
                options.get("type", envelope.LOAD), offset, filesz, paddr=paddr, memsz=size,
                vaddr=options.get("vaddr", 0), flags=options.get("flags", 7),
                align=options.get("align", 0 if self.is_qemu else self.page_size)))
        return phdrs

    def _sections(self):
        """QEMU's section headers between ELF header and program headers."""
        if not self.is_qemu:
            return {}
        strings = Record(record.SHDR, self.recipe.choice["byte-order"], type=3,
                         offset=self.out.size, size=len(STRINGS))
        self.out.put(64 + 64, bytes(strings.bytes))
        self.out.put(self.out.size, STRINGS)
        return {"shoff": 64, "shnum": 2, "shentsize": 64, "shstrndx": 1, "ehsize": 8}
