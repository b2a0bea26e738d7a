/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/merge.h"

#include <stdlib.h>

#include "base/error.h"
#include "layout/segments.h"

/* What these hold is nobody's: zeros do where the source has nothing. */
#define ANYTHING (IMGFMT_EXCLUDE(IMGFMT_FREE) | \
		  IMGFMT_EXCLUDE(IMGFMT_UNACCEPTED) | \
		  IMGFMT_EXCLUDE(IMGFMT_OFFLINE) | \
		  IMGFMT_EXCLUDE(IMGFMT_HWPOISON) | \
		  IMGFMT_EXCLUDE(IMGFMT_KEXEC))

/* Runs that were left out, next to each other, between two present ones. */
struct gap {
	uint64_t pfn, pages;
};

bool source_has(const struct conversion *c, uint64_t pfn, uint64_t *pages)
{
	const struct frames *f = &c->image->frames;
	size_t i = frames_find(f, pfn);
	const struct imgfmt_run *r = frames_runs(f) + i;

	if (i == f->runs.len)
		return false;
	if (r->pfn > pfn) {
		*pages = min_u64(*pages, r->pfn - pfn);
		return false;
	}
	*pages = min_u64(*pages, r->pfn + r->pages - pfn);
	return r->state != IMGFMT_EXCLUDED;
}

/* Whether there is something to write in the place of a run. */
static bool can_fill(const struct conversion *c, const struct imgfmt_run *r)
{
	uint64_t pfn = r->pfn, left = r->pages;

	if (IMGFMT_EXCLUDE(r->class_id) & ANYTHING)
		return true;
	while (left) {
		uint64_t n = left, from = view_source(&c->view, pfn, &n);

		if (!source_has(c, from, &n))
			return false;
		pfn += n;
		left -= n;
	}
	return true;
}

static int find_gaps(const struct conversion *c, struct vec *ret,
		     struct imgfmt_error *err)
{
	const struct frames *f = &c->target.frames;
	const struct imgfmt_run *r = frames_runs(f);
	struct gap gap = { 0 };
	bool open = false;	/* a present run, and then only what fills */
	uint64_t end = 0;

	for (size_t i = 0; i < f->runs.len; i++) {
		int rc = IMGFMT_OK;

		open &= r[i].pfn == end;
		end = r[i].pfn + r[i].pages;
		if (r[i].state == IMGFMT_EXCLUDED) {
			open = open && can_fill(c, &r[i]);
			gap.pages += r[i].pages;
			continue;
		}
		if (open && gap.pages)
			rc = vec_push(ret, &gap, err);
		if (rc)
			return rc;
		open = true;
		gap = (struct gap){ .pfn = end };
	}
	return IMGFMT_OK;
}

static int by_pages(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;

	if (x->pages != y->pages)
		return x->pages < y->pages ? -1 : 1;
	return x->pfn < y->pfn ? -1 : x->pfn > y->pfn;
}

static int by_pfn(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;

	return x->pfn < y->pfn ? -1 : x->pfn > y->pfn;
}

/* The target's frames with the first @count gaps closed. */
static int close_gaps(const struct frames *f, const struct vec *gaps,
		      size_t count, struct frames *ret,
		      struct imgfmt_error *err)
{
	const struct gap *all = vec_array(gaps, const struct gap);
	struct gap *g = calloc(count + 1, sizeof(*g));
	size_t next = 0;
	int rc = IMGFMT_OK;

	if (!g)
		return err_nomem(err, "gaps between segments");
	for (size_t i = 0; i < count; i++)
		g[i] = all[i];
	qsort(g, count, sizeof(*g), by_pfn);
	for (size_t i = 0; i < f->runs.len && !rc; i++) {
		struct imgfmt_run r = frames_runs(f)[i];

		while (next < count && g[next].pfn + g[next].pages <= r.pfn)
			next++;
		if (r.state == IMGFMT_EXCLUDED && next < count &&
		    r.pfn >= g[next].pfn) {
			r.state = IMGFMT_STORED;
			r.class_id = IMGFMT_NONE;
		}
		rc = frames_add(ret, &r, err);
	}
	free(g);
	return rc ? rc : frames_build(ret, f->block_pages, err);
}

/* How many segments there are then; UINT64_MAX for more than there can be. */
static int count_segments(const struct conversion *c, const struct vec *gaps,
			  size_t count, uint64_t *ret,
			  struct imgfmt_error *err)
{
	const struct target *t = &c->target;
	struct frames frames;
	struct vec segments;
	int rc;

	frames_init(&frames);
	vec_init(&segments, sizeof(struct imgfmt_segment));
	rc = close_gaps(&t->frames, gaps, count, &frames, err);
	if (!rc)
		rc = segments_build(&frames, &t->mappings, t->info.page_size,
				    t->info.view, &segments, err);
	*ret = rc ? UINT64_MAX : segments.len;
	vec_fini(&segments);
	frames_fini(&frames);
	return rc == IMGFMT_E_LIMIT ? IMGFMT_OK : rc;
}

/* The fewest of the gaps that do; the more are closed the fewer segments. */
static int choose_count(const struct conversion *c, const struct vec *gaps,
			uint32_t max, size_t *ret, struct imgfmt_error *err)
{
	size_t lo = 0, hi = gaps->len;
	uint64_t segments;
	int rc = count_segments(c, gaps, hi, &segments, err);

	if (rc)
		return rc;
	if (segments > max)
		return err_set(err, IMGFMT_E_USAGE,
			       "the memory takes %llu segments at least, more than %u",
			       (unsigned long long)segments, max);
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		rc = count_segments(c, gaps, mid, &segments, err);
		if (rc)
			return rc;
		if (segments > max)
			lo = mid + 1;
		else
			hi = mid;
	}
	*ret = hi;
	return IMGFMT_OK;
}

int segments_merge(struct conversion *c, uint32_t max,
		   struct imgfmt_error *err)
{
	struct target *t = &c->target;
	struct frames merged;
	struct vec gaps;
	size_t count = 0;
	int rc;

	if (!max)
		return IMGFMT_OK;
	frames_init(&merged);
	vec_init(&gaps, sizeof(struct gap));
	rc = find_gaps(c, &gaps, err);
	if (!rc && gaps.len)
		qsort(gaps.data, gaps.len, sizeof(struct gap), by_pages);
	if (!rc)
		rc = choose_count(c, &gaps, max, &count, err);
	if (!rc && count)
		rc = close_gaps(&t->frames, &gaps, count, &merged, err);
	if (!rc && count) {
		c->taken_back = merged.present - t->frames.present;
		frames_fini(&t->frames);
		t->frames = merged;
		frames_init(&merged);
	}
	vec_fini(&gaps);
	frames_fini(&merged);
	return rc;
}
