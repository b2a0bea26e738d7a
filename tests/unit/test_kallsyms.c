/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols of a saved kernel by name: all encodings of addresses, and tables
 * that are none.
 */
#include <check.h>
#include <stdio.h>

#include "kernel/kallsyms.h"
#include "kernel/swap_use.h"
#include "support/saved_symbols.h"

enum { TOTAL, TWICE, NONE, LONG, PERCPU, WANTED };

static char long_name[300];

static void start(struct saved_kernel *s, const struct saved_form *form,
		  enum saved_encoding encoding)
{
	saved_init(s, form);
	long_name[0] = 'd';
	memset(long_name + 1, 'x', sizeof(long_name) - 2);
	saved_put_symbols(s, encoding, (const struct saved_symbol[]){
		{ "Dpcpu_hot", encoding == SAVED_PERCPU ?
				       0x1f80 : form->image + 0x1f80 },
		{ "t_stext_of_another", form->image + 0x10 },
		{ "T_stext", saved_address(s, SAVED_ROOT, 0) },
		{ "bswap_twice", form->image + 0x2000 },
		{ long_name, form->image + 0x3008 },
		{ "dswap_twice", form->image + 0x4000 },
		{ "Btotal_swap_pages", form->image + 0x5010 },
	}, 7);
}

static int look_up(struct saved_kernel *s, struct kallsyms_symbol *want,
		   struct imgfmt_error *err)
{
	static const char *const names[WANTED] = {
		[TOTAL] = "total_swap_pages", [TWICE] = "swap_twice",
		[NONE] = "total_swap_page", [LONG] = long_name + 1,
		[PERCPU] = "pcpu_hot",
	};
	const struct vmcoreinfo v = saved_text(s);
	struct kernel k;
	int rc;

	for (size_t i = 0; i < WANTED; i++)
		want[i] = (struct kallsyms_symbol){
			.name = names[i], .matches = 7, .address = 7,
		};
	ck_assert_int_eq(kernel_init(&k, &s->memory, &v, NULL), 0);
	ck_assert_msg(k.translates, "%s", k.why_not.message);
	*err = (struct imgfmt_error){ 0 };
	rc = kallsyms_find(&k, want, WANTED, err);
	ck_assert(!rc == !err->message[0] && rc == err->status);
	kernel_fini(&k);
	return rc;
}

static void expect_failure(struct saved_kernel *s, int status,
			   const char *message)
{
	struct kallsyms_symbol want[WANTED];
	struct imgfmt_error err;

	ck_assert_int_eq(look_up(s, want, &err), status);
	ck_assert_str_eq(err.message, message);
	for (size_t i = 0; i < WANTED; i++)
		ck_assert(!want[i].matches && !want[i].address);
	saved_fini(s);
}

START_TEST(test_encodings)
{
	static const struct saved_form *const forms[] = {
		&saved_x86_64, &saved_x86_64_la57, &saved_arm64_4k,
	};
	const struct saved_form *form = forms[_i / 4];
	enum saved_encoding encoding = (enum saved_encoding)(_i % 4);
	struct kallsyms_symbol want[WANTED];
	struct imgfmt_error err;
	struct saved_kernel s;

	start(&s, form, encoding);
	ck_assert_msg(!look_up(&s, want, &err), "%s", err.message);
	ck_assert_uint_eq(want[TOTAL].matches, 1);
	ck_assert_uint_eq(want[TOTAL].address, form->image + 0x5010);
	ck_assert_uint_eq(want[TWICE].matches, 2);
	ck_assert_uint_eq(want[TWICE].address, form->image + 0x2000);
	ck_assert_uint_eq(want[NONE].matches, 0);
	ck_assert_uint_eq(want[NONE].address, 0);
	ck_assert_uint_eq(want[LONG].matches, 1);
	ck_assert_uint_eq(want[LONG].address, form->image + 0x3008);
	ck_assert_uint_eq(want[PERCPU].matches, 1);
	ck_assert_uint_eq(want[PERCPU].address, encoding == SAVED_PERCPU ?
				  0x1f80 : form->image + 0x1f80);
	saved_fini(&s);
}
END_TEST

START_TEST(test_not_told)
{
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	expect_failure(&s, IMGFMT_E_ABSENT,
		       "VMCOREINFO does not tell where kallsyms is");
}
END_TEST

START_TEST(test_proof)
{
	static const char wrong[] =
		"kallsyms does not have _stext where VMCOREINFO says";
	struct saved_kernel s;

	/* Another address; then another name. */
	start(&s, &saved_x86_64, SAVED_BASE);
	*saved_at(&s, SAVED_OFFSETS, 8) ^= 1;
	expect_failure(&s, IMGFMT_E_CORRUPT, wrong);
	start(&s, &saved_x86_64, SAVED_BASE);
	*saved_at(&s, SAVED_TOKENS, 2 * 'x' - 1) = 'y';
	*saved_at(&s, SAVED_TOKENS, 2 * 'e' - 1) = 'f';
	expect_failure(&s, IMGFMT_E_CORRUPT, wrong);
}
END_TEST

START_TEST(test_no_table)
{
	struct saved_kernel s;

	start(&s, &saved_x86_64, SAVED_BASE);
	saved_set_symbols(&s, KALLSYMS_COUNT_MAX + 1);
	expect_failure(&s, IMGFMT_E_CORRUPT,
		       "kallsyms has impossibly many names");
	/* What lies behind the names is zero. */
	start(&s, &saved_x86_64, SAVED_BASE);
	saved_set_symbols(&s, 8);
	expect_failure(&s, IMGFMT_E_CORRUPT,
		       "kallsyms has a name without a type");
	start(&s, &saved_x86_64, SAVED_BASE);
	put_le16(saved_at(&s, SAVED_TOKEN_INDEX, 2 * 'b'), 2 * 'a' - 1);
	expect_failure(&s, IMGFMT_E_CORRUPT,
		       "kallsyms has tokens out of order");
	/* The last token, two pages and more without an end. */
	start(&s, &saved_x86_64, SAVED_BASE);
	put_le16(saved_at(&s, SAVED_TOKEN_INDEX, 2 * 255),
		 (SAVED_OFFSETS - SAVED_TOKENS) * 4096);
	memset(saved_at(&s, SAVED_OFFSETS, 0), 'x', 4096);
	expect_failure(&s, IMGFMT_E_CORRUPT,
		       "kallsyms has a token without an end");
}
END_TEST

/* A page of 0xff over and over: each name is as long as can be. */
START_TEST(test_endless)
{
	struct saved_kernel s;

	start(&s, &saved_x86_64, SAVED_BASE);
	memset(saved_at(&s, SAVED_NAMES, 0), 0xff, 4096);
	saved_set_symbols(&s, KALLSYMS_COUNT_MAX);
	for (uint64_t i = 0; i < 8200; i++)
		saved_map(&s, saved_address(&s, SAVED_NAMES, i * 4096),
			  (SAVED_IMAGE + SAVED_NAMES) * 4096, 0);
	expect_failure(&s, IMGFMT_E_CORRUPT,
		       "kallsyms has impossibly long names");
}
END_TEST

/* ---- What is counted in swap ---- */

static int count(struct saved_kernel *s, uint64_t pages, uint64_t free,
		 struct swap_use *ret)
{
	const struct vmcoreinfo v = saved_text(s);
	struct imgfmt_error err;
	struct kernel k;
	int rc;

	put_le64(saved_at(s, SAVED_VARIABLES, 0x800), pages);
	put_le64(saved_at(s, SAVED_VARIABLES, 0x808), free);
	ck_assert_int_eq(kernel_init(&k, &s->memory, &v, NULL), 0);
	*ret = (struct swap_use){ 7, 7 };
	rc = swap_use_read(&k, ret, &err);
	ck_assert(!rc || (!ret->pages && !ret->free));
	kernel_fini(&k);
	return rc;
}

static void start_count(struct saved_kernel *s, const char *free_name)
{
	saved_init(s, &saved_x86_64);
	saved_put_symbols(s, SAVED_PLACE, (const struct saved_symbol[]){
		{ "T_stext", saved_address(s, SAVED_ROOT, 0) },
		{ "Btotal_swap_pages",
		  saved_address(s, SAVED_VARIABLES, 0x800) },
		{ free_name, saved_address(s, SAVED_VARIABLES, 0x808) },
		{ "tsomething_else", saved_address(s, SAVED_ROOT, 8) },
	}, 4);
}

START_TEST(test_swap_use)
{
	struct saved_kernel s;
	struct swap_use use;

	start_count(&s, "Dnr_swap_pages");
	ck_assert_int_eq(count(&s, 65535, 65000, &use), 0);
	ck_assert(use.pages == 65535 && use.free == 65000);
	ck_assert_int_eq(count(&s, 0, 0, &use), 0);
	ck_assert_int_eq(count(&s, 100, 101, &use), IMGFMT_E_CORRUPT);
	ck_assert_int_eq(count(&s, UINT64_MAX, 5, &use), IMGFMT_E_CORRUPT);
	saved_fini(&s);
	/* Another name, and a name that is not the only one. */
	start_count(&s, "Dnr_swapfiles");
	ck_assert_int_eq(count(&s, 100, 10, &use), IMGFMT_E_ABSENT);
	saved_fini(&s);
	start_count(&s, "dtotal_swap_pages");
	ck_assert_int_eq(count(&s, 100, 10, &use), IMGFMT_E_ABSENT);
	saved_fini(&s);
}
END_TEST

START_TEST(test_absent)
{
	struct saved_kernel s;
	char message[80];

	start(&s, &saved_x86_64, SAVED_BASE);
	frames_fini(&s.frames);
	frames_init(&s.frames);
	ck_assert(!frames_add(&s.frames, &(struct imgfmt_run){
		.pages = SAVED_IMAGE + SAVED_NAMES, .state = IMGFMT_STORED },
		NULL));
	ck_assert(!frames_add(&s.frames, &(struct imgfmt_run){
		.pfn = SAVED_IMAGE + SAVED_OFFSETS,
		.pages = SAVED_FRAMES - SAVED_IMAGE - SAVED_OFFSETS,
		.state = IMGFMT_STORED }, NULL));
	ck_assert(!frames_build(&s.frames, 64, NULL));
	snprintf(message, sizeof(message), "frame 0x%x is not in the image",
		 SAVED_IMAGE + SAVED_NAMES);
	expect_failure(&s, IMGFMT_E_ABSENT, message);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kallsyms");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, test_encodings, 0, 12);
	tcase_add_test(tc, test_not_told);
	tcase_add_test(tc, test_proof);
	tcase_add_test(tc, test_no_table);
	tcase_add_test(tc, test_endless);
	tcase_add_test(tc, test_absent);
	tcase_add_test(tc, test_swap_use);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
