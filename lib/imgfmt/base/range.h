/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ranges of frames or bytes in a vector: rising, without overlap.
 */
#ifndef IMGFMT_BASE_RANGE_H
#define IMGFMT_BASE_RANGE_H

#include <stddef.h>

#include "base/vec.h"

/* The elements of a vector that range_find() takes begin like this. */
struct range {
	uint64_t first, count;
};

/* That the members @first and @count of @type lie where those of a range do. */
#define RANGE_CHECK(type, first_member, count_member)                        \
	_Static_assert(offsetof(type, first_member) ==                       \
				       offsetof(struct range, first) &&      \
			       offsetof(type, count_member) ==               \
				       offsetof(struct range, count),        \
		       #type " does not begin with a range")

/* Index of the first range that ends above @at; the length if there is none. */
static inline size_t range_find(const struct vec *ranges, uint64_t at)
{
	const uint8_t *data = ranges->data;
	size_t lo = 0, hi = ranges->len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		struct range r;

		memcpy(&r, data + mid * ranges->elem, sizeof(r));
		if (r.first + r.count > at)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

#endif /* IMGFMT_BASE_RANGE_H */
