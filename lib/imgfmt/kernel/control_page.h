/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The control page of a kexec jump: the page in which a kernel runs the last
 * code before it jumps and the first one after it was re-entered, and where it
 * writes down what it will take to come back (spec 6.10).
 */
#ifndef IMGFMT_KERNEL_CONTROL_PAGE_H
#define IMGFMT_KERNEL_CONTROL_PAGE_H

#include "kernel/paging.h"
#include "kernel/vmcoreinfo.h"

struct control_page {
	uint64_t pfn;
	uint64_t stack;			/* virtual: what was pushed last */
	uint64_t table, swap_page;	/* frames */
	uint64_t list;			/* first entry of the page list */
	/* While the jump takes place, and those of the saved kernel. */
	struct paging transition, own;
};

/*
 * That of a kernel which is re-entered at @entry, physical; @v tells which
 * kernel it is.  IMGFMT_E_UNSUPPORTED, with its release: nobody has written
 * down where that kernel keeps what; IMGFMT_E_UNFIT: the page is not there, or
 * is none [RSM-06].
 */
int control_page_read(struct kernel_memory *m, const struct vmcoreinfo *v,
		      uint64_t entry, struct control_page *ret,
		      struct imgfmt_error *err);

/* What the saved kernel pushed on its stack, words, and the last of them: where
   it goes on. */
#define CONTROL_STACK_WORDS 8u
#define CONTROL_STACK_RETURN 7u

#endif /* IMGFMT_KERNEL_CONTROL_PAGE_H */
