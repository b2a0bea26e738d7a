/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the frames of the saved system were used for, by the kernel's struct
 * pages.
 */
#ifndef IMGFMT_KERNEL_PAGE_CLASS_H
#define IMGFMT_KERNEL_PAGE_CLASS_H

#include "kernel/mem_map.h"

/* Classes that struct pages tell, as bits of IMGFMT_EXCLUDE(). */
#define PAGE_CLASSES \
	(IMGFMT_EXCLUDE(IMGFMT_FREE) | IMGFMT_EXCLUDE(IMGFMT_UNACCEPTED) | \
	 IMGFMT_EXCLUDE(IMGFMT_OFFLINE) | IMGFMT_EXCLUDE(IMGFMT_HWPOISON) | \
	 IMGFMT_EXCLUDE(IMGFMT_CACHE) | IMGFMT_EXCLUDE(IMGFMT_CACHE_PRIVATE) | \
	 IMGFMT_EXCLUDE(IMGFMT_USER) | IMGFMT_EXCLUDE(IMGFMT_HUGETLB))

/*
 * What makes the classes doubtful: they may have been read wrongly.  Frames
 * are never given a class by a struct page that is doubted.
 */
enum page_doubt {
	PAGE_DOUBT_ENCODING,	/* no known kernel has such types of pages */
	PAGE_DOUBT_TYPE,	/* a type that the encoding does not know */
	PAGE_DOUBT_FREE_ORDER,	/* a free block larger than the kernel has */
	PAGE_DOUBT_ORDER,	/* an order that no compound page has */
	PAGE_DOUBT_UNKNOWN,	/* the image lacks too many struct pages */
	PAGE_DOUBT_NO_FREE,	/* not one frame is free */
	PAGE_DOUBT_FREE_COUNT,	/* the kernel counts other free pages */
	PAGE_DOUBT_SUM,		/* of all classes, more than the memory */
	PAGE_DOUBTS
};

struct page_doubt_count {
	uint64_t frames;	/* 0: nothing to doubt */
	uint64_t pfn;		/* the first of them */
	uint64_t value;		/* that it has, or that was expected */
	uint64_t found;		/* free frames */
};

struct page_classes {
	struct frames frames;	/* runs with a class that was asked for */
	/* As makedumpfile: no frame from here on is memory; 0: no end. */
	uint64_t end;
	struct page_doubt_count doubts[PAGE_DOUBTS];
};

struct page_class_opts {
	uint32_t want;		/* bits of IMGFMT_EXCLUDE() */
	/*
	 * Decide as makedumpfile 1.7.7 does, also where that is wrong.  What it
	 * leaves out depends on all that is wanted: cache without
	 * cache-private is its level 2, and so on.
	 */
	bool	 as_makedumpfile;
	uint64_t max_runs;
	struct imgfmt_progress progress;
};

/*
 * The classes of the frames present in the kernel's memory.  Runs reach
 * beyond the present frames where a block does; more than opts->max_runs are
 * IMGFMT_E_LIMIT.  @ret is initialised also where this fails: IMGFMT_E_ABSENT,
 * with the name of what is missing, if the kernel does not tell them.
 */
int page_classes_find(struct page_classes *ret, struct kernel *k,
		      const struct page_class_opts *opts,
		      struct imgfmt_error *err);
void page_classes_fini(struct page_classes *c);

/* The classes that the doubts are about, as bits of IMGFMT_EXCLUDE(). */
uint32_t page_classes_doubted(const struct page_classes *c);

/* The doubt in words, IMGFMT_E_CORRUPT. */
void page_doubt_describe(const struct page_classes *c, enum page_doubt doubt,
			 struct imgfmt_error *ret);

#endif /* IMGFMT_KERNEL_PAGE_CLASS_H */
