# SPDX-License-Identifier: GPL-2.0-or-later
"""
The recipe's deviations from the specification, applied while records are
made: what depends on a record is computed from the changed one, so that a
recipe breaks the rule that it names and no other.
"""


class Patches:
    def __init__(self, recipe):
        self.sets, self.lists = {}, recipe.lists
        self.pads, self.gaps = recipe.pads, recipe.gaps
        self.used = set()
        for path, field, value, stale in recipe.sets:
            self.sets.setdefault(path, []).append((field, value, stale))

    def finish(self, path, record, **sums):
        """
        Sets fields of the record, then its sums: field name and function of
        the record.  Fields that are set as stale, and sums, are set last.
        """
        self.used.add(path)
        sets = self.sets.get(path, ())
        if not sets and not sums:
            return record
        for field, value, stale in sets:
            if not stale and field not in sums:
                _assign(path, record, field, value)
        for field, function in sums.items():
            record[field] = function(record)
        for field, value, stale in sets:
            if stale or field in sums:
                _assign(path, record, field, value)
        return record

    def listed(self, name, items):
        """The list with entries dropped, doubled or exchanged."""
        items = list(items)
        self.used.add(name)
        for target, verb, one, other in self.lists:
            if target != name:
                continue
            if verb == "drop":
                del items[one]
            elif verb == "copy":
                items.insert(one, items[one])
            else:
                items[one], items[other] = items[other], items[one]
        return items

    def padding(self, name, size):
        self.used.add("pad " + name)
        data = self.pads.get(name, b"")
        if len(data) > size:
            raise ValueError(f"{name}: only {size} bytes of padding")
        return data.ljust(size, b"\0")

    def gap(self, name):
        self.used.add("gap " + name)
        return self.gaps.get(name, 0)

    def check_used(self):
        """Raises for a deviation that met no record: a slip in the recipe."""
        wanted = set(self.sets) | {name for name, *_ in self.lists}
        wanted |= {"pad " + name for name in self.pads}
        wanted |= {"gap " + name for name in self.gaps}
        for name in sorted(wanted - self.used):
            raise ValueError(f"no '{name}' in this image")


def _assign(path, record, field, text):
    if field not in record:
        raise ValueError(f"{path} has no field '{field}'")
    old = record[field]
    record[field] = _bytes(old, text) if isinstance(old, bytes) else _integer(old, text)


def _integer(old, text):
    if text[0] in "+-":
        return old + int(text, 0)
    if text[0] == "^":
        return old ^ int(text[1:], 0)
    return int(text, 0)


def _bytes(old, text):
    if text[0] == "^":
        return bytes([old[0] ^ int(text[1:], 0)]) + old[1:]
    if text.startswith("hex:"):
        return bytes.fromhex(text[4:])
    return text.encode().decode("unicode_escape").encode("latin-1")
