/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where an architecture's kernel has what: one row per architecture.
 */
#ifndef IMGFMT_KERNEL_ARCH_H
#define IMGFMT_KERNEL_ARCH_H

#include "kernel/paging.h"
#include "kernel/vmcoreinfo.h"

/* What VMCOREINFO tells of the kernel's addresses. */
struct kernel_layout {
	/*
	 * Of the kernel's own image: virtual minus physical address, modulo
	 * 2^64, and the virtual addresses that it can have.
	 */
	bool	 has_image;
	uint64_t image_offset, image_first, image_last;

	bool	 has_paging;
	uint64_t root_symbol;	/* virtual address of the top page table */
	struct paging paging;

	/* Virtual address of physical 0 in the direct map, modulo 2^64. */
	bool	 has_direct;	/* false: page tables tell it */
	uint64_t direct_offset;

	bool	 has_phys_base;	/* x86_64's own word for image_offset */
	uint64_t phys_base;
};

struct kernel_arch {
	uint16_t machine;
	/* What the text tells; the rest of @ret is zero. */
	void (*layout)(const struct vmcoreinfo *v, uint32_t page_size,
		       struct kernel_layout *ret);
};

/*
 * The page tables of x86_64 from the top one, at physical @root with any flags
 * in the bits that are no address, for all virtual addresses.
 */
void x86_64_paging(const struct vmcoreinfo *v, uint64_t root,
		   unsigned int levels, struct paging *ret);

extern const struct kernel_arch arch_x86_64, arch_arm64;

/* NULL for a machine that there is no row of. */
const struct kernel_arch *arch_find(uint16_t machine, bool big_endian);

#endif /* IMGFMT_KERNEL_ARCH_H */
