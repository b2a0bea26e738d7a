/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checking the data: batches of blocks by worker threads, or, on a pipe, one
 * pass in order.
 */
#include <stdlib.h>

#include "base/error.h"
#include "codec/codec.h"
#include "layout/digests.h"
#include "pool/pool.h"
#include "source/native.h"
#include "verify/verify.h"

#define BATCH 8u	/* blocks: enough work to outweigh the hand-over */

struct batch {
	uint64_t first;
	unsigned int count;
	uint64_t bytes;
	struct unit_sum sums[BATCH];		/* of a format that has them */
	struct imgfmt_error errors[BATCH];	/* status 0: no finding */
};

struct checker {
	struct verifier *v;
	void *reader;
	uint8_t *pages;
	struct sha256 sha;
	struct vec contents;	/* content digests whose table comes later */
};

static void checker_free(void *arg)
{
	struct checker *c = arg;
	const struct source_ops *ops = c->v->image->ops;

	if (c->reader && ops->reader_free)
		ops->reader_free(c->reader);
	sha256_fini(&c->sha);
	vec_fini(&c->contents);
	free(c->pages);
	free(c);
}

static int checker_new(void *arg, void **ret, struct imgfmt_error *err)
{
	const struct reader_opts opts = { .verify = true };
	struct verifier *v = arg;
	struct checker *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return err_nomem(err, "a checker");
	c->v = v;
	vec_init(&c->contents, SHA256_LEN);
	c->pages = malloc((size_t)v->image->info.page_size *
			  v->image->frames.block_pages);
	rc = c->pages ? sha256_init(&c->sha, err) :
			err_nomem(err, "a checker");
	if (!rc)
		rc = v->image->ops->reader_new(v->image, &opts, &c->reader,
					       err);
	if (rc) {
		checker_free(c);
		return rc;
	}
	*ret = c;
	return IMGFMT_OK;
}

/* Pages of a plain block against its masks [BLK-09]. */
static int check_zero(const struct imgfmt_image *image,
		      const struct stored_block *b, uint64_t pfn,
		      struct imgfmt_error *err)
{
	const uint8_t *page = b->bytes;

	for (uint64_t m = b->stored_mask | b->zero_mask; m; m &= m - 1) {
		bool zero = mem_is_zero(page, image->info.page_size);

		if (zero != !!(b->zero_mask & m & -m)) {
			pfn += (uint64_t)__builtin_ctzll(m);
			return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BLK-09",
					    IMGFMT_NOWHERE, pfn,
					    "page is %szero, the index says otherwise",
					    zero ? "" : "not ");
		}
		page += image->info.page_size;
	}
	return IMGFMT_OK;
}

/* Present pages of a group, in runs, into the checker's buffer. */
static int read_group(struct checker *c, uint64_t pfn, uint64_t mask,
		      struct imgfmt_error *err)
{
	const struct imgfmt_image *image = c->v->image;
	uint8_t *to = c->pages;

	while (mask) {
		unsigned int n, bit = mask_take_run(&mask, &n);
		int rc = image->ops->read(c->reader, pfn + bit, n, to, err);

		if (rc)
			return rc;
		to += (size_t)n * image->info.page_size;
	}
	return IMGFMT_OK;
}

static const uint8_t *content_table(const struct imgfmt_image *image)
{
	return image->has_tables ? native_of(image)->content : NULL;
}

static int compare_content(const struct imgfmt_image *image, uint64_t block,
			   const uint8_t *digest, struct imgfmt_error *err)
{
	uint64_t pfn = frames_group(&image->frames, block) *
		       image->frames.block_pages;

	if (!memcmp(digest, content_table(image) + block * SHA256_LEN,
		    SHA256_LEN))
		return IMGFMT_OK;
	return err_rule_pfn(err, IMGFMT_E_DIGEST, "CON-01", IMGFMT_NOWHERE,
			    pfn,
			    "pages of a block differ from their content digest");
}

/* The content digest of the pages in the buffer [CON-01]. */
static int check_content(struct checker *c, uint64_t block, uint64_t pfn,
			 uint64_t mask, struct imgfmt_error *err)
{
	const struct imgfmt_image *image = c->v->image;
	uint8_t digest[SHA256_LEN];
	int rc;

	if (!(image->info.ignorable & IMGFMT_FEATURE_CONTENT_DIGESTS))
		return IMGFMT_OK;
	rc = digest_content(&c->sha, pfn, mask, c->pages,
			    image->info.page_size, digest, err);
	if (rc)
		return rc;
	return content_table(image) ?
		       compare_content(image, block, digest, err) :
		       vec_push(&c->contents, digest, err);
}

/* What was computed before the table was there, in a streamed image. */
static int compare_contents(const struct checker *c, struct imgfmt_error *err)
{
	const uint8_t *digests = c->contents.data;
	int rc = IMGFMT_OK;

	for (uint64_t b = 0; b < c->contents.len && !rc; b++)
		rc = compare_content(c->v->image, b,
				     digests + b * SHA256_LEN, err);
	return rc;
}

/* A unit of the format's own checksum instead of a block. */
static int check_unit(struct checker *c, uint64_t unit, struct batch *b,
		      struct imgfmt_error *err)
{
	struct unit_sum *sum = &b->sums[unit - b->first];
	int rc;

	*sum = (struct unit_sum){ 0 };
	rc = c->v->image->ops->sum(c->reader, unit, sum, err);
	b->bytes += sum->bytes;
	return rc;
}

static int check_block(struct checker *c, uint64_t block, uint64_t *bytes,
		       struct imgfmt_error *err)
{
	const struct imgfmt_image *image = c->v->image;
	uint64_t group = frames_group(&image->frames, block);
	uint64_t pfn = group * image->frames.block_pages;
	uint64_t mask = frames_mask(&image->frames, group);
	bool deep = c->v->opts.depth >= IMGFMT_DEPTH_DEEP;
	const struct codec *codec;
	struct stored_block b;
	int rc;

	if (!image->ops->block) {
		*bytes += mask_count(mask) *
			  image->info.page_size;
		return read_group(c, pfn, mask, err);
	}
	rc = image->ops->block(c->reader, block, &b, err);
	if (rc)
		return rc;
	*bytes += b.size;
	rc = native_find_codec(b.codec, pfn, &codec, err);
	if (!rc && image->info.profile == IMGFMT_PLAIN)
		rc = check_zero(image, &b, pfn, err);
	if (rc || !deep)
		return rc;
	rc = read_group(c, pfn, mask, err);
	return rc ? rc : check_content(c, block, pfn, mask, err);
}

static int check_batch(void *worker, void *item, struct imgfmt_error *err)
{
	struct batch *b = item;
	struct checker *c = worker;

	b->bytes = 0;
	for (unsigned int i = 0; i < b->count; i++) {
		struct imgfmt_error *e = &b->errors[i];
		int rc;

		e->status = IMGFMT_OK;
		rc = c->v->image->ops->sum ?
			     check_unit(c, b->first + i, b, e) :
			     check_block(c, b->first + i, &b->bytes, e);
		if (rc && !verify_is_finding(rc)) {
			if (err)
				*err = *e;
			return rc;
		}
	}
	return IMGFMT_OK;
}

static const struct pool_ops checkers = {
	.worker_new = checker_new,
	.worker_free = checker_free,
	.work = check_batch,
};

/* The oldest batch's findings; IMGFMT_END when there is none. */
static int take_batch(struct verifier *v, struct pool *pool,
		      struct batch **ret, struct imgfmt_error *err)
{
	void *item;
	struct batch *b;
	int rc = pool_take(pool, &item, err);

	if (rc == IMGFMT_END)
		return rc;
	b = item;
	*ret = b;
	if (rc)
		return rc;
	for (unsigned int i = 0; i < b->count; i++) {
		if (b->errors[i].status)
			verify_tell(v, IMGFMT_FINDING_ERROR, &b->errors[i]);
		else if (v->image->ops->sum)
			v->image->ops->join(&v->sum, &b->sums[i]);
	}
	v->report.blocks += b->count;
	v->report.bytes += b->bytes;
	return verify_advance(v, b->bytes, err);
}

static uint64_t count_units(const struct imgfmt_image *image)
{
	return image->ops->units ? image->ops->units(image) :
				   image->frames.blocks;
}

static int run_batches(struct verifier *v, struct pool *pool,
		       struct batch *batches, unsigned int depth,
		       struct imgfmt_error *err)
{
	uint64_t blocks = count_units(v->image), next = 0;
	unsigned int used = 0;
	struct batch *b = NULL;
	int rc = IMGFMT_OK;

	while (next < blocks && !rc) {
		if (used < depth)
			b = &batches[used++];
		else
			rc = take_batch(v, pool, &b, err);
		if (rc)
			break;
		b->first = next;
		b->count = (unsigned int)min_u64(BATCH, blocks - next);
		next += b->count;
		pool_submit(pool, b);
	}
	while (!rc)
		rc = take_batch(v, pool, &b, err);
	return rc == IMGFMT_END ? IMGFMT_OK : rc;
}

static int check_parallel(struct verifier *v, struct imgfmt_error *err)
{
	unsigned int depth = v->opts.threads ? 3 * v->opts.threads : 1;
	struct batch *batches = calloc(depth, sizeof(*batches));
	struct pool *pool;
	int rc;

	if (!batches)
		return err_nomem(err, "checking blocks");
	rc = pool_new(&checkers, v, v->opts.threads, depth, &pool, err);
	if (!rc) {
		rc = run_batches(v, pool, batches, depth, err);
		pool_free(pool);
	}
	free(batches);
	return rc;
}

/* What the units' sums come to, if all of them could be taken. */
static void check_sum(struct verifier *v, uint64_t errors_before)
{
	struct imgfmt_error e = { 0 }, note = { 0 };
	int rc;

	if (!v->image->ops->prove || v->report.errors > errors_before)
		return;
	rc = v->image->ops->prove(v->image, &v->sum, &note, &e);
	if (*note.message)
		verify_tell(v, IMGFMT_FINDING_NOTE, &note);
	if (rc)
		verify_tell(v, IMGFMT_FINDING_ERROR, &e);
}

/* A pipe: block by block, then what follows them; damage ends the pass. */
static int check_pipe(struct verifier *v, struct imgfmt_error *err)
{
	uint64_t blocks = v->image->frames.blocks;
	void *worker;
	struct checker *c;
	struct imgfmt_error e = { 0 };
	int rc = checker_new(v, &worker, err);

	if (rc)
		return rc;
	c = worker;
	for (uint64_t b = 0; b < blocks && !rc; b++) {
		uint64_t bytes = 0;

		rc = check_block(c, b, &bytes, &e);
		v->report.bytes += bytes;
		v->report.blocks += !rc;
		if (!rc)
			rc = verify_advance(v, bytes, &e);
	}
	if (!rc && v->image->ops->finish)
		rc = v->image->ops->finish(c->reader, &e);
	if (!rc)
		rc = compare_contents(c, &e);
	checker_free(c);
	if (rc && verify_is_finding(rc)) {
		verify_tell(v, IMGFMT_FINDING_ERROR, &e);
		return IMGFMT_OK;
	}
	if (rc && err)
		*err = e;
	return rc;
}

int verify_data(struct verifier *v, struct imgfmt_error *err)
{
	bool pipe = io_is_sequential(v->image->io);
	uint64_t errors = v->report.errors;
	int rc;

	v->total = v->image->plan.data_size ? v->image->plan.data_size :
		   v->image->frames.present * v->image->info.page_size;
	if (v->opts.depth == IMGFMT_DEPTH_QUICK && !pipe)
		return IMGFMT_OK;
	rc = pipe ? check_pipe(v, err) : check_parallel(v, err);
	if (!rc && !pipe)
		check_sum(v, errors);
	return rc;
}
