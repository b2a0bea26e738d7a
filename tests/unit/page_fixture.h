/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels made by hand, with a struct page for each frame, of every encoding.
 */
#ifndef TESTS_UNIT_PAGE_FIXTURE_H
#define TESTS_UNIT_PAGE_FIXTURE_H

#include <check.h>
#include <stdio.h>

#include "kernel/page_class.h"
#include "support/saved_kernel.h"

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
	{ "5.10", ORDER_BYTE, 4, 13, 10, 19, 16, 9,
	  -129, -257, 0, 0, 0, "compound_head" },
	{ "6.1", ORDER_BYTE, 4, 13, 10, 19, 16, 9,
	  -129, -257, 0, 0, 0, "compound_head" },
	{ "6.3", ORDER_FOLIO, 4, 13, 10, 19, 16, 9,
	  -129, -257, 0, 0, 0, "compound_head" },
	{ "6.6", ORDER_BIT, 5, 14, 10, 17, 6, 9,
	  -129, -257, 0, 0, 0, "compound_head" },
	{ "6.8", ORDER_BIT, 5, 14, 10, 17, 6, 9,
	  -129, -257, 0, 0, 0, "compound_head" },
	{ "6.9", ORDER_TYPE, 5, 14, 10, 17, 6, 9,
	  -129, -257, -2049, 0, 0, "compound_head" },
	{ "6.10", ORDER_TYPE, 5, 14, 10, 17, 6, 0,
	  -129, -257, -2049, -4097, 0, "compound_head" },
	{ "6.11", ORDER_TYPE, 5, 14, 10, 17, 6, 0,
	  ~0x40000000, ~0x20000000, ~0x4000000, ~0x2000000, 0, "compound_head" },
	{ "6.12", ORDER_TYPE, 5, 14, 10, 17, 6, 0,
	  -0x10000000, -0xf000000, -0xc000000, -0xb000000, 0, "compound_head" },
	{ "6.16", ORDER_TYPE, 5, 14, 10, 17, 6, 0,
	  -0x10000000, -0xf000000, -0xc000000, -0xb000000, -0x9000000,
	  "compound_head" },
	{ "7.1", ORDER_TYPE, 5, 14, 10, 17, 6, 0,
	  -0x10000000, -0xf000000, -0xc000000, -0xb000000, -0x9000000,
	  "compound_info" },
};
#define VERSIONS ((int)ARRAY_SIZE(versions))
/* Rows of it. */
enum { V6_1 = 2, V6_12 = 9 };
#define HUGETLB_BIT 8u
#define HWPOISON    21u

enum model { EXTREME, SPARSE, FLAT };

struct fixture {
	struct saved_kernel s;
	const struct version *v;
	struct kernel k;
	struct page_classes c;
	uint64_t max_runs;
	bool as_makedumpfile;
};

static inline void say_number(struct saved_kernel *s, const char *name, int value)
{
	if (value)
		saved_say(s, "NUMBER(%s)=%d", name, value);
}

static inline void say_model(struct saved_kernel *s, enum model model)
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

static inline void say_page(struct saved_kernel *s, const struct version *v)
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

static inline uint8_t *page_at(struct fixture *f, uint64_t pfn)
{
	return saved_at(&f->s, PAGES, 0) + pfn * PAGE_BYTES;
}

static inline void put_page(struct fixture *f, uint64_t pfn, uint64_t flags,
		     uint64_t mapping, int32_t mapcount, uint64_t private)
{
	uint8_t *p = page_at(f, pfn);

	put_le64(p, flags);
	put_le64(p + 24, mapping);
	put_le64(p + 40, private);
	put_le32(p + 48, (uint32_t)mapcount);
}

static inline uint64_t bit(unsigned int n)
{
	return UINT64_C(1) << n;
}

static inline void put_compound(struct fixture *f, uint64_t pfn, unsigned int order,
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

static inline void setup(struct fixture *f, const struct version *v, enum model model)
{
	*f = (struct fixture){ .v = v, .max_runs = UINT64_MAX };
	saved_init(&f->s, &saved_x86_64);
	say_page(&f->s, v);
	say_model(&f->s, model);
	for (uint64_t i = 0; i < 512; i++)
		put_page(f, i, 0, 0, -1, 0);
}

static inline int find(struct fixture *f, uint32_t want, struct imgfmt_error *err)
{
	const struct page_class_opts o = {
		.want = want,
		.as_makedumpfile = f->as_makedumpfile,
		.max_runs = f->max_runs,
	};
	const struct vmcoreinfo v = saved_text(&f->s);

	page_classes_fini(&f->c);
	if (f->k.memory.kept)
		kernel_fini(&f->k);
	ck_assert_int_eq(kernel_init(&f->k, &f->s.memory, &v, NULL), 0);
	ck_assert_msg(f->k.translates, "%s", f->k.why_not.message);
	return page_classes_find(&f->c, &f->k, &o, err);
}

static inline void teardown(struct fixture *f)
{
	page_classes_fini(&f->c);
	kernel_fini(&f->k);
	saved_fini(&f->s);
}

static inline void must_find(struct fixture *f, uint32_t want)
{
	struct imgfmt_error err;

	ck_assert_msg(!find(f, want, &err), "%s: %s", f->v->name, err.message);
}

/* The class that was found of a frame. */
static inline unsigned int class_of(const struct fixture *f, uint64_t pfn)
{
	size_t i = frames_find(&f->c.frames, pfn);
	const struct imgfmt_run *r = &frames_runs(&f->c.frames)[i];

	return i < f->c.frames.runs.len && r->pfn <= pfn ? r->class_id :
							    IMGFMT_NONE;
}

static inline void expect(const struct fixture *f, uint64_t pfn, uint64_t pages,
		   unsigned int class_id)
{
	for (uint64_t i = 0; i < pages; i++)
		ck_assert_msg(class_of(f, pfn + i) == class_id,
			      "%s: frame 0x%x is %s, not %s", f->v->name,
			      (unsigned int)(pfn + i),
			      imgfmt_class_name((int)class_of(f, pfn + i)),
			      imgfmt_class_name((int)class_id));
}

static inline void expect_no_doubt(const struct fixture *f)
{
	struct imgfmt_error what;

	for (int i = 0; i < PAGE_DOUBTS; i++) {
		page_doubt_describe(&f->c, (enum page_doubt)i, &what);
		ck_assert_msg(!f->c.doubts[i].frames, "%s: %s", f->v->name,
			      what.message);
	}
}

/* Take the line of a key away. */
static inline void forget(struct saved_kernel *s, const char *key)
{
	char *line = strstr(s->text, key);

	ck_assert_msg(line, "%s", key);
	memset(line, '#', strlen(key));
}

static inline void put_all(struct fixture *f)
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

#endif /* TESTS_UNIT_PAGE_FIXTURE_H */
