/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The classes of pages, by struct pages as kernels of each kind have them.
 */
#include <check.h>
#include <stdio.h>

#include "kernel/page_class.h"
#include "support/saved_kernel.h"

/* ---- Kernels ------------------------------------------------------------- */

#define PAGE_BYTES 64u
#define PAGES	   SAVED_LOG	/* page of the image: the struct pages */
#define TABLES	   0x800	/* in the variables: table of sections */

enum order_at { ORDER_BYTE, ORDER_FOLIO, ORDER_BIT, ORDER_TYPE };

/* A kernel's numbers; where a value is 0 the kernel does not tell it. */
struct version {
	const char *name;
	enum order_at order_at;
	unsigned int lru, private_bit, swapcache, swapbacked, head, slab_bit;
	int32_t buddy, offline, hugetlb, slab, unaccepted;
	const char *compound;
};

static const struct version versions[] = {
	{ "4.17", ORDER_BYTE, 5, 12, 9, 18, 15, 8,
	  -128, 0, 0, 0, 0, "compound_head" },
	{ "6.1", ORDER_BYTE, 4, 13, 10, 19, 16, 9,
	  -129, -257, 0, 0, 0, "compound_head" },
	{ "6.4", ORDER_FOLIO, 4, 13, 10, 19, 16, 9,
	  -129, -257, 0, 0, 0, "compound_head" },
	{ "6.6", ORDER_BIT, 5, 14, 10, 17, 6, 9,
	  -129, -257, 0, 0, 0, "compound_head" },
	{ "6.10", ORDER_TYPE, 5, 14, 10, 17, 6, 0,
	  -129, -257, -2049, -4097, 0, "compound_head" },
	{ "6.11", ORDER_TYPE, 5, 14, 10, 17, 6, 0,
	  ~0x40000000, ~0x20000000, ~0x4000000, ~0x2000000, 0, "compound_head" },
	{ "6.12", ORDER_TYPE, 5, 14, 10, 17, 6, 0,
	  -0x10000000, -0xf000000, -0xc000000, -0xb000000, 0, "compound_head" },
	{ "7.1", ORDER_TYPE, 5, 14, 10, 17, 6, 0,
	  -0x10000000, -0xf000000, -0xc000000, -0xb000000, -0x9000000,
	  "compound_info" },
};
#define HUGETLB_BIT 8u
#define HWPOISON    21u

enum model { EXTREME, SPARSE, FLAT };

struct fixture {
	struct saved_kernel s;
	const struct version *v;
	struct kernel k;
	struct page_classes c;
	uint64_t max_runs;
};

static void say_number(struct saved_kernel *s, const char *name, int value)
{
	if (value)
		saved_say(s, "NUMBER(%s)=%d", name, value);
}

static void say_model(struct saved_kernel *s, enum model model)
{
	uint64_t map = saved_address(s, PAGES, 0);

	if (model == FLAT) {
		saved_say(s, "SYMBOL(contig_page_data)=%llx",
			  (unsigned long long)saved_address(s, SAVED_VARIABLES,
							    TABLES));
		saved_say(s, "OFFSET(pglist_data.node_start_pfn)=8");
		saved_say(s, "OFFSET(pglist_data.node_spanned_pages)=16");
		saved_say(s, "OFFSET(pglist_data.node_mem_map)=24");
		put_le64(saved_at(s, SAVED_VARIABLES, TABLES + 8), 1);
		put_le64(saved_at(s, SAVED_VARIABLES, TABLES + 16), 250);
		put_le64(saved_at(s, SAVED_VARIABLES, TABLES + 24),
			 map + PAGE_BYTES);
		return;
	}
	saved_say(s, "SYMBOL(mem_section)=%llx",
		  (unsigned long long)saved_address(s, SAVED_VARIABLES,
						    TABLES));
	saved_say(s, "SIZE(mem_section)=16");
	saved_say(s, "OFFSET(mem_section.section_mem_map)=0");
	saved_say(s, "NUMBER(SECTION_SIZE_BITS)=27");
	saved_say(s, "NUMBER(MAX_PHYSMEM_BITS)=46");
	saved_say(s, "LENGTH(mem_section)=%u",
		  (1u << (46 - 27)) / (model == EXTREME ? 256 : 1));
	put_le64(saved_at(s, SAVED_VARIABLES, TABLES),
		 model == EXTREME ? saved_address(s, SAVED_VARIABLES,
						  TABLES + 0x100) : map | 3);
	put_le64(saved_at(s, SAVED_VARIABLES, TABLES + 0x100), map | 3);
}

static void say_page(struct saved_kernel *s, const struct version *v)
{
	saved_say(s, "SIZE(page)=%u", PAGE_BYTES);
	saved_say(s, "OFFSET(page.flags)=0\nOFFSET(page.%s)=8", v->compound);
	saved_say(s, "OFFSET(page.mapping)=24\nOFFSET(page.private)=40");
	saved_say(s, "OFFSET(page._mapcount)=48\nLENGTH(zone.free_area)=4");
	say_number(s, "PG_lru", (int)v->lru);
	say_number(s, "PG_private", (int)v->private_bit);
	say_number(s, "PG_swapcache", (int)v->swapcache);
	say_number(s, "PG_swapbacked", (int)v->swapbacked);
	say_number(s, "PG_hwpoison", HWPOISON);
	say_number(s, "PG_slab", (int)v->slab_bit);
	say_number(s, "PG_head_mask", 1 << v->head);
	say_number(s, "PAGE_BUDDY_MAPCOUNT_VALUE", v->buddy);
	say_number(s, "PAGE_OFFLINE_MAPCOUNT_VALUE", v->offline);
	say_number(s, "PAGE_HUGETLB_MAPCOUNT_VALUE", v->hugetlb);
	say_number(s, "PAGE_SLAB_MAPCOUNT_VALUE", v->slab);
	say_number(s, "PAGE_UNACCEPTED_MAPCOUNT_VALUE", v->unaccepted);
	if (v->order_at == ORDER_BYTE)
		saved_say(s, "OFFSET(page.compound_dtor)=16\nOFFSET(page.compound_order)=17\n" "NUMBER(HUGETLB_PAGE_DTOR)=2");
	else if (v->order_at == ORDER_FOLIO)
		saved_say(s, "OFFSET(folio._folio_dtor)=80\nOFFSET(folio._folio_order)=81\n" "NUMBER(HUGETLB_PAGE_DTOR)=2");
	else if (v->order_at == ORDER_BIT)
		saved_say(s, "NUMBER(PG_hugetlb)=%u", HUGETLB_BIT);
}

static uint8_t *page_at(struct fixture *f, uint64_t pfn)
{
	return saved_at(&f->s, PAGES, 0) + pfn * PAGE_BYTES;
}

static void put_page(struct fixture *f, uint64_t pfn, uint64_t flags,
		     uint64_t mapping, int32_t mapcount, uint64_t private)
{
	uint8_t *p = page_at(f, pfn);

	put_le64(p, flags);
	put_le64(p + 24, mapping);
	put_le64(p + 40, private);
	put_le32(p + 48, (uint32_t)mapcount);
}

static uint64_t bit(unsigned int n)
{
	return UINT64_C(1) << n;
}

static void put_compound(struct fixture *f, uint64_t pfn, unsigned int order,
			 bool huge, uint64_t flags, uint64_t mapping)
{
	const struct version *v = f->v;
	uint8_t *second = page_at(f, pfn + 1);

	put_page(f, pfn, flags | bit(v->head), mapping,
		 huge && v->hugetlb ? v->hugetlb : -1, 0);
	for (uint64_t i = 1; i < 1u << order; i++)
		put_le64(page_at(f, pfn + i) + 8,
			 saved_address(&f->s, PAGES, pfn * PAGE_BYTES) | 1);
	if (v->order_at == ORDER_BYTE || v->order_at == ORDER_FOLIO) {
		second[16] = huge ? 2 : 1;
		second[17] = (uint8_t)order;
		return;
	}
	put_le64(second, order | (huge && v->order_at == ORDER_BIT ?
					  bit(HUGETLB_BIT) : 0));
}

static void setup(struct fixture *f, const struct version *v, enum model model)
{
	*f = (struct fixture){ .v = v, .max_runs = UINT64_MAX };
	saved_init(&f->s, &saved_x86_64);
	say_page(&f->s, v);
	say_model(&f->s, model);
	for (uint64_t i = 0; i < 512; i++)
		put_page(f, i, 0, 0, -1, 0);
}

static int find(struct fixture *f, uint32_t want, struct imgfmt_error *err)
{
	const struct imgfmt_progress none = { 0 };
	const struct vmcoreinfo v = saved_text(&f->s);

	page_classes_fini(&f->c);
	if (f->k.memory.kept)
		kernel_fini(&f->k);
	ck_assert_int_eq(kernel_init(&f->k, &f->s.memory, &v, NULL), 0);
	ck_assert_msg(f->k.translates, "%s", f->k.why_not.message);
	return page_classes_find(&f->c, &f->k, want, f->max_runs, &none, err);
}

static void teardown(struct fixture *f)
{
	page_classes_fini(&f->c);
	kernel_fini(&f->k);
	saved_fini(&f->s);
}

static void must_find(struct fixture *f, uint32_t want)
{
	struct imgfmt_error err;

	ck_assert_msg(!find(f, want, &err), "%s: %s", f->v->name, err.message);
}

/* The class that was found of a frame. */
static unsigned int class_of(const struct fixture *f, uint64_t pfn)
{
	size_t i = frames_find(&f->c.frames, pfn);
	const struct imgfmt_run *r = &frames_runs(&f->c.frames)[i];

	return i < f->c.frames.runs.len && r->pfn <= pfn ? r->class_id :
							    IMGFMT_NONE;
}

static void expect(const struct fixture *f, uint64_t pfn, uint64_t pages,
		   unsigned int class_id)
{
	for (uint64_t i = 0; i < pages; i++)
		ck_assert_msg(class_of(f, pfn + i) == class_id,
			      "%s: frame 0x%x is %s, not %s", f->v->name,
			      (unsigned int)(pfn + i),
			      imgfmt_class_name((int)class_of(f, pfn + i)),
			      imgfmt_class_name((int)class_id));
}

static void expect_no_doubt(const struct fixture *f)
{
	struct imgfmt_error what;

	for (int i = 0; i < PAGE_DOUBTS; i++) {
		page_doubt_describe(&f->c, (enum page_doubt)i, &what);
		ck_assert_msg(!f->c.doubts[i].frames, "%s: %s", f->v->name,
			      what.message);
	}
}

/* ---- All classes, of all kernels -------------------------------------------- */

static void put_all(struct fixture *f)
{
	const struct version *v = f->v;
	uint64_t lru = bit(v->lru), swap = bit(v->swapbacked);

	put_page(f, 0x20, 0, 0, v->buddy, 3);
	put_page(f, 0x28, 0, 0, v->buddy, 0);
	put_page(f, 0x2a, lru, 0x1000, 0, 0);
	put_page(f, 0x2b, lru | bit(v->private_bit), 0x1000, -1, 0);
	put_page(f, 0x2c, swap | bit(v->swapcache), 0x1000, -1, 0);
	put_page(f, 0x2d, bit(v->swapcache), 0x1000, -1, 0);
	put_page(f, 0x2e, lru | swap, 0x1001, 0, 0);
	put_page(f, 0x2f, swap | bit(v->private_bit), 0x1003, 2, 0);
	put_compound(f, 0x30, 3, false, lru | swap, 0x1001);
	put_compound(f, 0x38, 2, false, lru | bit(v->private_bit), 0x1000);
	put_compound(f, 0x40, 4, true, 0, 0);
	put_page(f, 0x50, v->slab_bit ? bit(v->slab_bit) : 0, 0x1001,
		 v->slab ? v->slab : -1, 0);
	put_page(f, 0x51, bit(HWPOISON), 0, -1, 0);
	put_page(f, 0x52, lru | bit(HWPOISON), 0x1001, -1, 0);
	if (v->offline)
		put_page(f, 0x53, 0, 0, v->offline, 0);
	if (v->unaccepted)
		put_page(f, 0x58, 0, 0, v->unaccepted, 0);
	/* A compound page of the kernel's own. */
	put_compound(f, 0x60, 2, false, 0, 0);
}

START_TEST(test_classes)
{
	const struct version *v = &versions[_i % (int)ARRAY_SIZE(versions)];
	struct fixture f;

	setup(&f, v, (enum model)(_i / (int)ARRAY_SIZE(versions)));
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

	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
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
		{ -0x6000000, false, 6 }, { -0x8000000, true, 6 },
		{ -1, true, 6 }, { -2, true, 6 }, { 5, true, 6 },
		{ -0x9000000, true, 6 }, { -0x2000000, false, 6 },
		{ -0x2001, false, 1 }, { -513, true, 1 }, { -2, true, 1 },
		{ -128, true, 1 },
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

	setup(&f, &versions[6], EXTREME);
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

/* ---- What VMCOREINFO does not tell --------------------------------------------- */

/* Take the line of a key away. */
static void forget(struct saved_kernel *s, const char *key)
{
	char *line = strstr(s->text, key);

	ck_assert_msg(line, "%s", key);
	memset(line, '#', strlen(key));
}

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
		setup(&f, &versions[1], EXTREME);
		put_all(&f);
		forget(&f.s, cases[i].key);
		ck_assert_int_eq(find(&f, cases[i].want, &err),
				 IMGFMT_E_ABSENT);
		ck_assert_msg(strstr(err.message, cases[i].key),
			      "%s: %s", cases[i].key, err.message);
		teardown(&f);
	}
	/* These the kernel has been the same in since it tells them. */
	setup(&f, &versions[1], EXTREME);
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
		setup(&f, &versions[1], EXTREME);
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

	setup(&f, &versions[1], FLAT);
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
	const int count = (int)ARRAY_SIZE(versions);
	Suite *suite = suite_create("page_class");
	TCase *c = tcase_create("page_class");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(c, test_classes, 0, 3 * count);
	tcase_add_test(c, test_wanted);
	tcase_add_loop_test(c, test_doubts, 0, count);
	tcase_add_test(c, test_types);
	tcase_add_test(c, test_encoding);
	tcase_add_test(c, test_unknown);
	tcase_add_test(c, test_missing);
	tcase_add_test(c, test_wrong);
	tcase_add_test(c, test_limit);
	suite_add_tcase(suite, c);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
