/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * x86_64: four or five levels of 512 entries, pages of 4 KiB, 2 MiB and 1 GiB
 * (Intel SDM volume 3, 4.5; arch/x86/include/asm/pgtable_64_types.h and
 * page_64_types.h of Linux 6.12).
 */
#include <elf.h>

#include "kernel/arch.h"

#define PAGE_SHIFT  12u
#define INDEX_BITS  9u
#define LEVELS	    4u
#define LEVELS_LA57 5u

#define ENTRY_PRESENT ((uint64_t)1 << 0)
#define ENTRY_LARGE   ((uint64_t)1 << 7)
/* With EFER.NXE, which Linux sets wherever the processor has it. */
#define ENTRY_NO_EXECUTE ((uint64_t)1 << 63)
#define ENTRY_ADDRESS 0x000ffffffffff000ULL

/* __START_KERNEL_map, and KERNEL_IMAGE_SIZE where the kernel does not tell. */
#define IMAGE_FIRST	   0xffffffff80000000ULL
#define IMAGE_SIZE_DEFAULT 0x40000000ULL

static enum paging_entry entry_kind(uint64_t entry, unsigned int level)
{
	if (!(entry & ENTRY_PRESENT))
		return PAGING_NOTHING;
	if (!level)
		return PAGING_PAGE;
	if (!(entry & ENTRY_LARGE))
		return PAGING_TABLE;
	/* The bit is reserved above the level of 1 GiB. */
	return level <= 2 ? PAGING_PAGE : PAGING_NOTHING;
}

/* Virtual addresses that the image can have, modules not among them. */
static void set_image(const struct vmcoreinfo *v, struct kernel_layout *ret)
{
	uint64_t size;

	if (!vmcoreinfo_value(v, "phys_base", &ret->phys_base))
		return;
	if (!vmcoreinfo_value(v, "KERNEL_IMAGE_SIZE", &size) || !size ||
	    size > IMAGE_SIZE_DEFAULT)
		size = IMAGE_SIZE_DEFAULT;
	ret->has_phys_base = true;
	ret->has_image = true;
	ret->image_offset = IMAGE_FIRST - ret->phys_base;
	ret->image_first = IMAGE_FIRST;
	ret->image_last = IMAGE_FIRST + (size - 1);
}

void x86_64_paging(const struct vmcoreinfo *v, uint64_t root,
		   unsigned int levels, struct paging *ret)
{
	uint64_t sme = 0;

	/* Kernels before this key had none. */
	vmcoreinfo_value(v, "sme_mask", &sme);
	*ret = (struct paging){
		.root = root & ENTRY_ADDRESS & ~sme,
		.levels = (uint8_t)levels,
		.page_shift = PAGE_SHIFT,
		.level_bits = INDEX_BITS,
		.address_bits = (uint8_t)(PAGE_SHIFT + levels * INDEX_BITS),
		.address_mask = ENTRY_ADDRESS & ~sme,
		.no_execute = ENTRY_NO_EXECUTE,
		.kind = entry_kind,
	};
}

static void layout(const struct vmcoreinfo *v, uint32_t page_size,
		   struct kernel_layout *ret)
{
	uint64_t la57 = 0, root;

	set_image(v, ret);
	if (!ret->has_image || page_size != 1u << PAGE_SHIFT ||
	    (!vmcoreinfo_symbol(v, "init_top_pgt", &root) &&
	     !vmcoreinfo_symbol(v, "swapper_pg_dir", &root)))
		return;
	/* Kernels before this key had four levels. */
	vmcoreinfo_value(v, "pgtable_l5_enabled", &la57);
	ret->has_paging = true;
	ret->root_symbol = root;
	x86_64_paging(v, 0, la57 ? LEVELS_LA57 : LEVELS, &ret->paging);
	ret->paging.root = root - ret->image_offset;
	/* The upper half of the canonical addresses. */
	ret->paging.first = -((uint64_t)1 << (ret->paging.address_bits - 1));
}

const struct kernel_arch arch_x86_64 = {
	.machine = EM_X86_64,
	.layout = layout,
};
