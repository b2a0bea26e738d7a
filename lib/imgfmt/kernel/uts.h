/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's version text out of its own memory: init_uts_ns, whose address
 * VMCOREINFO tells.
 */
#ifndef IMGFMT_KERNEL_UTS_H
#define IMGFMT_KERNEL_UTS_H

#include "kernel/vmcoreinfo.h"

/* Physical memory of the saved kernel, in its own (original) view. */
struct kernel_memory {
	int (*read)(void *ctx, uint64_t paddr, void *buf, size_t len);
	void *ctx;
};

/*
 * Put the version that belongs to @release into @version; left alone where
 * VMCOREINFO, the architecture or the memory does not tell it.
 */
void uts_version(const struct vmcoreinfo *v, uint16_t machine,
		 const struct kernel_memory *memory, const char *release,
		 char *version, size_t size);

#endif /* IMGFMT_KERNEL_UTS_H */
