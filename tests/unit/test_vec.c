/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growable arrays: contents survive growth, sizes do not wrap.
 */
#include <check.h>
#include <stdlib.h>

#include "base/range.h"
#include "prng.h"

START_TEST(grows_and_keeps)
{
	struct vec v;

	vec_init(&v, sizeof(uint32_t));
	for (uint32_t i = 0; i < 10000; i++)
		ck_assert_int_eq(vec_push(&v, &i, NULL), IMGFMT_OK);
	ck_assert_uint_eq(v.len, 10000);
	for (uint32_t i = 0; i < 10000; i++)
		ck_assert_uint_eq(vec_array(&v, uint32_t)[i], i);
	vec_clear(&v);
	ck_assert_uint_eq(v.len, 0);
	ck_assert_uint_ge(v.cap, 10000);
	vec_fini(&v);
	ck_assert_ptr_null(v.data);
}
END_TEST

START_TEST(appends_many)
{
	const uint16_t some[3] = { 7, 8, 9 };
	struct vec v;

	vec_init(&v, sizeof(some[0]));
	ck_assert_int_eq(vec_append(&v, NULL, 0, NULL), IMGFMT_OK);
	ck_assert_ptr_null(v.data);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(vec_append(&v, some, 3, NULL), IMGFMT_OK);
	ck_assert_uint_eq(v.len, 300);
	for (size_t i = 0; i < 300; i++)
		ck_assert_uint_eq(vec_array(&v, uint16_t)[i], some[i % 3]);
	vec_fini(&v);
}
END_TEST

START_TEST(refuses_what_wraps)
{
	struct imgfmt_error err = { 0 };
	uint64_t one = 1;
	struct vec v;

	vec_init(&v, sizeof(one));
	ck_assert_int_eq(vec_push(&v, &one, NULL), IMGFMT_OK);
	ck_assert_int_eq(vec_reserve(&v, SIZE_MAX, &err), IMGFMT_E_NOMEM);
	ck_assert_int_eq(err.status, IMGFMT_E_NOMEM);
	ck_assert_int_eq(vec_reserve(&v, SIZE_MAX / 8, NULL), IMGFMT_E_NOMEM);
	ck_assert_int_eq(vec_reserve(&v, SIZE_MAX / 2 + 2, NULL),
			 IMGFMT_E_NOMEM);
	ck_assert_uint_eq(v.len, 1);
	ck_assert_uint_eq(vec_array(&v, uint64_t)[0], 1);
	vec_fini(&v);
}
END_TEST

/* With gaps and without, found as a walk finds them. */
START_TEST(finds_ranges)
{
	struct row {
		uint64_t first, count;
		char rest[12];
	};
	uint64_t state = 3, at = 0;
	struct vec v;

	vec_init(&v, sizeof(struct row));
	ck_assert_uint_eq(range_find(&v, 0), 0);
	for (int i = 0; i < 100; i++) {
		struct row r = { at + prng_below(&state, 3),
				 1 + prng_below(&state, 4), "" };

		ck_assert_int_eq(vec_push(&v, &r, NULL), IMGFMT_OK);
		at = r.first + r.count;
		for (uint64_t x = 0; x < at + 3; x++) {
			const struct row *row = vec_array(&v, struct row);
			size_t want = 0;

			while (want < v.len &&
			       row[want].first + row[want].count <= x)
				want++;
			ck_assert_uint_eq(range_find(&v, x), want);
		}
	}
	ck_assert_uint_eq(range_find(&v, UINT64_MAX), v.len);
	vec_fini(&v);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vec");
	TCase *tc = tcase_create("vec");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, grows_and_keeps);
	tcase_add_test(tc, appends_many);
	tcase_add_test(tc, refuses_what_wraps);
	tcase_add_test(tc, finds_ranges);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
