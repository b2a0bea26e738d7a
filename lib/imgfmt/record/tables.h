/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The directory of the tables (spec 9.1), the manifest (spec 11) and the
 * commit record (spec 13).
 */
#ifndef IMGFMT_RECORD_TABLES_H
#define IMGFMT_RECORD_TABLES_H

#include "record/record.h"

/* Offsets count from the start of the tables. */
struct tables {
	uint64_t size, block_count;
	uint64_t index, index_size;
	uint64_t tree, tree_size;
	uint64_t content, content_size;
	uint64_t manifest, manifest_size;
};

/* The one layout that the block count and the content feature allow. */
int tables_plan(uint64_t block_count, bool content, struct tables *ret,
		struct imgfmt_error *err);
/* Check a directory at @offset against the plan, byte for byte [TAB-01]. */
int tables_check(const void *buf, const struct tables *plan,
		 const uint8_t *set_tag, uint64_t offset,
		 struct imgfmt_error *err);
void tables_encode(const struct tables *plan, const uint8_t *set_tag,
		   void *ret);

#define MANIFEST_ITEMS_MAX 5u
#define MANIFEST_SIZE_MAX                       \
	(sizeof(struct imgfmt_manifest_record) + \
	 MANIFEST_ITEMS_MAX * sizeof(struct imgfmt_item_record))
/* The bytes that the root covers, besides the items of kind 2 and above. */
#define MANIFEST_ROOT_FROM offsetof(struct imgfmt_manifest_record, entry)
#define MANIFEST_ROOT_TO   offsetof(struct imgfmt_manifest_record, set_tag)

struct manifest_item {
	uint64_t size;
	uint8_t	 digest[IMGFMT_DIGEST_SIZE];
};

struct manifest {
	uint8_t	 level;
	bool	 content;
	uint8_t	 root[IMGFMT_DIGEST_SIZE];
	uint64_t data_offset, data_size, image_size;
	uint64_t entry;
	uint64_t stored_pages, zero_pages, excluded_pages, block_count;
	uint8_t	 set_tag[IMGFMT_TAG_SIZE];
	struct manifest_item items[MANIFEST_ITEMS_MAX];	/* by kind - 1 */
};

static inline size_t manifest_size(bool content)
{
	return MANIFEST_SIZE_MAX -
	       (content ? 0 : sizeof(struct imgfmt_item_record));
}

/* Decode the form [MAN-01, MAN-03]; the values are the caller's to compare. */
int manifest_decode(const void *buf, size_t size, uint64_t offset,
		    bool content, struct manifest *ret,
		    struct imgfmt_error *err);
void manifest_encode(const struct manifest *m, void *ret);

#define COMMIT_SIZE sizeof(struct imgfmt_commit_record)

struct commit {
	uint64_t image_size, data_offset, data_size;
	uint64_t tables_offset, tables_size;
	uint8_t	 level, profile;
	uint8_t	 manifest[IMGFMT_DIGEST_SIZE];
	uint8_t	 set_tag[IMGFMT_TAG_SIZE];
};

/* Whether the bytes begin with the end mark. */
bool commit_has_magic(const void *buf);
/* Magic and CRC32C [COM-01, COM-02]; the values are the caller's to compare. */
int commit_decode(const void *buf, uint64_t offset, struct commit *ret,
		  struct imgfmt_error *err);
void commit_encode(const struct commit *c, void *ret);

#endif /* IMGFMT_RECORD_TABLES_H */
