/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page list of one of Linux's own hibernation images: all present frames,
 * in the order in which the kernel had them.
 */
#ifndef IMGFMT_LAYOUT_PAGE_LIST_H
#define IMGFMT_LAYOUT_PAGE_LIST_H

#include "layout/frames.h"
#include "record/swap_note.h"

/* Frames that follow each other in the list, and among the present ones. */
struct list_run {
	uint64_t pfn, pages;
	uint64_t rank;		/* of the first among the present frames */
	uint64_t index;		/* of the first in the list */
};

struct page_list {
	struct vec runs;	/* struct list_run, in the order of the list */
	uint64_t count;		/* frames */
};

/* A place in the list. */
struct list_cursor {
	size_t	 run;
	uint64_t skip;		/* frames of the run that lie before it */
};

void page_list_init(struct page_list *l);
void page_list_fini(struct page_list *l);

/*
 * Frames in the order that @parts (struct swap_part, none: they rise) give.
 * IMGFMT_E_CORRUPT if a present frame is in no part [SWAP-06].
 */
int page_list_build(struct page_list *l, const struct frames *frames,
		    const struct vec *parts, struct imgfmt_error *err);

/*
 * The frame at the cursor, and how many of its run lie from there on, which
 * is what the cursor may be moved by at most; 0 at the end of the list.
 */
uint64_t page_list_at(const struct page_list *l, const struct list_cursor *c,
		      uint64_t *pfn_ret, uint64_t *rank_ret);
/* The place of frame number @index, or the end. */
struct list_cursor page_list_find(const struct page_list *l, uint64_t index);
void page_list_move(const struct page_list *l, struct list_cursor *c,
		    uint64_t frames);

#endif /* IMGFMT_LAYOUT_PAGE_LIST_H */
