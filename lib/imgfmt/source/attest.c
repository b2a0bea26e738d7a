/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/attest.h"

#include <stdlib.h>

#include "base/error.h"
#include "pool/pool.h"

#define BATCH 8u	/* units: enough work to outweigh the hand-over */

struct attest {
	struct imgfmt_image *image;
	uint8_t *digests;
};

struct batch {
	uint64_t first, count, bytes;
};

struct worker {
	const struct attest *attest;
	void *reader;
};

static void worker_free(void *arg)
{
	struct worker *w = arg;
	const struct source_ops *ops = w->attest->image->ops;

	if (w->reader && ops->reader_free)
		ops->reader_free(w->reader);
	free(w);
}

static int worker_new(void *arg, void **ret, struct imgfmt_error *err)
{
	const struct reader_opts opts = { .cache = 0 };
	struct attest *a = arg;
	struct worker *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return err_nomem(err, "a manifest");
	w->attest = a;
	rc = a->image->ops->reader_new(a->image, &opts, &w->reader, err);
	if (rc) {
		worker_free(w);
		return rc;
	}
	*ret = w;
	return IMGFMT_OK;
}

static int hash_batch(void *worker, void *item, struct imgfmt_error *err)
{
	struct worker *w = worker;
	struct batch *b = item;
	int rc = IMGFMT_OK;

	b->bytes = 0;
	for (uint64_t i = b->first; i < b->first + b->count && !rc; i++) {
		uint64_t bytes = 0;

		rc = w->attest->image->ops->attest(
			w->reader, i, w->attest->digests + i * SHA256_LEN,
			&bytes, err);
		b->bytes += bytes;
	}
	return rc;
}

static const struct pool_ops hashers = {
	.worker_new = worker_new,
	.worker_free = worker_free,
	.work = hash_batch,
};

struct run {
	struct pool *pool;
	struct batch *batches;
	unsigned int depth;
	uint64_t bytes, total;
	const struct imgfmt_progress *progress;
};

static int take(struct run *r, struct batch **ret, struct imgfmt_error *err)
{
	void *item;
	int rc = pool_take(r->pool, &item, err);

	if (rc)
		return rc;
	*ret = item;
	r->bytes += (*ret)->bytes;
	if (r->progress->fn &&
	    r->progress->fn(r->progress->ctx, r->bytes,
			    max_u64(r->total, r->bytes)))
		return err_set(err, IMGFMT_E_CANCELLED, "stopped");
	return IMGFMT_OK;
}

static int run_batches(struct run *r, uint64_t units, struct imgfmt_error *err)
{
	unsigned int used = 0;
	struct batch *b = NULL;
	int rc = IMGFMT_OK;

	for (uint64_t next = 0; next < units && !rc; next += b->count) {
		if (used < r->depth)
			b = &r->batches[used++];
		else
			rc = take(r, &b, err);
		if (rc)
			break;
		b->first = next;
		b->count = min_u64(BATCH, units - next);
		pool_submit(r->pool, b);
	}
	while (!rc)
		rc = take(r, &b, err);
	return rc == IMGFMT_END ? IMGFMT_OK : rc;
}

static int hash_units(struct attest *a, uint64_t units, unsigned int threads,
		      const struct imgfmt_progress *progress,
		      uint64_t *bytes_ret, struct imgfmt_error *err)
{
	const struct imgfmt_image *image = a->image;
	struct run r = {
		.depth = threads ? 3 * threads : 1,
		.progress = progress,
		.total = image->frames.present * image->info.page_size,
	};
	int rc;

	r.batches = calloc(r.depth, sizeof(*r.batches));
	if (!r.batches)
		return err_nomem(err, "a manifest");
	rc = pool_new(&hashers, a, threads, r.depth, &r.pool, err);
	if (!rc) {
		rc = run_batches(&r, units, err);
		pool_free(r.pool);
	}
	free(r.batches);
	*bytes_ret = r.bytes;
	return rc;
}

static int encode(struct attest *a, struct foreign_manifest *m, uint64_t bytes,
		  uint8_t *ret, size_t *size_ret, struct imgfmt_error *err)
{
	struct sha256 sha;
	int rc = sha256_init(&sha, err);

	if (rc)
		return rc;
	rc = foreign_set(m, IMGFMT_ITEM_UNITS, &sha, IMGFMT_DOMAIN_CONTENTS,
			 a->digests, (size_t)m->units * SHA256_LEN, err);
	/* What they are digests of, as the item of the tree has it. */
	foreign_item(m, IMGFMT_ITEM_UNITS)->size = bytes;
	if (!rc)
		rc = foreign_encode(m, &sha, ret, size_ret, err);
	sha256_fini(&sha);
	return rc;
}

int attest_make(struct imgfmt_image *image, unsigned int threads,
		const struct imgfmt_progress *progress, uint8_t *ret,
		size_t *size_ret, uint8_t **units_ret,
		struct imgfmt_error *err)
{
	struct attest a = { .image = image };
	struct foreign_manifest m = { 0 };
	uint64_t bytes = 0, room;
	int rc;

	if (!image->ops->describe)
		return err_set(err, IMGFMT_E_UNSUPPORTED,
			       "images of format \"%s\" have no manifest of this kind",
			       image->ops->name);
	if (io_is_sequential(image->io))
		return err_set(err, IMGFMT_E_SEEK,
			       "a manifest needs random access, and this is a pipe; use a file");
	if (image->damage.status) {
		if (err)
			*err = image->damage;
		return image->damage.status;
	}
	rc = image->ops->describe(image, &m, err);
	if (rc)
		return rc;
	if (mul_overflow(m.units, (uint64_t)SHA256_LEN, &room))
		return err_nomem(err, "a manifest");
	rc = source_charge(image, room, err);
	if (rc)
		return rc;
	a.digests = malloc(max_u64(room, 1));
	if (!a.digests)
		return err_nomem(err, "a manifest");
	rc = hash_units(&a, m.units, threads, progress, &bytes, err);
	if (!rc)
		rc = encode(&a, &m, bytes, ret, size_ret, err);
	if (!rc && units_ret) {
		*units_ret = a.digests;
		return IMGFMT_OK;
	}
	image->memused -= room;
	free(a.digests);
	return rc;
}

int attest_prove(struct imgfmt_image *image, struct imgfmt_error *err)
{
	uint8_t manifest[FOREIGN_SIZE_MAX];
	uint8_t *units;
	size_t size;
	int rc;

	/* Such an image has no place for a signature of its own. */
	if (!image->detached.size)
		return source_judge(image, NULL, 0, NULL, 0, err);
	rc = attest_make(image, image->threads, &image->progress, manifest,
			     &size, &units, err);

	if (rc)
		return rc;
	image->units = units;
	image->proved = true;
	return source_judge(image, manifest, size, NULL, 0, err);
}

int attest_check(const struct imgfmt_image *image, uint64_t unit,
		 const uint8_t digest[SHA256_LEN], uint64_t offset,
		 uint64_t pfn, struct imgfmt_error *err)
{
	if (!memcmp(digest, image->units + unit * SHA256_LEN, SHA256_LEN))
		return IMGFMT_OK;
	return err_rule_pfn(err, IMGFMT_E_DIGEST, "FMAN-03", offset, pfn,
			    "it has changed since its signature was checked");
}
