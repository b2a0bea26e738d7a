/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PT_LOAD segments of plain images and ELF output (spec 4.6).
 */
#ifndef IMGFMT_LAYOUT_SEGMENTS_H
#define IMGFMT_LAYOUT_SEGMENTS_H

#include "base/vec.h"
#include "imgfmt.h"
#include "layout/frames.h"
#include "layout/plan.h"

/*
 * Append the primary segments of @frames, then the alias ones.  In the jump
 * view no mapping counts: @view says which.  Offsets count from the start of
 * the data until segments_place().
 */
int segments_build(const struct frames *frames, const struct vec *mappings,
		   uint32_t page_size, int view, struct vec *ret,
		   struct imgfmt_error *err);

/* Move the PT_LOAD segments from @first on to where the data begin. */
void segments_place(struct vec *segments, size_t first, uint64_t data);

/*
 * Every program header of a streamed or sealed image (spec 4.4).  @plan needs
 * all but phnum for their number, and plan_front() and plan_finish() for what
 * they say; a packed streamed image does without plan_finish().
 */
int segments_of_plan(const struct plan *plan, const struct frames *frames,
		     const struct vec *mappings, int view, struct vec *ret,
		     struct imgfmt_error *err);

#endif /* IMGFMT_LAYOUT_SEGMENTS_H */
