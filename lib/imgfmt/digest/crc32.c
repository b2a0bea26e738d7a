/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CRC-32: zlib's, and in front of it, where the processor multiplies without
 * carries, a loop that makes 64 bytes of long data.
 */
#include "digest/crc32.h"

#include <zlib.h>

#include "base/base.h"

/* zlib complements the register before and after. */
static uint32_t update(uint32_t reg, const void *buf, size_t len)
{
	return ~(uint32_t)crc32_z(~reg & 0xffffffff, buf, len);
}

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET_FOLD __attribute__((target("sse2,pclmul")))

/* Four registers of 16 bytes, which do not wait for each other. */
#define LANES 4
#define ROW   (LANES * sizeof(__m128i))

static bool cpu_folds(void)
{
	return __builtin_cpu_supports("pclmul");
}

/*
 * Data is a polynomial over two elements, its first bit the highest power, and
 * what the CRC says of it does not change where a part of it is replaced by one
 * that is congruent modulo the CRC's.  So 16 bytes are moved past the 64 bytes
 * from their own first one on: their first half has the power 576 there, the
 * second one 512, and x^576 and x^512 are each a remainder of 32 bits.  A
 * carry-less product of bit-reversed halves is short of one power of x, hence
 * x^575 and x^511; 32 bits are the upper ones of a half.
 */
#define PAST_FIRST  0x653d982200000000
#define PAST_SECOND 0xcad38e8f00000000

TARGET_FOLD static inline __m128i fold(__m128i v, __m128i past,
				       const uint8_t *next)
{
	__m128i first = _mm_clmulepi64_si128(v, past, 0x00);
	__m128i second = _mm_clmulepi64_si128(v, past, 0x11);
	__m128i bytes = _mm_loadu_si128((const __m128i *)next);

	return _mm_xor_si128(_mm_xor_si128(first, second), bytes);
}

/* @len is a multiple of ROW and not 0; @ret has ROW bytes of the same CRC. */
TARGET_FOLD static void fold_rows(uint32_t reg, const uint8_t *p, size_t len,
				  uint8_t *ret)
{
	const __m128i past = _mm_set_epi64x((int64_t)PAST_SECOND,
					    (int64_t)PAST_FIRST);
	__m128i lane[LANES];

	for (size_t i = 0; i < LANES; i++)
		lane[i] = _mm_loadu_si128((const __m128i *)p + i);
	lane[0] = _mm_xor_si128(lane[0], _mm_cvtsi32_si128((int32_t)reg));
	for (p += ROW, len -= ROW; len; p += ROW, len -= ROW)
		for (size_t i = 0; i < LANES; i++)
			lane[i] = fold(lane[i], past, p + i * sizeof(*lane));
	for (size_t i = 0; i < LANES; i++)
		_mm_storeu_si128((__m128i *)ret + i, lane[i]);
}

uint32_t crc32_le(uint32_t crc, const void *buf, size_t len)
{
	size_t rows = len - len % ROW;
	uint8_t row[ROW];

	if (rows < 2 * ROW || !cpu_folds())
		return update(crc, buf, len);
	fold_rows(crc, buf, rows, row);
	crc = update(0, row, sizeof(row));
	return update(crc, (const uint8_t *)buf + rows, len - rows);
}

#else

uint32_t crc32_le(uint32_t crc, const void *buf, size_t len)
{
	return update(crc, buf, len);
}

#endif

/* Linear in both parts, so the complements cancel out. */
uint32_t crc32_le_join(uint32_t first, uint32_t second, uint64_t len)
{
	return (uint32_t)crc32_combine(first, second, (z_off_t)len);
}
