# SPDX-License-Identifier: GPL-2.0-or-later
"""CRC32C (clause 2.7) and SHA-256 with domains (clause 2.6)."""

import hashlib


def _table(bits):
    table = []
    for value in range(1 << bits):
        for _ in range(bits):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


# Two bytes a step: page maps and payloads of fixtures are up to megabytes.
_BYTE, _WORD = _table(8), _table(16)


def crc32c(data):
    crc = 0xFFFFFFFF
    even = len(data) & ~1
    for low, high in zip(data[0:even:2], data[1:even:2]):
        crc = _WORD[(crc ^ (low | high << 8)) & 0xFFFF] ^ crc >> 16
    for byte in data[even:]:
        crc = _BYTE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


STORED, CHUNK, NODE, ROOT, TAG, FRONT, NOTES, MAP, PAGES, CONTENT, MANIFEST = range(11)


def sha(domain, *parts):
    state = hashlib.sha256(bytes([domain]))
    for part in parts:
        state.update(part)
    return state.digest()


def tree_levels(index, node=lambda level, i, digest: digest):
    """The levels of the digest tree, bottom first; node() may change one."""
    pieces = [index[at:at + 4096] for at in range(0, len(index), 4096)]
    levels, domain = [], CHUNK
    while pieces:
        nodes = [node(len(levels), i, sha(domain, piece))
                 for i, piece in enumerate(pieces)]
        levels.append(nodes)
        if len(nodes) == 1:
            break
        pieces = [b"".join(nodes[at:at + 128]) for at in range(0, len(nodes), 128)]
        domain = NODE
    return levels
