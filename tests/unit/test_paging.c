/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables made by hand: both architectures, every size of page, tables
 * that lead nowhere or back to themselves.
 */
#include <check.h>
#include <elf.h>
#include <stdio.h>

#include "support/saved_kernel.h"

#define GIB ((uint64_t)1 << 30)
#define MIB ((uint64_t)1 << 20)

struct walked {
	struct saved_kernel s;
	struct kernel_layout layout;
};

/* An empty root table; the layout that VMCOREINFO gives, @first in front. */
static void start(struct walked *w, const struct saved_form *form,
		  const char *first)
{
	const struct kernel_arch *arch = arch_find(form->machine, false);
	char text[SAVED_TEXT_MAX];
	struct vmcoreinfo v;

	saved_init(&w->s, form);
	memcpy(text, w->s.text, sizeof(text));
	saved_fini(&w->s);
	saved_init_empty(&w->s, form);
	saved_say(&w->s, "%s", first);
	saved_say(&w->s, "%s", text);
	v = saved_text(&w->s);
	w->layout = (struct kernel_layout){ 0 };
	arch->layout(&v, form->page_size, &w->layout);
	ck_assert(w->layout.has_paging);
	ck_assert_uint_eq(w->layout.paging.root, w->s.root);
	ck_assert_uint_eq(w->layout.paging.levels, form->levels);
	ck_assert_int_eq(kernel_memory_init(&w->s.memory, NULL), 0);
}

static void end(struct walked *w)
{
	kernel_memory_fini(&w->s.memory);
	saved_fini(&w->s);
}

/* After entries changed: what was kept is forgotten. */
static void forget(struct walked *w)
{
	kernel_memory_fini(&w->s.memory);
	ck_assert_int_eq(kernel_memory_init(&w->s.memory, NULL), 0);
}

static void expect(struct walked *w, uint64_t vaddr, uint64_t paddr,
		   uint64_t bytes)
{
	struct imgfmt_error err = { .message = "" };
	struct paging_page page;

	ck_assert_msg(!paging_find(&w->layout.paging, &w->s.memory, vaddr,
				   &page, &err),
		      "0x%llx: %s", (unsigned long long)vaddr, err.message);
	ck_assert_uint_eq(page.paddr + (vaddr - page.vaddr), paddr);
	ck_assert_uint_eq(page.bytes, bytes);
}

static void expect_nothing(struct walked *w, uint64_t vaddr)
{
	struct imgfmt_error err = { .message = "" };
	struct paging_page page;

	ck_assert_int_eq(paging_find(&w->layout.paging, &w->s.memory, vaddr,
				     &page, &err), IMGFMT_E_ABSENT);
	ck_assert(err.message[0]);
}

START_TEST(test_x86_64)
{
	const uint64_t direct = 0xffff888000000000ULL;
	struct walked w;

	start(&w, &saved_x86_64, "NUMBER(sme_mask)=0");
	saved_map(&w.s, direct, 0, 2);
	saved_map(&w.s, direct + GIB, 6 * MIB, 1);
	/* The bit that is PAT in a large page is no address. */
	saved_map(&w.s, direct + GIB + 2 * MIB, (8 * MIB) | 0x1000, 1);
	saved_map(&w.s, direct + GIB + 4 * MIB, 0x5000, 0);
	saved_map(&w.s, 0xfffffffffffff000ULL, 0x7000, 0);
	expect(&w, direct, 0, GIB);
	expect(&w, direct + GIB - 1, GIB - 1, GIB);
	expect(&w, direct + GIB + 0x1234, 6 * MIB + 0x1234, 2 * MIB);
	expect(&w, direct + GIB + 2 * MIB, 8 * MIB, 2 * MIB);
	expect(&w, direct + GIB + 4 * MIB + 8, 0x5008, 4096);
	expect(&w, UINT64_MAX, 0x7fff, 4096);
	expect_nothing(&w, direct + GIB + 4 * MIB + 0x1000);
	expect_nothing(&w, direct - 1);
	/* The lower half, and what is no address at all. */
	expect_nothing(&w, 0);
	expect_nothing(&w, 0x0000888000000000ULL);
	expect_nothing(&w, 0x1234888000000000ULL);
	end(&w);
}
END_TEST

START_TEST(test_x86_64_five_levels)
{
	struct walked w;

	start(&w, &saved_x86_64_la57, "NUMBER(sme_mask)=0");
	saved_map(&w.s, 0xff11000000000000ULL, 0, 2);
	saved_map(&w.s, 0xff11008000200000ULL, 2 * MIB, 1);
	saved_map(&w.s, 0xffffffff81000000ULL, 0x3000, 0);
	expect(&w, 0xff11000000001000ULL, 0x1000, GIB);
	expect(&w, 0xff11008000200001ULL, 2 * MIB + 1, 2 * MIB);
	expect(&w, 0xffffffff81000fffULL, 0x3fff, 4096);
	expect_nothing(&w, 0xfeffffffffffffffULL);
	end(&w);
}
END_TEST

/* The bit that says "encrypted" is part of entries, not of addresses. */
START_TEST(test_x86_64_encrypted)
{
	const uint64_t mask = UINT64_C(1) << 47;
	struct walked w;

	start(&w, &saved_x86_64, "NUMBER(sme_mask)=140737488355328");
	saved_map(&w.s, 0xffff888000000000ULL, 0x5000 | mask, 0);
	expect(&w, 0xffff888000000010ULL, 0x5010, 4096);
	end(&w);
}
END_TEST

START_TEST(test_reserved)
{
	struct walked w;

	/* A large page of 512 GiB there is not. */
	start(&w, &saved_x86_64, "NUMBER(sme_mask)=0");
	put_le64(w.s.bytes + w.s.root + 8 * 256, 0xe3);
	expect_nothing(&w, 0xffff800000000000ULL);
	/* A table outside the memory. */
	put_le64(w.s.bytes + w.s.root + 8 * 257, 0x000ffffffffff063ULL);
	expect_nothing(&w, 0xffff808000000000ULL);
	end(&w);
}
END_TEST

/* A table that is its own child ends as a page, like in the processor. */
START_TEST(test_cycle)
{
	struct paging_page page;
	uint64_t budget = 100000, found = 0;
	struct walked w;
	int rc;

	start(&w, &saved_x86_64, "NUMBER(sme_mask)=0");
	for (unsigned int i = 0; i < 512; i++)
		put_le64(w.s.bytes + w.s.root + 8 * i, w.s.root | 0x63);
	expect(&w, 0xffff800000000000ULL, w.s.root, 4096);
	page.vaddr = 0xffff800000000000ULL;
	page.bytes = 0;
	while (!(rc = paging_next(&w.layout.paging, &w.s.memory,
				  page.vaddr + page.bytes, UINT64_MAX,
				  &budget, &page, NULL)))
		found++;
	ck_assert_int_eq(rc, IMGFMT_E_LIMIT);
	ck_assert_uint_eq(found, 100000);
	end(&w);
}
END_TEST

START_TEST(test_next)
{
	static const uint64_t wanted[] = {
		0xffff888000000000ULL, 0xffff888040000000ULL,
		0xffff888040200000ULL, 0xffff888040201000ULL,
		0xfffffffffffff000ULL,
	};
	uint64_t budget = 10000, at = 0;
	struct paging_page page;
	struct walked w;
	size_t i = 0;

	start(&w, &saved_x86_64, "NUMBER(sme_mask)=0");
	saved_map(&w.s, wanted[0], 0, 2);
	saved_map(&w.s, wanted[1], 0, 1);
	saved_map(&w.s, wanted[2], 0, 0);
	saved_map(&w.s, wanted[3], 0, 0);
	saved_map(&w.s, wanted[4], 0, 0);
	while (!paging_next(&w.layout.paging, &w.s.memory, at, UINT64_MAX,
			    &budget, &page, NULL)) {
		ck_assert_uint_lt(i, 5);
		ck_assert_uint_eq(page.vaddr, wanted[i++]);
		if (add_overflow(page.vaddr, page.bytes, &at))
			break;
	}
	ck_assert_uint_eq(i, 5);
	/* From within a page the next one follows; the limit is inclusive. */
	ck_assert_int_eq(paging_next(&w.layout.paging, &w.s.memory,
				     wanted[0] + 1, wanted[1], &budget, &page,
				     NULL), 0);
	ck_assert_uint_eq(page.vaddr, wanted[1]);
	ck_assert_int_eq(paging_next(&w.layout.paging, &w.s.memory,
				     wanted[0] + 1, wanted[1] - 1, &budget,
				     &page, NULL), IMGFMT_END);
	end(&w);
}
END_TEST

/* ---- arm64: granules, block sizes, addresses of 52 bits ------------------ */

static const struct arm64_case {
	uint32_t page_size;
	unsigned int bits, t1sz, levels, top_bits;
	uint64_t block;		/* bytes of a page of level 1 */
} arm64_cases[] = {
	{ 4096, 48, 16, 4, 48, 2 * MIB },
	{ 4096, 39, 25, 3, 39, 2 * MIB },
	{ 4096, 52, 12, 5, 52, 2 * MIB },
	/* Built for 52 bits, on a processor that has fewer. */
	{ 4096, 52, 16, 4, 48, 2 * MIB },
	{ 16384, 47, 17, 3, 47, 32 * MIB },
	{ 16384, 48, 16, 4, 48, 32 * MIB },
	{ 16384, 52, 12, 4, 52, 32 * MIB },
	{ 65536, 42, 22, 2, 42, 512 * MIB },
	{ 65536, 48, 16, 3, 48, 512 * MIB },
	{ 65536, 52, 12, 3, 52, 512 * MIB },
	{ 65536, 52, 16, 3, 52, 512 * MIB },
};

START_TEST(test_arm64)
{
	const struct arm64_case *c = &arm64_cases[_i];
	const uint64_t top = UINT64_MAX << 39;
	const struct saved_form form = {
		.machine = EM_AARCH64, .page_size = c->page_size,
		.address_bits = c->top_bits,
		.level_bits = log2_u64(c->page_size) - 3, .levels = c->levels,
		.image = top, .direct = top,
	};
	char first[128];
	struct walked w;

	snprintf(first, sizeof(first),
		 "NUMBER(TCR_EL1_T1SZ)=0x%x\n" "NUMBER(VA_BITS)=%u", c->t1sz,
		 c->bits);
	start(&w, &form, first);
	saved_map(&w.s, top, 3 * c->page_size, 0);
	saved_map(&w.s, top + c->block, 2 * c->block, 1);
	saved_map(&w.s, UINT64_MAX & ~(uint64_t)(c->page_size - 1),
		  5 * c->page_size, 0);
	expect(&w, top + 1, 3 * c->page_size + 1, c->page_size);
	expect(&w, top + c->block + 0x12345, 2 * c->block + 0x12345, c->block);
	expect(&w, UINT64_MAX, 6 * c->page_size - 1, c->page_size);
	expect_nothing(&w, top + c->page_size);
	expect_nothing(&w, 0);
	end(&w);
}
END_TEST

/* Entries with the bits of addresses that the 48 below do not hold. */
START_TEST(test_arm64_high)
{
	struct saved_form form = saved_arm64_4k;
	const uint64_t top = UINT64_MAX << 39;
	struct walked w;

	form.address_bits = 52;
	form.levels = 5;
	start(&w, &form, "NUMBER(TCR_EL1_T1SZ)=0xc");
	saved_map(&w.s, top, 0x300, 0);		/* bits 51:50 */
	expect(&w, top, UINT64_C(3) << 50, 4096);
	end(&w);

	form = saved_arm64_4k;
	start(&w, &form, "NUMBER(TCR_EL1_T1SZ)=0x10");
	saved_map(&w.s, top, 0x300, 0);		/* shareable, no address */
	expect(&w, top, 0, 4096);
	end(&w);

	form = saved_arm64_4k;
	form.page_size = 65536;
	form.level_bits = 13;
	form.levels = 3;
	start(&w, &form, "NUMBER(TCR_EL1_T1SZ)=0x10");
	saved_map(&w.s, top, 0xf000, 0);	/* bits 51:48 */
	expect(&w, top, UINT64_C(15) << 48, 65536);
	end(&w);
}
END_TEST

START_TEST(test_arm64_invalid)
{
	const uint64_t top = UINT64_MAX << 39;
	uint64_t leaf;
	struct walked w;

	/* At the lowest level only the value 3 is a page. */
	start(&w, &saved_arm64_4k, "NUMBER(TCR_EL1_T1SZ)=0x10");
	saved_map(&w.s, top, 0x3000, 0);
	leaf = (w.s.next_table + 1) * 4096;
	expect(&w, top, 0x3000, 4096);
	forget(&w);
	put_le64(w.s.bytes + leaf, 0x3001);
	expect_nothing(&w, top);
	end(&w);
}
END_TEST

#define ARM64_IMAGE \
	"NUMBER(kimage_voffset)=0xffff800000000000\n" \
	"SYMBOL(_stext)=ffff800080000000\n"
#define ARM64_TABLES \
	ARM64_IMAGE "SYMBOL(swapper_pg_dir)=ffff800080000000\n"

/* Keys that contradict each other or make no tables. */
START_TEST(test_layout_refused)
{
	static const struct {
		uint16_t machine;
		uint32_t page_size;
		const char *text;
	} cases[] = {
		{ EM_X86_64, 4096, "SYMBOL(init_top_pgt)=ffffffff81000000\n" },
		{ EM_X86_64, 4096, "NUMBER(phys_base)=0\n" },
		{ EM_X86_64, 65536, "NUMBER(phys_base)=0\nSYMBOL(init_top_pgt)=ffffffff81000000\n" },
		{ EM_AARCH64, 4096, ARM64_IMAGE },
		{ EM_AARCH64, 4096, ARM64_TABLES "NUMBER(VA_BITS)=64\n" },
		{ EM_AARCH64, 4096, ARM64_TABLES "NUMBER(VA_BITS)=35\n" },
		{ EM_AARCH64, 4096, ARM64_TABLES "NUMBER(VA_BITS)=48\n" "NUMBER(TCR_EL1_T1SZ)=0x1\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct vmcoreinfo v = { cases[i].text,
					      strlen(cases[i].text) };
		struct kernel_layout layout = { 0 };

		arch_find(cases[i].machine, false)->layout(
			&v, cases[i].page_size, &layout);
		ck_assert_msg(!layout.has_paging, "case %zu", i);
	}
	ck_assert_ptr_null(arch_find(EM_S390, false));
	ck_assert_ptr_null(arch_find(EM_AARCH64, true));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("paging");
	TCase *tc = tcase_create("paging");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, test_x86_64);
	tcase_add_test(tc, test_x86_64_five_levels);
	tcase_add_test(tc, test_x86_64_encrypted);
	tcase_add_test(tc, test_reserved);
	tcase_add_test(tc, test_cycle);
	tcase_add_test(tc, test_next);
	tcase_add_loop_test(tc, test_arm64, 0, ARRAY_SIZE(arm64_cases));
	tcase_add_test(tc, test_arm64_high);
	tcase_add_test(tc, test_arm64_invalid);
	tcase_add_test(tc, test_layout_refused);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
