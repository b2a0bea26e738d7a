# SPDX-License-Identifier: GPL-2.0-or-later
"""Parses a recipe: one statement a line, words as a shell splits them."""

import os
import shlex
from dataclasses import dataclass

from recipe_lib import output
from recipe_lib.model import Content

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
HEADERS = ("proves", "rule", "also", "exit", "options")
SETS = ("header", "info", "list", "cluster", "map")


class RecipeError(Exception):
    pass


def number(text):
    return int(text, 0)


@dataclass
class Span:
    first: int
    count: int
    content: Content


class Recipe:
    def __init__(self, path):
        self.path = path
        self.header = {}
        self.choice = {name: words[0] for name, words in CHOICES.items()}
        self.numbers, self.texts, self.flags = dict(NUMBERS), dict(TEXTS), set()
        self.spans, self.sets, self.payloads = [], [], {}
        self.steps = []
        self._read(path)

    def _read(self, path):
        with open(path, encoding="utf-8") as file:
            for at, line in enumerate(file, 1):
                try:
                    self._line(line.rstrip("\n"), path)
                except (ValueError, IndexError, KeyError, TypeError) as error:
                    raise RecipeError(f"{path}:{at}: {error}") from error

    def _line(self, line, path):
        if line.startswith("#"):
            name, colon, value = line[1:].strip().partition(":")
            if colon and name in HEADERS and path == self.path:
                self.header[name] = value.strip()
            return
        words = shlex.split(line, comments=True)
        if words[:1] == ["include"]:
            self._read(os.path.join(os.path.dirname(path), words[1]))
        elif words:
            self._statement(*words)

    def _statement(self, verb, *args):
        if verb in CHOICES:
            if args[0] not in CHOICES[verb]:
                raise ValueError(f"no {verb} '{args[0]}'")
            self.choice[verb] = args[0]
        elif verb in NUMBERS:
            self.numbers[verb] = number(args[0])
        elif verb in TEXTS:
            self.texts[verb] = args[0]
        elif verb in FLAGS:
            self.flags.add(verb)
        elif verb in output.STEPS:
            self.steps.append((verb, *args))
        else:
            handler = getattr(self, "_do_" + verb, None)
            if handler is None:
                raise ValueError(f"no statement '{verb}'")
            handler(*args)

    def _do_pages(self, first, count, *words):
        self.spans.append(Span(number(first), number(count), Content(words)))

    def _do_repeat(self, count, step, verb, first, *rest):
        for i in range(number(count)):
            self._statement(verb, hex(number(first) + i * number(step)), *rest)

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
