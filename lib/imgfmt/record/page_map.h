/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page map (spec 7): bytes to runs and back.  layout/frames.h makes a
 * table to look frames up in from them.
 */
#ifndef IMGFMT_RECORD_PAGE_MAP_H
#define IMGFMT_RECORD_PAGE_MAP_H

#include "base/vec.h"
#include "record/record.h"

/*
 * Size of the page map that begins with @head at @offset; its magic, count and
 * limits are checked, its CRC32C is not.
 */
int page_map_size(const struct imgfmt_page_map_head *head, uint64_t offset,
		  uint64_t *ret, struct imgfmt_error *err);

/*
 * A whole page map into a vector of struct imgfmt_run whose state is
 * IMGFMT_STORED for present frames, or IMGFMT_EXCLUDED [PMAP-01 to PMAP-05].
 */
int page_map_decode(const void *buf, size_t size, uint64_t offset,
		    uint32_t page_size, struct vec *ret,
		    struct imgfmt_error *err);
int page_map_encode(const struct imgfmt_run *runs, size_t count,
		    struct vec *bytes, struct imgfmt_error *err);

#endif /* IMGFMT_RECORD_PAGE_MAP_H */
