/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The manifest of an image of another format (spec/manifest.md).  It is never
 * stored: who verifies makes it anew, and compares it by its signature.
 */
#ifndef IMGFMT_RECORD_FOREIGN_H
#define IMGFMT_RECORD_FOREIGN_H

#include "digest/sha256.h"
#include "record/record.h"

/* Items are by kind - IMGFMT_ITEM_HEADER. */
#define FOREIGN_ITEMS 4u

struct foreign_item {
	bool	 there;
	uint64_t size;
	uint8_t	 digest[SHA256_LEN];
};

struct foreign_manifest {
	uint16_t format;
	uint32_t page_size, unit_pages;
	uint64_t entry, units;
	struct foreign_item items[FOREIGN_ITEMS];
};

#define FOREIGN_SIZE_MAX                      \
	(sizeof(struct imgfmt_foreign_record) + \
	 FOREIGN_ITEMS * sizeof(struct imgfmt_item_record))

static inline struct foreign_item *foreign_item(struct foreign_manifest *m,
						unsigned int kind)
{
	return &m->items[kind - IMGFMT_ITEM_HEADER];
}

/* The digest of @size bytes as item @kind. */
int foreign_set(struct foreign_manifest *m, unsigned int kind,
		struct sha256 *sha, uint8_t domain, const void *bytes,
		size_t size, struct imgfmt_error *err);

/* Into @ret, of FOREIGN_SIZE_MAX bytes; the size comes back. */
int foreign_encode(const struct foreign_manifest *m, struct sha256 *sha,
		   uint8_t *ret, size_t *size_ret, struct imgfmt_error *err);

#endif /* IMGFMT_RECORD_FOREIGN_H */
