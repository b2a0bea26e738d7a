/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is where in a struct page, as VMCOREINFO tells it: kernels differ in
 * rows of two constant tables, and no version number is ever asked.
 */
#ifndef IMGFMT_KERNEL_PAGE_LAYOUT_H
#define IMGFMT_KERNEL_PAGE_LAYOUT_H

#include "kernel/vmcoreinfo.h"

/* A value that the kernel may tell or not. */
struct page_value {
	bool known;
	uint32_t value;
};

/*
 * How types of pages are encoded in the word that is _mapcount of pages
 * without one (include/linux/page-flags.h).
 */
struct page_types {
	uint32_t buddy;		/* by this value a kernel shows its encoding */
	/* Whether @word is a type, and whether it is one that is known here. */
	bool (*is_type)(uint32_t word);
	bool (*is_known)(uint32_t word);
};

struct page_order;

struct page_layout {
	uint32_t page_bytes;
	/* Offsets of fields. */
	uint32_t flags, mapping, mapcount, compound, private_field;
	/* Bits of flags; 64: not told. */
	unsigned int lru, private_bit, swapcache, swapbacked, hwpoison, slab_bit;
	uint64_t head_mask;	/* 0: not told */
	/* Values of _mapcount. */
	struct page_value buddy, offline, unaccepted, hugetlb, slab;
	uint32_t orders;	/* of free blocks, 0 to this minus 1 */
	const struct page_types *types;		/* NULL: of no known kernel */

	/* Where compound pages tell their order, and that they are huge. */
	const struct page_order *order;
	uint32_t order_offset, dtor_offset;	/* from the head's begin */
	uint32_t hugetlb_dtor;
	unsigned int hugetlb_bit;
};

/*
 * @want: classes as bits of IMGFMT_EXCLUDE().  IMGFMT_E_ABSENT, with the name
 * of what is missing, if VMCOREINFO does not tell what these take.  Of classes
 * that a kernel may not have (offline, hwpoison, unaccepted, hugetlb) nothing
 * needs to be told: there are none then.
 */
int page_layout_init(struct page_layout *l, const struct vmcoreinfo *v,
		     uint32_t page_bytes, uint32_t want,
		     struct imgfmt_error *err);

/* Of a head and the struct page behind it, which is known. */
unsigned int page_layout_order(const struct page_layout *l,
			       const uint8_t *head);
bool page_layout_is_huge(const struct page_layout *l, const uint8_t *head);

#endif /* IMGFMT_KERNEL_PAGE_LAYOUT_H */
