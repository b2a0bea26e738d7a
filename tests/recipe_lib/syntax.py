# SPDX-License-Identifier: GPL-2.0-or-later
"""The statements of recipes for images and ELF cores."""

from .model import Content, Span
from .reader import RecipeReader, number

CLASSES = ("none", "free", "unaccepted", "offline", "hwpoison", "kexec",
           "cache", "cache-private", "user", "hugetlb")
MACHINES = {"ppc64": 21, "s390x": 22, "x86_64": 62, "aarch64": 183, "riscv64": 243}
CHOICES = {
    "level": {"bare": 0, "streamed": 1, "sealed": 2, "foreign": None, "none": None},
    "profile": {"plain": 1, "packed": 2},
    "kind": {"hibernated": 1, "hibernating": 2},
    "view": {"original": 1, "jump": 2},
    "byte-order": {"little": 1, "big": 2},
}
NUMBERS = {"page-size": 4096, "block-pages": 64, "entry": 0, "time": 0,
           "poison": 0, "free-policy": 0, "ram-flags": 0}
TEXTS = {"codec": "zstd", "machine": "x86_64", "release": "", "version": "",
         "firmware": ""}
FLAGS = ("content-digests", "salvaged", "xnum", "qemu")


class Recipe(RecipeReader):
    CHOICES, NUMBERS, TEXTS, FLAGS = CHOICES, NUMBERS, TEXTS, FLAGS

    def __init__(self, path):
        super().__init__(path)
        self.choice["level"], self.choice["profile"] = "sealed", "packed"
        self.backups, self.ranges, self.mappings = [], [], []
        self.words = {}
        self.notes, self.spans, self.segments = [], [], []
        self.spoils, self.payloads, self.slots = {}, {}, {}
        self.sets, self.lists, self.pads, self.gaps = [], [], {}, {}
        self.grown = {}
        self.swap, self.parts, self.taken = None, [], [(1, 18)]
        self.read(path)

    # What is in the memory and what is known about it.

    def _do_pages(self, first, count, *words):
        kind = "none"
        if words[0].startswith("class="):
            kind, words = words[0].partition("=")[2], words[1:]
        self.spans.append(Span(number(first), number(count), 1,
                               CLASSES.index(kind), Content(words, self.words)))

    def _do_word(self, address, value):
        """A word of memory, over what else is there."""
        if number(address) % 8:
            raise ValueError(f"{address} is no multiple of 8")
        self.words[number(address)] = number(value)

    def _do_exclude(self, first, count, kind):
        self.spans.append(Span(number(first), number(count), 2,
                               CLASSES.index(kind), None))

    def _do_clear(self, name):
        """Forgets what an included file said."""
        lists = {"pages": "spans", "backup": "backups", "ram": "ranges",
                 "map": "mappings", "note": "notes", "slots": "taken"}
        getattr(self, lists[name]).clear()

    def _do_backup(self, destination, backup, pages):
        self.backups.append((number(destination), number(backup), number(pages)))

    def _do_ram(self, first, size):
        self.ranges.append((number(first), number(size)))

    def _do_map(self, vaddr, paddr, size, alias=None):
        if alias not in (None, "alias"):
            raise ValueError(f"no flag '{alias}' of a mapping")
        self.mappings.append((number(vaddr), number(paddr), number(size),
                              1 if alias else 0))

    def _do_note(self, owner, kind, *words):
        self.notes.append((owner, number(kind), _bytes(words)))

    def _do_swap_image(self, *words):
        self.swap = _bytes(words) if words else b""

    def _do_part(self, first, last):
        self.parts.append((number(first), number(last)))

    def _do_slots(self, first, pages):
        self.taken.append((number(first), number(pages)))

    def _do_falling_parts(self, count, first):
        """Parts of one frame each, each below the one before."""
        self.parts += [(number(first) - i, number(first) - i) for i in range(number(count))]

    def _do_segment(self, paddr, size, *words):
        options = dict(word.split("=") for word in words if "=" in word)
        content = Content([word for word in words if "=" not in word])
        self.segments.append((number(paddr), number(size), content,
                              {name: number(value) for name, value in options.items()}))

    def _do_sign(self, slot, kind, *words):
        self.slots[number(slot)] = (number(kind), _bytes(words))

    # What is done differently from the specification.

    def _do_set(self, path, value, stale=None):
        if stale not in (None, "stale"):
            raise ValueError(f"'{stale}' is not 'stale'")
        record, _, field = path.rpartition(".")
        self.sets.append((record, field, value, stale is not None))

    def _do_drop(self, name, at):
        self.lists.append((name, "drop", number(at), 0))

    def _do_copy(self, name, at):
        self.lists.append((name, "copy", number(at), 0))

    def _do_swap(self, name, one, other):
        self.lists.append((name, "swap", number(one), number(other)))

    def _do_pad(self, name, text):
        self.pads[name] = bytes.fromhex(text)

    def _do_gap(self, name, size):
        self.gaps[name] = number(size)

    def _do_grow(self, name, size):
        self.grown[name] = number(size)

    def _do_spoil(self, frame, text):
        self.spoils[number(frame)] = bytes.fromhex(text)

    def _do_payload(self, block, quirk, arg=None):
        if quirk in ("hex", "trail"):
            arg = bytes.fromhex(arg)
        elif arg is not None:
            arg = number(arg)
        self.payloads[number(block)] = (quirk, arg)

    # Results in the specification's numbers.

    def value(self, name):
        return CHOICES[name][self.choice[name]]

    def machine(self):
        name = self.texts["machine"]
        return MACHINES[name] if name in MACHINES else number(name)


def _bytes(words):
    kind, *rest = words
    if kind == "text":
        return rest[0].encode().decode("unicode_escape").encode()
    if kind == "hex":
        return bytes.fromhex("".join(rest))
    if kind == "zero":
        return bytes(number(rest[0]))
    raise ValueError(f"no bytes of kind '{kind}'")
