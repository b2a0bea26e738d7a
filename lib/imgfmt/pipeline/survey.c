/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding the zero pages of a target before any of it is written: the source
 * may know them, else every page is read once.
 */
#include <stdlib.h>

#include "base/error.h"
#include "pipeline/convert.h"

/* ---- Reading them all: a sink that writes nothing --------------------- */

struct survey {
	const struct target *t;
	uint64_t rank;		/* of the next unit's first page */
};

static int survey_open(const struct target *t, struct imgfmt_output *out,
		       void **ret, struct imgfmt_error *err)
{
	struct survey *s = calloc(1, sizeof(*s));

	(void)out;
	*ret = s;
	if (!s)
		return err_nomem(err, "a survey");
	s->t = t;
	return IMGFMT_OK;
}

static int survey_emit(void *sink, const struct unit *unit,
		       struct imgfmt_error *err)
{
	struct survey *s = sink;

	(void)err;
	for (uint64_t m = unit->present; m; m &= m - 1, s->rank++)
		if (unit->zero_mask & m & -m)
			bitmap_set(s->t->zero, s->rank);
	return IMGFMT_OK;
}

static int survey_finish(void *sink, struct imgfmt_convert_result *result,
			 struct imgfmt_error *err)
{
	(void)sink;
	(void)result;
	(void)err;
	return IMGFMT_OK;
}

static const struct sink_ops survey = {
	.name = "survey",
	.open = survey_open,
	.close = free,
	.encode = sink_encode_masks,
	.emit = survey_emit,
	.finish = survey_finish,
};

/* ---- Asking the source ------------------------------------------------ */

/* The frames of @zero, from @pfn on, that are present in the target. */
static void mark(struct conversion *c, uint64_t pfn, uint64_t zero)
{
	const struct frames *f = &c->target.frames;
	const struct imgfmt_run *r = frames_runs(f);
	size_t i = frames_find(f, pfn);

	for (; zero && i < f->runs.len; zero &= zero - 1) {
		uint64_t at = pfn + (uint64_t)__builtin_ctzll(zero);

		while (i < f->runs.len && r[i].pfn + r[i].pages <= at)
			i++;
		if (i < f->runs.len && r[i].pfn <= at &&
		    r[i].state != IMGFMT_EXCLUDED)
			bitmap_set(&c->zero, f->rank[i].pages + at - r[i].pfn);
	}
}

static int ask_source(struct conversion *c, struct imgfmt_error *err)
{
	const struct source_ops *ops = c->image->ops;
	const struct reader_opts opts = { .verify = true };
	const struct frames *f = &c->image->frames;
	uint64_t group = 0, stored, zero;
	void *reader;
	int rc = ops->reader_new(c->image, &opts, &reader, err);

	if (rc)
		return rc;
	while (!rc && !frames_next_group(f, group, &group)) {
		rc = ops->masks(reader, group, &stored, &zero, err);
		if (!rc)
			mark(c, group++ * f->block_pages, zero);
	}
	if (ops->reader_free)
		ops->reader_free(reader);
	return rc;
}

int convert_survey(struct conversion *c, const struct imgfmt_convert_opts *opts,
		   struct imgfmt_output *out, struct imgfmt_error *err)
{
	struct imgfmt_convert_result result = { 0 };
	int rc = bitmap_init(&c->zero, c->target.frames.present, err);

	if (rc)
		return rc;
	c->target.zero = &c->zero;
	/* The masks are of the source's own view. */
	if (c->image->ops->masks && !c->view.swaps.len)
		return ask_source(c, err);
	return convert_through(c, &survey, opts, out, &result, err);
}
