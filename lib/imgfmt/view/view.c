/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view/view.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/range.h"

void view_init(struct view *v)
{
	vec_init(&v->swaps, sizeof(struct view_swap));
}

void view_fini(struct view *v)
{
	vec_fini(&v->swaps);
}

int view_check(bool places, enum imgfmt_view to, struct imgfmt_error *err)
{
	return places ? IMGFMT_OK :
			err_rule(err, IMGFMT_E_ABSENT, "BMAP-06",
				 IMGFMT_NOWHERE,
				 "no backup map places pages, so there is no %s view",
				 imgfmt_view_name((int)to));
}

static int swap_order(const void *a, const void *b)
{
	const struct view_swap *x = a, *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

int view_build(struct view *v, const struct imgfmt_backup_run *runs,
	       size_t count, struct imgfmt_error *err)
{
	int rc = vec_reserve(&v->swaps, 2 * count, err);

	for (size_t i = 0; i < count && !rc; i++) {
		struct view_swap s = {
			.pfn = runs[i].destination,
			.pages = runs[i].pages,
			.partner = runs[i].backup,
			.destination = true,
		};

		rc = vec_push(&v->swaps, &s, err);
		if (rc || s.pfn == s.partner)
			continue;
		s.partner = runs[i].destination;
		s.pfn = runs[i].backup;
		s.destination = false;
		rc = vec_push(&v->swaps, &s, err);
	}
	if (!rc && v->swaps.len)
		qsort(v->swaps.data, v->swaps.len, v->swaps.elem, swap_order);
	return rc;
}

RANGE_CHECK(struct view_swap, pfn, pages);

uint64_t view_source(const struct view *v, uint64_t pfn, uint64_t *pages)
{
	size_t i = range_find(&v->swaps, pfn);
	const struct view_swap *s;

	if (i == v->swaps.len)
		return pfn;
	s = &vec_array(&v->swaps, struct view_swap)[i];
	if (pfn < s->pfn) {
		*pages = min_u64(*pages, s->pfn - pfn);
		return pfn;
	}
	*pages = min_u64(*pages, s->pfn + s->pages - pfn);
	return s->partner + (pfn - s->pfn);
}

/*
 * The hibernating kernel's pages lie at the destinations in the jump view, and
 * where they came from, in the backup frames, in the original view.
 */
static bool is_foreign(const struct view_swap *s, enum imgfmt_view to)
{
	return s->pfn == s->partner ||
	       s->destination == (to == IMGFMT_VIEW_ORIGINAL);
}

/* What becomes of source frames [pfn, pfn + pages), all of one swap. */
static struct imgfmt_run moved(const struct view_swap *s, uint64_t pfn,
			       uint64_t pages, const struct imgfmt_run *run,
			       enum imgfmt_view to)
{
	bool foreign = is_foreign(s, to);
	struct imgfmt_run r = {
		.pfn = s->partner + (pfn - s->pfn),
		.pages = pages,
		.state = run ? run->state : IMGFMT_EXCLUDED,
		.class_id = foreign ? IMGFMT_KEXEC :
			    run	    ? run->class_id :
				      IMGFMT_NONE,
	};

	return r;
}

/* Collects pieces of the target view, in any order. */
struct pieces {
	const struct view *view;
	enum imgfmt_view to;
	bool system_only;	/* not the hibernating kernel's pages */
	struct vec runs;
};

/* Frames of a source run (or a hole inside swaps, @run NULL). */
static int add_range(struct pieces *p, uint64_t pfn, uint64_t end,
		     const struct imgfmt_run *run, struct imgfmt_error *err)
{
	const struct view_swap *s = vec_array(&p->view->swaps, struct view_swap);
	size_t i = range_find(&p->view->swaps, pfn);

	while (pfn < end) {
		bool inside = i < p->view->swaps.len && s[i].pfn <= pfn;
		uint64_t stop = i == p->view->swaps.len ? end :
				inside ? min_u64(end, s[i].pfn + s[i].pages) :
					 min_u64(end, s[i].pfn);
		int rc = IMGFMT_OK;

		if (inside) {
			struct imgfmt_run r = moved(&s[i], pfn, stop - pfn, run,
						    p->to);

			if (!p->system_only || !is_foreign(&s[i], p->to))
				rc = vec_push(&p->runs, &r, err);
			i += stop == s[i].pfn + s[i].pages;
		} else if (run) {
			struct imgfmt_run r = *run;

			r.pfn = pfn;
			r.pages = stop - pfn;
			rc = vec_push(&p->runs, &r, err);
		}
		if (rc)
			return rc;
		pfn = stop;
	}
	return IMGFMT_OK;
}

static int run_order(const void *a, const void *b)
{
	const struct imgfmt_run *x = a, *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

static uint64_t last_frame(const struct view *v)
{
	const struct view_swap *s = vec_array(&v->swaps, struct view_swap);

	return v->swaps.len ? s[v->swaps.len - 1].pfn + s[v->swaps.len - 1].pages
			    : 0;
}

/* The pieces in their order. */
static int collect(struct pieces *p, struct frames *ret,
		   struct imgfmt_error *err)
{
	int rc = IMGFMT_OK;

	if (p->runs.len)
		qsort(p->runs.data, p->runs.len, p->runs.elem, run_order);
	for (size_t i = 0; i < p->runs.len && !rc; i++)
		rc = frames_add(ret, &vec_array(&p->runs, struct imgfmt_run)[i],
				err);
	return rc;
}

int view_frames(const struct view *v, const struct frames *source,
		enum imgfmt_view to, uint32_t block_pages, struct frames *ret,
		struct imgfmt_error *err)
{
	const struct imgfmt_run *runs = frames_runs(source);
	struct pieces p = { .view = v, .to = to };
	uint64_t done = 0;
	int rc = IMGFMT_OK;

	vec_init(&p.runs, sizeof(struct imgfmt_run));
	for (size_t i = 0; i < source->runs.len && !rc; i++) {
		rc = add_range(&p, done, runs[i].pfn, NULL, err);
		done = runs[i].pfn + runs[i].pages;
		if (!rc)
			rc = add_range(&p, runs[i].pfn, done, &runs[i], err);
	}
	if (!rc)
		rc = add_range(&p, done, max_u64(done, last_frame(v)), NULL,
			       err);
	if (!rc)
		rc = collect(&p, ret, err);
	vec_fini(&p.runs);
	return rc ? rc : frames_build(ret, block_pages, err);
}

static int add_foreign(struct pieces *p, struct imgfmt_error *err)
{
	const struct view_swap *s = vec_array(&p->view->swaps, struct view_swap);
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < p->view->swaps.len && !rc; i++) {
		const struct imgfmt_run r = {
			.pfn = s[i].pfn, .pages = s[i].pages,
			.state = IMGFMT_STORED, .class_id = IMGFMT_KEXEC,
		};

		if (s[i].destination)
			rc = vec_push(&p->runs, &r, err);
	}
	return rc;
}

int view_to_jump(const struct view *v, const struct frames *known,
		 bool foreign, struct frames *ret, struct imgfmt_error *err)
{
	const struct imgfmt_run *runs = frames_runs(known);
	struct pieces p = {
		.view = v, .to = IMGFMT_VIEW_JUMP, .system_only = true,
	};
	int rc = IMGFMT_OK;

	vec_init(&p.runs, sizeof(struct imgfmt_run));
	for (size_t i = 0; i < known->runs.len && !rc; i++)
		rc = add_range(&p, runs[i].pfn, runs[i].pfn + runs[i].pages,
			       &runs[i], err);
	if (!rc && foreign)
		rc = add_foreign(&p, err);
	if (!rc)
		rc = collect(&p, ret, err);
	vec_fini(&p.runs);
	return rc ? rc : frames_build(ret, known->block_pages, err);
}
