/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layout/digests.h"

#include "format.h"
#include "record/tables.h"

int digest_tag(struct sha256 *sha, const uint8_t notes[SHA256_LEN],
	       const uint8_t page_map[SHA256_LEN], uint8_t ret[SHA256_LEN],
	       struct imgfmt_error *err)
{
	uint8_t both[2 * SHA256_LEN];

	memcpy(both, notes, SHA256_LEN);
	memcpy(both + SHA256_LEN, page_map, SHA256_LEN);
	return sha256(sha, IMGFMT_DOMAIN_TAG, both, sizeof(both), ret, err);
}

int digest_root(struct sha256 *sha, const uint8_t *manifest, bool content,
		uint8_t ret[SHA256_LEN], struct imgfmt_error *err)
{
	/* Behind the header and the item of the front. */
	size_t items = sizeof(struct imgfmt_manifest_record) +
		       sizeof(struct imgfmt_item_record);
	int rc = sha256_reset(sha, IMGFMT_DOMAIN_ROOT, err);

	if (!rc)
		rc = sha256_update(sha, manifest + MANIFEST_ROOT_FROM,
				   MANIFEST_ROOT_TO - MANIFEST_ROOT_FROM, err);
	if (!rc)
		rc = sha256_update(sha, manifest + items,
				   manifest_size(content) - items, err);
	return rc ? rc : sha256_final(sha, ret, err);
}

int digest_stored(struct sha256 *sha, const uint8_t *pages, uint64_t present,
		  uint64_t zero_mask, uint32_t page_size,
		  uint8_t ret[SHA256_LEN], struct imgfmt_error *err)
{
	int rc = sha256_reset(sha, IMGFMT_DOMAIN_BLOCK, err);

	for (; present && !rc; present &= present - 1, pages += page_size)
		if (!(zero_mask & present & -present))
			rc = sha256_update(sha, pages, page_size, err);
	return rc ? rc : sha256_final(sha, ret, err);
}

int digest_content(struct sha256 *sha, uint64_t pfn, uint64_t present,
		   const uint8_t *pages, uint32_t page_size,
		   uint8_t ret[SHA256_LEN], struct imgfmt_error *err)
{
	size_t size = (size_t)mask_count(present) * page_size;
	uint8_t head[16];
	int rc = sha256_reset(sha, IMGFMT_DOMAIN_CONTENT, err);

	put_le64(head, pfn);
	put_le64(head + 8, present);
	if (!rc)
		rc = sha256_update(sha, head, sizeof(head), err);
	if (!rc)
		rc = sha256_update(sha, pages, size, err);
	return rc ? rc : sha256_final(sha, ret, err);
}
