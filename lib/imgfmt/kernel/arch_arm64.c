/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arm64: pages of 4, 16 or 64 KiB, as many levels as the virtual addresses
 * need, blocks above the smallest pages (Arm ARM, D8; asm/pgtable-hwdef.h,
 * asm/memory.h and kernel/vmcore_info.c of Linux 6.12's arch/arm64).
 */
#include <elf.h>

#include "kernel/arch.h"

#define ENTRY_VALID ((uint64_t)1 << 0)
#define ENTRY_TABLE ((uint64_t)1 << 1)	/* at level 0: a page */

/* Larger blocks than this no granule has. */
#define BLOCK_LEVEL_MAX 3u

#define VA_BITS_MIN 36u
#define VA_BITS_MAX 52u

/* How far the kernel's image can reach, and how it is aligned at least. */
#define IMAGE_SIZE  0x40000000ULL
#define IMAGE_ALIGN 0x200000ULL

/* A virtual address of 52 bits with these pages needs LPA2's entries. */
#define PAGE_SIZE_64K 65536u

static enum paging_entry entry_kind(uint64_t entry, unsigned int level)
{
	if (!(entry & ENTRY_VALID))
		return PAGING_NOTHING;
	if (!level)
		return entry & ENTRY_TABLE ? PAGING_PAGE : PAGING_NOTHING;
	if (entry & ENTRY_TABLE)
		return PAGING_TABLE;
	return level <= BLOCK_LEVEL_MAX ? PAGING_PAGE : PAGING_NOTHING;
}

/*
 * Bits of a virtual address.  A kernel built for 52 bits says so in VA_BITS
 * also where the processor has fewer; its tables of 64 KiB pages have the
 * same form then, the others have those of the fewer bits.
 */
static bool find_address_bits(const struct vmcoreinfo *v, uint32_t page_size,
			      uint64_t *configured, uint64_t *ret)
{
	uint64_t t1sz;

	if (!vmcoreinfo_value(v, "VA_BITS", configured) ||
	    *configured < VA_BITS_MIN || *configured > VA_BITS_MAX)
		return false;
	*ret = *configured;
	if (page_size != PAGE_SIZE_64K &&
	    vmcoreinfo_value(v, "TCR_EL1_T1SZ", &t1sz)) {
		if (t1sz > 64 - VA_BITS_MIN || t1sz < 64 - *configured)
			return false;
		*ret = 64 - t1sz;
	}
	return true;
}

/* Where entries have the bits of a physical address beyond the 48th. */
static void set_high_bits(struct paging *p, uint32_t page_size)
{
	if (page_size == PAGE_SIZE_64K) {
		p->address_mask = 0x0000ffffffff0000ULL;
		p->high_mask = 0xf000;	/* 15:12 are 51:48 */
		p->high_shift = 36;
	} else if (p->address_bits > 48) {
		p->address_mask = 0x0003ffffffffffffULL & ~(uint64_t)(page_size - 1);
		p->high_mask = 0x300;	/* 9:8 are 51:50 */
		p->high_shift = 42;
	} else {
		p->address_mask = 0x0000ffffffffffffULL & ~(uint64_t)(page_size - 1);
	}
}

static void set_paging(const struct vmcoreinfo *v, uint32_t page_size,
		       struct kernel_layout *ret)
{
	unsigned int page_shift = log2_u64(page_size);
	unsigned int level_bits = page_shift - 3;
	uint64_t root, configured, bits, phys_offset;

	if (!find_address_bits(v, page_size, &configured, &bits) ||
	    !vmcoreinfo_symbol(v, "swapper_pg_dir", &root))
		return;
	ret->has_paging = true;
	ret->root_symbol = root;
	ret->paging = (struct paging){
		.root = root - ret->image_offset,
		.levels = (uint8_t)div_round_up(bits - page_shift, level_bits),
		.page_shift = (uint8_t)page_shift,
		.level_bits = (uint8_t)level_bits,
		.address_bits = (uint8_t)bits,
		.first = -((uint64_t)1 << bits),
		.kind = entry_kind,
	};
	set_high_bits(&ret->paging, page_size);
	if (!vmcoreinfo_value(v, "PHYS_OFFSET", &phys_offset))
		return;
	ret->has_direct = true;
	ret->direct_offset = -((uint64_t)1 << configured) - phys_offset;
}

static void layout(const struct vmcoreinfo *v, uint32_t page_size,
		   struct kernel_layout *ret)
{
	uint64_t stext;

	if (!vmcoreinfo_value(v, "kimage_voffset", &ret->image_offset) ||
	    !vmcoreinfo_symbol(v, "_stext", &stext))
		return;
	ret->has_image = true;
	ret->image_first = stext & ~(IMAGE_ALIGN - 1);
	if (add_overflow(ret->image_first, IMAGE_SIZE - 1, &ret->image_last))
		ret->image_last = UINT64_MAX;
	set_paging(v, page_size, ret);
}

const struct kernel_arch arch_arm64 = {
	.machine = EM_AARCH64,
	.layout = layout,
};
