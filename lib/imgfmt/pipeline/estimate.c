/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Groups of frames at even distances go through the same pipeline as all of
 * them would, into nothing.  Blocks differ much in how far they shrink, so a
 * few hundred of them are taken at least; one alone tells what an image takes
 * besides its blocks.
 */
#include "pipeline/estimate.h"

#include <time.h>

#include "base/error.h"
#include "layout/digests.h"
#include "pipeline/convert.h"

/* Blocks of a sample: one of so many, but no fewer and no more than these. */
#define SAMPLE_PART 32u
#define SAMPLE_MIN  256u
#define SAMPLE_MAX  1024u

struct sample {
	uint64_t pages, bytes, ns;
};

static int discard(void *ctx, const void *buf, size_t len)
{
	(void)ctx;
	(void)buf;
	(void)len;
	return 0;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* The present frames of a block. */
static int add_block(const struct frames *all, uint64_t block,
		     struct frames *ret, struct imgfmt_error *err)
{
	uint64_t group = frames_group(all, block);
	uint64_t mask = frames_mask(all, group);

	while (mask) {
		unsigned int bit = (unsigned int)__builtin_ctzll(mask);
		uint64_t n = mask_run_at(mask, bit);
		const struct imgfmt_run run = {
			.pfn = group * all->block_pages + bit, .pages = n,
			.state = IMGFMT_STORED,
		};
		int rc = frames_add(ret, &run, err);

		if (rc)
			return rc;
		mask &= ~(low_mask((unsigned int)n) << bit);
	}
	return IMGFMT_OK;
}

/* @count of the blocks, from the first one on, into nothing. */
static int convert_sample(const struct conversion *c,
			  const struct imgfmt_convert_opts *opts,
			  uint64_t count, struct sample *ret,
			  struct imgfmt_error *err)
{
	const struct frames *all = &c->target.frames;
	struct imgfmt_convert_result result = { 0 };
	struct imgfmt_convert_opts o = *opts;
	struct conversion part = *c;
	struct imgfmt_output *out;
	uint64_t start = now_ns();
	int rc = IMGFMT_OK;

	o.progress.fn = NULL;
	part.target.data_size = 0;
	part.target.signer = NULL;
	part.proof.wanted = false;
	frames_init(&part.target.frames);
	for (uint64_t i = 0; i < count && !rc; i++)
		rc = add_block(all, i * all->blocks / count,
			       &part.target.frames, err);
	if (!rc)
		rc = frames_build(&part.target.frames, all->block_pages, err);
	if (!rc)
		rc = imgfmt_output_fn(discard, NULL, "a sample", &out, err);
	if (!rc) {
		rc = convert_through(&part, c->sink, &o, out, &result, err);
		imgfmt_output_free(out);
	}
	*ret = (struct sample){ part.target.frames.present,
				result.bytes_written, now_ns() - start };
	frames_fini(&part.target.frames);
	return rc;
}

static uint64_t scale(uint64_t value, uint64_t by, uint64_t part)
{
	return part ? (uint64_t)((double)value * (double)by / (double)part) :
		      0;
}

int convert_estimate(struct conversion *c,
		     const struct imgfmt_convert_opts *opts,
		     struct imgfmt_convert_result *result,
		     struct imgfmt_error *err)
{
	const struct frames *f = &c->target.frames;
	uint64_t count = min_u64(max_u64(f->blocks / SAMPLE_PART, SAMPLE_MIN),
				 SAMPLE_MAX);
	struct sample one, all;
	int rc;

	count = min_u64(count, f->blocks);
	if (!count || io_is_sequential(c->image->io) ||
	    !(c->sink->flags & IMGFMT_SINK_FILTERED))
		return IMGFMT_OK;
	rc = convert_sample(c, opts, 1, &one, err);
	if (!rc)
		rc = convert_sample(c, opts, count, &all, err);
	if (rc)
		return rc;
	result->sampled_blocks = count;
	result->expected_bytes = one.bytes +
		scale(all.bytes - min_u64(one.bytes, all.bytes),
		      f->present - one.pages, all.pages - one.pages);
	result->expected_ns = scale(all.ns, f->present, all.pages);
	return IMGFMT_OK;
}
