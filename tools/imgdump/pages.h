/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runs of frames of an image, each as long as its state and class last.
 */
#ifndef IMGDUMP_PAGES_H
#define IMGDUMP_PAGES_H

#include "imgdump.h"

#define STATES (IMGFMT_EXCLUDED + 1)

/*
 * A file is walked by a cursor, which reads no page.  What comes through a
 * pipe is walked by a stream, which reads and proves everything.
 */
struct pages {
	struct dump		*dump;
	struct imgfmt_cursor	*cursor;
	struct imgfmt_stream	*stream;
	struct progress		*progress;	/* or NULL */
	struct imgfmt_run	 next;		/* read ahead, unless empty */
	bool			 ended;
	uint64_t		 done;		/* pages */
	uint64_t		 count[STATES][IMGFMT_CLASSES];
};

/* Whether the image must be read to its end to know all about it. */
bool pages_need_pass(const struct dump *d);

/* pages_fini() is due in any case. */
int pages_init(struct pages *p, struct dump *d, struct imgfmt_error *err);
void pages_fini(struct pages *p);

/* The next run and its pages counted; IMGFMT_END behind the last. */
int pages_next(struct pages *p, struct imgfmt_run *ret,
	       struct imgfmt_error *err);

/* Read a piped image to its end, with progress, and show nothing of it. */
int pages_skip(struct dump *d, struct imgfmt_error *err);

#endif /* IMGDUMP_PAGES_H */
