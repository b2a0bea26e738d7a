# SPDX-License-Identifier: GPL-2.0-or-later
"""The statements of recipes for images of in-kernel hibernation."""

from dataclasses import dataclass

from recipe_lib.model import Content
from recipe_lib.reader import RecipeReader, number

CHOICES = {
    "kind": ("area", "stream", "file"),
    "codec": ("lzo", "lz4", "raw"),
    "arch": ("x86_64", "arm64", "generic", "x86_32", "none"),
    "state": ("pending", "consumed", "none"),
    "torn": ("no", "zero", "stale", "absent"),
}
NUMBERS = {"page-size": 4096, "scatter": 0, "device": 0, "resume-offset": 0, "offset": 0,
           "physpages": 0, "hardware-signature": None}
TEXTS = {"label": "", "lzo-forms": "M1 M2"}
FLAGS = ("zero-flags", "platform", "without-crc")
SETS = ("header", "info", "list", "cluster", "map")


@dataclass
class Span:
    first: int
    count: int
    content: Content


class Recipe(RecipeReader):
    CHOICES, NUMBERS, TEXTS, FLAGS = CHOICES, NUMBERS, TEXTS, FLAGS

    def __init__(self, path):
        super().__init__(path)
        self.spans, self.sets, self.payloads = [], [], {}
        self.read(path)

    def _do_pages(self, first, count, *words):
        self.spans.append(Span(number(first), number(count), Content(words)))

    def _do_clear(self):
        self.spans.clear()

    def _do_set(self, path, value):
        record, _, field = (path, "", "") if path.startswith("list") else path.partition(".")
        if record.partition("[")[0] not in SETS:
            raise ValueError(f"no record '{record}'")
        self.sets.append((record, field, value))

    def _do_payload(self, cluster, quirk, arg=None):
        self.payloads[number(cluster)] = (quirk, arg)

    def entries(self):
        """(frame, content, whether it has the zero flag), in order."""
        for span in self.spans:
            is_flagged = span.content.is_zero and "zero-flags" in self.flags
            for frame in range(span.first, span.first + span.count):
                yield frame, span.content, is_flagged

    @property
    def page_size(self):
        return self.numbers["page-size"]
