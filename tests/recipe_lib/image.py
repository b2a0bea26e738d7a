# SPDX-License-Identifier: GPL-2.0-or-later
"""Streamed and sealed images, from the data up to the commit record."""

from . import codec, digest, envelope, record
from .digest import crc32c, sha
from .envelope import Envelope
from .model import EXCLUDED, PRESENT, Memory
from .notes import Notes, align, info_record, own_crc
from .record import Record

PAGE = 4096


class Image:
    def __init__(self, recipe, patches, out):
        self.recipe, self.patches, self.out = recipe, patches, out
        self.order = recipe.choice["byte-order"]
        self.is_sealed = recipe.choice["level"] == "sealed"
        self.is_packed = recipe.choice["profile"] == "packed"
        self.has_content = "content-digests" in recipe.flags
        self.page_size = recipe.numbers["page-size"]
        self.memory = Memory(recipe.spans, self.page_size, recipe.numbers["block-pages"])

    def build(self):
        """
        Everything depends only on what is made before it.  The information
        note and the manifest are drafted first, for the values that others
        take from them, and finished when all that they state is known.
        """
        self.notes = Notes(self.recipe, self.patches, self.order)
        self.page_map = self._page_map()
        self._identify()
        self._blocks()
        self._tree()
        self._lay_out()
        self.manifest = self._manifest(bytes(32))
        self.info = self._info(**self._places())
        self._put_front()
        front = self.out.read(0, self.map_offset)
        self.manifest = self._manifest(sha(digest.FRONT, front))
        if self.is_sealed:
            self._put_tables()
            self._put_mutable()
            self._put_data()
        else:
            self._put_data()
            self._put_tables()
        self._put_commit()

    def _finish(self, path, layout, /, **values):
        sums = {name: values.pop(name) for name in list(values) if callable(values[name])}
        return bytes(self.patches.finish(path, Record(layout, **values), **sums).bytes)

    def _rows(self, path, rows):
        rows = self.patches.listed(path, rows)
        return [bytes(self.patches.finish(f"{path}[{i}]", row).bytes)
                for i, row in enumerate(rows)]

    def _page_map(self):
        runs = b"".join(self._rows("run", [
            Record(record.RUN, first=first, pages=pages, state=state, **{"class": kind})
            for first, pages, state, kind in self.memory.runs()]))
        head = self._finish(
            "pagemap", record.PMAP, magic=b"IMGPMAP\0", count=len(runs) // 16,
            crc=lambda head: crc32c(bytes(head.bytes) + runs))
        return head + runs

    # 6.1, 6.3

    def _reasons(self):
        return ((self.recipe.numbers["entry"] == 0) << 0
                | self.memory.lacks_needed() << 1
                | ("salvaged" in self.recipe.flags) << 2
                | (self.recipe.choice["view"] == "original"
                   and not self.recipe.backups) << 3)

    def _info(self, **values):
        info = info_record(self.recipe)
        info["max_pfn"] = self.memory.max_pfn()
        info["not_resumable"] = self._reasons()
        info["set_tag"] = self.own_tag
        for name, value in values.items():
            info[name] = value
        return self.patches.finish("info", info, crc=own_crc)

    def _places(self):
        """What the information note states when the layout is known."""
        if not self.is_sealed:
            return {"data_offset": self.data_offset}
        return {"data_offset": self.data_offset, "data_size": self.data_size,
                "tables_offset": self.tables_offset, "tables_size": self.tables_size,
                "image_size": self.image_size, "uuid": self.manifest[16:32]}

    def _identify(self):
        """The set tag; others take it from the note, where it may be changed."""
        self.notes_digest = sha(digest.NOTES, self.notes.tail())
        self.map_digest = sha(digest.MAP, self.page_map)
        self.own_tag = sha(digest.TAG, self.notes_digest, self.map_digest)[:8]
        self.tag = self._info()["set_tag"]

    # 8 to 10

    def _blocks(self):
        names = self.recipe.texts["codec"].split(",")
        self.data, self.contents, entries = [], [], []
        self.data_size = 0
        groups = list(self.memory.groups())
        if self.is_packed:
            groups = self.patches.listed("block", groups)
        for i, group in enumerate(groups):
            if self.is_packed:
                entry = self._packed_block(i, group, names[i % len(names)])
            else:
                entry = self._plain_block(i, group)
            entries.append(entry)
            self._content(i, group)
        self.index = b"".join(self._rows("index", entries))

    def _packed_block(self, i, group, name):
        number, payload = codec.encode(name, group.stored(),
                                       *self.recipe.payloads.pop(i, (None, None)))
        head = Record(
            record.BLOCK, magic=b"IBLK", first=group.first, stored_mask=group.stored_mask,
            zero_mask=group.zero_mask, bytes=len(payload), payload_crc=crc32c(payload),
            codec=number, set_tag=self.tag)

        def header_crc(head):
            head["header_crc"] = 0
            return crc32c(head.bytes)
        self.patches.finish(f"block[{i}]", head, header_crc=header_crc)
        padding = self.patches.padding(f"block[{i}]", -len(payload) % 8)
        block = bytes(head.bytes) + payload + padding
        entry = Record(
            record.INDEX, offset=self.data_size, bytes=len(block), codec=head["codec"],
            stored_mask=group.stored_mask, zero_mask=group.zero_mask,
            digest=sha(digest.STORED, block))
        self.data.append((self.data_size, block, f"block[{i}]"))
        self.data_size += len(block)
        return entry

    def _plain_block(self, i, group):
        size = len(group.pages) * self.page_size
        entry = Record(
            record.INDEX, offset=self.data_size, bytes=size,
            stored_mask=group.stored_mask, zero_mask=group.zero_mask,
            digest=sha(digest.STORED, group.stored()))
        mask = group.stored_mask | group.zero_mask
        frames = [group.first + bit for bit in range(64) if mask >> bit & 1]
        self.data.append((self.data_size, b"", f"block[{i}]"))
        for frame, page in zip(frames, group.pages):
            spoil = self.recipe.spoils.pop(frame, None)
            if spoil is not None:
                page = spoil + (page or bytes(self.page_size))[len(spoil):]
            if page is not None:
                self.data.append((self.data_size, page, None))
            self.data_size += self.page_size
        return entry

    def _content(self, i, group):
        if not self.has_content:
            return
        mask = group.stored_mask | group.zero_mask
        pages = [page or bytes(self.page_size) for page in group.pages]
        value = sha(digest.PAGES, group.first.to_bytes(8, "little"),
                    mask.to_bytes(8, "little"), *pages)
        self.contents.append(self._finish(f"content[{i}]", record.DIGEST, digest=value))

    def _tree(self):
        def node(level, i, value):
            return self._finish(f"tree[{level}][{i}]", record.DIGEST, digest=value)
        levels = digest.tree_levels(self.index, node)
        self.tree = b"".join(value for level in levels for value in level)
        self.top = levels[-1][0] if levels else sha(digest.CHUNK)

    # 4.4 to 4.6

    def _loads(self):
        """
        (paddr, vaddr, bytes, data offset) of each PT_LOAD.  Mappings are of
        the original view, so in the jump view none covers anything.
        """
        mappings = [(paddr, paddr + size, vaddr, flags)
                    for vaddr, paddr, size, flags in self.recipe.mappings]
        if self.recipe.choice["view"] == "jump":
            mappings = []
        runs, rank = [], 0
        for first, end in self.memory.present_runs():
            runs.append((first * self.page_size, end * self.page_size, rank * self.page_size))
            rank += end - first
        for start, end, offset in runs:
            yield from _split(start, end, offset, [m for m in mappings if not m[3]])
        for low, high, vaddr, flags in mappings:
            for start, end, offset in runs if flags else ():
                first, last = max(start, low), min(end, high)
                if first < last:
                    yield first, vaddr + first - low, last - first, offset + first - start

    def _lay_out(self):
        gap, size = self.patches.gap, self.page_size
        segments = [("note",), ("map",), ("tables",)]
        segments += [("data",)] if self.is_packed else [("load", *load) for load in self._loads()]
        self.segments = self.patches.listed("phdr", segments)
        self.shell = Envelope(self.recipe, self.patches, len(self.segments))
        info = self.notes.grow("info", bytes(record.INFO.size))
        self.notes_size = sum(len(note) for note in self.notes.segment(info))
        self.notes_offset = align(self.shell.end, 8) + gap("notes")
        self.map_offset = align(self.notes_offset + self.notes_size, 8) + gap("pagemap")
        at = self.map_offset + len(self.page_map)
        items = len(self.patches.listed("item", range(4 + self.has_content)))
        self.tables_size = (256 + len(self.index) + len(self.tree)
                            + 32 * len(self.contents) + 128 + 48 * items)
        if self.is_sealed:
            self.tables_offset = at = align(at, PAGE) + gap("tables")
            self.mutable_offset = at = align(at + self.tables_size, PAGE) + gap("mutable")
            at += 5 * PAGE
        self.data_offset = align(at, size) + gap("data")
        at = self.data_offset + self.data_size
        if not self.is_sealed:
            self.tables_offset = at + gap("tables")
            at = self.tables_offset + self.tables_size
        self.commit_offset = at + gap("commit")
        self.image_size = self.commit_offset + 128

    def _segment(self, kind, *load):
        header = self.shell.program_header
        if kind == "note":
            return header(envelope.NOTE, self.notes_offset, self.notes_size)
        if kind == "map":
            return header(envelope.MAP, self.map_offset, len(self.page_map))
        if kind == "tables":
            where = (self.tables_offset, self.tables_size) if self.is_sealed else (0, 0)
            return header(envelope.TABLES, *where)
        if kind == "data":
            size = self.data_size if self.is_sealed else 0
            return header(envelope.DATA, self.data_offset, size)
        paddr, vaddr, size, offset = load
        return header(envelope.LOAD, self.data_offset + offset, size, paddr=paddr,
                      vaddr=vaddr)

    def _pad(self, name, end):
        """Padding in front of a part; parts are placed in their order."""
        start = self.out.size
        self.out.put(start, self.patches.padding(name, end - start))

    def _put_front(self):
        info = self.notes.grow("info", bytes(self.info.bytes))
        self.shell.put(self.out, [self._segment(*segment) for segment in self.segments])
        self._pad("notes", self.notes_offset)
        at = self.notes_offset
        for i, note in enumerate(self.notes.segment(info)):
            self.out.put(at, note, f"note[{i}]")
            at += len(note)
        self._pad("pagemap", self.map_offset)
        self.out.put(self.map_offset, self.page_map, "pagemap")

    def _put_data(self):
        self._pad("data", self.data_offset)
        self.out.names["data"] = self.data_offset
        for offset, data, name in self.data:
            self.out.put(self.data_offset + offset, data, name)
        self.out.size = self.data_offset + self.data_size

    # 9.1, 11

    def _items(self, front):
        content = b"".join(self.contents)
        rows = [(1, self.map_offset, front),
                (2, len(self.notes.tail()), self.notes_digest),
                (3, len(self.page_map), self.map_digest),
                (4, len(self.index), self.top)]
        if self.has_content:
            rows.append((5, len(content), sha(digest.CONTENT, content)))
        return self._rows("item", [Record(record.ITEM, kind=kind, size=size, digest=value)
                                   for kind, size, value in rows])

    def _manifest(self, front):
        items = self._items(front)

        def root(head):
            return sha(digest.ROOT, bytes(head.bytes[72:112]),
                       *(item for item in items if item[0] != 1))
        head = self._finish(
            "manifest", record.MANIFEST, magic=b"IMGMANIF", version=1,
            level=self.recipe.value("level"), items=len(items),
            data_offset=self.data_offset, data_size=self.data_size,
            image_size=self.image_size, entry=self.recipe.numbers["entry"],
            stored_pages=self.memory.count(PRESENT, False),
            zero_pages=self.memory.count(PRESENT, True),
            excluded_pages=self.memory.count(EXCLUDED),
            block_count=len(self.index) // 64, set_tag=self.tag, root=root)
        return head + b"".join(items)

    def _put_tables(self):
        parts = {"index": self.index, "tree": self.tree,
                 "content": b"".join(self.contents), "manifest": self.manifest}
        values, at = {}, 256
        for name, part in parts.items():
            values[f"{name}_offset"], values[f"{name}_size"] = at, len(part)
            at += len(part)
        directory = self._finish(
            "tables", record.TABLES, magic=b"IMGTABLE", size=at,
            block_count=len(self.index) // 64, set_tag=self.tag, crc=own_crc, **values)
        self._pad("tables", self.tables_offset)
        self.out.put(self.tables_offset, directory, "tables")
        for name, part in parts.items():
            self.out.put(self.tables_offset + values[f"{name}_offset"], part, name)

    # 12, 13

    def _put_mutable(self):
        self._pad("mutable", self.mutable_offset)
        resume = self._finish("resume", record.RESUME, magic=b"IMGRESUM", state=1,
                              uuid=self.info["uuid"], crc=own_crc)
        self.out.put(self.mutable_offset, resume, "resume")
        for i in range(4):
            values = {}
            if i in self.recipe.slots:
                kind, signature = self.recipe.slots[i]
                values = {"magic": b"IMGSIGN1", "kind": kind, "bytes": len(signature),
                          "signature": signature, "crc": own_crc}
            slot = self._finish(f"slot[{i}]", record.SLOT, **values)
            self.out.put(self.mutable_offset + PAGE * (1 + i), slot, f"slot[{i}]")

    def _put_commit(self):
        commit = self._finish(
            "commit", record.COMMIT, magic=b"IMGFMT COMMIT 1\n", image_size=self.image_size,
            data_offset=self.data_offset, data_size=self.data_size,
            tables_offset=self.tables_offset, tables_size=self.tables_size,
            level=self.recipe.value("level"), profile=self.recipe.value("profile"),
            manifest_digest=sha(digest.MANIFEST, self.manifest), set_tag=self.tag, crc=own_crc)
        self._pad("commit", self.commit_offset)
        self.out.put(self.commit_offset, commit, "commit")


def _split(start, end, offset, mappings):
    """Cuts a run of memory where a mapping begins or ends (4.6)."""
    edges = {start, end}
    for low, high, _, _ in mappings:
        edges |= {edge for edge in (low, high) if start < edge < end}
    edges = sorted(edges)
    for first, last in zip(edges, edges[1:]):
        vaddr = next((mapping[2] + first - mapping[0] for mapping in mappings
                      if mapping[0] <= first < mapping[1]), 0)
        yield first, vaddr, last - first, offset + first - start
