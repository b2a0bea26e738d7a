/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bitmaps, held against an array with one byte per bit.
 */
#include <check.h>
#include <stdlib.h>

#include "base/bitmap.h"
#include "prng.h"

/* Around the edges of words and of both levels of the directory. */
static const uint64_t lengths[] = {
	0,	1,	63,	64,	65,	255,	256,	257,
	4095,	65535,	65536,	65537,	131072,	200001,
};

/* Fill both the same way: runs of random length, some of them long. */
static void fill_random(struct bitmap *b, uint8_t *model, uint64_t *state)
{
	uint64_t pos = 0;

	while (pos < b->bits) {
		uint64_t most = prng_below(state, 4) ? 20 : 3000;
		uint64_t run = 1 + prng_below(state, most);

		run = min_u64(run, b->bits - pos);
		if (prng_next(state) & (1u << 20)) {
			bitmap_set_range(b, pos, run);
			memset(model + pos, 1, run);
		}
		pos += run;
	}
}

/* An assertion for each bit would take minutes, so differences are counted. */
static void compare(const struct bitmap *b, const uint8_t *model)
{
	uint64_t next[2] = { b->bits, b->bits };
	uint64_t rank = 0, wrong = 0;

	for (uint64_t i = 0; i < b->bits; i++) {
		wrong += bitmap_test(b, i) != model[i];
		wrong += bitmap_rank(b, i) != rank;
		if (model[i])
			wrong += bitmap_select(b, rank++) != i;
	}
	for (uint64_t i = b->bits; i-- > 0;) {
		next[model[i]] = i;
		wrong += bitmap_next_zero(b, i) != next[0];
		wrong += bitmap_next_set(b, i) != next[1];
	}
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_eq(bitmap_rank(b, b->bits), rank);
	ck_assert_uint_eq(bitmap_count(b, 0, b->bits), rank);
	ck_assert_uint_eq(bitmap_select(b, rank), b->bits);
	ck_assert_uint_eq(bitmap_select(b, UINT64_MAX), b->bits);
}

START_TEST(agrees_with_model)
{
	uint64_t state = 1;

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		uint8_t *model = calloc(lengths[i] + 1, 1);
		struct bitmap b;

		ck_assert_ptr_nonnull(model);
		ck_assert_int_eq(bitmap_init(&b, lengths[i], NULL), 0);
		ck_assert_int_eq(bitmap_build_rank(&b, NULL), 0);
		compare(&b, model);
		fill_random(&b, model, &state);
		ck_assert_int_eq(bitmap_build_rank(&b, NULL), 0);
		compare(&b, model);
		bitmap_set_range(&b, 0, lengths[i]);
		memset(model, 1, lengths[i]);
		ck_assert_int_eq(bitmap_build_rank(&b, NULL), 0);
		compare(&b, model);
		bitmap_fini(&b);
		free(model);
	}
}
END_TEST

START_TEST(ranges_touch_nothing_else)
{
	struct bitmap b;

	ck_assert_int_eq(bitmap_init(&b, 300, NULL), 0);
	for (uint64_t from = 0; from < 200; from++) {
		for (uint64_t count = 0; count <= 100; count += 1 + count / 4) {
			bitmap_set_range(&b, from, count);
			ck_assert_uint_eq(bitmap_count(&b, 0, 300), count);
			ck_assert_uint_eq(bitmap_count(&b, from, count), count);
			bitmap_set_range(&b, 0, 300);
			bitmap_clear_range(&b, from, count);
			ck_assert_uint_eq(bitmap_count(&b, 0, 300),
					  300 - count);
			ck_assert_uint_eq(bitmap_count(&b, from, count), 0);
			bitmap_clear_range(&b, 0, 300);
		}
	}
	bitmap_fini(&b);
}
END_TEST

START_TEST(answers_beyond_the_end)
{
	struct bitmap b;

	ck_assert_int_eq(bitmap_init(&b, 100, NULL), 0);
	bitmap_set(&b, 99);
	ck_assert(bitmap_test(&b, 99));
	ck_assert(!bitmap_test(&b, 100));
	ck_assert(!bitmap_test(&b, UINT64_MAX));
	ck_assert_uint_eq(bitmap_next_set(&b, 100), 100);
	ck_assert_uint_eq(bitmap_next_zero(&b, 99), 100);
	ck_assert_uint_eq(bitmap_next_zero(&b, UINT64_MAX), 100);
	bitmap_clear(&b, 99);
	ck_assert_uint_eq(bitmap_next_set(&b, 0), 100);
	bitmap_fini(&b);
	bitmap_fini(&b);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bitmap");
	TCase *tc = tcase_create("bitmap");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, agrees_with_model);
	tcase_add_test(tc, ranges_touch_nothing_else);
	tcase_add_test(tc, answers_beyond_the_end);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
