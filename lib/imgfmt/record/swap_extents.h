/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the pages of a swap file lie on the device of its file system.
 */
#ifndef IMGFMT_RECORD_SWAP_EXTENTS_H
#define IMGFMT_RECORD_SWAP_EXTENTS_H

#include "base/vec.h"
#include "record/record.h"

/* Pages of the file from @slot on are pages of the device from @page on. */
struct swap_extent {
	uint64_t slot, page, pages;
};

/*
 * Read extents (struct swap_extent) from a text file: lines "SLOT PAGE PAGES",
 * numbers of pages, decimal or hexadecimal after 0x; "#" begins a comment.  A
 * message names the file.
 */
int swap_extents_load(const char *path, struct vec *ret,
		      struct imgfmt_error *err);
/*
 * They rise, cover pages 0 to @last_page of the file without a gap, do not
 * meet on the device, and lie in its @device_pages (0: unknown), page 0 not
 * among them, which no image can name.
 */
int swap_extents_check(const struct vec *extents, uint64_t last_page,
		       uint64_t device_pages, struct imgfmt_error *err);
/* The page of the device of a covered slot, and how many follow in a row. */
uint64_t swap_extents_page(const struct vec *extents, uint64_t slot,
			   uint64_t *run_ret);

#endif /* IMGFMT_RECORD_SWAP_EXTENTS_H */
