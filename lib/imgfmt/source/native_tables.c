/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tables, mutable region and commit record of a native image.  The tables are
 * read whole and proved at once: index and digest tree are 1/4000 of the
 * memory that they describe.
 */
#include <stdlib.h>

#include "base/error.h"
#include "layout/digests.h"
#include "source/envelope.h"
#include "source/native.h"

static int corrupt(const char *rule, uint64_t offset, const char *what,
		   struct imgfmt_error *err)
{
	return err_rule(err, IMGFMT_E_CORRUPT, rule, offset, "%s", what);
}

/* What one entry must be, besides its digest [IDX-01, IDX-02, IDX-04]. */
static int check_entry(const struct imgfmt_image *image, uint64_t block,
		       const struct index_entry *e, uint64_t data,
		       uint64_t group, struct imgfmt_error *err)
{
	uint64_t mask = frames_mask(&image->frames, group);
	uint64_t pfn = group * image->info.block_pages;
	uint64_t at = image->plan.tables_at + image->plan.tables.index +
		      block * sizeof(struct imgfmt_index_record);
	uint64_t full = mask_count(mask) *
			image->info.page_size;

	if (e->offset != data)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "IDX-01", at, pfn,
				    "index entry %llu: offset 0x%llx, the block before ends at 0x%llx",
				    (unsigned long long)block,
				    (unsigned long long)e->offset,
				    (unsigned long long)data);
	if (e->stored_mask & e->zero_mask ||
	    (e->stored_mask | e->zero_mask) != mask)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "IDX-02", at, pfn,
				    "index entry %llu: masks are not the present frames",
				    (unsigned long long)block);
	if (image->info.profile == IMGFMT_PACKED ?
		    e->bytes < BLOCK_HEADER_SIZE ||
			    e->bytes > block_size((uint32_t)full) :
		    e->codec || e->bytes != full)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT,
				    image->info.profile == IMGFMT_PACKED ?
					    "IDX-03" : "IDX-04",
				    at, pfn,
				    "index entry %llu: %u bytes by codec %u",
				    (unsigned long long)block, e->bytes,
				    e->codec);
	return IMGFMT_OK;
}

/* All entries; the sums of stored and zero pages come back. */
static int check_index(const struct imgfmt_image *image, uint64_t *stored,
		       uint64_t *zero, struct imgfmt_error *err)
{
	const struct native *n = native_of(image);
	uint64_t group = 0, data = 0;
	struct index_entry e;

	*stored = *zero = 0;
	for (uint64_t b = 0; b < image->frames.blocks; b++) {
		const uint8_t *raw =
			n->index + b * sizeof(struct imgfmt_index_record);
		int rc = frames_next_group(&image->frames, group, &group);

		native_entry(n, b, &e);
		if (!rc)
			rc = check_entry(image, b, &e, data, group, err);
		if (!rc)
			rc = record_reserved(raw + 14, 2,
					     image->plan.tables_at +
						     image->plan.tables.index +
						     b * 64 + 14,
					     "an index entry", err);
		if (rc)
			return rc;
		data += e.bytes;
		*stored += mask_count(e.stored_mask);
		*zero += mask_count(e.zero_mask);
		group++;
	}
	if (data != image->plan.data_size)
		return corrupt("IDX-01", image->plan.tables_at,
			       "the index does not end with the data", err);
	return IMGFMT_OK;
}

static int check_manifest_values(const struct imgfmt_image *image,
				 uint64_t stored, uint64_t zero, uint64_t at,
				 struct imgfmt_error *err)
{
	const struct manifest *m = &image->manifest;
	const struct plan *p = &image->plan;

	if (m->level != p->level || m->data_offset != p->data ||
	    m->data_size != p->data_size || m->image_size != p->image_size)
		return corrupt("MAN-02", at + 10,
			       "manifest: level, offsets or sizes are not the image's",
			       err);
	if (m->entry != image->entry || m->stored_pages != stored ||
	    m->zero_pages != zero ||
	    m->excluded_pages != image->frames.excluded ||
	    m->block_count != image->frames.blocks)
		return corrupt("MAN-02", at + 72,
			       "manifest: entry or counts are not the image's",
			       err);
	if (memcmp(m->set_tag, image->info.set_tag, IMGFMT_TAG_SIZE))
		return corrupt("MAN-02", at + 112,
			       "manifest: set tag is not the image's", err);
	return IMGFMT_OK;
}

int native_check_item(const struct manifest *m, unsigned int kind,
		      uint64_t size, const uint8_t *digest, uint64_t at,
		      struct imgfmt_error *err)
{
	static const char *const names[] = {
		[IMGFMT_ITEM_FRONT] = "front",
		[IMGFMT_ITEM_NOTES] = "notes",
		[IMGFMT_ITEM_PAGE_MAP] = "page map",
		[IMGFMT_ITEM_TREE] = "digest tree",
		[IMGFMT_ITEM_CONTENT] = "content table",
	};
	const struct manifest_item *item = &m->items[kind - 1];

	if (item->size == size && !memcmp(item->digest, digest, SHA256_LEN))
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_DIGEST, "MAN-04",
			at + sizeof(struct imgfmt_manifest_record) +
				(kind - 1) * sizeof(struct imgfmt_item_record),
			"manifest: digest of the %s differs", names[kind]);
}

static int check_root(const struct imgfmt_image *image, struct sha256 *sha,
		      uint64_t at, struct imgfmt_error *err)
{
	uint8_t root[SHA256_LEN];
	int rc = digest_root(sha, image->manifest_bytes, image->plan.content,
			     root, err);

	if (rc)
		return rc;
	if (memcmp(root, image->manifest.root, SHA256_LEN))
		return err_rule(err, IMGFMT_E_DIGEST, "MAN-05", at + 16,
				"manifest: root is not that of its items");
	if (image->info.level == IMGFMT_SEALED &&
	    memcmp(root, image->info.uuid, IMGFMT_UUID_SIZE))
		return corrupt("INF-13", INFO_AT(image, uuid),
			       "uuid is not that of the root", err);
	return IMGFMT_OK;
}

static int check_manifest(struct imgfmt_image *image, struct sha256 *sha,
			  const uint8_t *top, struct imgfmt_error *err)
{
	struct native *n = native_of(image);
	const struct tables *t = &image->plan.tables;
	uint64_t at = image->plan.tables_at + t->manifest;
	uint8_t content[SHA256_LEN];
	uint64_t stored, zero;
	int rc;

	rc = native_check_item(&image->manifest, IMGFMT_ITEM_FRONT,
			       image->plan.map, n->front, at, err);
	if (!rc)
		rc = native_check_item(&image->manifest, IMGFMT_ITEM_NOTES,
				       image->manifest.items[1].size, n->notes,
				       at, err);
	if (!rc)
		rc = native_check_item(&image->manifest, IMGFMT_ITEM_PAGE_MAP,
				       image->plan.map_size, n->page_map, at,
				       err);
	if (!rc)
		rc = native_check_item(&image->manifest, IMGFMT_ITEM_TREE,
				       t->index_size, top, at, err);
	if (!rc && n->content) {
		rc = sha256(sha, IMGFMT_DOMAIN_CONTENTS, n->content,
			    t->content_size, content, err);
		if (!rc)
			rc = native_check_item(&image->manifest,
					       IMGFMT_ITEM_CONTENT,
					       t->content_size, content, at,
					       err);
	}
	if (!rc)
		rc = check_root(image, sha, at, err);
	if (!rc)
		rc = check_index(image, &stored, &zero, err);
	return rc ? rc : check_manifest_values(image, stored, zero, at, err);
}

int native_check_tree(const struct tables *t, const uint8_t *tables,
		      uint64_t at, struct sha256 *sha, uint8_t top[SHA256_LEN],
		      struct imgfmt_error *err)
{
	const uint8_t *nodes = tables + t->tree;
	struct tree tree;
	uint64_t bad;
	int rc;

	rc = tree_init(&tree, t->block_count, err);
	if (!rc && !tree.nodes)
		return tree_hash_chunk(sha, nodes, 0, top, err);
	if (rc)
		return rc;
	memcpy(top, nodes + tree_size(&tree) - SHA256_LEN, SHA256_LEN);
	rc = tree_verify_nodes(&tree, sha, nodes, top, &bad, err);
	if (rc == IMGFMT_E_DIGEST)
		return err_rule(err, rc, "TREE-01",
				at + t->tree + bad * SHA256_LEN,
				"digest tree: node %llu is wrong",
				(unsigned long long)bad);
	for (uint64_t c = 0; c < tree_chunks(&tree) && !rc; c++) {
		uint64_t off = t->index + c * TREE_CHUNK_LEN;

		rc = tree_verify_chunk(&tree, sha, nodes, c, tables + off,
				       err);
		if (rc == IMGFMT_E_DIGEST)
			return err_rule(err, rc, "TREE-02", at + off,
					"index chunk %llu differs from its digest",
					(unsigned long long)c);
	}
	return rc;
}

static int prove_tables(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct native *n = native_of(image);
	const struct tables *t = &image->plan.tables;
	uint8_t top[SHA256_LEN];
	struct sha256 sha;
	int rc;

	rc = tables_check(n->tables, t, image->info.set_tag,
			  image->plan.tables_at, err);
	if (!rc)
		rc = manifest_decode(n->tables + t->manifest, t->manifest_size,
				     image->plan.tables_at + t->manifest,
				     image->plan.content, &image->manifest,
				     err);
	if (rc)
		return rc;
	memcpy(image->manifest_bytes, n->tables + t->manifest,
	       t->manifest_size);
	n->index = n->tables + t->index;
	n->content = image->plan.content ? n->tables + t->content : NULL;
	rc = sha256_init(&sha, err);
	if (rc)
		return rc;
	rc = native_check_tree(t, n->tables, image->plan.tables_at, &sha, top,
			       err);
	if (!rc)
		rc = check_manifest(image, &sha, top, err);
	sha256_fini(&sha);
	if (rc)
		return rc;
	n->has_index = true;
	image->has_tables = true;
	return IMGFMT_OK;
}

int native_load_tables(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct native *n = native_of(image);
	uint64_t size = image->plan.tables.size;
	int rc = source_charge(image, size, err);

	if (rc)
		return rc;
	free(n->tables);
	n->tables = malloc(size);
	if (!n->tables)
		return err_nomem(err, "the tables");
	rc = io_read_full(image->io, image->plan.tables_at, n->tables, size,
			  "the tables", err);
	return rc ? rc : prove_tables(image, err);
}

/*
 * A slot in which the power failed while it was written is damage that can be
 * told and repaired.
 */
static int check_slot(struct imgfmt_image *image, size_t off,
		      struct imgfmt_error *err)
{
	uint64_t at = image->plan.mutable_at + off;
	struct imgfmt_error e;
	uint32_t kind, size;
	int rc = slot_decode(image->slots + off, at, &kind, &size, &e);

	if (!rc)
		return IMGFMT_OK;
	if (image->tolerant) {
		if (!image->damage.status)
			image->damage = e;
		return IMGFMT_OK;
	}
	if (err)
		*err = e;
	return rc;
}

int native_load_mutable(struct imgfmt_image *image, struct imgfmt_error *err)
{
	uint64_t at = image->plan.mutable_at;
	uint8_t *raw;
	int rc;

	rc = native_check_padding(image, image->plan.tables_at +
				  image->plan.tables.size, at, err);
	if (rc)
		return rc;
	raw = malloc(IMGFMT_MUTABLE_SIZE);
	if (!raw)
		return err_nomem(err, "the mutable region");
	free(image->slots);
	image->slots = raw;
	rc = io_read_full(image->io, at, raw, IMGFMT_MUTABLE_SIZE,
			  "the mutable region", err);
	if (!rc)
		rc = resume_decode(raw, at, image->info.uuid, &image->resume,
				   err);
	for (unsigned int i = 1; i <= IMGFMT_SLOTS && !rc; i++)
		rc = check_slot(image, i * (size_t)IMGFMT_MUTABLE_UNIT, err);
	if (rc)
		return rc;
	image->has_mutable = true;
	return native_check_padding(image, at + IMGFMT_MUTABLE_SIZE,
				    image->plan.data, err);
}

int native_check_commit(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct plan *p = &image->plan;
	uint8_t raw[COMMIT_SIZE], digest[SHA256_LEN];
	struct sha256 sha;
	struct commit c;
	int rc;

	rc = io_read_full(image->io, p->commit, raw, sizeof(raw),
			  "the commit record", err);
	if (rc == IMGFMT_E_TRUNCATED)
		return err_rule(err, rc, "COM-01", p->commit,
				"no commit record: the image is incomplete");
	if (!rc)
		rc = commit_decode(raw, p->commit, &c, err);
	if (rc)
		return rc;
	if (c.image_size != p->image_size || c.data_offset != p->data ||
	    c.data_size != p->data_size || c.tables_offset != p->tables_at ||
	    c.tables_size != p->tables.size || c.level != p->level ||
	    c.profile != p->profile ||
	    memcmp(c.set_tag, image->info.set_tag, IMGFMT_TAG_SIZE))
		return corrupt("COM-03", p->commit,
			       "commit record is not that of this image", err);
	rc = sha256_init(&sha, err);
	if (rc)
		return rc;
	rc = sha256(&sha, IMGFMT_DOMAIN_MANIFEST, image->manifest_bytes,
		    p->tables.manifest_size, digest, err);
	sha256_fini(&sha);
	if (!rc && memcmp(digest, c.manifest, SHA256_LEN))
		rc = err_rule(err, IMGFMT_E_DIGEST, "COM-04", p->commit + 64,
			      "digest of the manifest differs");
	return rc;
}

int native_check_end(struct imgfmt_image *image, struct imgfmt_error *err)
{
	uint64_t size = image->plan.image_size;
	bool at_end;
	int rc;

	if (io_size(image->io) != IO_SIZE_UNKNOWN &&
	    io_size(image->io) < size)
		return err_rule(err, IMGFMT_E_TRUNCATED, "COM-01",
				io_size(image->io),
				"the image ends at 0x%llx instead of 0x%llx",
				(unsigned long long)io_size(image->io),
				(unsigned long long)size);
	if (io_is_device(image->io))
		return IMGFMT_OK;
	rc = io_at_end(image->io, size, &at_end, err);
	if (rc || at_end)
		return rc;
	return corrupt("ELF-12", size, "bytes behind the commit record", err);
}

/* Tables come before or after the data. */
static int by_offset(const void *a, const void *b)
{
	const struct imgfmt_region *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

int native_add_regions(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct plan *p = &image->plan;
	const struct tables *t = &p->tables;
	uint64_t phdrs = p->phnum * ELF_PHDR_SIZE;
	const struct imgfmt_region list[] = {
		{ "ELF header", 0, ELF_EHDR_SIZE },
		{ "program headers", ELF_EHDR_SIZE, phdrs },
		{ "section header", ELF_EHDR_SIZE + phdrs,
		  elf_headers_size(p->phnum) - ELF_EHDR_SIZE - phdrs },
		{ "notes", p->notes, p->notes_size },
		{ "page map", p->map, p->map_size },
		{ "directory", p->tables_at, t->index },
		{ "index", p->tables_at + t->index, t->index_size },
		{ "digest tree", p->tables_at + t->tree, t->tree_size },
		{ "content table", p->tables_at + t->content,
		  t->content_size },
		{ "manifest", p->tables_at + t->manifest, t->manifest_size },
		{ "resume record", p->mutable_at,
		  p->mutable_at ? IMGFMT_MUTABLE_UNIT : 0 },
		{ "signature slots", p->mutable_at + IMGFMT_MUTABLE_UNIT,
		  p->mutable_at ? IMGFMT_SLOTS * IMGFMT_MUTABLE_UNIT : 0 },
		{ "data", p->data, p->data_size },
		{ "commit record", p->commit, COMMIT_SIZE },
	};
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < ARRAY_SIZE(list) && !rc; i++)
		rc = source_add_region(image, list[i].name, list[i].offset,
				       list[i].size, err);
	if (!rc)
		qsort(image->regions.data, image->regions.len,
		      image->regions.elem, by_offset);
	return rc;
}
