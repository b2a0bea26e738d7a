/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/engine.h"

#include <stdlib.h>

#include "base/error.h"
#include "layout/digests.h"

/*
 * A row for each worker, and enough that they never wait for the owner, who
 * waits for a processor where they keep all of them busy; fewer where that
 * takes too much memory.
 */
#define UNITS_PER_THREAD POOL_ROW
#define UNITS_MORE	 16u
#define UNITS_MEMORY	 ((size_t)64 << 20)

struct engine {
	const struct target *t;
	const struct sink_ops *ops;
	void *sink;
	const struct engine_fill *fill;
	struct imgfmt_progress progress;
	struct pool *pool;
	bool borrow;		/* units borrow the workers' page buffers */
	bool emits;		/* the owner does, not the workers */
	struct unit *units;
	unsigned int count;	/* of units */
	struct unit **idle;	/* stack of units not under way */
	unsigned int idle_count;
	uint64_t done;		/* pages written */
};

struct worker {
	struct engine *engine;
	struct coder coder;
	void *reader;
	uint8_t *pages;
};

static size_t pages_size(const struct engine *e)
{
	return (size_t)e->t->info.page_size * e->t->info.block_pages;
}

static void worker_free(void *arg)
{
	struct worker *w = arg;

	if (w->reader && w->engine->fill->reader_free)
		w->engine->fill->reader_free(w->reader);
	free(w->pages);
	coder_fini(&w->coder);
	free(w);
}

static int worker_new(void *arg, void **ret, struct imgfmt_error *err)
{
	struct engine *e = arg;
	struct worker *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return err_nomem(err, "a worker");
	w->engine = e;
	rc = coder_init(&w->coder, e->t, err);
	if (!rc && e->borrow) {
		w->pages = malloc(pages_size(e));
		rc = w->pages ? IMGFMT_OK : err_nomem(err, "a worker");
	}
	if (!rc && e->fill)
		rc = e->fill->reader_new(e->fill->ctx, &w->reader, err);
	if (rc) {
		worker_free(w);
		return rc;
	}
	*ret = w;
	return IMGFMT_OK;
}

static int work(void *worker, void *item, struct imgfmt_error *err)
{
	struct worker *w = worker;
	struct engine *e = w->engine;
	struct unit *u = item;
	int rc = IMGFMT_OK;

	if (e->borrow)
		u->pages = w->pages;
	if (e->fill)
		rc = e->fill->fill(e->fill->ctx, w->reader, u, err);
	return rc ? rc : e->ops->encode(e->sink, e->t, &w->coder, u, err);
}

static int emit(void *engine, void *item, struct imgfmt_error *err)
{
	struct engine *e = engine;

	return e->ops->emit(e->sink, item, err);
}

/*
 * The workers write too, with the block still in the cache.  Not so in one
 * pass: there a write may wait for a long time, which a signal ends only in
 * the thread that handles it, or it is the caller's own function.
 */
static const struct pool_ops workers_emit = {
	.worker_new = worker_new,
	.worker_free = worker_free,
	.work = work,
	.finish = emit,
};

static const struct pool_ops owner_emits = {
	.worker_new = worker_new,
	.worker_free = worker_free,
	.work = work,
};

static int make_units(struct engine *e, struct imgfmt_error *err)
{
	size_t pages = pages_size(e);

	e->units = calloc(e->count, sizeof(*e->units));
	e->idle = calloc(e->count, sizeof(*e->idle));
	if (!e->units || !e->idle)
		return err_nomem(err, "blocks under way");
	for (unsigned int i = 0; i < e->count; i++) {
		struct unit *u = &e->units[i];

		if (!e->borrow)
			u->pages = malloc(pages);
		if (e->ops->room)
			u->out = malloc(e->ops->room(e->t));
		if ((!e->borrow && !u->pages) || (e->ops->room && !u->out))
			return err_nomem(err, "blocks under way");
		e->idle[e->idle_count++] = u;
	}
	return IMGFMT_OK;
}

static unsigned int choose_depth(const struct engine *e, unsigned int threads)
{
	uint64_t fit = UNITS_MEMORY / pages_size(e);

	if (!threads)
		return 1;
	return (unsigned int)max_u64(
		min_u64(UNITS_PER_THREAD * threads + UNITS_MORE, fit),
		threads + 1);
}

int engine_new(const struct target *t, const struct sink_ops *sink,
	       struct imgfmt_output *out, const struct engine_fill *fill,
	       unsigned int threads, const struct imgfmt_progress *progress,
	       struct engine **ret, struct imgfmt_error *err)
{
	struct engine *e = calloc(1, sizeof(*e));
	unsigned int depth;
	int rc;

	*ret = NULL;
	if (!e)
		return err_nomem(err, "the pipeline");
	e->t = t;
	e->ops = sink;
	e->fill = fill;
	e->progress = *progress;
	/*
	 * Pages that become something else are done with in the worker, and
	 * its own buffer is the one that its cache still holds.
	 */
	e->borrow = fill && sink->room;
	e->emits = !output_is_seekable(out);
	depth = choose_depth(e, threads);
	e->count = depth + 1;
	rc = make_units(e, err);
	if (!rc && t->signer && !sink->signs)
		rc = err_set(err, IMGFMT_E_USAGE,
			     "format \"%s\" takes no signature", sink->name);
	if (!rc)
		rc = sink->open(t, out, &e->sink, err);
	if (!rc)
		rc = pool_new(e->emits ? &owner_emits : &workers_emit, e,
			      threads, depth, &e->pool, err);
	if (rc) {
		engine_free(e);
		return rc;
	}
	*ret = e;
	return IMGFMT_OK;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	pool_free(e->pool);
	if (e->sink)
		e->ops->close(e->sink);
	for (unsigned int i = 0; e->units && i < e->count; i++) {
		free(e->borrow ? NULL : e->units[i].pages);
		free(e->units[i].out);
	}
	free(e->idle);
	free(e->units);
	free(e);
}

static int report(struct engine *e, struct imgfmt_error *err)
{
	if (e->progress.fn &&
	    e->progress.fn(e->progress.ctx,
			   e->done * e->t->info.page_size,
			   e->t->frames.present * e->t->info.page_size))
		return err_set(err, IMGFMT_E_CANCELLED, "stopped");
	return IMGFMT_OK;
}

/* The oldest unit, written; IMGFMT_END when none is under way. */
static int take_one(struct engine *e, struct imgfmt_error *err)
{
	void *item;
	struct unit *u;
	int rc = pool_take(e->pool, &item, err);

	if (rc == IMGFMT_END)
		return rc;
	u = item;
	e->idle[e->idle_count++] = u;
	if (!rc && e->emits)
		rc = emit(e, u, err);
	if (rc)
		return rc;
	e->done += u->done;
	return report(e, err);
}

static int get_idle(struct engine *e, struct unit **ret,
		    struct imgfmt_error *err)
{
	int rc = IMGFMT_OK;

	*ret = NULL;
	if (!e->idle_count)
		rc = take_one(e, err);
	if (rc)
		return rc;
	*ret = e->idle[--e->idle_count];
	(*ret)->verbatim = false;
	(*ret)->own = (*ret)->spans = 0;
	return IMGFMT_OK;
}

int engine_get(struct engine *e, uint64_t group, struct unit **ret,
	       struct imgfmt_error *err)
{
	const struct frames *f = &e->t->frames;
	struct unit *u;
	int rc = get_idle(e, &u, err);

	*ret = u;
	if (rc)
		return rc;
	u->pfn = group * f->block_pages;
	u->present = frames_mask(f, group);
	u->done = (uint64_t)__builtin_popcountll(u->present);
	for (uint64_t m = u->present; m;) {
		unsigned int bit = (unsigned int)__builtin_ctzll(m);
		uint64_t n = mask_run_at(m, bit);

		u->span[u->spans++] = (struct unit_span){ u->pfn + bit, n };
		m &= ~(low_mask((unsigned int)n) << bit);
	}
	return IMGFMT_OK;
}

int engine_next(struct engine *e, uint64_t *group, struct unit **ret,
		struct imgfmt_error *err)
{
	int rc;

	*ret = NULL;
	if (!e->ops->cut) {
		rc = frames_next_group(&e->t->frames, *group, group);
		return rc ? rc : engine_get(e, (*group)++, ret, err);
	}
	rc = get_idle(e, ret, err);
	if (!rc)
		rc = e->ops->cut(e->sink, *ret, err);
	if (!rc || !*ret)
		return rc;
	e->idle[e->idle_count++] = *ret;
	*ret = NULL;
	return rc;
}

int engine_put(struct engine *e, struct unit *unit, struct imgfmt_error *err)
{
	int rc;

	while (pool_submit(e->pool, unit) == IMGFMT_END) {
		rc = take_one(e, err);
		if (rc) {
			e->idle[e->idle_count++] = unit;
			return rc;
		}
	}
	return IMGFMT_OK;
}

int engine_drain(struct engine *e, struct imgfmt_error *err)
{
	int rc;

	do
		rc = take_one(e, err);
	while (!rc);
	return rc == IMGFMT_END ? IMGFMT_OK : rc;
}

int engine_finish(struct engine *e, struct imgfmt_convert_result *result,
		  struct imgfmt_error *err)
{
	const struct frames *f = &e->t->frames;
	int rc = engine_drain(e, err);

	if (rc)
		return rc;
	if (e->done != f->present)
		return err_set(err, IMGFMT_E_USAGE,
			       "%llu of %llu pages are missing",
			       (unsigned long long)(f->present - e->done),
			       (unsigned long long)f->present);
	result->excluded_pages = f->excluded;
	memcpy(result->pages_by_class, f->excluded_by_class,
	       sizeof(result->pages_by_class));
	result->bytes_read = f->present * e->t->info.page_size;
	return e->ops->finish(e->sink, result, err);
}
