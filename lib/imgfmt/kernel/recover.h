/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * VMCOREINFO out of the saved kernel's memory, for images without the note:
 * the kernel keeps it ready, as a note of ELF at the begin of a page, for the
 * day that it crashes (update_vmcoreinfo_note() of Linux).
 *
 * Old copies may lie around, of a kernel that ran before or cut short, and a
 * wrong VMCOREINFO is worse than none: only one that describes this memory is
 * taken, to the page tables and the names that uname gave.
 */
#ifndef IMGFMT_KERNEL_RECOVER_H
#define IMGFMT_KERNEL_RECOVER_H

#include "kernel/kernel.h"

struct recover_opts {
	uint64_t frames;	/* to look at at most; 0: all */
	struct imgfmt_progress progress;
};

/*
 * Look through the frames, rising, for the first VMCOREINFO that proves
 * itself.  Found: *@k is a kernel, its text is in @text, the note in frame
 * *@pfn.  Otherwise IMGFMT_E_ABSENT, or another failure, and no kernel.
 */
int recover_kernel(const struct kernel_memory *memory,
		   const struct recover_opts *opts, struct kernel *k,
		   struct vec *text, uint64_t *pfn, struct imgfmt_error *err);

#endif /* IMGFMT_KERNEL_RECOVER_H */
