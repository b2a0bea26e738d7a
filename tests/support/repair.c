/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/repair.h"

#include <stdlib.h>

#include "digest/tree.h"
#include "elf/elf.h"
#include "elf/note.h"
#include "layout/digests.h"
#include "record/block.h"
#include "record/record.h"

#define INFO_DESC 20u	/* behind the note header and "IMGFMT" */

struct span {
	uint64_t at, size;
};

struct patient {
	uint8_t *image;
	size_t size;
	struct sha256 sha;
	bool big_endian;
	struct span notes, map, tables, data;
	struct imgfmt_info_record *info;
	struct imgfmt_commit_record *commit;
	size_t info_end;	/* in the notes */
	uint8_t notes_digest[SHA256_LEN], map_digest[SHA256_LEN];
	uint8_t tag[SHA256_LEN], root[SHA256_LEN];
};

static bool fits(const struct patient *p, uint64_t at, uint64_t size)
{
	return at <= p->size && size <= p->size - at;
}

static void *part(const struct patient *p, uint64_t at, uint64_t size)
{
	return fits(p, at, size) ? p->image + at : NULL;
}

static void put_crc(void *record, size_t size, size_t at)
{
	put_le32((uint8_t *)record + at, record_crc(record, size, at));
}
#define PUT_CRC(r) put_crc(r, sizeof(*(r)), offsetof(typeof(*(r)), crc32c))

static void hash(struct patient *p, uint8_t domain, const void *buf, size_t len,
		 uint8_t ret[SHA256_LEN])
{
	if (sha256(&p->sha, domain, buf, len, ret, NULL))
		abort();
}

/* Notes and page map; false if this is no image by far. */
static bool find_front(struct patient *p)
{
	struct imgfmt_segment s[2];
	struct elf_header h;
	struct note_place note;
	size_t pos = 0;

	if (!fits(p, 0, ELF_EHDR_SIZE + 2 * ELF_PHDR_SIZE) ||
	    elf_header_decode(p->image, &h, NULL))
		return false;
	p->big_endian = h.big_endian;
	elf_segments_decode(p->image + ELF_EHDR_SIZE, 2, h.big_endian, s);
	p->notes = (struct span){ s[0].offset, s[0].file_size };
	p->map = (struct span){ s[1].offset, s[1].file_size };
	if (!fits(p, p->notes.at, p->notes.size) ||
	    !fits(p, p->map.at, p->map.size) ||
	    p->map.size < sizeof(struct imgfmt_page_map_head) ||
	    note_next(p->image + p->notes.at, p->notes.size, h.big_endian, 0,
		      &pos, &note, NULL) ||
	    note.desc_size != sizeof(*p->info) || note.desc != INFO_DESC)
		return false;
	p->info = (void *)(p->image + p->notes.at + note.desc);
	p->info_end = note.end;
	return true;
}

/* Of a streamed image only the commit record tells where they are. */
static void find_tables(struct patient *p)
{
	bool sealed = p->info->level == IMGFMT_SEALED;
	uint64_t end = sealed ? le64toh(p->info->image_size) : p->size;

	p->commit = end < sizeof(*p->commit) ? NULL :
		    part(p, end - sizeof(*p->commit), sizeof(*p->commit));
	p->data.at = le64toh(p->info->data_offset);
	p->data.size = le64toh(p->info->data_size);
	p->tables.at = le64toh(p->info->tables_offset);
	p->tables.size = le64toh(p->info->tables_size);
	if (sealed || !p->commit)
		return;
	p->data.size = le64toh(p->commit->data_size);
	p->tables.at = le64toh(p->commit->tables_offset);
	p->tables.size = le64toh(p->commit->tables_size);
}

static void repair_backup_map(struct patient *p)
{
	uint8_t *notes = p->image + p->notes.at;
	struct note_place n;
	size_t pos = p->info_end;

	while (!note_next(notes, p->notes.size, p->big_endian, 0, &pos, &n,
			  NULL)) {
		size_t head = sizeof(struct imgfmt_backup_head);

		if (n.type == IMGFMT_NOTE_BACKUP_MAP && n.desc_size >= head)
			put_le32(notes + n.desc + 4,
				 crc32c(0, notes + n.desc + head,
					n.desc_size - head));
	}
}

static void repair_front(struct patient *p)
{
	uint8_t *map = p->image + p->map.at;

	repair_backup_map(p);
	put_crc(map, p->map.size, offsetof(struct imgfmt_page_map_head, crc32c));
	hash(p, IMGFMT_DOMAIN_NOTES, p->image + p->notes.at + p->info_end,
	     p->notes.size - p->info_end, p->notes_digest);
	hash(p, IMGFMT_DOMAIN_PAGE_MAP, map, p->map.size, p->map_digest);
	if (digest_tag(&p->sha, p->notes_digest, p->map_digest, p->tag, NULL))
		abort();
	memcpy(p->info->set_tag, p->tag, IMGFMT_TAG_SIZE);
	PUT_CRC(p->info);
}

/* Every block that can be walked to. */
static void repair_blocks(struct patient *p)
{
	uint64_t at = p->data.at;
	struct imgfmt_block_record *b;

	while ((b = part(p, at, sizeof(*b))) &&
	       !memcmp(b->magic, IMGFMT_BLOCK_MAGIC, sizeof(b->magic))) {
		uint32_t size = le32toh(b->payload_size);

		if (fits(p, at + sizeof(*b), size))
			b->payload_crc32c = htole32(crc32c(0, b + 1, size));
		memcpy(b->set_tag, p->tag, IMGFMT_TAG_SIZE);
		put_crc(b, sizeof(*b), offsetof(typeof(*b), header_crc32c));
		at += block_size(size);
	}
}

static void repair_entry(struct patient *p, struct imgfmt_index_record *e)
{
	uint64_t at = p->data.at + le64toh(e->offset);
	uint32_t bytes = le32toh(e->bytes);
	uint32_t page_size = le32toh(p->info->page_size);
	uint64_t zero = le64toh(e->zero_mask);
	uint64_t present = le64toh(e->stored_mask) | zero;

	if (!fits(p, at, bytes))
		return;
	if (p->info->profile == IMGFMT_PACKED)
		hash(p, IMGFMT_DOMAIN_BLOCK, p->image + at, bytes, e->digest);
	else if (page_size && mask_count(present) <= bytes / page_size)
		digest_stored(&p->sha, p->image + at, present, zero, page_size,
			      e->digest, NULL);
}

/* Index and tree; the top comes back in @top. */
static void repair_index(struct patient *p,
			 const struct imgfmt_tables_record *t,
			 uint8_t top[SHA256_LEN])
{
	uint64_t size = le64toh(t->index.size);
	uint8_t *index = part(p, p->tables.at + le64toh(t->index.offset), size);
	uint8_t *nodes = part(p, p->tables.at + le64toh(t->tree.offset),
			      le64toh(t->tree.size));
	uint64_t count = size / sizeof(struct imgfmt_index_record);
	struct tree tree;

	if (!index || !nodes || tree_init(&tree, count, NULL) ||
	    tree_size(&tree) != le64toh(t->tree.size))
		return;
	for (uint64_t i = 0; i < count; i++)
		repair_entry(p, (struct imgfmt_index_record *)index + i);
	if (tree_build(&tree, &p->sha, index, nodes, top, NULL))
		abort();
}

static void repair_item(struct patient *p, struct imgfmt_item_record *item,
			const struct imgfmt_tables_record *t,
			const uint8_t *top)
{
	const uint8_t *content;

	switch (le32toh(item->kind)) {
	case IMGFMT_ITEM_NOTES:
		memcpy(item->digest, p->notes_digest, SHA256_LEN);
		break;
	case IMGFMT_ITEM_PAGE_MAP:
		memcpy(item->digest, p->map_digest, SHA256_LEN);
		break;
	case IMGFMT_ITEM_TREE:
		memcpy(item->digest, top, SHA256_LEN);
		break;
	case IMGFMT_ITEM_CONTENT:
		content = part(p, p->tables.at + le64toh(t->content.offset),
			       le64toh(t->content.size));
		if (content)
			hash(p, IMGFMT_DOMAIN_CONTENTS, content,
			     le64toh(t->content.size), item->digest);
		break;
	}
}

/* The root binds the front, and the front the root: that item is last. */
static void settle_root(struct patient *p, struct imgfmt_manifest_record *m,
			struct imgfmt_item_record *front, bool content)
{
	if (digest_root(&p->sha, (uint8_t *)m, content, p->root, NULL))
		abort();
	memcpy(m->root, p->root, SHA256_LEN);
	if (p->info->level == IMGFMT_SEALED) {
		memcpy(p->info->uuid, p->root, IMGFMT_UUID_SIZE);
		PUT_CRC(p->info);
	}
	hash(p, IMGFMT_DOMAIN_FRONT, p->image, p->map.at, front->digest);
}

static void repair_manifest(struct patient *p,
			    const struct imgfmt_tables_record *t,
			    const uint8_t *top)
{
	uint64_t size = le64toh(t->manifest.size);
	struct imgfmt_manifest_record *m =
		part(p, p->tables.at + le64toh(t->manifest.offset), size);
	struct imgfmt_item_record *items;
	size_t count;

	if (!m || size < sizeof(*m) + 4 * sizeof(*items) ||
	    size > sizeof(*m) + 5 * sizeof(*items))
		return;
	items = (void *)(m + 1);
	count = (size - sizeof(*m)) / sizeof(*items);
	memcpy(m->set_tag, p->tag, IMGFMT_TAG_SIZE);
	for (size_t i = 0; i < count; i++)
		repair_item(p, &items[i], t, top);
	settle_root(p, m, &items[0], count > 4);
	if (!p->commit)
		return;
	memcpy(p->commit->set_tag, p->tag, IMGFMT_TAG_SIZE);
	hash(p, IMGFMT_DOMAIN_MANIFEST, m, size, p->commit->manifest);
	PUT_CRC(p->commit);
}

static void repair_mutable(struct patient *p)
{
	uint64_t at = align_up(p->tables.at + p->tables.size,
			       IMGFMT_MUTABLE_UNIT);
	struct imgfmt_resume_record *r = part(p, at, IMGFMT_MUTABLE_SIZE);
	struct imgfmt_slot_record *slots;

	if (p->info->level != IMGFMT_SEALED || !r)
		return;
	slots = (void *)(r + 1);
	memcpy(r->uuid, p->root, IMGFMT_UUID_SIZE);
	PUT_CRC(r);
	for (unsigned int i = 0; i < IMGFMT_SLOTS; i++)
		if (!mem_is_zero(&slots[i], sizeof(slots[i])))
			PUT_CRC(&slots[i]);
}

void repair(uint8_t *image, size_t size)
{
	struct patient p = { .image = image, .size = size };
	struct imgfmt_tables_record *t;
	uint8_t top[SHA256_LEN] = { 0 };

	if (!find_front(&p))
		return;
	if (sha256_init(&p.sha, NULL))
		abort();
	find_tables(&p);
	repair_front(&p);
	if (p.info->profile == IMGFMT_PACKED)
		repair_blocks(&p);
	t = part(&p, p.tables.at, sizeof(*t));
	if (t) {
		memcpy(t->set_tag, p.tag, IMGFMT_TAG_SIZE);
		PUT_CRC(t);
		repair_index(&p, t, top);
		repair_manifest(&p, t, top);
		repair_mutable(&p);
	}
	sha256_fini(&p.sha);
}
