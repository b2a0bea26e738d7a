/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A saved kernel: what its VMCOREINFO says, and its own page tables.
 */
#ifndef IMGFMT_KERNEL_KERNEL_H
#define IMGFMT_KERNEL_KERNEL_H

#include "kernel/arch.h"
#include "kernel/uts.h"

struct kernel {
	struct kernel_memory memory;
	struct vmcoreinfo info;	/* its text belongs to the caller */
	struct kernel_layout layout;
	char	 release[UTS_FIELD];	/* OSRELEASE; empty: none that fits */
	struct uts uts;		/* of that release, or all are empty */
	bool	 has_kaslr_offset;
	uint64_t kaslr_offset;
	/*
	 * The page tables proved themselves: they map the kernel's image to
	 * where VMCOREINFO says, and its names lie there.
	 */
	bool	 translates;
	struct imgfmt_error why_not;	/* if they did not */
};

/*
 * Takes the fields of @memory over that are not its own.  What the text or the
 * memory does not tell is no failure.
 */
int kernel_init(struct kernel *k, const struct kernel_memory *memory,
		const struct vmcoreinfo *v, struct imgfmt_error *err);
void kernel_fini(struct kernel *k);

/*
 * Another text, about the same memory: for trying one after the other.
 */
void kernel_describe(struct kernel *k, const struct vmcoreinfo *v);

/*
 * The page that a virtual address lies in, and bytes at one.
 * IMGFMT_E_ABSENT: not mapped, not in the image, or the page tables did not
 * prove themselves.
 */
int kernel_find_page(struct kernel *k, uint64_t vaddr, struct paging_page *ret,
		     struct imgfmt_error *err);
int kernel_read(struct kernel *k, uint64_t vaddr, void *buf, size_t len,
		struct imgfmt_error *err);

/*
 * The mappings that ELF output needs (spec 6.6), struct imgfmt_mapping: all
 * frames by the direct map, and the kernel's image once more as aliases.
 * IMGFMT_E_ABSENT if they cannot be told; @ret is empty then.
 */
int kernel_mappings(struct kernel *k, struct vec *ret,
		    struct imgfmt_error *err);

#endif /* IMGFMT_KERNEL_KERNEL_H */
