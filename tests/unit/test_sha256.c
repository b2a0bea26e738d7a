/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 with a domain byte.  The byte is hashed like data, so the published
 * vectors apply with their first letter as the domain.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "digest/sha256.h"

static void assert_hex(const uint8_t *digest, const char *hex)
{
	char text[2 * SHA256_LEN + 1];

	for (size_t i = 0; i < SHA256_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	ck_assert_str_eq(text, hex);
}

/* FIPS 180-2, appendix B. */
static const char abc_hex[] =
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char million_hex[] =
	"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

START_TEST(published_vectors)
{
	uint8_t digest[SHA256_LEN];
	struct sha256 s;

	ck_assert_int_eq(sha256_init(&s, NULL), IMGFMT_OK);
	ck_assert_int_eq(sha256(&s, 'a', "bc", 2, digest, NULL), IMGFMT_OK);
	assert_hex(digest, abc_hex);
	ck_assert_int_eq(sha256(&s, 1, "", 0, digest, NULL), IMGFMT_OK);
	assert_hex(digest, "4bf5122f344554c53bde2ebb8cd2b7e3"
			   "d1600ad631c385a5d7cce23c7785459a");
	sha256_fini(&s);
	sha256_fini(&s);
}
END_TEST

START_TEST(parts_make_a_whole)
{
	uint8_t digest[SHA256_LEN];
	uint8_t part[1000];
	struct sha256 s;

	memset(part, 'a', sizeof(part));
	ck_assert_int_eq(sha256_init(&s, NULL), IMGFMT_OK);
	ck_assert_int_eq(sha256_reset(&s, 'a', NULL), IMGFMT_OK);
	ck_assert_int_eq(sha256_update(&s, part, 999, NULL), IMGFMT_OK);
	for (int i = 0; i < 999; i++)
		ck_assert_int_eq(sha256_update(&s, part, 1000, NULL),
				 IMGFMT_OK);
	ck_assert_int_eq(sha256_final(&s, digest, NULL), IMGFMT_OK);
	assert_hex(digest, million_hex);
	sha256_fini(&s);
}
END_TEST

START_TEST(reset_forgets)
{
	uint8_t digest[SHA256_LEN];
	struct sha256 s;

	ck_assert_int_eq(sha256_init(&s, NULL), IMGFMT_OK);
	ck_assert_int_eq(sha256_reset(&s, 'x', NULL), IMGFMT_OK);
	ck_assert_int_eq(sha256_update(&s, "yz", 2, NULL), IMGFMT_OK);
	ck_assert_int_eq(sha256(&s, 'a', "bc", 2, digest, NULL), IMGFMT_OK);
	assert_hex(digest, abc_hex);
	sha256_fini(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sha256");
	TCase *tc = tcase_create("sha256");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, published_vectors);
	tcase_add_test(tc, parts_make_a_whole);
	tcase_add_test(tc, reset_forgets);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
