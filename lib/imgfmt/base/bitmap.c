/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bitmap with rank and select.
 *
 * The directory has two levels: a 64-bit count of the bits before each 64 Ki
 * positions, and from there a 16-bit count for each 256.  Rank is two look-ups
 * and at most four population counts.
 *
 * Words are allocated up to a multiple of BITMAP_MINOR and what lies beyond
 * the length stays clear, so that loops over words need no last case.
 */
#include "base/bitmap.h"

#include <stdlib.h>

#include "base/error.h"

#define WORDS_PER_MINOR (BITMAP_MINOR / 64)
#define MINORS_PER_MAJOR (BITMAP_MAJOR / BITMAP_MINOR)

static uint64_t minor_count(const struct bitmap *b)
{
	return div_round_up(b->bits, BITMAP_MINOR);
}

static uint64_t major_count(const struct bitmap *b)
{
	return div_round_up(b->bits, BITMAP_MAJOR);
}

static unsigned int popcount(uint64_t word)
{
	return (unsigned int)__builtin_popcountll(word);
}

/* One element is allocated even for nothing, so that NULL means no memory. */
static void *alloc_array(uint64_t count, size_t size)
{
	return count > SIZE_MAX ? NULL : calloc(count ? count : 1, size);
}

int bitmap_init(struct bitmap *b, uint64_t bits, struct imgfmt_error *err)
{
	*b = (struct bitmap){ .bits = bits };
	b->words = alloc_array(minor_count(b) * WORDS_PER_MINOR,
			       sizeof(*b->words));
	if (b->words)
		return IMGFMT_OK;
	*b = (struct bitmap){ 0 };
	return err_nomem(err, "a bitmap");
}

void bitmap_fini(struct bitmap *b)
{
	free(b->words);
	free(b->major);
	free(b->minor);
	*b = (struct bitmap){ 0 };
}

/* The bits of word @word that lie in [from, to). */
static uint64_t word_mask(uint64_t word, uint64_t from, uint64_t to)
{
	uint64_t start = word * 64;
	uint64_t mask = UINT64_MAX;

	if (from > start)
		mask &= ~low_mask((unsigned int)(from - start));
	if (to - start < 64)
		mask &= low_mask((unsigned int)(to - start));
	return mask;
}

void bitmap_set_range(struct bitmap *b, uint64_t from, uint64_t count)
{
	uint64_t to = from + count;

	for (uint64_t i = from / 64; i * 64 < to; i++)
		b->words[i] |= word_mask(i, from, to);
}

void bitmap_clear_range(struct bitmap *b, uint64_t from, uint64_t count)
{
	uint64_t to = from + count;

	for (uint64_t i = from / 64; i * 64 < to; i++)
		b->words[i] &= ~word_mask(i, from, to);
}

uint64_t bitmap_count(const struct bitmap *b, uint64_t from, uint64_t count)
{
	uint64_t to = from + count;
	uint64_t total = 0;

	for (uint64_t i = from / 64; i * 64 < to; i++)
		total += popcount(b->words[i] & word_mask(i, from, to));
	return total;
}

/* @flip is all ones to look for clear bits. */
static uint64_t next_bit(const struct bitmap *b, uint64_t from, uint64_t flip)
{
	uint64_t end = div_round_up(b->bits, 64);
	uint64_t i = from / 64;
	uint64_t word;

	if (from >= b->bits)
		return b->bits;
	word = (b->words[i] ^ flip) & ~low_mask(from % 64);
	while (!word && ++i < end)
		word = b->words[i] ^ flip;
	if (!word)
		return b->bits;
	return min_u64(i * 64 + (unsigned int)__builtin_ctzll(word), b->bits);
}

uint64_t bitmap_next_set(const struct bitmap *b, uint64_t from)
{
	return next_bit(b, from, 0);
}

uint64_t bitmap_next_zero(const struct bitmap *b, uint64_t from)
{
	return next_bit(b, from, UINT64_MAX);
}

static int alloc_directory(struct bitmap *b, struct imgfmt_error *err)
{
	if (!b->major)
		b->major = alloc_array(major_count(b), sizeof(*b->major));
	if (!b->minor)
		b->minor = alloc_array(minor_count(b), sizeof(*b->minor));
	if (!b->major || !b->minor)
		return err_nomem(err, "the directory of a bitmap");
	return IMGFMT_OK;
}

int bitmap_build_rank(struct bitmap *b, struct imgfmt_error *err)
{
	uint64_t minors = minor_count(b);
	uint64_t total = 0, base = 0;
	int rc = alloc_directory(b, err);

	if (rc < 0)
		return rc;
	for (uint64_t i = 0; i < minors; i++) {
		const uint64_t *w = b->words + i * WORDS_PER_MINOR;

		if (i % MINORS_PER_MAJOR == 0) {
			b->major[i / MINORS_PER_MAJOR] = total;
			base = total;
		}
		b->minor[i] = (uint16_t)(total - base);
		for (unsigned int k = 0; k < WORDS_PER_MINOR; k++)
			total += popcount(w[k]);
	}
	return IMGFMT_OK;
}

/* Set bits before group @minor. */
static uint64_t minor_rank(const struct bitmap *b, uint64_t minor)
{
	return b->major[minor / MINORS_PER_MAJOR] + b->minor[minor];
}

uint64_t bitmap_rank(const struct bitmap *b, uint64_t pos)
{
	uint64_t minor, rank;

	if (!pos)
		return 0;
	/*
	 * The length may be a multiple of the group: ask for the last bit
	 * before @pos, which is always inside, and add that one.
	 */
	pos--;
	minor = pos / BITMAP_MINOR;
	rank = minor_rank(b, minor);
	for (uint64_t i = minor * WORDS_PER_MINOR; i < pos / 64; i++)
		rank += popcount(b->words[i]);
	return rank + popcount(b->words[pos / 64] & low_mask(pos % 64 + 1));
}

/* The last group that has at most @rank set bits before it. */
static uint64_t find_minor(const struct bitmap *b, uint64_t rank)
{
	uint64_t low = 0, high = minor_count(b);

	while (high - low > 1) {
		uint64_t mid = low + (high - low) / 2;

		if (minor_rank(b, mid) <= rank)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static unsigned int select_in_word(uint64_t word, unsigned int rank)
{
	while (rank--)
		word &= word - 1;
	return (unsigned int)__builtin_ctzll(word);
}

uint64_t bitmap_select(const struct bitmap *b, uint64_t rank)
{
	uint64_t minor, left;

	if (!b->bits)
		return 0;
	minor = find_minor(b, rank);
	left = rank - minor_rank(b, minor);
	for (unsigned int k = 0; k < WORDS_PER_MINOR; k++) {
		uint64_t i = minor * WORDS_PER_MINOR + k;
		unsigned int here = popcount(b->words[i]);

		if (left < here)
			return i * 64 + select_in_word(b->words[i],
						       (unsigned int)left);
		left -= here;
	}
	return b->bits;
}
