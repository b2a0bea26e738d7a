# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a recipe: one statement a line, words as a shell splits them."""

import os
import shlex

from . import output

HEADERS = ("proves", "rule", "also", "exit", "options")


class RecipeError(Exception):
    pass


def number(text):
    return int(text, 0)


class RecipeReader:
    """
    What the recipes of all kinds of images have in common.  A kind names its words
    in the tables below; a statement that is in none of them is the method _do_VERB.
    """

    CHOICES = {}        # statement: its words, the first one is the default
    NUMBERS = {}        # statement: default
    TEXTS = {}          # statement: default
    FLAGS = ()

    def __init__(self, path):
        self.path = path
        self.header = {}
        self.choice = {name: next(iter(words)) for name, words in self.CHOICES.items()}
        self.numbers, self.texts = dict(self.NUMBERS), dict(self.TEXTS)
        self.flags = set()
        self.steps = []

    def read(self, path):
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
            self.read(os.path.join(os.path.dirname(path), words[1]))
        elif words:
            self._statement(*words)

    def _statement(self, verb, *args):
        if verb in self.CHOICES:
            if args[0] not in self.CHOICES[verb]:
                raise ValueError(f"no {verb} '{args[0]}'")
            self.choice[verb] = args[0]
        elif verb in self.NUMBERS:
            self.numbers[verb] = number(args[0])
        elif verb in self.TEXTS:
            self.texts[verb] = args[0]
        elif verb in self.FLAGS:
            self.flags.add(verb)
        elif verb in output.STEPS:
            self.steps.append((verb, *args))
        else:
            handler = getattr(self, "_do_" + verb.replace("-", "_"), None)
            if handler is None:
                raise ValueError(f"no statement '{verb}'")
            handler(*args)

    def _do_repeat(self, count, step, verb, first, *rest):
        for i in range(number(count)):
            moved = first if number(step) == 0 else hex(number(first) + i * number(step))
            self._statement(verb, moved, *rest)
