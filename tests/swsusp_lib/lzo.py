# SPDX-License-Identifier: GPL-2.0-or-later
"""
LZO1X, by the description of the stream in Linux's Documentation/staging/lzo.rst:
an encoder that knows every form of a match, so that readers meet all of them,
and a decoder that proves it.
"""

from functools import lru_cache

M2_FAR, M3_FAR, M4_FAR = 2048, 16384, 49151
SHORTEST, LONGEST_M2 = 3, 8
END = b"\x11\0\0"


def _length(value, most):
    """What follows a code whose length field is zero: the rest by 255."""
    value -= most
    return b"\0" * ((value - 1) // 255) + bytes([(value - 1) % 255 + 1])


class Encoder:
    def __init__(self, forms):
        self.out = bytearray()
        self.forms = forms
        self.low = None		# where the last match keeps its literal count

    def literals(self, data):
        count = len(data)
        if not count:
            return
        if self.low is None and count <= 238:
            self.out.append(17 + count)
        elif self.low is not None and count <= 3:
            self.out[self.low] |= count
        elif count <= 18:
            self.out.append(count - 3)
        else:
            self.out += b"\0" + _length(count - 3, 15)
        self.out += data

    def match(self, length, distance):
        if length <= LONGEST_M2 and distance <= M2_FAR and "M2" in self.forms:
            far = distance - 1
            self.out += bytes([length - 1 << 5 | (far & 7) << 2, far >> 3])
        elif distance <= M3_FAR:
            self._long(0x20, 31, length - 2, distance - 1)
        else:
            far = distance - 16384
            self._long(0x10 | (far >> 11 & 8), 7, length - 2, far & 0x3fff)
        self.low = len(self.out) - 2

    def _long(self, code, most, length, far):
        if length <= most:
            self.out.append(code | length)
        else:
            self.out.append(code)
            self.out += _length(length, most)
        self.out += (far << 2).to_bytes(2, "little")

    def short(self, literals, distance, length):
        """A match behind one to three literals (length 2) or more (length 3)."""
        far = distance - (1 if length == 2 else 2049)
        self.literals(literals)
        self.out += bytes([(far & 3) << 2, far >> 2])
        self.low = len(self.out) - 2


def _common(data, one, other, most):
    """How many bytes are the same from two places on."""
    length, step = 0, 4096
    while length < most and step:
        piece = min(step, most - length)
        if data[one + length:one + length + piece] == data[other + length:other + length + piece]:
            length += piece
        else:
            step = piece // 2
    return length


@lru_cache(maxsize=64)
def compress(data, forms="M1 M2"):
    """Greedy; with "literal" among the forms, without a match."""
    encoder, seen, at, start = Encoder(forms), {}, 0, 0
    size = len(data)
    while at + 4 <= size and "literal" not in forms:
        key = data[at:at + 4]
        before = seen.get(key)
        seen[key] = at
        if before is None or at - before > M4_FAR:
            # What does not compress is passed over ever faster.
            at += 1 + (at - start >> 5)
            continue
        length = _common(data, before, at, size - at)
        if length < SHORTEST:
            at += 1
            continue
        at += _put(encoder, data, start, at, before, length)
        start = at
    encoder.literals(data[start:])
    return bytes(encoder.out + END)


def _put(encoder, data, start, at, before, length):
    """Writes literals and match; the number of bytes of the match."""
    distance, literals = at - before, data[start:at]
    first = encoder.low is None
    if "M1" in encoder.forms and not first and 1 <= len(literals) <= 3 and distance <= 1024:
        encoder.short(literals, distance, 2)
        return 2
    if ("M1" in encoder.forms and len(literals) > 3 and 2049 <= distance <= 3072):
        encoder.short(literals, distance, 3)
        return 3
    encoder.literals(literals)
    encoder.match(length, distance)
    return length


class Decoder:
    def __init__(self, data):
        self.data, self.at, self.out = data, 0, bytearray()

    def take(self, count=1):
        piece = self.data[self.at:self.at + count]
        if len(piece) < count:
            raise ValueError("the stream ends too early")
        self.at += count
        return piece

    def more(self, value, most):
        if value:
            return value
        value = most
        while True:
            byte = self.take()[0]
            if byte:
                return value + byte
            value += 255

    def copy(self, length, distance):
        if not 0 < distance <= len(self.out):
            raise ValueError("a match before the beginning")
        for _ in range(length):
            self.out.append(self.out[-distance])

    def run(self):
        state = 0
        if self.data[0] > 17:
            count = self.take()[0] - 17
            self.out += self.take(count)
            state = min(count, 4)
        while True:
            code = self.take()[0]
            if code < 16 and state == 0:
                self.out += self.take(3 + self.more(code, 15))
                state = 4
                continue
            if code < 16:
                far = (code >> 2) + (self.take()[0] << 2)
                self.copy(*((3, far + 2049) if state == 4 else (2, far + 1)))
                state = code & 3
            elif code >= 64:
                self.copy((code >> 5) + 1, 1 + (code >> 2 & 7) + (self.take()[0] << 3))
                state = code & 3
            else:
                is_far = code < 32
                length = 2 + self.more(code & (7 if is_far else 31), 7 if is_far else 31)
                word = int.from_bytes(self.take(2), "little")
                distance = (16384 + ((code & 8) << 11) if is_far else 1) + (word >> 2)
                if is_far and distance == 16384:
                    break
                self.copy(length, distance)
                state = word & 3
            self.out += self.take(state)
        if self.at != len(self.data):
            raise ValueError("bytes behind the end")
        return bytes(self.out)


def decompress(data):
    return Decoder(data).run()
