/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/uts.h"

#include <elf.h>

/* include/uapi/linux/utsname.h: six fields of __NEW_UTS_LEN + 1 bytes. */
#define UTS_FIELD   65u
#define UTS_RELEASE 2u
#define UTS_VERSION 3u
#define UTS_FIELDS  6u

/* arch/x86/include/asm/page_64_types.h: __START_KERNEL_map. */
#define X86_64_KERNEL_MAP 0xffffffff80000000ULL

/* Where the kernel's own image lies in memory: one row per architecture. */
static bool x86_64_to_physical(const struct vmcoreinfo *v, uint64_t vaddr,
			       uint64_t *ret)
{
	uint64_t base;

	if (vaddr < X86_64_KERNEL_MAP ||
	    !vmcoreinfo_number(v, "NUMBER(phys_base)", 10, &base))
		return false;
	*ret = vaddr - X86_64_KERNEL_MAP + base;
	return true;
}

static const struct {
	uint16_t machine;
	bool (*to_physical)(const struct vmcoreinfo *v, uint64_t vaddr,
			    uint64_t *ret);
} kernel_images[] = {
	{ EM_X86_64, x86_64_to_physical },
};

static bool find_uts(const struct vmcoreinfo *v, uint16_t machine,
		     uint64_t *ret)
{
	uint64_t symbol, offset;

	if (!vmcoreinfo_number(v, "SYMBOL(init_uts_ns)", 16, &symbol) ||
	    !vmcoreinfo_number(v, "OFFSET(uts_namespace.name)", 10, &offset))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(kernel_images); i++)
		if (kernel_images[i].machine == machine)
			return kernel_images[i].to_physical(v, symbol + offset,
							    ret);
	return false;
}

void uts_version(const struct vmcoreinfo *v, uint16_t machine,
		 const struct kernel_memory *memory, const char *release,
		 char *version, size_t size)
{
	char uts[UTS_FIELDS * UTS_FIELD];
	const char *text = uts + UTS_VERSION * UTS_FIELD;
	uint64_t paddr;
	size_t len;

	if (!find_uts(v, machine, &paddr) ||
	    memory->read(memory->ctx, paddr, uts, sizeof(uts)))
		return;
	/* Right memory holds the release that VMCOREINFO names. */
	if (strncmp(uts + UTS_RELEASE * UTS_FIELD, release, UTS_FIELD))
		return;
	len = strnlen(text, UTS_FIELD);
	if (len == UTS_FIELD || len >= size)
		return;
	memcpy(version, text, len + 1);
}
