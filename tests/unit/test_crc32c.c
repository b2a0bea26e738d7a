/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CRC-32C: published vectors, and the fast path against the portable one and
 * both against the definition.
 */
#include <check.h>
#include <stdlib.h>

#include "base/base.h"
#include "digest/crc32c.h"
#include "prng.h"

typedef uint32_t crc_fn(uint32_t crc, const void *buf, size_t len);

static crc_fn *const functions[] = { crc32c, crc32c_portable };

/* One bit at a time, from the polynomial. */
static uint32_t crc_by_definition(uint32_t crc, const uint8_t *p, size_t len)
{
	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

/* RFC 3720, appendix B.4. */
START_TEST(published_vectors)
{
	uint8_t buf[32];

	for (size_t f = 0; f < ARRAY_SIZE(functions); f++) {
		crc_fn *crc = functions[f];

		ck_assert_uint_eq(crc(0, "", 0), 0);
		ck_assert_uint_eq(crc(0, "123456789", 9), 0xe3069283);
		memset(buf, 0, sizeof(buf));
		ck_assert_uint_eq(crc(0, buf, sizeof(buf)), 0x8a9136aa);
		memset(buf, 0xff, sizeof(buf));
		ck_assert_uint_eq(crc(0, buf, sizeof(buf)), 0x62a8ab43);
		for (uint8_t i = 0; i < sizeof(buf); i++)
			buf[i] = i;
		ck_assert_uint_eq(crc(0, buf, sizeof(buf)), 0x46dd794e);
		for (uint8_t i = 0; i < sizeof(buf); i++)
			buf[i] = (uint8_t)(31 - i);
		ck_assert_uint_eq(crc(0, buf, sizeof(buf)), 0x113fdb5c);
	}
}
END_TEST

/* Each length up to a few short stripes, some around the long ones. */
START_TEST(paths_agree)
{
	static uint8_t buf[80000];
	uint64_t state = 2;

	prng_fill(&state, buf, sizeof(buf));
	for (size_t len = 0; len < sizeof(buf) - 8;) {
		const uint8_t *p = buf + len % 8;
		uint32_t start = (uint32_t)prng_next(&state);
		uint32_t want = crc_by_definition(start, p, len);

		ck_assert_uint_eq(crc32c(start, p, len), want);
		ck_assert_uint_eq(crc32c_portable(start, p, len), want);
		len += len < 1300 ? 1 : 1 + prng_below(&state, 700);
	}
}
END_TEST

START_TEST(chains)
{
	static uint8_t buf[100000];
	uint64_t state = 3;
	uint32_t whole, crc = 0;

	prng_fill(&state, buf, sizeof(buf));
	whole = crc32c(0, buf, sizeof(buf));
	for (size_t pos = 0; pos < sizeof(buf);) {
		size_t len = min_u64(prng_below(&state, 9000),
				     sizeof(buf) - pos);

		crc = functions[len & 1](crc, buf + pos, len);
		pos += len;
	}
	ck_assert_uint_eq(crc, whole);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("crc32c");
	TCase *tc = tcase_create("crc32c");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, published_vectors);
	tcase_add_test(tc, paths_agree);
	tcase_add_test(tc, chains);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
