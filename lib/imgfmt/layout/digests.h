/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Digests that writer and reader compute alike (spec 2.6), and runs of a mask.
 */
#ifndef IMGFMT_LAYOUT_DIGESTS_H
#define IMGFMT_LAYOUT_DIGESTS_H

#include "base/base.h"
#include "digest/sha256.h"

/* The set tag's digest (spec 6.3); its first bytes are the tag. */
int digest_tag(struct sha256 *sha, const uint8_t notes[SHA256_LEN],
	       const uint8_t page_map[SHA256_LEN], uint8_t ret[SHA256_LEN],
	       struct imgfmt_error *err);

/* The root (spec 11.3) of a manifest's bytes. */
int digest_root(struct sha256 *sha, const uint8_t *manifest, bool content,
		uint8_t ret[SHA256_LEN], struct imgfmt_error *err);

/*
 * A plain block (spec 9.2): the stored pages among @pages, which has all
 * present pages of @present one after the other.
 */
int digest_stored(struct sha256 *sha, const uint8_t *pages, uint64_t present,
		  uint64_t zero_mask, uint32_t page_size,
		  uint8_t ret[SHA256_LEN], struct imgfmt_error *err);

/* The content digest (spec 10) of all present pages of a group. */
int digest_content(struct sha256 *sha, uint64_t pfn, uint64_t present,
		   const uint8_t *pages, uint32_t page_size,
		   uint8_t ret[SHA256_LEN], struct imgfmt_error *err);

static inline unsigned int mask_count(uint64_t mask)
{
	return (unsigned int)__builtin_popcountll(mask);
}

/*
 * Take the lowest run of set bits out of *@mask, which is
 * not 0: its first bit, and its length in *@len.
 */
static inline unsigned int mask_take_run(uint64_t *mask, unsigned int *len)
{
	unsigned int bit = (unsigned int)__builtin_ctzll(*mask);
	uint64_t rest = ~(*mask >> bit);

	*len = rest ? (unsigned int)__builtin_ctzll(rest) : 64 - bit;
	*mask &= ~(low_mask(*len) << bit);
	return bit;
}

/* How many bits from @bit on are set, one at least being so. */
static inline unsigned int mask_run_at(uint64_t mask, unsigned int bit)
{
	uint64_t rest = ~(mask >> bit);

	return rest ? (unsigned int)__builtin_ctzll(rest) : 64 - bit;
}

#endif /* IMGFMT_LAYOUT_DIGESTS_H */
