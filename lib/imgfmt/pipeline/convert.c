/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/convert.h"

#include "base/error.h"
#include "pipeline/engine.h"
#include "pipeline/estimate.h"
#include "pipeline/merge.h"
#include "record/block.h"

/*
 * Pages come in their order, so a reader comes back to little more than what it
 * read last, and that is still in the processor's cache; but it jumps about
 * where views differ.
 */
#define READER_CACHE_ROW  ((uint64_t)512 << 10)
#define READER_CACHE_VIEW ((uint64_t)8 << 20)

static int make_reader(void *ctx, void **ret, struct imgfmt_error *err)
{
	struct conversion *c = ctx;
	const struct reader_opts opts = {
		.cache = c->view.swaps.len ? READER_CACHE_VIEW :
					     READER_CACHE_ROW,
		.verify = true,
		.sums = c->proof.wanted ? &c->proof.sums : NULL,
	};

	return c->image->ops->reader_new(c->image, &opts, ret, err);
}

/* The present pages of a unit, from wherever the source has them. */
static int read_pages(const struct conversion *c, void *reader,
		      struct unit *u, struct imgfmt_error *err)
{
	size_t size = c->image->info.page_size;
	uint8_t *to = u->pages + u->own * size;

	for (uint32_t i = 0; i < u->spans; i++) {
		uint64_t pfn = u->span[i].pfn, left = u->span[i].pages;

		while (left) {
			uint64_t n = left;
			uint64_t from = view_source(&c->view, pfn, &n);
			int rc = IMGFMT_OK;

			/* A closed gap may be of frames that are nowhere. */
			if (c->taken_back && !source_has(c, from, &n))
				memset(to, 0, n * size);
			else
				rc = c->image->ops->read(reader, from, n, to,
							 err);
			if (rc)
				return rc;
			to += n * size;
			pfn += n;
			left -= n;
		}
	}
	return IMGFMT_OK;
}

static int copy_block(const struct conversion *c, void *reader, struct unit *u,
		      struct imgfmt_error *err)
{
	uint64_t first = u->pfn + (uint64_t)__builtin_ctzll(u->present);
	uint64_t block = frames_block(&c->image->frames, first);
	struct stored_block b;
	struct block header;
	int rc = c->image->ops->block(reader, block, &b, err);

	if (rc)
		return rc;
	block_load(b.bytes, &header);
	u->verbatim = true;
	u->codec = b.codec;
	u->stored_mask = b.stored_mask;
	u->zero_mask = b.zero_mask;
	u->payload_size = header.payload_size;
	memcpy(u->out + BLOCK_HEADER_SIZE,
	       (const uint8_t *)b.bytes + BLOCK_HEADER_SIZE, u->payload_size);
	return c->target.content ? read_pages(c, reader, u, err) : IMGFMT_OK;
}

static int fill_unit(void *ctx, void *reader, struct unit *u,
		     struct imgfmt_error *err)
{
	const struct conversion *c = ctx;

	return c->verbatim ? copy_block(c, reader, u, err) :
			     read_pages(c, reader, u, err);
}

/* A pipe is read here, in order; other inputs are read by the workers. */
static int feed(struct conversion *c, struct engine *e, void *reader,
		struct imgfmt_error *err)
{
	uint64_t group = 0;
	struct unit *u;
	int rc;

	while (!(rc = engine_next(e, &group, &u, err))) {
		if (reader)
			rc = fill_unit(c, reader, u, err);
		if (!rc)
			rc = engine_put(e, u, err);
		if (rc)
			return rc;
	}
	return rc < 0 ? rc : engine_drain(e, err);
}

static void tell_lost(const struct conversion *c,
		      const struct imgfmt_convert_opts *opts,
		      struct imgfmt_convert_result *result)
{
	const struct imgfmt_run *r =
		vec_array(&c->image->lost, struct imgfmt_run);

	for (size_t i = 0; i < c->image->lost.len; i++) {
		result->lost_pages += r[i].pages;
		if (opts->lost)
			opts->lost(opts->lost_ctx, &r[i]);
	}
	result->lost_pages += c->image->lost_unknown;
	result->unverified = c->image->unverified;
}

static int run_engine(struct conversion *c, struct engine *e,
		      struct imgfmt_convert_result *result,
		      struct imgfmt_error *err)
{
	void *reader = NULL;
	int rc = IMGFMT_OK;

	if (io_is_sequential(c->image->io))
		rc = make_reader(c, &reader, err);
	if (!rc)
		rc = feed(c, e, reader, err);
	if (!rc && reader && c->image->ops->finish)
		rc = c->image->ops->finish(reader, err);
	if (reader && c->image->ops->reader_free)
		c->image->ops->reader_free(reader);
	if (!rc)
		rc = proof_check(&c->proof, err);
	return rc ? rc : engine_finish(e, result, err);
}

int convert_through(struct conversion *c, const struct sink_ops *sink,
		    const struct imgfmt_convert_opts *opts,
		    struct imgfmt_output *out,
		    struct imgfmt_convert_result *result,
		    struct imgfmt_error *err)
{
	const struct engine_fill fill = {
		.reader_new = make_reader,
		.reader_free = c->image->ops->reader_free,
		.fill = fill_unit,
		.ctx = c,
	};
	bool pipe = io_is_sequential(c->image->io);
	struct engine *e;
	int rc = engine_new(&c->target, sink, out, pipe ? NULL : &fill,
			    opts->threads, &opts->progress, &e, err);

	if (rc)
		return rc;
	rc = run_engine(c, e, result, err);
	engine_free(e);
	return rc;
}

/* What has to be known before the output is begun, by going through it all. */
static int prepare(struct conversion *c, const struct imgfmt_convert_opts *opts,
		   struct imgfmt_output *out, struct imgfmt_error *err)
{
	struct imgfmt_convert_result result = { 0 };
	const struct sink_ops *rehearsal;
	int rc = IMGFMT_OK;

	if (c->sink->cut && io_is_sequential(c->image->io))
		return err_set(err, IMGFMT_E_SEEK,
			       "output format \"%s\" needs a file as input, not a pipe",
			       c->sink->name);
	if (c->sink->caution && opts->caution)
		c->sink->caution(&c->target, opts, out);
	if (c->target.elide_zero)
		rc = convert_survey(c, opts, out, err);
	if (rc || !c->sink->rehearsal)
		return rc;
	rehearsal = c->sink->rehearsal(&c->target, out);
	return rehearsal ? convert_through(c, rehearsal, opts, out, &result,
					   err) :
			   IMGFMT_OK;
}

/* What there would be to write, and nothing of it. */
static int dry_run(struct conversion *c, const struct imgfmt_convert_opts *opts,
		   struct imgfmt_output *out,
		   struct imgfmt_convert_result *result,
		   struct imgfmt_error *err)
{
	const struct frames *f = &c->target.frames;
	int rc = prepare(c, opts, out, err);

	if (!rc && c->sink->look)
		rc = c->sink->look(&c->target, out, err);
	/* What a kernel reads has no zero pages but those that are elided. */
	if (!rc && !c->target.zero && !c->target.keep_zero && !c->sink->cut)
		rc = convert_survey(c, opts, out, err);
	if (!rc && c->target.zero)
		result->zero_pages = bitmap_count(&c->zero, 0, f->present);
	result->stored_pages = f->present - result->zero_pages;
	result->excluded_pages = f->excluded;
	memcpy(result->pages_by_class, f->excluded_by_class,
	       sizeof(result->pages_by_class));
	result->bytes_read = f->present * c->target.info.page_size;
	result->bytes_written = 0;
	return rc ? rc : convert_estimate(c, opts, result, err);
}

int convert_run(struct conversion *c, const struct imgfmt_convert_opts *opts,
		struct imgfmt_output *out,
		struct imgfmt_convert_result *result, struct imgfmt_error *err)
{
	int rc;

	if (opts->flags & IMGFMT_CONVERT_DRY_RUN) {
		rc = dry_run(c, opts, out, result, err);
	} else {
		rc = prepare(c, opts, out, err);
		if (!rc)
			rc = convert_through(c, c->sink, opts, out, result,
					     err);
	}
	if (!rc)
		tell_lost(c, opts, result);
	return rc;
}
