/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the saved kernel keeps its array of struct page: one for each frame.
 *
 * Two memory models (include/asm-generic/memory_model.h of Linux 6.12): flat,
 * one array; sparse, an array for each section of memory, found by a table of
 * one level or two (SPARSEMEM_EXTREME).  With SPARSEMEM_VMEMMAP the arrays lie
 * next to each other in virtual memory, and the table tells the same.
 */
#ifndef IMGFMT_KERNEL_MEM_MAP_H
#define IMGFMT_KERNEL_MEM_MAP_H

#include "kernel/kernel.h"

/* Struct pages that are read together, at an even distance. */
#define MEM_MAP_BATCH 512u

/* Bytes of a struct page that a kernel may say it has. */
#define MEM_MAP_PAGE_MIN 32u
#define MEM_MAP_PAGE_MAX 512u

struct mem_map {
	struct kernel *k;
	uint32_t page_bytes;	/* of a struct page */

	bool	 flat;
	uint64_t flat_first, flat_pages, flat_vaddr;

	/* Sparse. */
	unsigned int section_shift;	/* frames of a section, as a power of 2 */
	uint64_t sections;		/* that the table has room for */
	uint64_t table;			/* virtual address */
	uint64_t section_bytes;		/* of a struct mem_section */
	uint64_t map_offset;		/* of section_mem_map in it */
	uint64_t root_sections;		/* of a second level; 0: one level */
	bool	 has_last;		/* the section looked up last */
	uint64_t last_section;
	int	 last_rc;
	uint64_t last_vaddr;		/* of its first struct page */
};

/*
 * From what VMCOREINFO tells.  IMGFMT_E_ABSENT: it does not tell it, or the
 * kernel's addresses cannot be read; IMGFMT_E_CORRUPT: it tells what no kernel
 * has.
 */
int mem_map_init(struct mem_map *m, struct kernel *k, struct imgfmt_error *err);

/*
 * Read the struct pages of the MEM_MAP_BATCH frames from @pfn on, a multiple
 * of that, into @pages, page_bytes each.  Bit i of @known (MEM_MAP_BATCH / 64
 * words) tells whether that of frame @pfn + i was there; the others are zero.
 * What the image does not have, or has damaged, is no failure.
 */
int mem_map_read(struct mem_map *m, uint64_t pfn, uint8_t *pages,
		 uint64_t *known, struct imgfmt_error *err);

/*
 * Whether the kernel has struct pages for the section that frame @pfn lies in,
 * which begins at *@first.  One it has all of, or none.
 */
bool mem_map_has(struct mem_map *m, uint64_t pfn, uint64_t *first);

/* The first frame behind that section; above @pfn. */
uint64_t mem_map_end(const struct mem_map *m, uint64_t pfn);

#endif /* IMGFMT_KERNEL_MEM_MAP_H */
