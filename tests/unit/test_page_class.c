/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The classes of pages, by struct pages as kernels of each kind have them.
 */
#include "page_fixture.h"

/* ---- All classes, of all kernels -------------------------------------------- */

START_TEST(test_classes)
{
	const struct version *v = &versions[_i % VERSIONS];
	struct fixture f;

	setup(&f, v, (enum model)(_i / VERSIONS));
	put_all(&f);
	must_find(&f, PAGE_CLASSES);
	expect_no_doubt(&f);
	expect(&f, 0x1f, 1, IMGFMT_NONE);
	expect(&f, 0x20, 9, IMGFMT_FREE);
	expect(&f, 0x29, 1, IMGFMT_NONE);
	expect(&f, 0x2a, 1, IMGFMT_CACHE);
	expect(&f, 0x2b, 1, IMGFMT_CACHE_PRIVATE);
	expect(&f, 0x2c, 1, IMGFMT_CACHE);
	expect(&f, 0x2d, 1, IMGFMT_NONE);
	expect(&f, 0x2e, 10, IMGFMT_USER);
	expect(&f, 0x38, 4, IMGFMT_CACHE_PRIVATE);
	expect(&f, 0x3c, 4, IMGFMT_NONE);
	expect(&f, 0x40, 16, IMGFMT_HUGETLB);
	expect(&f, 0x50, 1, IMGFMT_NONE);
	expect(&f, 0x51, 2, IMGFMT_HWPOISON);
	expect(&f, 0x53, 1, v->offline ? IMGFMT_OFFLINE : IMGFMT_NONE);
	expect(&f, 0x58, 8, v->unaccepted ? IMGFMT_UNACCEPTED : IMGFMT_NONE);
	expect(&f, 0x60, 160, IMGFMT_NONE);
	teardown(&f);
}
END_TEST

/* What is not asked for is not told, and hides nothing. */
START_TEST(test_wanted)
{
	struct fixture f;

	for (size_t i = 0; i < VERSIONS; i++) {
		setup(&f, &versions[i], EXTREME);
		put_all(&f);
		must_find(&f, IMGFMT_EXCLUDE(IMGFMT_USER));
		expect_no_doubt(&f);
		expect(&f, 0x20, 14, IMGFMT_NONE);
		expect(&f, 0x2e, 10, IMGFMT_USER);
		expect(&f, 0x40, 32, IMGFMT_NONE);
		ck_assert_uint_eq(f.c.frames.runs.len, 1);
		must_find(&f, IMGFMT_EXCLUDE(IMGFMT_HUGETLB));
		expect(&f, 0x40, 16, IMGFMT_HUGETLB);
		ck_assert_uint_eq(f.c.frames.runs.len, 1);
		must_find(&f, IMGFMT_EXCLUDE(IMGFMT_FREE));
		expect(&f, 0x20, 9, IMGFMT_FREE);
		ck_assert_uint_eq(f.c.frames.runs.len, 1);
		teardown(&f);
	}
}
END_TEST

/* ---- What VMCOREINFO does not tell --------------------------------------------- */

START_TEST(test_missing)
{
	static const struct {
		const char *key;
		uint32_t want;
	} cases[] = {
		{ "SIZE(page)", PAGE_CLASSES },
		{ "OFFSET(page.flags)", PAGE_CLASSES },
		{ "OFFSET(page.mapping)", PAGE_CLASSES },
		{ "OFFSET(page._mapcount)", PAGE_CLASSES },
		{ "OFFSET(page.compound_head)", PAGE_CLASSES },
		{ "OFFSET(page.private)", PAGE_CLASSES },
		{ "LENGTH(zone.free_area)", IMGFMT_EXCLUDE(IMGFMT_FREE) },
		{ "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)",
		  IMGFMT_EXCLUDE(IMGFMT_FREE) },
		{ "NUMBER(PG_lru)", IMGFMT_EXCLUDE(IMGFMT_CACHE) },
		{ "NUMBER(PG_private)", IMGFMT_EXCLUDE(IMGFMT_CACHE) },
		{ "NUMBER(PG_swapcache)", IMGFMT_EXCLUDE(IMGFMT_USER) },
		{ "NUMBER(PG_slab)", IMGFMT_EXCLUDE(IMGFMT_USER) },
		{ "NUMBER(PG_head_mask)", IMGFMT_EXCLUDE(IMGFMT_USER) },
		{ "LENGTH(mem_section)", PAGE_CLASSES },
		{ "SIZE(mem_section)", PAGE_CLASSES },
		{ "SYMBOL(mem_section)", PAGE_CLASSES },
	};
	struct imgfmt_error err;
	struct fixture f;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(&f, &versions[V6_1], EXTREME);
		put_all(&f);
		forget(&f.s, cases[i].key);
		ck_assert_int_eq(find(&f, cases[i].want, &err),
				 IMGFMT_E_ABSENT);
		ck_assert_msg(strstr(err.message, cases[i].key),
			      "%s: %s", cases[i].key, err.message);
		teardown(&f);
	}
	/* These the kernel has been the same in since it tells them. */
	setup(&f, &versions[V6_1], EXTREME);
	put_all(&f);
	forget(&f.s, "NUMBER(SECTION_SIZE_BITS)");
	forget(&f.s, "NUMBER(MAX_PHYSMEM_BITS)");
	must_find(&f, PAGE_CLASSES);
	expect(&f, 0x40, 16, IMGFMT_HUGETLB);
	teardown(&f);
}
END_TEST

START_TEST(test_wrong)
{
	static const struct {
		const char *key;
		const char *line;
	} cases[] = {
		{ "SIZE(page)", "SIZE(page)=8" },
		{ "SIZE(page)", "SIZE(page)=1024" },
		{ "SIZE(page)", "SIZE(page)=60" },
		{ "NUMBER(SECTION_SIZE_BITS)", "NUMBER(SECTION_SIZE_BITS)=-9" },
		{ "NUMBER(SECTION_SIZE_BITS)", "NUMBER(SECTION_SIZE_BITS)=20" },
		{ "NUMBER(SECTION_SIZE_BITS)", "NUMBER(SECTION_SIZE_BITS)=46" },
		{ "NUMBER(MAX_PHYSMEM_BITS)", "NUMBER(MAX_PHYSMEM_BITS)=64" },
		{ "SIZE(mem_section)", "SIZE(mem_section)=0" },
		{ "SIZE(mem_section)", "SIZE(mem_section)=65536" },
		{ "LENGTH(mem_section)", "LENGTH(mem_section)=3" },
		{ "OFFSET(mem_section.section_mem_map)",
		  "OFFSET(mem_section.section_mem_map)=9" },
		{ "LENGTH(zone.free_area)", "LENGTH(zone.free_area)=0" },
		{ "LENGTH(zone.free_area)", "LENGTH(zone.free_area)=64" },
	};
	struct imgfmt_error err;
	struct fixture f;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(&f, &versions[V6_1], EXTREME);
		forget(&f.s, cases[i].key);
		saved_say(&f.s, "%s", cases[i].line);
		ck_assert_msg(find(&f, PAGE_CLASSES, &err) ==
			      IMGFMT_E_CORRUPT, "%s: %s", cases[i].line,
			      err.message);
		teardown(&f);
	}
}
END_TEST

START_TEST(test_limit)
{
	struct imgfmt_error err;
	struct fixture f;

	setup(&f, &versions[V6_1], FLAT);
	for (uint64_t pfn = 0x20; pfn < 0xe0; pfn += 2)
		put_page(&f, pfn, bit(f.v->lru), 0x1000, 0, 0);
	must_find(&f, PAGE_CLASSES);
	ck_assert_uint_eq(f.c.frames.runs.len, 96);
	f.max_runs = 10;
	ck_assert_int_eq(find(&f, PAGE_CLASSES, &err), IMGFMT_E_LIMIT);
	teardown(&f);
}
END_TEST

int main(void)
{
	const int count = VERSIONS;
	Suite *suite = suite_create("page_class");
	TCase *c = tcase_create("page_class");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(c, test_classes, 0, 3 * count);
	tcase_add_test(c, test_wanted);
	tcase_add_test(c, test_missing);
	tcase_add_test(c, test_wrong);
	tcase_add_test(c, test_limit);
	suite_add_tcase(suite, c);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
