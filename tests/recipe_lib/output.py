# SPDX-License-Identifier: GPL-2.0-or-later
"""The file under construction: parts at offsets; what lies between is zero."""

import os


class Output:
    def __init__(self):
        self.parts = []
        self.size = 0
        self.names = {}

    def put(self, offset, data, name=None):
        """Adds a part; a name makes it known to steps on the finished file."""
        if name:
            self.names[name] = offset
        if data:
            self.parts.append((offset, data))
        self.size = max(self.size, offset + len(data))

    def read(self, start, end):
        """The bytes from start to end, of which all parts must be there."""
        out = bytearray(end - start)
        for offset, data in self.parts:
            first, last = max(offset, start), min(offset + len(data), end)
            if first < last:
                out[first - start:last - start] = data[first - offset:last - offset]
        return bytes(out)

    def save(self, path):
        with open(path, "wb") as file:
            for offset, data in self.parts:
                file.seek(offset)
                file.write(data)
            file.truncate(self.size)


def rewrite(path, steps, names):
    """Applies the steps on the finished file; no checksum follows them."""
    with open(path, "r+b") as file:
        for verb, *args in steps:
            _STEPS[verb](file, names, *args)


def place(names, text):
    """An offset: a number, or the name of a part, with +N or -N behind it."""
    for sign in "+-":
        head, _, tail = text.rpartition(sign)
        if head:
            return place(names, head) + int(sign + tail, 0)
    if text[:1].isdigit():
        return int(text, 0)
    if text not in names:
        raise ValueError(f"no part '{text}'")
    return names[text]


def _flip(file, names, text):
    where, _, bit = text.rpartition(".")
    offset = place(names, where)
    file.seek(offset)
    byte = file.read(1)[0] ^ 1 << int(bit)
    file.seek(offset)
    file.write(bytes([byte]))


def _raw(file, names, where, text):
    file.seek(place(names, where))
    file.write(bytes.fromhex(text))


def _truncate(file, names, where):
    size = file.seek(0, os.SEEK_END)
    file.truncate(size + int(where, 0) if where[0] == "-" else place(names, where))


def _append(file, _names, text):
    file.seek(0, os.SEEK_END)
    file.write(bytes.fromhex(text))


def _insert(file, names, where, text):
    offset = place(names, where)
    file.seek(offset)
    tail = file.read()
    file.seek(offset)
    file.write(bytes.fromhex(text) + tail)


def _cut(file, names, where, count):
    offset = place(names, where)
    file.seek(offset + int(count, 0))
    tail = file.read()
    file.seek(offset)
    file.write(tail)
    file.truncate()


_STEPS = {"flip": _flip, "raw": _raw, "truncate": _truncate,
          "append": _append, "insert": _insert, "cut": _cut}
STEPS = frozenset(_STEPS)
