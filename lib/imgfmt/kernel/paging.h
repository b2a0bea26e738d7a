/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Page tables as trees of words: all that architectures differ in is how many
 * levels there are, how wide they are, and what an entry means.
 *
 * A walk reads one entry of each level, from the top down: at most
 * PAGING_LEVELS_MAX reads, whatever the entries say.
 */
#ifndef IMGFMT_KERNEL_PAGING_H
#define IMGFMT_KERNEL_PAGING_H

#include "kernel/memory.h"

#define PAGING_LEVELS_MAX 5u

enum paging_entry { PAGING_NOTHING, PAGING_TABLE, PAGING_PAGE };

struct paging {
	uint64_t root;		/* physical address of the top table */
	uint8_t	 levels;	/* 2 to PAGING_LEVELS_MAX */
	uint8_t	 page_shift;	/* bits of an offset in the smallest page */
	uint8_t	 level_bits;	/* of an index, except at the top */
	uint8_t	 address_bits;	/* of a virtual address that tables resolve */
	uint64_t first;		/* the kernel's lowest virtual address */
	/* Bits of an entry that are part of an address. */
	uint64_t address_mask;
	/* Where an entry has the highest bits of an address; 0: nowhere. */
	uint64_t high_mask;
	uint8_t	 high_shift;	/* by how much to shift them left */
	/*
	 * A bit that forbids to execute what an entry of any level leads to; 0:
	 * not known.
	 */
	uint64_t no_execute;
	/* Level 0 has the smallest pages. */
	enum paging_entry (*kind)(uint64_t entry, unsigned int level);
};

/* Bytes that an entry of @level maps. */
static inline uint64_t paging_span(const struct paging *p, unsigned int level)
{
	return (uint64_t)1 << (p->page_shift + level * p->level_bits);
}

struct paging_page {
	uint64_t vaddr, paddr;	/* of its first byte */
	uint64_t bytes;
	bool	 executable;	/* as far as the architecture's row knows */
};

/* The tables that lead to a page, frames, from the top down. */
struct paging_path {
	uint64_t pfn[PAGING_LEVELS_MAX];
	unsigned int count;
};

/*
 * The same as paging_find(), and through which tables; where it fails, the last
 * of them is the one that leads nowhere or is not in the image.
 */
int paging_trace(const struct paging *p, struct kernel_memory *m,
		 uint64_t vaddr, struct paging_page *ret,
		 struct paging_path *path, struct imgfmt_error *err);

/*
 * The page that @vaddr lies in; IMGFMT_E_ABSENT if nothing is mapped there, or
 * if a table is not in the image.
 */
int paging_find(const struct paging *p, struct kernel_memory *m,
		uint64_t vaddr, struct paging_page *ret,
		struct imgfmt_error *err);

/*
 * The first page at or above @vaddr that begins at @last or below;
 * IMGFMT_END if there is none.  Tables that are not in the image count as
 * empty.  Each walk takes one from *@budget, and IMGFMT_E_LIMIT is its end.
 */
int paging_next(const struct paging *p, struct kernel_memory *m,
		uint64_t vaddr, uint64_t last, uint64_t *budget,
		struct paging_page *ret, struct imgfmt_error *err);

#endif /* IMGFMT_KERNEL_PAGING_H */
