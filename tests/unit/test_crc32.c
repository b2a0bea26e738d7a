/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's CRC-32, which complements nothing: values taken from a kernel's
 * own use of it, the definition, and joining parts.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "digest/crc32.h"
#include "prng.h"

static uint32_t crc_by_definition(uint32_t crc, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

START_TEST(known_values)
{
	static uint8_t buf[131072];

	ck_assert_uint_eq(crc32_le(0, "123456789", 9), 0x2dfd2d88);
	ck_assert_uint_eq(crc32_le(0, buf, sizeof(buf)), 0);
	memset(buf, 0xff, 4096);
	ck_assert_uint_eq(crc32_le(0, buf, 4096), 0x3648671b);
	for (size_t i = 0; i < 4096; i++)
		buf[i] = (uint8_t)i;
	ck_assert_uint_eq(crc32_le(0, buf, 4096), 0x658d2093);
	/* And the other convention, which the firmware's map has. */
	ck_assert_uint_eq(~crc32_le(UINT32_MAX, "123456789", 9), 0xcbf43926);
}
END_TEST

START_TEST(parts_join)
{
	static uint8_t buf[5000];
	uint64_t state = 5;

	prng_fill(&state, buf, sizeof(buf));
	for (size_t cut = 0; cut <= sizeof(buf); cut += 1 + cut / 7) {
		uint32_t start = (uint32_t)prng_next(&state);
		uint32_t whole = crc32_le(start, buf, sizeof(buf));
		uint32_t first = crc32_le(start, buf, cut);
		uint32_t second = crc32_le(0, buf + cut, sizeof(buf) - cut);

		ck_assert_uint_eq(first, crc_by_definition(start, buf, cut));
		ck_assert_uint_eq(crc32_le(first, buf + cut,
					   sizeof(buf) - cut), whole);
		ck_assert_uint_eq(crc32_le_join(first, second,
						sizeof(buf) - cut), whole);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("crc32");
	TCase *tc = tcase_create("crc32");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, known_values);
	tcase_add_test(tc, parts_join);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
