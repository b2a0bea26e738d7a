/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes classes of pages doubtful, and what makedumpfile makes of them.
 */
#include "page_fixture.h"

/* ---- What cannot be right ----------------------------------------------------- */

START_TEST(test_doubts)
{
	const struct version *v = &versions[_i];
	struct fixture f;

	setup(&f, v, EXTREME);
	must_find(&f, PAGE_CLASSES);
	ck_assert(f.c.doubts[PAGE_DOUBT_NO_FREE].frames);
	f.s.frames.excluded_by_class[IMGFMT_FREE] = 1;
	must_find(&f, PAGE_CLASSES);
	expect_no_doubt(&f);
	f.s.frames.excluded_by_class[IMGFMT_FREE] = 0;
	put_all(&f);
	put_page(&f, 0x80, 0, 0, v->buddy, 4);
	put_page(&f, 0x81, 0, 0, v->buddy, UINT64_MAX);
	put_page(&f, 0x83, 0, 0, v->buddy, 1);
	put_compound(&f, 0x90, 1, false, bit(v->lru), 0x1000);
	put_compound(&f, 0xa1, 1, false, bit(v->lru), 0x1000);
	put_compound(&f, 0xb0, 1, true, 0, 0);
	for (uint64_t pfn = 0x91; pfn < 0xc0; pfn += 0x20)
		page_at(&f, pfn)[v->order_at <= ORDER_FOLIO ? 17 : 0] = 63;
	must_find(&f, PAGE_CLASSES);
	ck_assert(!f.c.doubts[PAGE_DOUBT_NO_FREE].frames);
	ck_assert_uint_eq(f.c.doubts[PAGE_DOUBT_FREE_ORDER].frames, 3);
	ck_assert_uint_eq(f.c.doubts[PAGE_DOUBT_FREE_ORDER].pfn, 0x80);
	ck_assert_uint_eq(f.c.doubts[PAGE_DOUBT_FREE_ORDER].value, 4);
	ck_assert_uint_eq(f.c.doubts[PAGE_DOUBT_ORDER].frames, 3);
	ck_assert_uint_eq(f.c.doubts[PAGE_DOUBT_ORDER].pfn, 0x90);
	ck_assert(!f.c.doubts[PAGE_DOUBT_ENCODING].frames);
	expect(&f, 0x80, 0x80, IMGFMT_NONE);
	teardown(&f);
}
END_TEST

START_TEST(test_types)
{
	static const struct {
		int32_t word;
		bool known;
		size_t version;
	} cases[] = {
		{ -0x6000000, false, V6_12 }, { -0x8000000, true, V6_12 },
		{ -1, true, V6_12 }, { -2, true, V6_12 }, { 5, true, V6_12 },
		{ -0x9000000, true, V6_12 }, { -0x2000000, false, V6_12 },
		{ -0x2001, false, V6_1 }, { -513, true, V6_1 },
		{ -2, true, V6_1 }, { -128, true, V6_1 },
	};
	struct fixture f;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(&f, &versions[cases[i].version], EXTREME);
		put_all(&f);
		put_page(&f, 0x90, bit(f.v->lru), 0x1001, cases[i].word, 0);
		must_find(&f, PAGE_CLASSES);
		ck_assert_msg(cases[i].known ==
			      !f.c.doubts[PAGE_DOUBT_TYPE].frames,
			      "case %zu", i);
		if (!cases[i].known)
			expect(&f, 0x90, 1, IMGFMT_NONE);
		teardown(&f);
	}
}
END_TEST

START_TEST(test_encoding)
{
	static const struct version odd = {
		"odd", ORDER_TYPE, 5, 14, 10, 17, 6, 0,
		-4321, 0, -0xc000000, -0xb000000, 0, "compound_head",
	};
	struct fixture f;

	setup(&f, &odd, EXTREME);
	put_page(&f, 0x20, 0, 0, -4321, 3);
	must_find(&f, PAGE_CLASSES);
	ck_assert(f.c.doubts[PAGE_DOUBT_ENCODING].frames);
	teardown(&f);
}
END_TEST

/* Struct pages that the memory does not have: a few, all. */
START_TEST(test_unknown)
{
	struct fixture f;

	setup(&f, &versions[V6_12], EXTREME);
	put_all(&f);
	put_le64(saved_at(&f.s, SAVED_VARIABLES, TABLES + 0x100), 1);
	must_find(&f, PAGE_CLASSES);
	ck_assert_uint_eq(f.c.doubts[PAGE_DOUBT_UNKNOWN].frames, SAVED_FRAMES);
	ck_assert_uint_eq(f.c.frames.runs.len, 0);
	/* The page behind the image is not mapped: frames from 0x40 on. */
	put_le64(saved_at(&f.s, SAVED_VARIABLES, TABLES + 0x100),
		 saved_address(&f.s, SAVED_IMAGE_FRAMES - 1, 0) | 3);
	must_find(&f, PAGE_CLASSES);
	ck_assert_uint_eq(f.c.doubts[PAGE_DOUBT_UNKNOWN].frames,
			  SAVED_FRAMES - 4096 / PAGE_BYTES);
	teardown(&f);
}
END_TEST

/* ---- What zones count ---------------------------------------------------------- */

#define ZONES 0xc00	/* in the variables */

/* A node of 512 frames with two zones, of which the second has @free pages. */
static void say_zones(struct fixture *f, uint64_t spanned, uint64_t free)
{
	uint8_t *node = saved_at(&f->s, SAVED_VARIABLES, ZONES);

	saved_say(&f->s, "SYMBOL(node_data)=%llx\nLENGTH(node_data)=2",
		  (unsigned long long)saved_address(&f->s, SAVED_VARIABLES,
						    ZONES + 0x200));
	saved_say(&f->s, "OFFSET(pglist_data.node_start_pfn)=0");
	saved_say(&f->s, "OFFSET(pglist_data.node_spanned_pages)=8");
	saved_say(&f->s, "OFFSET(pglist_data.nr_zones)=16");
	saved_say(&f->s, "OFFSET(pglist_data.node_zones)=24\nSIZE(zone)=64");
	saved_say(&f->s, "OFFSET(zone.vm_stat)=8\n"
		       "NUMBER(NR_FREE_PAGES)=1");
	put_le64(node + 0x200 + 8,
		 saved_address(&f->s, SAVED_VARIABLES, ZONES));
	put_le64(node + 8, spanned);
	put_le32(node + 16, 2);
	put_le64(node + 24 + 64 + 16, free);
}

static void expect_count(const struct version *v, uint64_t spanned,
			 uint64_t free, uint64_t blocks, uint32_t doubted)
{
	struct fixture f;

	setup(&f, v, EXTREME);
	say_zones(&f, spanned, free);
	for (uint64_t i = 0; i < blocks; i++)
		put_page(&f, i * 8, 0, 0, v->buddy, 3);
	must_find(&f, PAGE_CLASSES);
	ck_assert_uint_eq(page_classes_doubted(&f.c), doubted);
	teardown(&f);
}

START_TEST(test_zones)
{
	const uint32_t free = IMGFMT_EXCLUDE(IMGFMT_FREE) |
			      IMGFMT_EXCLUDE(IMGFMT_UNACCEPTED);
	const struct version *v = &versions[V6_12];

	expect_count(v, 512, 8, 1, 0);
	expect_count(v, 512, 8 + 256, 1, 0);
	expect_count(v, 512, 8 + 257, 1, free);
	expect_count(v, 512, 0, 32, 0);
	expect_count(v, 512, 0, 33, free);
	/* What is above the frames of the image may be free as well. */
	expect_count(v, 512 + 1000, 8 + 1256, 1, 0);
	expect_count(v, 512 + 1000, 8 + 1257, 1, free);
	/* More pages of classes than pages. */
	expect_count(v, 100, 100, 12, 0);
	expect_count(v, 100, 100, 13, PAGE_CLASSES);
	/* What is no count says nothing. */
	expect_count(v, 512, UINT64_MAX, 1, 0);
	expect_count(v, UINT64_MAX, 0, 64, 0);
	expect_count(v, 0, 10000, 1, 0);
}
END_TEST

/* ---- As makedumpfile -------------------------------------------------------------- */

START_TEST(test_peer)
{
	const uint32_t always = IMGFMT_EXCLUDE(IMGFMT_OFFLINE) |
				IMGFMT_EXCLUDE(IMGFMT_HWPOISON);
	const struct version *v = &versions[_i];
	bool waiters = !v->slab_bit;
	struct fixture f;

	setup(&f, v, EXTREME);
	f.as_makedumpfile = true;
	put_all(&f);
	/* A user's page that someone waits for, or slab's by an old flag. */
	put_page(&f, 0x80, bit(7), 0x1001, 0, 0);
	/* A type that is nobody's, and an order that cannot be. */
	put_page(&f, 0x81, bit(v->lru), 0x1001, v->buddy - 0x4000000, 0);
	put_compound(&f, 0x91, 1, false, bit(v->lru), 0x1001);
	must_find(&f, PAGE_CLASSES);
	expect_no_doubt(&f);
	expect(&f, 0x20, 9, IMGFMT_FREE);
	expect(&f, 0x2a, 1, IMGFMT_CACHE);
	expect(&f, 0x2b, 1, IMGFMT_CACHE_PRIVATE);
	expect(&f, 0x2e, 10, IMGFMT_USER);
	expect(&f, 0x40, 16, IMGFMT_HUGETLB);
	expect(&f, 0x50, 1, IMGFMT_NONE);
	expect(&f, 0x51, 1, IMGFMT_HWPOISON);
	expect(&f, 0x52, 1, IMGFMT_USER);
	expect(&f, 0x80, 1, waiters ? IMGFMT_NONE : IMGFMT_USER);
	expect(&f, 0x81, 1, IMGFMT_USER);
	expect(&f, 0x91, 1, IMGFMT_USER);
	expect(&f, 0x92, 1, IMGFMT_NONE);
	ck_assert_uint_eq(f.c.end, UINT64_C(1) << (27 - 12));
	/* Level 4 takes what has no private data as well. */
	must_find(&f, IMGFMT_EXCLUDE(IMGFMT_CACHE_PRIVATE) | always);
	expect(&f, 0x2a, 2, IMGFMT_CACHE_PRIVATE);
	expect(&f, 0x2e, 10, IMGFMT_NONE);
	/* Level 0. */
	must_find(&f, always);
	expect(&f, 0x20, 0x31, IMGFMT_NONE);
	expect(&f, 0x51, 2, IMGFMT_HWPOISON);
	expect(&f, 0x53, 1, v->offline ? IMGFMT_OFFLINE : IMGFMT_NONE);
	/* A kernel that tells no flag of broken pages is not looked at. */
	forget(&f.s, "NUMBER(PG_hwpoison)");
	must_find(&f, always);
	ck_assert_uint_eq(f.c.frames.runs.len, 0);
	teardown(&f);
}
END_TEST

int main(void)
{
	const int count = VERSIONS;
	Suite *suite = suite_create("page_doubts");
	TCase *c = tcase_create("page_doubts");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(c, test_doubts, 0, count);
	tcase_add_test(c, test_types);
	tcase_add_test(c, test_encoding);
	tcase_add_test(c, test_unknown);
	tcase_add_test(c, test_zones);
	tcase_add_loop_test(c, test_peer, 0, count);
	suite_add_tcase(suite, c);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
