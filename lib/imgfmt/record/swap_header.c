/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/swap_header.h"

#include <stdlib.h>

#include "record/swsusp.h"

#define VERSION_AT	1024u
#define LAST_PAGE_AT	1028u
#define BAD_COUNT_AT	1032u

static int compare(const void *a, const void *b)
{
	const uint32_t *l = a, *r = b;

	return *l < *r ? -1 : *l > *r;
}

/* The bad pages lie in the area, behind its header, each one once. */
static bool bad_are_sound(const struct swap_header *h)
{
	for (uint32_t i = 0; i < h->bad_count; i++)
		if (h->bad[i] <= (i ? h->bad[i - 1] : 0) ||
		    h->bad[i] > h->last_page)
			return false;
	return true;
}

int swap_header_decode(const void *page, uint32_t page_size, uint64_t offset,
		       struct swap_header *ret, struct imgfmt_error *err)
{
	const uint8_t *b = page;
	uint32_t room = (page_size - SWSUSP_TAIL_SIZE - SWAP_BAD_AT) / 4;

	ret->last_page = get_le32(b + LAST_PAGE_AT);
	ret->bad_count = get_le32(b + BAD_COUNT_AT);
	if (get_le32(b + VERSION_AT) != 1)
		return err_rule(err, IMGFMT_E_CORRUPT, "", offset + VERSION_AT,
				"a swap header of version 0x%x, not 1",
				get_le32(b + VERSION_AT));
	if (!ret->last_page)
		return err_rule(err, IMGFMT_E_CORRUPT, "", offset + LAST_PAGE_AT,
				"an empty swap area");
	if (ret->bad_count > room)
		return err_rule(err, IMGFMT_E_CORRUPT, "", offset + BAD_COUNT_AT,
				"a swap header with %u bad pages has no room for an image: %u are the most",
				ret->bad_count, room);
	for (uint32_t i = 0; i < ret->bad_count; i++)
		ret->bad[i] = get_le32(b + SWAP_BAD_AT + (size_t)i * 4);
	qsort(ret->bad, ret->bad_count, sizeof(ret->bad[0]), compare);
	if (!bad_are_sound(ret))
		return err_rule(err, IMGFMT_E_CORRUPT, "", offset + SWAP_BAD_AT,
				"a swap header whose bad pages are not all in the area, each one once");
	return IMGFMT_OK;
}

bool swap_header_is_bad(const struct swap_header *h, uint32_t page)
{
	return bsearch(&page, h->bad, h->bad_count, sizeof(page), compare);
}
