/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much of its swap the saved kernel used, by its own count.
 */
#ifndef IMGFMT_KERNEL_SWAP_USE_H
#define IMGFMT_KERNEL_SWAP_USE_H

#include "kernel/kernel.h"

/* Pages of all swap areas together, and those of them that nothing was in. */
struct swap_use {
	uint64_t pages, free;
};

/*
 * total_swap_pages and nr_swap_pages of Linux (mm/swap_state.c and
 * mm/swapfile.c).  A page that is free may be counted as used, if a processor
 * has set it aside, but never the other way round.  In a hibernation image the
 * count is of the moment of the copy: what the image itself takes is free.
 * IMGFMT_E_ABSENT: the kernel does not tell its variables (kallsyms.h), or has
 * no swap; IMGFMT_E_CORRUPT: these cannot be counts.
 */
int swap_use_read(struct kernel *k, struct swap_use *ret,
		  struct imgfmt_error *err);

#endif /* IMGFMT_KERNEL_SWAP_USE_H */
