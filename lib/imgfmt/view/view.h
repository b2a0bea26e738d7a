/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The other view of an image, through its backup map.
 *
 * In the jump view the saved system's content of a destination frame lies in
 * its backup frame, and what the hibernating kernel was loaded with lies in
 * the destination: going from one view to the other swaps the two.
 */
#ifndef IMGFMT_VIEW_VIEW_H
#define IMGFMT_VIEW_VIEW_H

#include "base/vec.h"
#include "imgfmt.h"
#include "layout/frames.h"

/* A range of frames whose content comes from another range. */
struct view_swap {
	uint64_t pfn, pages;
	uint64_t partner;	/* = pfn for in-place pages */
	bool	 destination;	/* the destination side of its run */
};

struct view {
	struct vec swaps;	/* both sides of every run, by pfn; empty: the
				   view is the source's own */
};

void view_init(struct view *v);
void view_fini(struct view *v);

/*
 * The view @to, which is not the source's, was asked for; @places: a backup
 * map is there, and places pages.  IMGFMT_E_ABSENT without one [BMAP-06].
 */
int view_check(bool places, enum imgfmt_view to, struct imgfmt_error *err);

/* The view other than the source's, for a checked backup map. */
int view_build(struct view *v, const struct imgfmt_backup_run *runs,
	       size_t count, struct imgfmt_error *err);

/*
 * Where the source has what @v shows in frame @pfn; *@pages is cut to the
 * frames that lie together there.
 */
uint64_t view_source(const struct view *v, uint64_t pfn, uint64_t *pages);

/*
 * The frame table of the view @to, from the source's.  Pages of the
 * hibernating kernel's image become class kexec; one that the source does not
 * have is excluded.  A page of the saved system that is missing at its place
 * is excluded with class none.
 */
int view_frames(const struct view *v, const struct frames *source,
		enum imgfmt_view to, uint32_t block_pages, struct frames *ret,
		struct imgfmt_error *err);

/*
 * What is known of the saved system's pages, runs of the original view, where
 * the jump view has these pages: @v is built of the map, @known is built, and so
 * is @ret.  With @foreign it has the hibernating kernel's pages too, as class
 * kexec.
 */
int view_to_jump(const struct view *v, const struct frames *known,
		 bool foreign, struct frames *ret, struct imgfmt_error *err);

#endif /* IMGFMT_VIEW_VIEW_H */
