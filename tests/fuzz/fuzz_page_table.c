/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of any words: walks end, and what they find agrees with itself.
 *
 *	byte		which form, and whether 52 bits with it
 *	2 bytes		number of entries: frame (1), index (2), value (8)
 *	then		addresses of 8 bytes to look at
 */
#include <elf.h>

#include "fuzz/fuzz.h"
#include "support/saved_kernel.h"

#define FRAMES	SAVED_FRAMES
#define BUDGET	20000u
#define LOOKS	64u

#define X86_64 \
	"NUMBER(phys_base)=0\n" \
	"SYMBOL(init_top_pgt)=ffffffff80010000\n"
#define ARM64 \
	"NUMBER(kimage_voffset)=0xffff800000000000\n" \
	"SYMBOL(_stext)=ffff800000010000\n" \
	"SYMBOL(swapper_pg_dir)=ffff800000010000\n"

static const char *const texts[] = {
	X86_64,
	X86_64 "NUMBER(pgtable_l5_enabled)=1\n"
	       "NUMBER(sme_mask)=140737488355328\n",
	ARM64 "NUMBER(VA_BITS)=48\n",
	ARM64 "NUMBER(VA_BITS)=52\n"
	      "NUMBER(TCR_EL1_T1SZ)=0xc\n",
	ARM64 "NUMBER(VA_BITS)=39\n",
};

static void put_entries(struct saved_kernel *s, struct fuzz_bytes *b)
{
	uint64_t count = fuzz_take(b, 2);

	while (count-- && b->size) {
		uint64_t frame = fuzz_take(b, 1) % FRAMES;
		uint64_t index = fuzz_take(b, 2) % 512;

		put_le64(s->bytes + frame * 4096 + 8 * index, fuzz_take(b, 8));
	}
}

static void look_at(const struct paging *p, struct kernel_memory *m,
		    uint64_t vaddr)
{
	struct paging_page page, next;
	struct imgfmt_error err;
	uint64_t budget = 1;
	int rc = paging_find(p, m, vaddr, &page, &err);

	if (rc) {
		FUZZ_ASSERT(rc == IMGFMT_E_ABSENT);
		fuzz_check_error(rc, &err);
		return;
	}
	FUZZ_ASSERT(is_pow2(page.bytes) && vaddr - page.vaddr < page.bytes &&
		    !(page.vaddr % page.bytes) && !(page.paddr % page.bytes));
	FUZZ_ASSERT(page.paddr < UINT64_C(1) << 52);
	if (page.vaddr < p->first)
		return;
	FUZZ_ASSERT(!paging_next(p, m, page.vaddr, page.vaddr, &budget, &next,
				 NULL) && next.paddr == page.paddr);
}

static void list_all(const struct paging *p, struct kernel_memory *m)
{
	uint64_t budget = BUDGET, at = 0;
	struct paging_page page;
	int rc;

	while (!(rc = paging_next(p, m, at, UINT64_MAX, &budget, &page,
				  NULL))) {
		FUZZ_ASSERT(page.vaddr >= at && page.vaddr >= p->first);
		if (add_overflow(page.vaddr, page.bytes, &at))
			return;
	}
	FUZZ_ASSERT(rc == IMGFMT_END || rc == IMGFMT_E_LIMIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes b = { data, size };
	size_t which = (size_t)fuzz_take(&b, 1) % ARRAY_SIZE(texts);
	const struct vmcoreinfo v = { texts[which], strlen(texts[which]) };
	uint16_t machine = which < 2 ? EM_X86_64 : EM_AARCH64;
	struct kernel_layout l = { 0 };
	struct saved_kernel s;

	saved_init_empty(&s, &saved_x86_64);
	put_entries(&s, &b);
	arch_find(machine, false)->layout(&v, 4096, &l);
	FUZZ_ASSERT(l.has_paging && l.paging.root == s.root);
	FUZZ_ASSERT(!kernel_memory_init(&s.memory, NULL));
	for (unsigned int i = 0; i < LOOKS && b.size; i++)
		look_at(&l.paging, &s.memory, fuzz_take(&b, 8));
	list_all(&l.paging, &s.memory);
	kernel_memory_fini(&s.memory);
	saved_fini(&s);
	return 0;
}
