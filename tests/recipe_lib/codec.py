# SPDX-License-Identifier: GPL-2.0-or-later
"""
Payload encoders (clause 8.3), with quirks for recipes that need a payload
which breaks a rule.
"""

import lzma
import zlib

import zstandard

IDS = {"none": 0, "zlib": 1, "lzma": 2, "zstd": 3, "lz4": 4}


def _zlib(data, quirk, _arg):
    if quirk == "dictionary":
        encoder = zlib.compressobj(zdict=data[:256])
        return encoder.compress(data) + encoder.flush()
    return zlib.compress(data)


def _bound(size):
    """The largest window (8.3)."""
    return max(1024, 1 << (size - 1).bit_length())


def _lzma(data, quirk, arg):
    if quirk == "blocks":
        half = len(data) // 2
        return _join_xz(_lzma(data[:half], None, None), _lzma(data[half:], None, None))
    check = lzma.CHECK_CRC32 if quirk == "check" else lzma.CHECK_NONE
    size = arg if quirk == "window" else max(4096, _bound(len(data)))
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": size}]
    if quirk == "filter":
        filters.insert(0, {"id": lzma.FILTER_DELTA, "dist": 8})
    return lzma.compress(data, lzma.FORMAT_XZ, check, filters=filters)


def _join_xz(*streams):
    """One stream of the blocks of several streams of one block each."""
    blocks, records = b"", b""
    for stream in streams:
        index = -12 - 4 * (1 + int.from_bytes(stream[-8:-4], "little"))
        blocks += stream[12:index]
        # Two numbers, whose last bytes are those below 128.
        record, ends = stream[index + 2:-12], 0
        for at, byte in enumerate(record):
            ends += byte < 128
            if ends == 2:
                records += record[:at + 1]
                break
    index = bytes([0, len(streams)]) + records
    index += bytes(-len(index) % 4)
    index += zlib.crc32(index).to_bytes(4, "little")
    tail = (len(index) // 4 - 1).to_bytes(4, "little") + streams[0][6:8]
    footer = zlib.crc32(tail).to_bytes(4, "little") + tail + b"YZ"
    return streams[0][:12] + blocks + index + footer


def _zstd(data, quirk, arg):
    out = zstandard.ZstdCompressor(
        level=3, write_content_size=quirk != "no-size",
        write_checksum=quirk == "checksum").compress(data)
    if quirk == "window":
        # A frame whose window is its content gets a window of its own.
        exponent = arg.bit_length() - 11
        eighths = 8 * arg // (1 << 10 + exponent) - 8
        out = out[:4] + bytes([out[4] & ~0x20, exponent << 3 | eighths]) + out[5:]
    return out


def _length(value):
    """The bytes that continue an LZ4 length whose 4 bits in the token are 15."""
    value -= 15
    return b"\xff" * (value // 255) + bytes([value % 255]) if value >= 0 else b""


def _sequence(literals, distance, match):
    extra = match - 4 if match else 0
    token = min(len(literals), 15) << 4 | min(extra, 15)
    out = bytes([token]) + _length(len(literals)) + literals
    if match:
        out += distance.to_bytes(2, "little") + _length(extra)
    return out


def _lz4(data, _quirk, _arg):
    """Greedy: a match starts 12 bytes before the end at the latest and leaves
    5 literals, as the block format demands of its writers."""
    out, seen, literals, at = [], {}, 0, 0
    while at + 12 <= len(data):
        word = data[at:at + 4]
        before, seen[word] = seen.get(word), at
        if before is None or at - before > 0xFFFF:
            at += 1
            continue
        match, end = 4, len(data) - 5
        while at + match < end and data[before + match] == data[at + match]:
            match += 1
        out.append(_sequence(data[literals:at], at - before, match))
        at += match
        literals = at
    out.append(_sequence(data[literals:], 0, 0))
    return b"".join(out)


_ENCODERS = {"zlib": _zlib, "lzma": _lzma, "zstd": _zstd, "lz4": _lz4}


def encode(name, data, quirk=None, arg=None):
    """Returns the codec id and the payload; raw if it does not shrink."""
    if quirk == "hex":
        return IDS[name], arg
    if name == "none" or not data:
        return 0, data
    plain = data
    if quirk == "short":
        plain = data[:-1]
    elif quirk == "long":
        plain = data + data[:1]
    encoder = _ENCODERS[name]
    out = encoder(plain, quirk, arg)
    if quirk == "twice":
        half = len(data) // 2
        out = encoder(data[:half], None, None) + encoder(data[half:], None, None)
    elif quirk == "trail":
        out += arg
    elif quirk == "skippable":
        out = bytes.fromhex("502a4d1804000000") + b"skip" + out
    if quirk is None and len(out) >= len(data):
        return 0, data
    return IDS[name], out
