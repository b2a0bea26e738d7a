/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Types and arithmetic that every layer uses.  Nothing here allocates, does
 * I/O or keeps state.
 */
#ifndef IMGFMT_BASE_BASE_H
#define IMGFMT_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Checked arithmetic: true when the result does not fit. */
#define add_overflow(a, b, ret) __builtin_add_overflow(a, b, ret)
#define sub_overflow(a, b, ret) __builtin_sub_overflow(a, b, ret)
#define mul_overflow(a, b, ret) __builtin_mul_overflow(a, b, ret)

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline bool is_pow2(uint64_t v)
{
	return v && !(v & (v - 1));
}

/* Round up to @align, a power of two; the caller knows that it fits. */
static inline uint64_t align_up(uint64_t v, uint64_t align)
{
	return (v + align - 1) & ~(align - 1);
}

static inline uint64_t div_round_up(uint64_t v, uint64_t by)
{
	return v / by + (v % by != 0);
}

static inline unsigned int log2_u64(uint64_t v)
{
	return 63 - (unsigned int)__builtin_clzll(v);
}

/* A mask of the low @n bits, @n from 0 to 64. */
static inline uint64_t low_mask(unsigned int n)
{
	return n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

/*
 * Records of the format are little-endian (spec 2.3).  The accessors take any
 * alignment and compile to one load or store.
 */
static inline uint16_t get_le16(const void *p)
{
	const uint8_t *b = p;

	return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t get_le32(const void *p)
{
	const uint8_t *b = p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

static inline uint64_t get_le64(const void *p)
{
	const uint8_t *b = p;

	return get_le32(b) | (uint64_t)get_le32(b + 4) << 32;
}

static inline void put_le16(void *p, uint16_t v)
{
	uint8_t *b = p;

	b[0] = (uint8_t)v;
	b[1] = (uint8_t)(v >> 8);
}

static inline void put_le32(void *p, uint32_t v)
{
	put_le16(p, (uint16_t)v);
	put_le16((uint8_t *)p + 2, (uint16_t)(v >> 16));
}

static inline void put_le64(void *p, uint64_t v)
{
	put_le32(p, (uint32_t)v);
	put_le32((uint8_t *)p + 4, (uint32_t)(v >> 32));
}

/* Whether @len bytes are all zero; vectorised by the compiler's memcmp. */
static inline bool mem_is_zero(const void *p, size_t len)
{
	const uint8_t *b = p;
	size_t head = len < 16 ? len : 16;

	for (size_t i = 0; i < head; i++)
		if (b[i])
			return false;
	return len <= 16 || !memcmp(b, b + 16, len - 16);
}

#endif /* IMGFMT_BASE_BASE_H */
