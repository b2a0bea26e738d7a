/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What it takes to re-enter a kernel that a kexec jump left: its control page,
 * the page list, the swap page, and page tables (spec 6.10).
 */
#ifndef IMGFMT_KERNEL_JUMP_H
#define IMGFMT_KERNEL_JUMP_H

#include "kernel/control_page.h"
#include "kernel/jump_list.h"

struct jump {
	struct control_page control;
	struct jump_list list;
};

/*
 * Read control page and list from memory in either view: they lie outside of
 * what is exchanged.  Fails as control_page_read() and jump_list_read() do.  A
 * jump is initialised also where this fails.
 */
int jump_read(struct jump *j, struct kernel_memory *m,
	      const struct vmcoreinfo *v, uint64_t entry, uint64_t memlimit,
	      struct imgfmt_error *err);
void jump_fini(struct jump *j);

/* Told by jump_walk(), each as often as it is come across. */
struct jump_visitor {
	/* A page that a resume needs. */
	void (*needs)(void *ctx, uint64_t pfn);
	/* IMGFMT_E_UNFIT: what keeps it from a resume, by its rule. */
	void (*broken)(void *ctx, const struct imgfmt_error *what);
	void *ctx;
};

/*
 * Go through all that a resume needs, in memory of the original view.  What is
 * wrong with it is told, the first of a kind; only trouble with reading is a
 * failure.
 */
int jump_walk(const struct jump *j, struct kernel_memory *m,
	      const struct jump_visitor *visitor, struct imgfmt_error *err);

#endif /* IMGFMT_KERNEL_JUMP_H */
