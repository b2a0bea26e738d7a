/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layout/frames.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/range.h"
#include "format.h"
#include "record/info.h"

void frames_init(struct frames *f)
{
	*f = (struct frames){ .block_pages = 1 };
	vec_init(&f->runs, sizeof(struct imgfmt_run));
}

void frames_fini(struct frames *f)
{
	vec_fini(&f->runs);
	free(f->rank);
	f->rank = NULL;
}

int frames_add(struct frames *f, const struct imgfmt_run *run,
	       struct imgfmt_error *err)
{
	struct imgfmt_run *last;

	if (!run->pages)
		return IMGFMT_OK;
	if (run->pfn < f->max_pfn)
		return err_rule_pfn(err, IMGFMT_E_USAGE, "PMAP-04",
				    IMGFMT_NOWHERE, run->pfn,
				    "frame 0x%llx does not rise",
				    (unsigned long long)run->pfn);
	if (f->runs.len) {
		last = &vec_array(&f->runs, struct imgfmt_run)[f->runs.len - 1];
		if (last->pfn + last->pages == run->pfn &&
		    last->state == run->state &&
		    last->class_id == run->class_id) {
			last->pages += run->pages;
			f->max_pfn = run->pfn + run->pages;
			return IMGFMT_OK;
		}
	}
	if (f->runs.len >= IMGFMT_MAX_RUNS)
		return err_rule(err, IMGFMT_E_LIMIT, "LIM-01", IMGFMT_NOWHERE,
				"more than %lu runs of frames",
				IMGFMT_MAX_RUNS);
	f->max_pfn = run->pfn + run->pages;
	return vec_push(&f->runs, run, err);
}

int frames_build(struct frames *f, uint32_t block_pages,
		 struct imgfmt_error *err)
{
	const struct imgfmt_run *runs = frames_runs(f);
	uint64_t last_group = UINT64_MAX;

	free(f->rank);
	f->rank = calloc(f->runs.len + 1, sizeof(*f->rank));
	if (!f->rank)
		return err_nomem(err, "the frame table");
	f->block_pages = block_pages;
	f->present = f->excluded = f->blocks = 0;
	memset(f->excluded_by_class, 0, sizeof(f->excluded_by_class));
	for (size_t i = 0; i < f->runs.len; i++) {
		const struct imgfmt_run *r = &runs[i];
		uint64_t first = r->pfn / block_pages;
		uint64_t last = (r->pfn + r->pages - 1) / block_pages;

		f->rank[i].pages = f->present;
		if (r->state == IMGFMT_EXCLUDED) {
			f->rank[i].block = f->blocks;
			f->excluded += r->pages;
			f->excluded_by_class[r->class_id] += r->pages;
			continue;
		}
		f->rank[i].block = f->blocks - (first == last_group);
		f->blocks = f->rank[i].block + (last - first + 1);
		f->present += r->pages;
		last_group = last;
	}
	return IMGFMT_OK;
}

RANGE_CHECK(struct imgfmt_run, pfn, pages);

size_t frames_find(const struct frames *f, uint64_t pfn)
{
	return range_find(&f->runs, pfn);
}

bool frames_present(const struct frames *f, uint64_t pfn)
{
	size_t i = frames_find(f, pfn);

	return i < f->runs.len && frames_runs(f)[i].pfn <= pfn &&
	       frames_runs(f)[i].state != IMGFMT_EXCLUDED;
}

uint64_t frames_mask(const struct frames *f, uint64_t group)
{
	uint64_t start = group * f->block_pages;
	uint64_t end = start + f->block_pages;
	uint64_t mask = 0;

	for (size_t i = frames_find(f, start); i < f->runs.len; i++) {
		const struct imgfmt_run *r = &frames_runs(f)[i];
		uint64_t from = max_u64(r->pfn, start);
		uint64_t to = min_u64(r->pfn + r->pages, end);

		if (r->pfn >= end)
			break;
		if (r->state != IMGFMT_EXCLUDED)
			mask |= low_mask((unsigned int)(to - from))
				<< (from - start);
	}
	return mask;
}

uint64_t frames_block(const struct frames *f, uint64_t pfn)
{
	size_t i = frames_find(f, pfn);

	return f->rank[i].block + pfn / f->block_pages -
	       frames_runs(f)[i].pfn / f->block_pages;
}

uint64_t frames_page_rank(const struct frames *f, uint64_t pfn)
{
	size_t i = frames_find(f, pfn);

	return f->rank[i].pages + (pfn - frames_runs(f)[i].pfn);
}

int frames_next_group(const struct frames *f, uint64_t group, uint64_t *ret)
{
	uint64_t start;

	if (mul_overflow(group, (uint64_t)f->block_pages, &start))
		return IMGFMT_END;
	for (size_t i = frames_find(f, start); i < f->runs.len; i++) {
		const struct imgfmt_run *r = &frames_runs(f)[i];

		if (r->state == IMGFMT_EXCLUDED)
			continue;
		*ret = max_u64(r->pfn, start) / f->block_pages;
		return IMGFMT_OK;
	}
	return IMGFMT_END;
}

uint64_t frames_group(const struct frames *f, uint64_t block)
{
	const struct imgfmt_run *runs = frames_runs(f);
	size_t lo = 0, hi = f->runs.len;

	/* The last present run whose first block is at or before @block. */
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->rank[mid].block <= block)
			lo = mid;
		else
			hi = mid;
	}
	while (runs[lo].state == IMGFMT_EXCLUDED)
		lo--;
	return runs[lo].pfn / f->block_pages + (block - f->rank[lo].block);
}

bool frames_left_out(const struct frames *f)
{
	for (unsigned int c = 0; c < IMGFMT_CLASSES; c++)
		if (f->excluded_by_class[c] && info_class_needed(c))
			return true;
	return false;
}
