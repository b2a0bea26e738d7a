/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/foreign.h"

int foreign_set(struct foreign_manifest *m, unsigned int kind,
		struct sha256 *sha, uint8_t domain, const void *bytes,
		size_t size, struct imgfmt_error *err)
{
	struct foreign_item *item = foreign_item(m, kind);

	item->there = true;
	item->size = size;
	return sha256(sha, domain, bytes, size, item->digest, err);
}

int foreign_encode(const struct foreign_manifest *m, struct sha256 *sha,
		   uint8_t *ret, size_t *size_ret, struct imgfmt_error *err)
{
	struct imgfmt_foreign_record r = {
		.version = htole16(IMGFMT_FOREIGN_VERSION),
		.format = htole16(m->format),
		.page_size = htole32(m->page_size),
		.unit_pages = htole32(m->unit_pages),
		.entry = htole64(m->entry),
		.units = htole64(m->units),
	};
	size_t from = offsetof(typeof(r), page_size), at = sizeof(r);
	uint32_t items = 0;
	int rc;

	for (unsigned int i = 0; i < FOREIGN_ITEMS; i++) {
		struct imgfmt_item_record item = {
			.kind = htole32(IMGFMT_ITEM_HEADER + i),
			.size = htole64(m->items[i].size),
		};

		if (!m->items[i].there)
			continue;
		memcpy(item.digest, m->items[i].digest, sizeof(item.digest));
		memcpy(ret + at, &item, sizeof(item));
		at += sizeof(item);
		items++;
	}
	memcpy(r.magic, IMGFMT_MANIFEST_MAGIC, sizeof(r.magic));
	r.items = htole32(items);
	memcpy(ret, &r, sizeof(r));
	rc = sha256(sha, IMGFMT_DOMAIN_ROOT, ret + from, at - from, r.root,
		    err);
	memcpy(ret, &r, sizeof(r));
	*size_ret = at;
	return rc;
}
