# SPDX-License-Identifier: GPL-2.0-or-later
"""
What a reader must find in an image, from the recipe and not from its bytes:
runs of frames as `imgdump --pages --json` lists them, and page digests.
Of bare images and foreign cores see 4.7.
"""

import hashlib
import json

from .envelope import LOAD, NO_MEMORY
from .model import EXCLUDED, Memory
from .syntax import CLASSES


def memory_of(recipe):
    return Memory(recipe.spans, recipe.numbers["page-size"], recipe.numbers["block-pages"])


def is_core(recipe):
    return recipe.choice["level"] in ("bare", "foreign")


class CoreMemory:
    """Pages by frame, and the frames that segments only claim."""

    def __init__(self, recipe):
        self.size = recipe.numbers["page-size"]
        self.pages, self.claimed = {}, set()
        stored = []
        for paddr, size, content, options in recipe.segments:
            length = options.get("file", size)
            data = content.at(paddr, length, self.size)
            if "same" in options:
                shift = options.get("shift", 0)
                data = stored[options["same"]][1][shift:shift + length]
            stored.append((paddr, data))
            if paddr != NO_MEMORY and options.get("type", LOAD) == LOAD and length < size:
                self.claimed |= set(self._frames(paddr + length, paddr + size))
        # What counts is painted last.
        order = sorted(zip(stored, recipe.segments), reverse=True,
                       key=lambda pair: (pair[0][0], -len(pair[0][1])))
        for (paddr, data), (*_, options) in order:
            if paddr != NO_MEMORY and options.get("type", LOAD) == LOAD and data:
                self._paint(paddr, data)
        self.claimed -= self.pages.keys()

    def _frames(self, start, end):
        return range(start // self.size, -(-end // self.size))

    def _paint(self, paddr, data):
        for frame in self._frames(paddr, paddr + len(data)):
            low = frame * self.size
            page = self.pages.setdefault(frame, bytearray(self.size))
            first, last = max(paddr, low), min(paddr + len(data), low + self.size)
            page[first - low:last - low] = data[first - paddr:last - paddr]

    def spans(self):
        for frame in sorted(self.claimed | self.pages.keys()):
            yield frame, 1, "stored" if frame in self.pages else "excluded", "none"

    def contents(self):
        return sorted(self.pages.items())


def _spans(recipe):
    if is_core(recipe):
        yield from CoreMemory(recipe).spans()
        return
    for span in memory_of(recipe).spans:
        state = ("excluded" if span.state == EXCLUDED
                 else "zero" if span.content.is_zero else "stored")
        yield span.first, span.count, state, CLASSES[span.kind]


def _contents(recipe):
    if is_core(recipe):
        yield from CoreMemory(recipe).contents()
        return
    for frame, content in memory_of(recipe).frames():
        yield frame, content.page(frame, recipe.numbers["page-size"])


def pages(recipe):
    """JSON of maximal runs of equal state and class, without holes."""
    runs = []
    for first, count, state, name in _spans(recipe):
        last = runs[-1] if runs else None
        if last and (last["pfn"] + last["pages"], last["state"], last["class"]) == (
                first, state, name):
            last["pages"] += count
        else:
            runs.append({"pfn": first, "pages": count, "state": state, "class": name})
    return json.dumps(runs) + "\n"


def hashes(recipe):
    """A line for each present frame: its number and the head of its SHA-256."""
    return "".join(f"{frame:x} {hashlib.sha256(page).hexdigest()[:16]}\n"
                   for frame, page in _contents(recipe))
