/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading pages of a native image, block by block.
 *
 * With an index every block can be found; on a pipe blocks are met in their
 * order and what the index would say is computed along the way, for
 * native_finish() to hold against the index that follows.
 */
#include <stdlib.h>

#include "base/error.h"
#include "layout/digests.h"
#include "source/native.h"
#include "source/native_unpack.h"

/* Decompressed pages of one block. */
struct slot {
	uint64_t block;		/* UINT64_MAX: empty */
	uint64_t stored_mask, zero_mask;
	uint8_t *pages;		/* the stored ones, one after the other */
};

struct native_reader {
	struct imgfmt_image *image;
	struct native *native;
	bool packed, verify;
	uint32_t page_size, block_pages;
	struct sha256 sha;
	struct unpacker unpacker;

	uint8_t *raw;		/* the stored form of block raw_block */
	size_t	 raw_max;
	uint64_t raw_block;
	struct block header;	/* its header, if packed */
	uint64_t next;		/* next block of a pipe */

	struct slot *slots;	/* direct mapped */
	uint64_t slot_count;
};

static bool walks(const struct native_reader *r)
{
	return io_is_sequential(r->image->io);
}

static int reader_init(struct native_reader *r, const struct reader_opts *opts,
		       struct imgfmt_error *err)
{
	uint64_t block = (uint64_t)r->page_size * r->block_pages;
	uint64_t want = max_u64(opts->cache / block, 1);
	int rc;

	r->raw_max = (size_t)block_size((uint32_t)block);
	r->raw_block = UINT64_MAX;
	r->slot_count = walks(r) ? 1 :
			min_u64(want, max_u64(r->image->frames.blocks, 1));
	r->raw = malloc(r->raw_max);
	r->slots = calloc(r->slot_count, sizeof(*r->slots));
	if (!r->raw || !r->slots)
		return err_nomem(err, "reading blocks");
	for (uint64_t i = 0; i < r->slot_count; i++)
		r->slots[i].block = UINT64_MAX;
	rc = sha256_init(&r->sha, err);
	return rc;
}

int native_reader_new(struct imgfmt_image *image, const struct reader_opts *opts,
		      void **ret, struct imgfmt_error *err)
{
	struct native_reader *r = calloc(1, sizeof(*r));
	int rc;

	*ret = NULL;
	if (!r)
		return err_nomem(err, "a reader");
	r->image = image;
	r->native = native_of(image);
	r->packed = image->info.profile == IMGFMT_PACKED;
	r->page_size = image->info.page_size;
	r->block_pages = image->info.block_pages;
	r->verify = opts->verify || image->proved;
	unpacker_init(&r->unpacker, &image->info);
	rc = reader_init(r, opts, err);
	if (rc) {
		native_reader_free(r);
		return rc;
	}
	*ret = r;
	return IMGFMT_OK;
}

void native_reader_free(void *reader)
{
	struct native_reader *r = reader;

	if (!r)
		return;
	unpacker_fini(&r->unpacker);
	for (uint64_t i = 0; r->slots && i < r->slot_count; i++)
		free(r->slots[i].pages);
	sha256_fini(&r->sha);
	free(r->slots);
	free(r->raw);
	free(r);
}

static void expect_of(const struct native_reader *r, uint64_t block,
		      struct block_expect *ret)
{
	uint64_t group = frames_group(&r->image->frames, block);

	*ret = (struct block_expect){
		.pfn = group * r->block_pages,
		.present_mask = frames_mask(&r->image->frames, group),
		.page_size = r->page_size,
		.set_tag = r->image->info.set_tag,
	};
}

static int digest_differs(uint64_t pfn, uint64_t at, struct imgfmt_error *err)
{
	return err_rule_pfn(err, IMGFMT_E_DIGEST, "IDX-05", at, pfn,
			    "block differs from its digest");
}

/* What is wrong with an entry that is not the one computed from its block. */
static int entry_differs(const struct native_reader *r, const void *computed,
			 const void *entry, uint64_t pfn, uint64_t at,
			 struct imgfmt_error *err)
{
	if (!memcmp(computed, entry,
		    offsetof(struct imgfmt_index_record, digest)))
		return digest_differs(pfn, at, err);
	return err_rule_pfn(err, IMGFMT_E_CORRUPT,
			    r->packed ? "IDX-03" : "BLK-09", at, pfn,
			    "block is not as the index says");
}

/* Header and payload into raw; header fields are checked before the payload
 * is read. */
static int read_packed(struct native_reader *r, uint64_t at,
		       const struct block_expect *expect,
		       struct imgfmt_error *err)
{
	size_t rest;
	int rc;

	rc = io_read_full(r->image->io, at, r->raw, BLOCK_HEADER_SIZE,
			  "a block header", err);
	if (!rc)
		rc = block_decode(r->raw, at, expect, &r->header, err);
	if (rc)
		return rc;
	rest = (size_t)block_size(r->header.payload_size) - BLOCK_HEADER_SIZE;
	rc = io_read_full(r->image->io, at + BLOCK_HEADER_SIZE,
			  r->raw + BLOCK_HEADER_SIZE, rest, "a block", err);
	if (rc)
		return rc;
	return block_check_payload(&r->header, r->raw + BLOCK_HEADER_SIZE, at,
				   err);
}

/* A block that was read into raw, against its entry. */
static int decode_packed(struct native_reader *r, const struct index_entry *e,
			 uint64_t at, const struct block_expect *expect,
			 struct imgfmt_error *err)
{
	int rc = block_decode(r->raw, at, expect, &r->header, err);

	if (rc)
		return rc;
	if (block_size(r->header.payload_size) != e->bytes ||
	    r->header.codec != e->codec ||
	    r->header.stored_mask != e->stored_mask)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "IDX-03", at,
				    expect->pfn,
				    "block is not as the index says");
	return block_check_payload(&r->header, r->raw + BLOCK_HEADER_SIZE, at,
				   err);
}

/* Masks of a plain block that was read: its zero pages are what is zero. */
static void find_zero(const struct native_reader *r, uint64_t mask,
		      struct index_entry *e)
{
	const uint8_t *page = r->raw;

	e->stored_mask = e->zero_mask = 0;
	for (; mask; mask &= mask - 1, page += r->page_size) {
		if (mem_is_zero(page, r->page_size))
			e->zero_mask |= mask & -mask;
		else
			e->stored_mask |= mask & -mask;
	}
}

static int hash_raw(struct native_reader *r, const struct index_entry *e,
		    uint8_t digest[SHA256_LEN], struct imgfmt_error *err)
{
	if (r->packed)
		return sha256(&r->sha, IMGFMT_DOMAIN_BLOCK, r->raw, e->bytes,
			      digest, err);
	return digest_stored(&r->sha, r->raw,
				 e->stored_mask | e->zero_mask, e->zero_mask,
				 r->page_size, digest, err);
}

static int check_digest(struct native_reader *r, const struct index_entry *e,
			uint64_t pfn, uint64_t at, struct imgfmt_error *err)
{
	uint8_t digest[SHA256_LEN];
	int rc = hash_raw(r, e, digest, err);

	if (!rc && memcmp(digest, e->digest, SHA256_LEN))
		rc = digest_differs(pfn, at, err);
	return rc;
}

/* Pages that no digest covers, since they are zero by the index. */
static int check_zero(const struct native_reader *r,
		      const struct index_entry *e, uint64_t pfn, uint64_t at,
		      struct imgfmt_error *err)
{
	const uint8_t *page = r->raw;

	for (uint64_t m = e->stored_mask | e->zero_mask; m; m &= m - 1) {
		if (e->zero_mask & m & -m && !mem_is_zero(page, r->page_size))
			return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BLK-09",
					    at, pfn + (uint64_t)__builtin_ctzll(m),
					    "page is not zero, the index says that it is");
		page += r->page_size;
	}
	return IMGFMT_OK;
}

/*
 * A block by its entry in one read.  Of an image that was proved nothing is
 * looked at before its digest, whatever else that would show.
 */
static int read_by_entry(struct native_reader *r, const struct index_entry *e,
			 const struct block_expect *expect,
			 struct imgfmt_error *err)
{
	uint64_t at = r->image->plan.data + e->offset;
	bool first = r->image->proved;
	int rc = io_read_full(r->image->io, at, r->raw, e->bytes,
			      r->packed ? "a block" : "pages", err);

	if (!rc && first)
		rc = check_digest(r, e, expect->pfn, at, err);
	if (!rc && first && !r->packed)
		rc = check_zero(r, e, expect->pfn, at, err);
	if (!rc && r->packed)
		rc = decode_packed(r, e, at, expect, err);
	if (!rc && r->verify && !first)
		rc = check_digest(r, e, expect->pfn, at, err);
	return rc;
}

/* The next block of a pipe whose index came before it, and was proved. */
static int walk_proved(struct native_reader *r, struct imgfmt_error *err)
{
	struct block_expect expect;
	struct index_entry e;
	int rc;

	native_entry(r->native, r->next, &e);
	expect_of(r, r->next, &expect);
	rc = read_by_entry(r, &e, &expect, err);
	if (rc)
		return rc;
	r->header.stored_mask = e.stored_mask;
	r->header.zero_mask = e.zero_mask;
	r->raw_block = r->next++;
	r->native->walked += e.bytes;
	return IMGFMT_OK;
}

/* The next block of a pipe, and its index entry. */
static int walk_block(struct native_reader *r, struct imgfmt_error *err)
{
	struct native *n = r->native;
	uint64_t at = r->image->plan.data + n->walked;
	struct index_entry e = { .offset = n->walked };
	struct block_expect expect;
	struct imgfmt_index_record record;
	int rc;

	expect_of(r, r->next, &expect);
	if (r->packed) {
		rc = read_packed(r, at, &expect, err);
		e.bytes = (uint32_t)block_size(r->header.payload_size);
		e.codec = r->header.codec;
		e.stored_mask = r->header.stored_mask;
		e.zero_mask = r->header.zero_mask;
	} else {
		e.bytes = mask_count(expect.present_mask) *
			  r->page_size;
		rc = io_read_full(r->image->io, at, r->raw, e.bytes, "pages",
				  err);
		if (!rc)
			find_zero(r, expect.present_mask, &e);
	}
	if (!rc)
		rc = hash_raw(r, &e, e.digest, err);
	if (rc)
		return rc;
	index_entry_encode(&e, &record);
	if (n->has_index &&
	    memcmp(&record, n->index + r->next * sizeof(record),
		   sizeof(record)))
		return entry_differs(r, &record,
				     n->index + r->next * sizeof(record),
				     expect.pfn, at, err);
	if (!n->has_index)
		rc = vec_push(&n->computed, &record, err);
	r->header.stored_mask = e.stored_mask;
	r->header.zero_mask = e.zero_mask;
	r->raw_block = r->next++;
	n->walked += e.bytes;
	return rc;
}

static int walk_to(struct native_reader *r, uint64_t block,
		   struct imgfmt_error *err)
{
	if (block + 1 < r->next)
		return err_set(err, IMGFMT_E_SEEK,
			       "a pipe cannot go back to an earlier block");
	while (r->next <= block) {
		int rc = r->image->proved ? walk_proved(r, err) :
					    walk_block(r, err);

		if (rc)
			return rc;
	}
	return IMGFMT_OK;
}

/* Block @block into raw, proved as far as asked. */
static int load_raw(struct native_reader *r, uint64_t block,
		    struct imgfmt_error *err)
{
	struct block_expect expect;
	struct index_entry e;
	int rc;

	if (r->raw_block == block)
		return IMGFMT_OK;
	if (walks(r))
		return native_judge(walk_to(r, block, err), err);
	native_entry(r->native, block, &e);
	expect_of(r, block, &expect);
	r->raw_block = UINT64_MAX;
	rc = read_by_entry(r, &e, &expect, err);
	if (rc)
		return native_judge(rc, err);
	r->header.stored_mask = e.stored_mask;
	r->header.zero_mask = e.zero_mask;
	r->raw_block = block;
	return IMGFMT_OK;
}

/* The stored pages among the present ones of a plain block. */
static void pick_stored(const struct native_reader *r, uint8_t *pages)
{
	uint64_t mask = r->header.stored_mask | r->header.zero_mask;
	const uint8_t *page = r->raw;

	for (; mask; mask &= mask - 1, page += r->page_size) {
		if (!(r->header.stored_mask & mask & -mask))
			continue;
		memcpy(pages, page, r->page_size);
		pages += r->page_size;
	}
}

static int load_slot(struct native_reader *r, uint64_t block,
		     struct slot **ret, struct imgfmt_error *err)
{
	struct slot *s = &r->slots[block % r->slot_count];
	int rc;

	*ret = s;
	if (s->block == block)
		return IMGFMT_OK;
	s->block = UINT64_MAX;
	if (!s->pages)
		s->pages = malloc((size_t)r->page_size * r->block_pages);
	if (!s->pages)
		return err_nomem(err, "decompressed pages");
	rc = load_raw(r, block, err);
	if (rc)
		return rc;
	if (r->packed)
		rc = unpacker_run(&r->unpacker, &r->header,
				  r->raw + BLOCK_HEADER_SIZE, s->pages, err);
	else
		pick_stored(r, s->pages);
	if (rc)
		return rc;
	s->stored_mask = r->header.stored_mask;
	s->zero_mask = r->header.zero_mask;
	s->block = block;
	return IMGFMT_OK;
}

/* Masks of a block, without its pages where an index has them. */
static int block_masks(struct native_reader *r, uint64_t block,
		       uint64_t *stored_ret, uint64_t *zero_ret,
		       struct imgfmt_error *err)
{
	struct index_entry e;
	int rc;

	if (walks(r)) {
		rc = load_raw(r, block, err);
		*stored_ret = r->header.stored_mask;
		*zero_ret = r->header.zero_mask;
		return rc;
	}
	native_entry(r->native, block, &e);
	*stored_ret = e.stored_mask;
	*zero_ret = e.zero_mask;
	return IMGFMT_OK;
}

/* Stored pages [bit, bit + n) of a plain block, straight from the file. */
static int copy_plain(struct native_reader *r, uint64_t block,
		      unsigned int bit, uint64_t n, void *buf,
		      struct imgfmt_error *err)
{
	struct index_entry e;
	uint64_t before;

	native_entry(r->native, block, &e);
	before = mask_count(
		(e.stored_mask | e.zero_mask) & low_mask(bit));
	return io_read_full(r->image->io,
			    r->image->plan.data + e.offset +
				    before * r->page_size,
			    buf, n * r->page_size, "pages", err);
}

/* Stored pages [bit, bit + n) of one block, all stored. */
static int copy_stored(struct native_reader *r, uint64_t block,
		       unsigned int bit, uint64_t n, void *buf,
		       struct imgfmt_error *err)
{
	struct slot *s;
	size_t index;
	int rc;

	if (!r->packed && !r->verify && !walks(r))
		return copy_plain(r, block, bit, n, buf, err);
	rc = load_slot(r, block, &s, err);
	if (rc)
		return rc;
	index = (size_t)mask_count(s->stored_mask & low_mask(bit));
	memcpy(buf, s->pages + index * r->page_size, n * r->page_size);
	return IMGFMT_OK;
}

int native_read(void *reader, uint64_t pfn, uint64_t pages, void *buf,
		struct imgfmt_error *err)
{
	struct native_reader *r = reader;
	uint8_t *to = buf;

	while (pages) {
		uint64_t block = frames_block(&r->image->frames, pfn);
		unsigned int bit = (unsigned int)(pfn % r->block_pages);
		uint64_t n = min_u64(pages, r->block_pages - bit);
		uint64_t stored, zero;
		int rc = block_masks(r, block, &stored, &zero, err);

		if (rc)
			return rc;
		if (zero >> bit & 1) {
			n = min_u64(n, mask_run_at(zero, bit));
			memset(to, 0, n * r->page_size);
		} else {
			n = min_u64(n, mask_run_at(stored | 1ULL << bit, bit));
			rc = copy_stored(r, block, bit, n, to, err);
			if (rc)
				return rc;
		}
		pfn += n;
		pages -= n;
		to += n * r->page_size;
	}
	return IMGFMT_OK;
}

int native_masks(void *reader, uint64_t group, uint64_t *stored_ret,
		 uint64_t *zero_ret, struct imgfmt_error *err)
{
	struct native_reader *r = reader;
	const struct frames *f = &r->image->frames;
	uint64_t mask = frames_mask(f, group);
	uint64_t first;

	*stored_ret = *zero_ret = 0;
	if (!mask)
		return IMGFMT_OK;
	first = group * r->block_pages + (uint64_t)__builtin_ctzll(mask);
	return block_masks(r, frames_block(f, first), stored_ret, zero_ret,
			   err);
}

int native_block(void *reader, uint64_t block, struct stored_block *ret,
		 struct imgfmt_error *err)
{
	struct native_reader *r = reader;
	int rc = load_raw(r, block, err);

	if (rc)
		return rc;
	*ret = (struct stored_block){
		.bytes = r->raw,
		.codec = r->packed ? r->header.codec : IMGFMT_CODEC_NONE,
		.stored_mask = r->header.stored_mask,
		.zero_mask = r->header.zero_mask,
	};
	ret->size = r->packed ? (size_t)block_size(r->header.payload_size) :
				(size_t)mask_count(ret->stored_mask |
							     ret->zero_mask) *
					r->page_size;
	return IMGFMT_OK;
}

/* The index that follows the data must be the one computed from them. */
static int compare_index(struct native_reader *r, struct imgfmt_error *err)
{
	struct native *n = r->native;
	const size_t size = sizeof(struct imgfmt_index_record);

	for (uint64_t b = 0; b < n->computed.len; b++) {
		const uint8_t *mine =
			(const uint8_t *)n->computed.data + b * size;

		if (memcmp(mine, n->index + b * size, size))
			return entry_differs(
				r, mine, n->index + b * size,
				frames_group(&r->image->frames, b) *
					r->block_pages,
				r->image->plan.data + get_le64(mine), err);
	}
	return IMGFMT_OK;
}

int native_finish(void *reader, struct imgfmt_error *err)
{
	struct native_reader *r = reader;
	struct imgfmt_image *image = r->image;
	int rc;

	if (!walks(r))
		return IMGFMT_OK;
	rc = image->frames.blocks ?
		     walk_to(r, image->frames.blocks - 1, err) : IMGFMT_OK;
	if (!rc && !r->native->has_index) {
		rc = plan_finish(&image->plan, r->native->walked, err);
		if (!rc)
			rc = native_load_tables(image, err);
		if (!rc)
			rc = compare_index(r, err);
		if (!rc)
			rc = native_add_regions(image, err);
	}
	if (!rc)
		rc = native_check_commit(image, err);
	if (!rc)
		rc = native_check_end(image, err);
	return native_judge(rc, err);
}
