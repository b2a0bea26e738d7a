/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CRC-32C: eight bytes at a time through tables, or through the processor's
 * CRC instruction.  Which one is asked at each call; the answer is a load from
 * what the C runtime found out at start.
 *
 * Everything below works on the register, which is the complement of the
 * checksum that callers see.
 */
#include "digest/crc32c.h"

#include "base/base.h"

/*
 * Tables.  T(k)[b] is the register after byte b and k zero bytes.  It is linear
 * in b, so the eight values for a single set bit give all the others; the
 * preprocessor adds them up.  Value 7 of row 0 is the polynomial, 0x1edc6f41,
 * with its bits reversed.
 */
#define BASIS_0 0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf, \
		0x105ec76f, 0x20bd8ede, 0x417b1dbc, 0x82f63b78
#define BASIS_1 0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8, \
		0x3fc5f181, 0x7f8be302, 0xff17c604, 0xfbc3faf9
#define BASIS_2 0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5, \
		0x70a27d8a, 0xe144fb14, 0xc76580d9, 0x8b277743
#define BASIS_3 0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6, \
		0xe964b13d, 0xd725148b, 0xaba65fe7, 0x52a0c93f
#define BASIS_4 0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91, \
		0x8f2261d3, 0x1ba8b557, 0x37516aae, 0x6ea2d55c
#define BASIS_5 0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f, \
		0xc00c303e, 0x85f4168d, 0x0e045beb, 0x1c08b7d6
#define BASIS_6 0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53, \
		0x9c5bfaa6, 0x3d5b83bd, 0x7ab7077a, 0xf56e0ef4
#define BASIS_7 0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da, \
		0x847609b4, 0x0d006599, 0x1a00cb32, 0x34019664

#define ALL_2(v, a)	  (v), (v) ^ (a)
#define ALL_4(v, a, b)	  ALL_2(v, a), ALL_2((v) ^ (b), a)
#define ALL_8(v, a, b, c) ALL_4(v, a, b), ALL_4((v) ^ (c), a, b)
#define ALL_16(v, a, b, c, d) \
	ALL_8(v, a, b, c), ALL_8((v) ^ (d), a, b, c)
#define ALL_32(v, a, b, c, d, e) \
	ALL_16(v, a, b, c, d), ALL_16((v) ^ (e), a, b, c, d)
#define ALL_64(v, a, b, c, d, e, f) \
	ALL_32(v, a, b, c, d, e), ALL_32((v) ^ (f), a, b, c, d, e)
#define ALL_128(v, a, b, c, d, e, f, g) \
	ALL_64(v, a, b, c, d, e, f), ALL_64((v) ^ (g), a, b, c, d, e, f)
#define ALL_256(a, b, c, d, e, f, g, h) \
	ALL_128(0, a, b, c, d, e, f, g), ALL_128(h, a, b, c, d, e, f, g)
#define TABLE(basis) { EXPAND(ALL_256, basis) }
#define EXPAND(macro, ...) macro(__VA_ARGS__)

static const uint32_t tables[8][256] = {
	TABLE(BASIS_0), TABLE(BASIS_1), TABLE(BASIS_2), TABLE(BASIS_3),
	TABLE(BASIS_4), TABLE(BASIS_5), TABLE(BASIS_6), TABLE(BASIS_7),
};

static uint32_t update_portable(uint32_t reg, const uint8_t *p, size_t len)
{
	for (; len >= 8; p += 8, len -= 8) {
		uint32_t low = reg ^ get_le32(p);

		reg = tables[7][low & 0xff] ^ tables[6][low >> 8 & 0xff] ^
		      tables[5][low >> 16 & 0xff] ^ tables[4][low >> 24] ^
		      tables[3][p[4]] ^ tables[2][p[5]] ^ tables[1][p[6]] ^
		      tables[0][p[7]];
	}
	for (; len; p++, len--)
		reg = reg >> 8 ^ tables[0][(reg ^ *p) & 0xff];
	return reg;
}

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET_CRC __attribute__((target("sse4.2,pclmul")))

static bool cpu_has_crc(void)
{
	return __builtin_cpu_supports("sse4.2") &&
	       __builtin_cpu_supports("pclmul");
}

static inline uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/*
 * The instruction takes three cycles but one can begin in each, so three
 * stripes that lie side by side are worked on at once.  The registers of the
 * first and second stripe must then be moved past the bytes behind them: n
 * bytes multiply by x^(8n) modulo the polynomial.  The carry-less product of
 * two bit-reversed 32-bit values is short of one power of x, and reducing it
 * with the CRC instruction multiplies by x^32, hence the constants
 * x^(8n - 33) for one stripe and two.
 */
struct stripe {
	size_t len;	/* bytes, a multiple of 8 */
	uint32_t past_one;
	uint32_t past_two;
};

/* Long stripes for bulk, short ones for what they leave. */
static const struct stripe stripes[] = {
	{ 8192, 0x54a86326, 0x1dc403cc },
	{ 1024, 0x170076fa, 0xa51b6135 },
	{  128, 0x0d3b6092, 0xb9e02b86 },
};

TARGET_CRC static uint32_t move_past(uint64_t reg, uint32_t power)
{
	__m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)reg),
					       _mm_cvtsi64_si128(power), 0);

	return (uint32_t)_mm_crc32_u64(0,
				       (uint64_t)_mm_cvtsi128_si64(product));
}

TARGET_CRC static uint32_t update_three(uint32_t reg, const uint8_t *p,
					const struct stripe *s)
{
	uint64_t a = reg, b = 0, c = 0;

	for (size_t i = 0; i < s->len; i += 8) {
		a = _mm_crc32_u64(a, load64(p + i));
		b = _mm_crc32_u64(b, load64(p + s->len + i));
		c = _mm_crc32_u64(c, load64(p + 2 * s->len + i));
	}
	return move_past(a, s->past_two) ^ move_past(b, s->past_one) ^
	       (uint32_t)c;
}

TARGET_CRC static uint32_t update_fast(uint32_t reg, const uint8_t *p,
				       size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(stripes); i++) {
		size_t step = 3 * stripes[i].len;

		for (; len >= step; p += step, len -= step)
			reg = update_three(reg, p, &stripes[i]);
	}
	for (; len >= 8; p += 8, len -= 8)
		reg = (uint32_t)_mm_crc32_u64(reg, load64(p));
	for (; len; p++, len--)
		reg = _mm_crc32_u8(reg, *p);
	return reg;
}

#elif defined(__aarch64__) && defined(__linux__)

#include <sys/auxv.h>

/* HWCAP_CRC32 of <asm/hwcap.h>, an ABI constant. */
#define CPU_CRC32 (1ul << 7)

static bool cpu_has_crc(void)
{
	return getauxval(AT_HWCAP) & CPU_CRC32;
}

/*
 * Assembly, because compilers disagree on how a function asks for the CRC
 * extension when the rest of the file is to do without.
 */
static inline uint32_t crc_u64(uint32_t reg, uint64_t v)
{
	__asm__(".arch_extension crc\n\tcrc32cx %w0, %w0, %x1"
		: "+r"(reg) : "r"(v));
	return reg;
}

static inline uint32_t crc_u8(uint32_t reg, uint8_t v)
{
	__asm__(".arch_extension crc\n\tcrc32cb %w0, %w0, %w1"
		: "+r"(reg) : "r"(v));
	return reg;
}

static uint32_t update_fast(uint32_t reg, const uint8_t *p, size_t len)
{
	for (; len >= 8; p += 8, len -= 8)
		reg = crc_u64(reg, get_le64(p));
	for (; len; p++, len--)
		reg = crc_u8(reg, *p);
	return reg;
}

#else

static bool cpu_has_crc(void)
{
	return false;
}

#define update_fast update_portable

#endif

uint32_t crc32c(uint32_t crc, const void *buf, size_t len)
{
	return ~(cpu_has_crc() ? update_fast(~crc, buf, len) :
				 update_portable(~crc, buf, len));
}

uint32_t crc32c_portable(uint32_t crc, const void *buf, size_t len)
{
	return ~update_portable(~crc, buf, len);
}
