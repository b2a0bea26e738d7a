/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a damaged image still has (spec 15): every block that proves right, by
 * the index or by its own header, and gives up its pages, becomes the index of
 * a smaller image.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "layout/digests.h"
#include "source/native.h"
#include "source/native_unpack.h"

#define SCAN_SIZE 65536u
#define SECTOR_SIZE 4096u	/* what a disk cannot read, at least */

struct salvage {
	struct imgfmt_image *image;
	struct sha256 sha;
	struct unpacker unpacker;
	uint8_t *raw;
	uint8_t *pages;
	struct vec index;	/* entries of the blocks found */
	struct frames frames;	/* with the others left out */
	uint64_t group;		/* the next one to find */
};

/* Take over the runs in [from, to): as they are, or as left out. */
static int copy_frames(struct salvage *s, uint64_t from, uint64_t to, bool lost,
		       struct imgfmt_error *err)
{
	const struct frames *f = &s->image->frames;

	for (size_t i = frames_find(f, from); i < f->runs.len && from < to;
	     i++) {
		struct imgfmt_run r = frames_runs(f)[i];
		uint64_t end = min_u64(r.pfn + r.pages, to);
		int rc;

		if (r.pfn >= to)
			break;
		r.pfn = max_u64(r.pfn, from);
		r.pages = end - r.pfn;
		if (lost && r.state != IMGFMT_EXCLUDED) {
			r.state = IMGFMT_EXCLUDED;
			r.class_id = IMGFMT_NONE;
			rc = vec_push(&s->image->lost, &r, err);
			if (rc)
				return rc;
		}
		rc = frames_add(&s->frames, &r, err);
		if (rc)
			return rc;
	}
	return IMGFMT_OK;
}

/* All groups up to @group, exclusive, are lost; UINT64_MAX: all the rest. */
static int lose_until(struct salvage *s, uint64_t group,
		      struct imgfmt_error *err)
{
	uint64_t pages = s->image->info.block_pages;
	uint64_t end = group == UINT64_MAX ? UINT64_MAX : group * pages;
	int rc = copy_frames(s, s->group * pages, end, true, err);

	s->group = group;
	return rc;
}

static int keep(struct salvage *s, uint64_t group, const struct index_entry *e,
		struct imgfmt_error *err)
{
	uint64_t pages = s->image->info.block_pages;
	struct imgfmt_index_record record;
	int rc = lose_until(s, group, err);

	index_entry_encode(e, &record);
	if (!rc)
		rc = vec_push(&s->index, &record, err);
	if (!rc)
		rc = copy_frames(s, group * pages, (group + 1) * pages, false,
				 err);
	s->group = group + 1;
	return rc;
}

/*
 * Damage of the image, or of the disk under it; anything else ends the
 * salvage.
 */
static bool is_damage(int rc, const struct imgfmt_error *e)
{
	return rc == IMGFMT_E_CORRUPT || rc == IMGFMT_E_TRUNCATED ||
	       rc == IMGFMT_E_DIGEST ||
	       (rc == IMGFMT_E_OS && e->os_errno == EIO);
}

/*
 * Whether the stored form of a block, which proved right, has its pages in it:
 * a page that cannot be read must not pass for saved.
 */
static int check_pages(struct salvage *s, const uint8_t *raw,
		       struct imgfmt_error *err)
{
	struct block b;

	block_load(raw, &b);
	return unpacker_run(&s->unpacker, &b, raw + BLOCK_HEADER_SIZE,
			    s->pages, err);
}

static int keep_indexed(struct salvage *s, struct imgfmt_error *err)
{
	struct native *n = native_of(s->image);
	const struct reader_opts opts = { .verify = true };
	bool packed = s->image->info.profile == IMGFMT_PACKED;
	struct stored_block stored;
	void *reader;
	int rc = native_reader_new(s->image, &opts, &reader, err);

	for (uint64_t b = 0; b < s->image->frames.blocks && !rc; b++) {
		struct imgfmt_error why;
		struct index_entry e;

		native_entry(n, b, &e);
		rc = source_report(s->image, e.offset,
				   s->image->plan.data_size, &why);
		if (!rc)
			rc = native_block(reader, b, &stored, &why);
		if (!rc && packed)
			rc = check_pages(s, stored.bytes, &why);
		if (rc && is_damage(rc, &why)) {
			rc = IMGFMT_OK;
			continue;
		}
		if (rc && err)
			*err = why;
		if (!rc)
			rc = keep(s, frames_group(&s->image->frames, b), &e,
				  err);
	}
	native_reader_free(reader);
	return rc;
}

/* The header at @at, if it is that of a block of this image, not yet met. */
static int find_header(struct salvage *s, uint64_t at, struct block *ret,
		       bool *ok, struct imgfmt_error *err)
{
	const struct info *i = &s->image->info;
	uint64_t size = io_size(s->image->io);
	struct block_expect expect = {
		.page_size = i->page_size, .set_tag = i->set_tag,
	};
	int rc;

	*ok = false;
	if (size - at < BLOCK_HEADER_SIZE)
		return IMGFMT_OK;
	rc = io_read_full(s->image->io, at, s->raw, BLOCK_HEADER_SIZE,
			  "a block header", err);
	if (rc || !block_is_header(s->raw))
		return rc;
	block_load(s->raw, ret);
	if (ret->pfn % i->block_pages ||
	    ret->pfn / i->block_pages < s->group ||
	    ret->pfn >= s->image->frames.max_pfn)
		return IMGFMT_OK;
	expect.pfn = ret->pfn;
	expect.present_mask = frames_mask(&s->image->frames,
					  ret->pfn / i->block_pages);
	*ok = expect.present_mask &&
	      !block_decode(s->raw, at, &expect, ret, NULL) &&
	      size - at >= block_size(ret->payload_size);
	return IMGFMT_OK;
}

/* A block of this image whose header, payload and pages are right. */
static int try_block(struct salvage *s, uint64_t at, struct index_entry *ret,
		     uint64_t *group_ret, bool *ok, struct imgfmt_error *err)
{
	struct block b;
	int rc = find_header(s, at, &b, ok, err);

	if (rc || !*ok)
		return rc;
	*ok = false;
	*group_ret = b.pfn / s->image->info.block_pages;
	*ret = (struct index_entry){
		.offset = at - s->image->plan.data,
		.bytes = (uint32_t)block_size(b.payload_size),
		.codec = b.codec,
		.stored_mask = b.stored_mask,
		.zero_mask = b.zero_mask,
	};
	rc = io_read_full(s->image->io, at, s->raw, ret->bytes, "a block",
			  err);
	if (!rc)
		rc = block_check_payload(&b, s->raw + BLOCK_HEADER_SIZE, at,
					 err);
	if (!rc)
		rc = check_pages(s, s->raw, err);
	if (rc)
		return rc;
	*ok = true;
	return sha256(&s->sha, IMGFMT_DOMAIN_BLOCK, s->raw, ret->bytes,
		      ret->digest, err);
}

static size_t find_magic(const uint8_t *buf, size_t len)
{
	for (size_t i = 0; i + 4 <= len; i += IMGFMT_BLOCK_ALIGN)
		if (!memcmp(buf + i, IMGFMT_BLOCK_MAGIC, 4))
			return i;
	return len;
}

/*
 * The next place at or after @at that looks like a block header.  What cannot
 * be read at once is read by sectors, and those that cannot are passed over.
 */
static int scan(struct salvage *s, uint64_t at, uint64_t *ret,
		struct imgfmt_error *err)
{
	uint64_t size = io_size(s->image->io), bad_end = 0;
	uint8_t *buf = malloc(SCAN_SIZE);
	int rc = buf ? IMGFMT_OK : err_nomem(err, "searching blocks");

	*ret = size;
	while (!rc && at < size) {
		size_t got, place, len = at < bad_end ?
			SECTOR_SIZE - at % SECTOR_SIZE : SCAN_SIZE;
		struct imgfmt_error why;

		rc = source_report(s->image, at - s->image->plan.data,
				   size - s->image->plan.data, err);
		if (rc)
			break;
		rc = io_read(s->image->io, at, buf, len, &got, &why);
		if (rc && is_damage(rc, &why)) {
			rc = IMGFMT_OK;
			at += at < bad_end ? len : 0;
			bad_end = max_u64(bad_end, at + SCAN_SIZE);
			continue;
		}
		if (rc && err)
			*err = why;
		place = rc ? 0 : find_magic(buf, got);
		if (place < got) {
			*ret = at + place;
			break;
		}
		at += len;
	}
	free(buf);
	return rc;
}

static int keep_scanned(struct salvage *s, struct imgfmt_error *err)
{
	uint64_t size = io_size(s->image->io);
	uint64_t at = s->image->plan.data;

	while (at < size) {
		struct imgfmt_error why;
		struct index_entry e;
		uint64_t group = 0;
		bool ok;
		int rc = source_report(s->image, at - s->image->plan.data,
				       size - s->image->plan.data, &why);

		if (!rc)
			rc = try_block(s, at, &e, &group, &ok, &why);
		if (rc && !is_damage(rc, &why)) {
			if (err)
				*err = why;
			return rc;
		}
		if (!rc && ok) {
			rc = keep(s, group, &e, err);
			at += e.bytes;
		} else {
			rc = scan(s, at + IMGFMT_BLOCK_ALIGN, &at, err);
		}
		if (rc)
			return rc;
	}
	return IMGFMT_OK;
}

/* What there is of a plain block, and its digest. */
static int read_plain(struct salvage *s, struct index_entry *e, uint64_t mask,
		      struct imgfmt_error *err)
{
	uint32_t page_size = s->image->info.page_size;
	const uint8_t *page = s->raw;
	int rc = io_read_full(s->image->io, s->image->plan.data + e->offset,
			      s->raw, e->bytes, "pages", err);

	if (rc)
		return rc;
	for (; mask; mask &= mask - 1, page += page_size) {
		if (mem_is_zero(page, page_size))
			e->zero_mask |= mask & -mask;
		else
			e->stored_mask |= mask & -mask;
	}
	return digest_stored(&s->sha, s->raw, e->stored_mask | e->zero_mask,
			     e->zero_mask, page_size, e->digest, err);
}

/* Pages of a plain image have nothing of their own to prove them. */
static int keep_plain(struct salvage *s, struct imgfmt_error *err)
{
	const struct frames *f = &s->image->frames;
	uint64_t size = io_size(s->image->io), offset = 0;
	uint64_t data = s->image->plan.data;
	int rc = IMGFMT_OK;

	s->image->unverified = true;
	for (uint64_t b = 0; b < f->blocks && !rc; b++) {
		uint64_t group = frames_group(f, b);
		uint64_t mask = frames_mask(f, group);
		struct index_entry e = {
			.offset = offset,
			.bytes = mask_count(mask) * s->image->info.page_size,
		};
		struct imgfmt_error why;

		if (size < data || e.bytes > size - data ||
		    offset > size - data - e.bytes)
			break;
		offset += e.bytes;
		rc = source_report(s->image, e.offset, size - data, &why);
		if (!rc)
			rc = read_plain(s, &e, mask, &why);
		if (!rc)
			rc = keep(s, group, &e, err);
		else if (is_damage(rc, &why))
			rc = IMGFMT_OK;
		else if (err)
			*err = why;
	}
	return rc;
}

/* The image is now the one that was found. */
static int settle(struct salvage *s, struct imgfmt_error *err)
{
	struct imgfmt_image *image = s->image;
	struct native *n = native_of(image);
	int rc = frames_build(&s->frames, image->info.block_pages, err);

	if (rc)
		return rc;
	frames_fini(&image->frames);
	image->frames = s->frames;
	frames_init(&s->frames);
	n->own_index = s->index.data;
	n->index = n->own_index;
	n->has_index = true;
	vec_init(&s->index, sizeof(struct imgfmt_index_record));
	image->has_tables = false;
	image->info.max_pfn = image->frames.max_pfn;
	image->info.not_resumable |= IMGFMT_NOT_RESUMABLE_SALVAGED;
	return IMGFMT_OK;
}

static int salvage_init(struct salvage *s, struct imgfmt_image *image,
			struct imgfmt_error *err)
{
	size_t block = (size_t)image->info.page_size * image->info.block_pages;

	*s = (struct salvage){ .image = image };
	vec_init(&s->index, sizeof(struct imgfmt_index_record));
	frames_init(&s->frames);
	unpacker_init(&s->unpacker, &image->info);
	s->raw = malloc(block_size((uint32_t)block));
	s->pages = malloc(block);
	if (!s->raw || !s->pages)
		return err_nomem(err, "salvage");
	return sha256_init(&s->sha, err);
}

static void salvage_fini(struct salvage *s)
{
	sha256_fini(&s->sha);
	unpacker_fini(&s->unpacker);
	vec_fini(&s->index);
	frames_fini(&s->frames);
	free(s->pages);
	free(s->raw);
}

int native_salvage(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct native *n = native_of(image);
	struct salvage s;
	int rc;

	if (io_is_sequential(image->io))
		return err_set(err, IMGFMT_E_SEEK,
			       "salvage needs a file, not a pipe");
	rc = salvage_init(&s, image, err);
	if (!rc)
		rc = n->has_index ? keep_indexed(&s, err) :
		     image->info.profile == IMGFMT_PACKED ?
				    keep_scanned(&s, err) :
				    keep_plain(&s, err);
	if (!rc)
		rc = lose_until(&s, UINT64_MAX, err);
	/* An image that turned out whole stays as it is. */
	if (!rc && (image->lost.len || !image->has_tables))
		rc = settle(&s, err);
	salvage_fini(&s);
	return rc;
}
