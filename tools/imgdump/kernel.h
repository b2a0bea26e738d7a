/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The saved kernel, opened when a section first needs it.
 */
#ifndef IMGDUMP_KERNEL_H
#define IMGDUMP_KERNEL_H

#include "imgdump.h"

/*
 * The kernel, for as long as @d; with -v it is told where its VMCOREINFO was
 * found.  Looks through all of the memory, if it has to.
 */
int kernel_need(struct dump *d, struct imgfmt_kernel **ret,
		struct imgfmt_error *err);

/* The same for a summary, which does not look far; false if there is none. */
bool kernel_quick(struct dump *d, struct imgfmt_kernel_info *ret);

/*
 * VMCOREINFO: of the image's notes, else out of its memory.  IMGFMT_E_ABSENT
 * if there is none, or if it cannot be looked for in a pipe.
 */
int kernel_vmcoreinfo(struct dump *d, const char **text, size_t *size,
		      struct imgfmt_error *err);

#endif /* IMGDUMP_KERNEL_H */
