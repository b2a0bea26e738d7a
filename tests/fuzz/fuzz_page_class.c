/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Struct pages of any bytes, where any numbers say: walks end, and classes
 * come in order and are those that were asked for.
 *
 *	byte		whether memory is flat
 *	byte		where compound pages tell their order
 *	numbers		classes to find (2), SIZE(page) (2), bits of a section
 *			(1) and of memory (1), LENGTH(mem_section) (4),
 *			SIZE(mem_section) (1), LENGTH(zone.free_area) (1), value
 *			of buddy (4) and slab (4), six bits, five offsets, and
 *			the bit of a head (1 each)
 *	then		page of the image (1), offset (2), length (1), bytes
 */
#include "fuzz/fuzz.h"
#include "kernel/page_class.h"
#include "support/saved_kernel.h"

#define TABLES 0x800

static const char *const orders[] = {
	"OFFSET(page.compound_dtor)=16\nOFFSET(page.compound_order)=17\n" "NUMBER(HUGETLB_PAGE_DTOR)=2",
	"OFFSET(folio._folio_dtor)=80\nOFFSET(folio._folio_order)=81\n" "NUMBER(HUGETLB_PAGE_DTOR)=2",
	"NUMBER(PG_hugetlb)=8",
	"NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592",
};

static void say_page(struct saved_kernel *s, struct fuzz_bytes *b)
{
	static const char *const bits[] = {
		"PG_lru", "PG_private", "PG_swapcache", "PG_swapbacked",
		"PG_hwpoison", "PG_slab",
	};
	static const char *const fields[] = {
		"flags", "compound_head", "mapping", "private", "_mapcount",
	};

	saved_say(s, "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=%d",
		  (int)(int32_t)fuzz_take(b, 4));
	saved_say(s, "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=%d",
		  (int)(int32_t)fuzz_take(b, 4));
	saved_say(s, "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257");
	saved_say(s, "NUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)=-150994944");
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		saved_say(s, "NUMBER(%s)=%u", bits[i],
			  (unsigned int)fuzz_take(b, 1));
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		saved_say(s, "OFFSET(page.%s)=%u", fields[i],
			  (unsigned int)fuzz_take(b, 1));
	saved_say(s, "NUMBER(PG_head_mask)=%u",
		  1u << fuzz_take(b, 1) % 31);
}

static uint32_t say(struct saved_kernel *s, struct fuzz_bytes *b)
{
	bool flat = fuzz_take(b, 1);
	unsigned long long tables = saved_address(s, SAVED_VARIABLES, TABLES);
	uint32_t want;

	saved_say(s, "%s", orders[fuzz_take(b, 1) % ARRAY_SIZE(orders)]);
	want = (uint32_t)fuzz_take(b, 2) & PAGE_CLASSES;
	saved_say(s, "SIZE(page)=%u", (unsigned int)fuzz_take(b, 2));
	saved_say(s, "NUMBER(SECTION_SIZE_BITS)=%u",
		  (unsigned int)fuzz_take(b, 1));
	saved_say(s, "NUMBER(MAX_PHYSMEM_BITS)=%u",
		  (unsigned int)fuzz_take(b, 1));
	saved_say(s, "LENGTH(mem_section)=%u", (unsigned int)fuzz_take(b, 4));
	saved_say(s, "SIZE(mem_section)=%u", (unsigned int)fuzz_take(b, 1));
	saved_say(s, "LENGTH(zone.free_area)=%u",
		  (unsigned int)fuzz_take(b, 1));
	saved_say(s, "OFFSET(mem_section.section_mem_map)=0");
	saved_say(s, "OFFSET(pglist_data.node_start_pfn)=0");
	saved_say(s, "OFFSET(pglist_data.node_spanned_pages)=8");
	saved_say(s, "OFFSET(pglist_data.node_mem_map)=16");
	saved_say(s, "OFFSET(pglist_data.nr_zones)=24\nSIZE(zone)=32");
	saved_say(s, "OFFSET(pglist_data.node_zones)=32");
	saved_say(s, "OFFSET(zone.vm_stat)=8\n"
		     "NUMBER(NR_FREE_PAGES)=0");
	saved_say(s, "SYMBOL(%s)=%llx",
		  flat ? "contig_page_data" : "mem_section", tables);
	saved_say(s, "SYMBOL(node_data)=%llx\nLENGTH(node_data)=4", tables);
	say_page(s, b);
	return want;
}

/* Not over the page tables, which another target takes care of. */
static void put_bytes(struct saved_kernel *s, struct fuzz_bytes *b)
{
	unsigned int page = SAVED_VARIABLES +
			    (unsigned int)fuzz_take(b, 1) %
				    (SAVED_IMAGE_FRAMES - SAVED_VARIABLES - 1);
	size_t offset = (size_t)fuzz_take(b, 2) % 4096;
	uint64_t len = fuzz_take(b, 1);

	for (uint64_t i = 0; i < len && b->size; i++)
		*saved_at(s, page, offset + i) = (uint8_t)fuzz_take(b, 1);
}

static void look_at(struct page_classes *c, uint32_t want)
{
	const struct imgfmt_run *run = frames_runs(&c->frames);
	struct imgfmt_error what;
	uint64_t next = 0;

	for (size_t i = 0; i < c->frames.runs.len; i++) {
		FUZZ_ASSERT(run[i].pfn >= next && run[i].pages);
		FUZZ_ASSERT(run[i].pfn < SAVED_FRAMES + MEM_MAP_BATCH);
		FUZZ_ASSERT(want & IMGFMT_EXCLUDE(run[i].class_id));
		FUZZ_ASSERT(run[i].pages <= UINT64_MAX - run[i].pfn);
		next = run[i].pfn + run[i].pages;
	}
	for (int i = 0; i < PAGE_DOUBTS; i++) {
		FUZZ_ASSERT(c->doubts[i].frames <= SAVED_FRAMES ||
			    i == PAGE_DOUBT_SUM);
		page_doubt_describe(c, (enum page_doubt)i, &what);
		fuzz_check_error(IMGFMT_E_CORRUPT, &what);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct page_class_opts opts = { .max_runs = 1000 };
	struct fuzz_bytes b = { data, size };
	struct imgfmt_error err;
	struct page_classes c;
	struct saved_kernel s;
	struct vmcoreinfo v;
	struct kernel k;
	uint32_t want;
	int rc;

	saved_init(&s, &saved_x86_64);
	want = say(&s, &b);
	while (b.size)
		put_bytes(&s, &b);
	v = saved_text(&s);
	FUZZ_ASSERT(!kernel_init(&k, &s.memory, &v, NULL));
	FUZZ_ASSERT(k.translates);
	opts.want = want;
	for (int i = 0; i < 2; i++) {
		opts.as_makedumpfile = i;
		rc = page_classes_find(&c, &k, &opts, &err);
		if (rc)
			fuzz_check_error(rc, &err);
		else
			look_at(&c, want);
		page_classes_fini(&c);
	}
	kernel_fini(&k);
	saved_fini(&s);
	return 0;
}
