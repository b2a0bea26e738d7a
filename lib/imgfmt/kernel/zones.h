/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the saved kernel's zones count: free pages, and how far its memory
 * reaches.
 */
#ifndef IMGFMT_KERNEL_ZONES_H
#define IMGFMT_KERNEL_ZONES_H

#include "kernel/kernel.h"

struct zones {
	bool	 known;		/* false: the kernel does not tell them */
	uint64_t free;		/* pages, without those still to be added up */
	uint64_t spanned;	/* pages, holes of the nodes included */
	uint64_t end;		/* the first frame above all nodes */
};

/* What cannot be read, or is no count, makes them unknown. */
void zones_read(struct kernel *k, struct zones *ret);

#endif /* IMGFMT_KERNEL_ZONES_H */
