/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The frame table: which frames are present, left out or holes, the group and
 * block that a frame belongs to, and its rank among the present ones.
 *
 * Made from sorted runs once; read-only and shared afterwards.
 */
#ifndef IMGFMT_LAYOUT_FRAMES_H
#define IMGFMT_LAYOUT_FRAMES_H

#include "base/base.h"
#include "base/vec.h"
#include "imgfmt.h"

/* Where a run stands among the present pages and the blocks. */
struct frame_rank {
	uint64_t pages;		/* present pages before the run */
	uint64_t block;		/* block of the run's first frame, if present */
};

struct frames {
	struct vec runs;	/* struct imgfmt_run: stored = present, excluded */
	struct frame_rank *rank;
	uint32_t block_pages;
	uint64_t max_pfn;	/* highest frame of a run plus 1 */
	uint64_t present, excluded, blocks;
	uint64_t excluded_by_class[IMGFMT_CLASSES];
};

void frames_init(struct frames *f);
void frames_fini(struct frames *f);

/*
 * Append a run, behind the last one; it is merged with that where state and
 * class agree.  Runs overlapping or out of order are IMGFMT_E_USAGE.
 */
int frames_add(struct frames *f, const struct imgfmt_run *run,
	       struct imgfmt_error *err);
/* Count and rank, after the last run. */
int frames_build(struct frames *f, uint32_t block_pages,
		 struct imgfmt_error *err);

static inline const struct imgfmt_run *frames_runs(const struct frames *f)
{
	return vec_array(&f->runs, const struct imgfmt_run);
}

/* Index of the first run that ends above @pfn; runs.len if there is none. */
size_t frames_find(const struct frames *f, uint64_t pfn);

/* Whether @pfn is present. */
bool frames_present(const struct frames *f, uint64_t pfn);

/* Mask of the present frames of group @group, bit 0 its first frame. */
uint64_t frames_mask(const struct frames *f, uint64_t group);

/* The block of a present frame, and its rank among present pages. */
uint64_t frames_block(const struct frames *f, uint64_t pfn);
uint64_t frames_page_rank(const struct frames *f, uint64_t pfn);

/*
 * The first group at or after @group with a present frame, which has a block;
 * IMGFMT_END if there is none.
 */
int frames_next_group(const struct frames *f, uint64_t group, uint64_t *ret);

/* The group of block @block, below f->blocks. */
uint64_t frames_group(const struct frames *f, uint64_t block);

/* Whether a class that a resume needs was left out (spec 6.7, left-out). */
bool frames_left_out(const struct frames *f);

#endif /* IMGFMT_LAYOUT_FRAMES_H */
