/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/tables.h"

#include "digest/tree.h"

int tables_plan(uint64_t block_count, bool content, struct tables *ret,
		struct imgfmt_error *err)
{
	struct tree tree;
	int rc = tree_init(&tree, block_count, err);

	if (rc)
		return rc;
	*ret = (struct tables){
		.block_count = block_count,
		.index = sizeof(struct imgfmt_tables_record),
		.index_size = block_count * sizeof(struct imgfmt_index_record),
		.tree_size = tree_size(&tree),
		.content_size = content ? block_count * IMGFMT_DIGEST_SIZE : 0,
		.manifest_size = manifest_size(content),
	};
	ret->tree = ret->index + ret->index_size;
	ret->content = ret->tree + ret->tree_size;
	ret->manifest = ret->content + ret->content_size;
	ret->size = ret->manifest + ret->manifest_size;
	return IMGFMT_OK;
}

void tables_encode(const struct tables *t, const uint8_t *set_tag, void *ret)
{
	struct imgfmt_tables_record r = {
		.size = htole64(t->size),
		.block_count = htole64(t->block_count),
		.index = { htole64(t->index), htole64(t->index_size) },
		.tree = { htole64(t->tree), htole64(t->tree_size) },
		.content = { htole64(t->content), htole64(t->content_size) },
		.manifest = { htole64(t->manifest), htole64(t->manifest_size) },
	};

	memcpy(r.magic, IMGFMT_TABLES_MAGIC, sizeof(r.magic));
	memcpy(r.set_tag, set_tag, sizeof(r.set_tag));
	r.crc32c = htole32(record_crc(&r, sizeof(r),
				      offsetof(typeof(r), crc32c)));
	memcpy(ret, &r, sizeof(r));
}

int tables_check(const void *buf, const struct tables *plan,
		 const uint8_t *set_tag, uint64_t offset,
		 struct imgfmt_error *err)
{
	const struct imgfmt_tables_record *r = buf;
	struct imgfmt_tables_record want;

	tables_encode(plan, set_tag, &want);
	if (!memcmp(r, &want, sizeof(want)))
		return IMGFMT_OK;
	if (le32toh(r->crc32c) !=
	    record_crc(r, sizeof(*r), offsetof(typeof(*r), crc32c)))
		return err_rule(err, IMGFMT_E_CORRUPT, "TAB-01", offset,
				"tables' directory: wrong CRC32C");
	if (!mem_is_zero(r->reserved, sizeof(r->reserved)))
		return record_reserved(r->reserved, sizeof(r->reserved),
				       offset + 96, "the tables' directory",
				       err);
	return err_rule(err, IMGFMT_E_CORRUPT, "TAB-01", offset,
			"tables' directory is not the one of %llu blocks",
			(unsigned long long)plan->block_count);
}

static void manifest_load(const struct imgfmt_manifest_record *r,
			  struct manifest *ret)
{
	ret->level = (uint8_t)le16toh(r->level);
	memcpy(ret->root, r->root, sizeof(ret->root));
	ret->data_offset = le64toh(r->data_offset);
	ret->data_size = le64toh(r->data_size);
	ret->image_size = le64toh(r->image_size);
	ret->entry = le64toh(r->entry);
	ret->stored_pages = le64toh(r->stored_pages);
	ret->zero_pages = le64toh(r->zero_pages);
	ret->excluded_pages = le64toh(r->excluded_pages);
	ret->block_count = le64toh(r->block_count);
	memcpy(ret->set_tag, r->set_tag, sizeof(ret->set_tag));
}

int manifest_decode(const void *buf, size_t size, uint64_t offset,
		    bool content, struct manifest *ret,
		    struct imgfmt_error *err)
{
	const struct imgfmt_manifest_record *r = buf;
	const struct imgfmt_item_record *item = (const void *)(r + 1);
	unsigned int items = MANIFEST_ITEMS_MAX - !content;

	*ret = (struct manifest){ .content = content };
	if (size != manifest_size(content) ||
	    memcmp(r->magic, IMGFMT_MANIFEST_MAGIC, sizeof(r->magic)) ||
	    le16toh(r->version) != IMGFMT_MANIFEST_VERSION ||
	    le32toh(r->items) != items || le16toh(r->level) > UINT8_MAX)
		return err_rule(err, IMGFMT_E_CORRUPT, "MAN-01", offset,
				"manifest: wrong magic, version, level or number of items");
	if (r->reserved)
		return record_reserved(&r->reserved, sizeof(r->reserved),
				       offset + 120, "the manifest", err);
	manifest_load(r, ret);
	for (unsigned int i = 0; i < items; i++) {
		if (le32toh(item[i].kind) != i + 1)
			return err_rule(err, IMGFMT_E_CORRUPT, "MAN-03",
					offset + sizeof(*r) + i * sizeof(*item),
					"manifest: item %u is of kind %u", i,
					le32toh(item[i].kind));
		if (item[i].reserved)
			return record_reserved(&item[i].reserved, 4,
					       offset + sizeof(*r) +
						       i * sizeof(*item) + 4,
					       "a manifest item", err);
		ret->items[i].size = le64toh(item[i].size);
		memcpy(ret->items[i].digest, item[i].digest,
		       sizeof(item[i].digest));
	}
	return IMGFMT_OK;
}

void manifest_encode(const struct manifest *m, void *ret)
{
	unsigned int items = MANIFEST_ITEMS_MAX - !m->content;
	uint8_t *at = (uint8_t *)ret + sizeof(struct imgfmt_manifest_record);
	struct imgfmt_manifest_record r = {
		.version = htole16(IMGFMT_MANIFEST_VERSION),
		.level = htole16(m->level),
		.items = htole32(items),
		.data_offset = htole64(m->data_offset),
		.data_size = htole64(m->data_size),
		.image_size = htole64(m->image_size),
		.entry = htole64(m->entry),
		.stored_pages = htole64(m->stored_pages),
		.zero_pages = htole64(m->zero_pages),
		.excluded_pages = htole64(m->excluded_pages),
		.block_count = htole64(m->block_count),
	};

	memcpy(r.magic, IMGFMT_MANIFEST_MAGIC, sizeof(r.magic));
	memcpy(r.root, m->root, sizeof(r.root));
	memcpy(r.set_tag, m->set_tag, sizeof(r.set_tag));
	memcpy(ret, &r, sizeof(r));
	for (unsigned int i = 0; i < items; i++) {
		struct imgfmt_item_record item = {
			.kind = htole32(i + 1),
			.size = htole64(m->items[i].size),
		};

		memcpy(item.digest, m->items[i].digest, sizeof(item.digest));
		memcpy(at + i * sizeof(item), &item, sizeof(item));
	}
}

bool commit_has_magic(const void *buf)
{
	const struct imgfmt_commit_record *r = buf;

	return !memcmp(r->magic, IMGFMT_COMMIT_MAGIC, sizeof(r->magic));
}

int commit_decode(const void *buf, uint64_t offset, struct commit *ret,
		  struct imgfmt_error *err)
{
	const struct imgfmt_commit_record *r = buf;
	uint32_t crc = record_crc(r, sizeof(*r), offsetof(typeof(*r), crc32c));

	*ret = (struct commit){ 0 };
	if (!commit_has_magic(r))
		return err_rule(err, IMGFMT_E_TRUNCATED, "COM-01", offset,
				"no commit record: the image is incomplete");
	if (crc != le32toh(r->crc32c))
		return err_rule(err, IMGFMT_E_CORRUPT, "COM-02", offset,
				"commit record: CRC32C stored 0x%08x, computed 0x%08x",
				le32toh(r->crc32c), crc);
	if (!mem_is_zero(r->reserved0, sizeof(r->reserved0)) ||
	    !mem_is_zero(r->reserved1, sizeof(r->reserved1)))
		return err_rule(err, IMGFMT_E_CORRUPT, "PAD-01", offset,
				"reserved bytes of the commit record are not zero");
	ret->image_size = le64toh(r->image_size);
	ret->data_offset = le64toh(r->data_offset);
	ret->data_size = le64toh(r->data_size);
	ret->tables_offset = le64toh(r->tables_offset);
	ret->tables_size = le64toh(r->tables_size);
	ret->level = r->level;
	ret->profile = r->profile;
	memcpy(ret->manifest, r->manifest, sizeof(ret->manifest));
	memcpy(ret->set_tag, r->set_tag, sizeof(ret->set_tag));
	return IMGFMT_OK;
}

void commit_encode(const struct commit *c, void *ret)
{
	struct imgfmt_commit_record r = {
		.image_size = htole64(c->image_size),
		.data_offset = htole64(c->data_offset),
		.data_size = htole64(c->data_size),
		.tables_offset = htole64(c->tables_offset),
		.tables_size = htole64(c->tables_size),
		.level = c->level,
		.profile = c->profile,
	};

	memcpy(r.magic, IMGFMT_COMMIT_MAGIC, sizeof(r.magic));
	memcpy(r.manifest, c->manifest, sizeof(r.manifest));
	memcpy(r.set_tag, c->set_tag, sizeof(r.set_tag));
	r.crc32c = htole32(record_crc(&r, sizeof(r),
				      offsetof(typeof(r), crc32c)));
	memcpy(ret, &r, sizeof(r));
}
