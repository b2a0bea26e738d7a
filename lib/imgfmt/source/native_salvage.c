/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a damaged image still has (spec 15): every block that proves right, by
 * the index or by its own header, becomes the index of a smaller image.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "layout/digests.h"
#include "source/native.h"

#define SCAN_SIZE 65536u

struct salvage {
	struct imgfmt_image *image;
	struct sha256 sha;
	uint8_t *raw;
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

/* It may take long: say how far it is, and end where that is asked for. */
static int tell(const struct salvage *s, uint64_t done, uint64_t total,
		struct imgfmt_error *err)
{
	const struct imgfmt_progress *p = &s->image->progress;

	if (p->fn && p->fn(p->ctx, done, total))
		return err_set(err, IMGFMT_E_CANCELLED, "stopped");
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

static int keep_indexed(struct salvage *s, struct imgfmt_error *err)
{
	struct native *n = native_of(s->image);
	const struct reader_opts opts = { .verify = true };
	struct stored_block stored;
	void *reader;
	int rc = native_reader_new(s->image, &opts, &reader, err);

	for (uint64_t b = 0; b < s->image->frames.blocks && !rc; b++) {
		struct imgfmt_error why;
		struct index_entry e;

		rc = native_block(reader, b, &stored, &why);
		if (rc && is_damage(rc, &why)) {
			rc = IMGFMT_OK;
			continue;
		}
		if (rc && err)
			*err = why;
		native_entry(n, b, &e);
		if (!rc)
			rc = keep(s, frames_group(&s->image->frames, b), &e,
				  err);
		if (!rc)
			rc = tell(s, e.offset + e.bytes,
				  s->image->plan.data_size, err);
	}
	native_reader_free(reader);
	return rc;
}

/* A block of this image, not yet met, whose header and payload are right. */
static int try_block(struct salvage *s, uint64_t at, struct index_entry *ret,
		     uint64_t *group_ret, bool *ok, struct imgfmt_error *err)
{
	const struct info *i = &s->image->info;
	uint64_t size = io_size(s->image->io);
	struct block_expect expect = {
		.page_size = i->page_size, .set_tag = i->set_tag,
	};
	struct block b;
	int rc;

	*ok = false;
	if (size - at < BLOCK_HEADER_SIZE)
		return IMGFMT_OK;
	rc = io_read_full(s->image->io, at, s->raw, BLOCK_HEADER_SIZE,
			  "a block header", err);
	if (rc || !block_is_header(s->raw))
		return rc;
	block_load(s->raw, &b);
	if (b.pfn % i->block_pages || b.pfn / i->block_pages < s->group ||
	    b.pfn >= s->image->frames.max_pfn)
		return IMGFMT_OK;
	*group_ret = b.pfn / i->block_pages;
	expect.pfn = b.pfn;
	expect.present_mask = frames_mask(&s->image->frames, *group_ret);
	if (!expect.present_mask ||
	    block_decode(s->raw, at, &expect, &b, NULL) ||
	    size - at < block_size(b.payload_size))
		return IMGFMT_OK;
	*ret = (struct index_entry){
		.offset = at - s->image->plan.data,
		.bytes = (uint32_t)block_size(b.payload_size),
		.codec = b.codec,
		.stored_mask = b.stored_mask,
		.zero_mask = b.zero_mask,
	};
	rc = io_read_full(s->image->io, at, s->raw, ret->bytes, "a block",
			  err);
	if (rc || block_check_payload(&b, s->raw + BLOCK_HEADER_SIZE, at, NULL))
		return rc;
	*ok = true;
	return sha256(&s->sha, IMGFMT_DOMAIN_BLOCK, s->raw, ret->bytes,
		      ret->digest, err);
}

/* The next place at or after @at that looks like a block header. */
static int scan(struct salvage *s, uint64_t at, uint64_t *ret,
		struct imgfmt_error *err)
{
	uint64_t size = io_size(s->image->io);
	uint8_t *buf = malloc(SCAN_SIZE);
	int rc = buf ? IMGFMT_OK : err_nomem(err, "searching blocks");

	*ret = size;
	while (!rc && at < size && *ret == size) {
		size_t got;

		rc = tell(s, at, size, err);
		if (rc)
			break;
		rc = io_read(s->image->io, at, buf, SCAN_SIZE, &got, err);
		for (size_t i = 0; i + 4 <= got; i += IMGFMT_BLOCK_ALIGN) {
			if (!memcmp(buf + i, IMGFMT_BLOCK_MAGIC, 4)) {
				*ret = at + i;
				break;
			}
		}
		at += SCAN_SIZE;
	}
	free(buf);
	return rc;
}

static int keep_scanned(struct salvage *s, struct imgfmt_error *err)
{
	uint64_t size = io_size(s->image->io);
	uint64_t at = s->image->plan.data;

	while (at < size) {
		struct index_entry e;
		uint64_t group = 0;
		bool ok;
		int rc = try_block(s, at, &e, &group, &ok, err);

		if (!rc && ok) {
			rc = keep(s, group, &e, err);
			at += e.bytes;
		} else if (!rc) {
			rc = scan(s, at + IMGFMT_BLOCK_ALIGN, &at, err);
		}
		if (!rc)
			rc = tell(s, at, size, err);
		if (rc)
			return rc;
	}
	return IMGFMT_OK;
}

/* Pages of a plain image have nothing of their own to prove them. */
static int keep_plain(struct salvage *s, struct imgfmt_error *err)
{
	const struct frames *f = &s->image->frames;
	uint64_t size = io_size(s->image->io), offset = 0;
	uint32_t page_size = s->image->info.page_size;
	uint64_t data = s->image->plan.data;
	int rc = IMGFMT_OK;

	s->image->unverified = true;
	for (uint64_t b = 0; b < f->blocks && !rc; b++) {
		uint64_t group = frames_group(f, b);
		uint64_t mask = frames_mask(f, group);
		struct index_entry e = {
			.offset = offset,
			.bytes = mask_count(mask) *
				 page_size,
		};
		size_t got;

		if (size < data || e.bytes > size - data ||
		    offset > size - data - e.bytes)
			break;
		offset += e.bytes;
		rc = io_read(s->image->io, data + e.offset, s->raw, e.bytes,
			     &got, err);
		for (const uint8_t *page = s->raw; mask;
		     mask &= mask - 1, page += page_size) {
			if (mem_is_zero(page, page_size))
				e.zero_mask |= mask & -mask;
			else
				e.stored_mask |= mask & -mask;
		}
		if (!rc)
			rc = digest_stored(&s->sha, s->raw,
					       e.stored_mask | e.zero_mask,
					       e.zero_mask, page_size,
					       e.digest, err);
		if (!rc)
			rc = keep(s, group, &e, err);
		if (!rc)
			rc = tell(s, offset, size - data, err);
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

int native_salvage(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct native *n = native_of(image);
	struct salvage s = { .image = image };
	int rc;

	if (io_is_sequential(image->io))
		return err_set(err, IMGFMT_E_SEEK,
			       "salvage needs a file, not a pipe");
	vec_init(&s.index, sizeof(struct imgfmt_index_record));
	frames_init(&s.frames);
	s.raw = malloc(block_size(image->info.page_size *
				  image->info.block_pages));
	rc = s.raw ? sha256_init(&s.sha, err) : err_nomem(err, "salvage");
	if (!rc) {
		rc = n->has_index ? keep_indexed(&s, err) :
		     image->info.profile == IMGFMT_PACKED ?
				    keep_scanned(&s, err) :
				    keep_plain(&s, err);
		sha256_fini(&s.sha);
	}
	if (!rc)
		rc = lose_until(&s, UINT64_MAX, err);
	/* An image that turned out whole stays as it is. */
	if (!rc && (image->lost.len || !image->has_tables))
		rc = settle(&s, err);
	vec_fini(&s.index);
	frames_fini(&s.frames);
	free(s.raw);
	return rc;
}
