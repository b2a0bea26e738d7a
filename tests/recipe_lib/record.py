# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixed-size records with named fields, and the layouts of the specification."""


class Layout:
    """Fields written as `name:size`; a size with `b` is bytes, else an integer."""

    def __init__(self, fields):
        self.fields = {}
        self.size = 0
        for field in fields.split():
            name, _, size = field.partition(":")
            octets = int(size.rstrip("b"))
            self.fields[name] = (self.size, octets, size.endswith("b"))
            self.size += octets


class Record:
    def __init__(self, layout, order="little", **values):
        self.layout, self.order = layout, order
        self.bytes = bytearray(layout.size)
        for name, value in values.items():
            self[name] = value

    def span(self, name):
        offset, size, _ = self.layout.fields[name]
        return slice(offset, offset + size)

    def __getitem__(self, name):
        raw = self.bytes[self.span(name)]
        if self.layout.fields[name][2]:
            return bytes(raw)
        return int.from_bytes(raw, self.order)

    def __setitem__(self, name, value):
        _, size, is_bytes = self.layout.fields[name]
        if is_bytes:
            if len(value) > size:
                raise ValueError(f"{name} holds {size} bytes, not {len(value)}")
            value = value.ljust(size, b"\0")
        else:
            value = (value % (1 << 8 * size)).to_bytes(size, self.order)
        self.bytes[self.span(name)] = value

    def __contains__(self, name):
        return name in self.layout.fields


EHDR = Layout("magic:4b class:1 data:1 ident_version:1 osabi:1 ident_pad:8b "
              "type:2 machine:2 version:4 entry:8 phoff:8 shoff:8 flags:4 "
              "ehsize:2 phentsize:2 phnum:2 shentsize:2 shnum:2 shstrndx:2")
PHDR = Layout("type:4 flags:4 offset:8 vaddr:8 paddr:8 filesz:8 memsz:8 align:8")
SHDR = Layout("name:4 type:4 flags:8 addr:8 offset:8 size:8 link:4 info:4 "
              "addralign:8 entsize:8")
NOTE = Layout("namesz:4 descsz:4 type:4")

INFO = Layout("major:2 minor:2 level:1 profile:1 kind:1 view:1 "
              "incompatible:8 read_compatible:8 ignorable:8 "
              "page_size:4 block_pages:4 max_pfn:8 not_resumable:4 "
              "free_policy:1 poison:1 pad:2b time:8 uuid:16b "
              "data_offset:8 data_size:8 tables_offset:8 tables_size:8 "
              "image_size:8 set_tag:8b release:128b version:128b pad2:124b crc:4")
BMAP = Layout("count:4 crc:4")
BACKUP = Layout("destination:8 backup:8 pages:8")
MMAP = Layout("count:4 flags:4 firmware:32b")
RANGE = Layout("first:8 bytes:8")
VMAP = Layout("count:4 pad:4b")
MAPPING = Layout("vaddr:8 paddr:8 bytes:8 flags:4 pad:4b")
SWAP = Layout("crc:4 page_size:4 header_flags:4 hw_sig:4 crc32:4 flags:4 info_bytes:4 parts:4 "
              "runs:4 last_page:4 header_page:8 uuid:16b")
SWAP_INFO = Layout("jump_address:8 jump_address_phys:8 cr3:8 magic:8 e820_checksum:8 pad:360b "
                   "num_physpages:8 cpus:8 image_pages:8 pages:8 size:8")
PART = Layout("first:8 last:8")
TAKEN = Layout("first:8 pages:8")

PMAP = Layout("magic:8b count:8 crc:4 pad:4b")
RUN = Layout("first:8 pages:4 state:1 class:1 pad:2b")
BLOCK = Layout("magic:4b header_crc:4 first:8 stored_mask:8 zero_mask:8 "
               "bytes:4 payload_crc:4 codec:2 pad:2b pad2:4b set_tag:8b pad3:8b")
TABLES = Layout("magic:8b size:8 block_count:8 index_offset:8 index_size:8 "
                "tree_offset:8 tree_size:8 content_offset:8 content_size:8 "
                "manifest_offset:8 manifest_size:8 set_tag:8b pad:156b crc:4")
INDEX = Layout("offset:8 bytes:4 codec:2 pad:2b stored_mask:8 zero_mask:8 digest:32b")
DIGEST = Layout("digest:32b")
MANIFEST = Layout("magic:8b version:2 level:2 items:4 root:32b data_offset:8 "
                  "data_size:8 image_size:8 entry:8 stored_pages:8 zero_pages:8 "
                  "excluded_pages:8 block_count:8 set_tag:8b pad:8b")
ITEM = Layout("kind:4 pad:4b size:8 digest:32b")
RESUME = Layout("magic:8b state:4 count:4 time:8 uuid:16b who:64b reason:128b "
                "pad:3860b crc:4")
SLOT = Layout("magic:8b kind:4 bytes:4 crc:4 pad:44b signature:4032b")
COMMIT = Layout("magic:16b image_size:8 data_offset:8 data_size:8 "
                "tables_offset:8 tables_size:8 level:1 profile:1 pad:6b "
                "manifest_digest:32b set_tag:8b pad2:20b crc:4")
