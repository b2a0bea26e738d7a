/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The header page of a swap area, as mkswap makes it: struct swap_header_v1_2
 * of Linux (include/linux/swap.h), whose end an image of Linux's own
 * hibernation takes for itself (record/swsusp.h).
 */
#ifndef IMGFMT_RECORD_SWAP_HEADER_H
#define IMGFMT_RECORD_SWAP_HEADER_H

#include "record/record.h"

/*
 * The list of bad pages may reach up to the fields of an image: pages whose
 * list is longer cannot hold one.
 */
#define SWAP_BAD_AT	1536u
#define SWAP_BAD_MAX	((65536u - SWAP_BAD_AT) / 4)

struct swap_header {
	uint32_t last_page;	/* of the area; page 0 is this one */
	uint32_t bad_count;
	uint32_t bad[SWAP_BAD_MAX];	/* rising */
};

/*
 * Decode a header page with the signature SWAPSPACE2; IMGFMT_E_CORRUPT if it
 * is none of this kernel's, or says what cannot be.
 */
int swap_header_decode(const void *page, uint32_t page_size, uint64_t offset,
		       struct swap_header *ret, struct imgfmt_error *err);

/* Whether page @page of the area is one of the bad ones. */
bool swap_header_is_bad(const struct swap_header *h, uint32_t page);

#endif /* IMGFMT_RECORD_SWAP_HEADER_H */
