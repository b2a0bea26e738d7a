/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A bitmap that can say in constant time how many bits are set before a
 * position (rank), and find the n-th set bit (select).
 *
 * Fill it, then call bitmap_build_rank() once; every change after that makes
 * rank and select stale until they are built again.  Memory is an eighth of a
 * byte per bit and a sixteenth of that for the directory.  Reading a bitmap
 * from several threads is safe.
 *
 * Positions and ranges lie inside the bitmap: that is the caller's part of
 * the contract, except where a function says otherwise.
 */
#ifndef IMGFMT_BASE_BITMAP_H
#define IMGFMT_BASE_BITMAP_H

#include "base/base.h"
#include "imgfmt.h"

struct bitmap {
	uint64_t  bits;		/* length */
	uint64_t *words;	/* bit i is bit i % 64 of word i / 64 */
	uint64_t *major;	/* set bits before each BITMAP_MAJOR bits */
	uint16_t *minor;	/* set bits from there to each BITMAP_MINOR */
};

#define BITMAP_MINOR 256u	/* bits per small count */
#define BITMAP_MAJOR 65536u	/* bits per large count; its inner counts fit
				   16 bits */

/* All clear.  The caller has bounded @bits, which may be 0. */
int bitmap_init(struct bitmap *b, uint64_t bits, struct imgfmt_error *err);
void bitmap_fini(struct bitmap *b);

void bitmap_set_range(struct bitmap *b, uint64_t from, uint64_t count);
void bitmap_clear_range(struct bitmap *b, uint64_t from, uint64_t count);

/* Set bits in [from, from + count), by counting. */
uint64_t bitmap_count(const struct bitmap *b, uint64_t from, uint64_t count);

/*
 * The first set (clear) position at or after @from, or the length of the
 * bitmap when there is none; @from may be at or beyond the end.
 */
uint64_t bitmap_next_set(const struct bitmap *b, uint64_t from);
uint64_t bitmap_next_zero(const struct bitmap *b, uint64_t from);

int bitmap_build_rank(struct bitmap *b, struct imgfmt_error *err);

/* Set bits before @pos, which may be the length: then it is the total. */
uint64_t bitmap_rank(const struct bitmap *b, uint64_t pos);

/*
 * The position of the set bit that has @rank set bits before it, or the
 * length of the bitmap when there are not that many.  Takes log(bits) steps.
 */
uint64_t bitmap_select(const struct bitmap *b, uint64_t rank);

static inline void bitmap_set(struct bitmap *b, uint64_t pos)
{
	b->words[pos / 64] |= (uint64_t)1 << pos % 64;
}

static inline void bitmap_clear(struct bitmap *b, uint64_t pos)
{
	b->words[pos / 64] &= ~((uint64_t)1 << pos % 64);
}

/* False beyond the end, so that any frame number can be asked about. */
static inline bool bitmap_test(const struct bitmap *b, uint64_t pos)
{
	return pos < b->bits && b->words[pos / 64] >> pos % 64 & 1;
}

#endif /* IMGFMT_BASE_BITMAP_H */
