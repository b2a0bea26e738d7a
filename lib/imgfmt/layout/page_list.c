/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layout/page_list.h"

#include "base/error.h"

void page_list_init(struct page_list *l)
{
	*l = (struct page_list){ 0 };
	vec_init(&l->runs, sizeof(struct list_run));
}

void page_list_fini(struct page_list *l)
{
	vec_fini(&l->runs);
}

/* The present frames from @first to @last. */
static int add_span(struct page_list *l, const struct frames *f,
		    uint64_t first, uint64_t last, struct imgfmt_error *err)
{
	const struct imgfmt_run *runs = frames_runs(f);
	int rc = IMGFMT_OK;

	for (size_t i = frames_find(f, first); i < f->runs.len && !rc; i++) {
		uint64_t from = max_u64(runs[i].pfn, first);
		uint64_t to = min_u64(runs[i].pfn + runs[i].pages, last + 1);
		struct list_run r = {
			.pfn = from,
			.pages = to - from,
			.rank = f->rank[i].pages + (from - runs[i].pfn),
			.index = l->count,
		};

		if (runs[i].pfn > last)
			break;
		if (runs[i].state == IMGFMT_EXCLUDED)
			continue;
		rc = vec_push(&l->runs, &r, err);
		l->count += r.pages;
	}
	return rc;
}

int page_list_build(struct page_list *l, const struct frames *f,
		    const struct vec *parts, struct imgfmt_error *err)
{
	const struct swap_part *p = vec_array(parts, struct swap_part);
	int rc = IMGFMT_OK;

	if (!parts->len)
		return add_span(l, f, 0, f->max_pfn, err);
	for (size_t i = 0; i < parts->len && !rc; i++)
		rc = add_span(l, f, p[i].first, p[i].last, err);
	if (rc || l->count == f->present)
		return rc;
	return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-06", IMGFMT_NOWHERE,
			"%llu pages are in no part of the page list",
			(unsigned long long)(f->present - l->count));
}

uint64_t page_list_at(const struct page_list *l, const struct list_cursor *c,
		      uint64_t *pfn_ret, uint64_t *rank_ret)
{
	const struct list_run *r = vec_array(&l->runs, struct list_run);

	if (c->run >= l->runs.len)
		return 0;
	r += c->run;
	*pfn_ret = r->pfn + c->skip;
	*rank_ret = r->rank + c->skip;
	return r->pages - c->skip;
}

struct list_cursor page_list_find(const struct page_list *l, uint64_t index)
{
	const struct list_run *r = vec_array(&l->runs, struct list_run);
	size_t lo = 0, hi = l->runs.len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r[mid].index + r[mid].pages > index)
			hi = mid;
		else
			lo = mid + 1;
	}
	return (struct list_cursor){
		.run = lo,
		.skip = lo < l->runs.len ? index - r[lo].index : 0,
	};
}

void page_list_move(const struct page_list *l, struct list_cursor *c,
		    uint64_t frames)
{
	const struct list_run *r = vec_array(&l->runs, struct list_run);

	c->skip += frames;
	if (c->skip < r[c->run].pages)
		return;
	c->run++;
	c->skip = 0;
}
