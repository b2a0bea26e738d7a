# SPDX-License-Identifier: GPL-2.0-or-later
"""What an image holds: frames with state, class and content."""

import hashlib
from dataclasses import dataclass

PRESENT, EXCLUDED = 1, 2
LONGEST_RUN = (1 << 32) - 1
NEEDED_CLASSES = (0, 6, 7, 8, 9)


class Content:
    """What is in a page: a function of the frame and the page size."""

    def __init__(self, words, patches=None):
        self.kind, *self.args = words
        self.patches = {} if patches is None else patches
        wanted = {"text": 1, "random": 1, "pattern": 0, "fill": 1, "zero": 0,
                  "stored-zero": 0, "file": 1}
        if self.kind not in wanted:
            raise ValueError(f"no content '{self.kind}'")
        if len(self.args) != wanted[self.kind]:
            raise ValueError(f"'{self.kind}' takes {wanted[self.kind]} word(s)")
        self.is_zero = self.kind == "zero"

    def page(self, frame, size):
        page = getattr(self, "_" + self.kind.replace("-", "_"))(frame, size)
        for address, value in self.patches.items():
            at = address - frame * size
            if 0 <= at < size:
                page = page[:at] + value.to_bytes(8, "little") + page[at + 8:]
        return page

    def _text(self, frame, size):
        line = f"{self.args[0]} {frame:#x}\n".encode()
        return (line * (size // len(line) + 1))[:size]

    def _random(self, frame, size):
        return hashlib.shake_128(f"{self.args[0]}:{frame}".encode()).digest(size)

    @staticmethod
    def _pattern(frame, size):
        start = frame * size
        return b"".join(address.to_bytes(8, "little")
                        for address in range(start, start + size, 8))

    def _fill(self, _frame, size):
        return bytes([int(self.args[0], 0)]) * size

    def _file(self, frame, size):
        with open(self.args[0], "rb") as file:
            file.seek(frame * size)
            return file.read(size).ljust(size, b"\0")

    @staticmethod
    def _zero(_frame, size):
        return bytes(size)

    _stored_zero = _zero

    def at(self, address, length, size):
        """Bytes of memory from any address on."""
        first, last = address // size, -(-(address + length) // size)
        pages = b"".join(self.page(frame, size) for frame in range(first, last))
        return pages[address - first * size:][:length]


@dataclass
class Span:
    first: int
    count: int
    state: int
    kind: int
    content: Content

    @property
    def end(self):
        return self.first + self.count


@dataclass
class Group:
    """The present frames of one group; pages holds None for a zero page."""
    first: int
    stored_mask: int
    zero_mask: int
    pages: list

    def stored(self):
        return b"".join(page for page in self.pages if page is not None)


class Memory:
    def __init__(self, spans, page_size, block_pages):
        self.spans = sorted(spans, key=lambda span: span.first)
        self.page_size, self.block_pages = page_size, block_pages
        for before, span in zip(self.spans, self.spans[1:]):
            if span.first < before.end:
                raise ValueError(f"frame {span.first:#x} is said twice")

    def max_pfn(self):
        return self.spans[-1].end if self.spans else 0

    def runs(self):
        """Runs of the page map (7.2): first frame, pages, state, class."""
        runs = []
        for span in self.spans:
            first, state, kind = span.first, span.state, span.kind
            if runs and runs[-1][0] + runs[-1][1] == first and runs[-1][2:] == [state, kind]:
                runs[-1][1] += span.count
            else:
                runs.append([first, span.count, state, kind])
        for first, pages, state, kind in runs:
            while pages > LONGEST_RUN:
                yield first, LONGEST_RUN, state, kind
                first, pages = first + LONGEST_RUN, pages - LONGEST_RUN
            yield first, pages, state, kind

    def present_runs(self):
        """(first, end) of maximal runs of present frames."""
        runs = []
        for span in self.spans:
            if span.state != PRESENT:
                continue
            if runs and runs[-1][1] == span.first:
                runs[-1][1] = span.end
            else:
                runs.append([span.first, span.end])
        return runs

    def frames(self):
        for span in self.spans:
            if span.state == PRESENT:
                for frame in range(span.first, span.end):
                    yield frame, span.content

    def groups(self):
        group = None
        for frame, content in self.frames():
            first = frame - frame % self.block_pages
            if group is None or group.first != first:
                if group is not None:
                    yield group
                group = Group(first, 0, 0, [])
            bit = 1 << frame - first
            if content.is_zero:
                group.zero_mask |= bit
                group.pages.append(None)
            else:
                group.stored_mask |= bit
                group.pages.append(content.page(frame, self.page_size))
        if group is not None:
            yield group

    def count(self, state, is_zero=None):
        return sum(span.count for span in self.spans if span.state == state
                   and (is_zero is None or span.content.is_zero == is_zero))

    def lacks_needed(self):
        return any(span.state == EXCLUDED and span.kind in NEEDED_CLASSES
                   for span in self.spans)
