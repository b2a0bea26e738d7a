/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/control_page.h"

#include <elf.h>
#include <stdio.h>

#include "base/error.h"
#include "format.h"
#include "kernel/arch.h"

#define RELEASE(major, minor) ((uint32_t)(major) << 16 | (minor))

/* One row, one layout: which kernels have it, and where its fields are. */
struct control_layout {
	uint16_t machine;
	uint32_t page_size;
	uint32_t first, last;	/* releases, both included */
	uint16_t code;		/* bytes from the begin of the page on */
	/* Offsets in the page. */
	uint16_t stack, cr0, cr3, cr4, table, swap_page, list;
};

static const struct control_layout layouts[] = {
	/*
	 * arch/x86/kernel/relocate_kernel_64.S: the second half of the page,
	 * until Linux 6.14 gave the fields a section of their own.
	 */
	{
		.machine = EM_X86_64, .page_size = 4096,
		.first = RELEASE(5, 10), .last = RELEASE(6, 13),
		.code = 0x800,
		.stack = 0x800, .cr0 = 0x808, .cr3 = 0x810, .cr4 = 0x818,
		.table = 0x820, .swap_page = 0x828, .list = 0x830,
	},
};

/* CR0: protected mode and paging.  CR4: physical addresses of 8 bytes. */
#define CR0_NEEDED 0x80000001ULL
#define CR4_NEEDED ((uint64_t)1 << 5)
#define CR4_LA57   ((uint64_t)1 << 12)

/* The first words of a release; text as long as any that uname gives. */
static bool parse_release(const char *text, uint32_t *ret)
{
	unsigned int major, minor;

	if (sscanf(text, "%3u.%3u", &major, &minor) != 2)
		return false;
	*ret = RELEASE(major, minor);
	return true;
}

static int find_layout(const struct kernel_memory *m,
		       const struct vmcoreinfo *v,
		       const struct control_layout **ret,
		       struct imgfmt_error *err)
{
	char release[IMGFMT_INFO_TEXT] = "";
	const char *text;
	uint32_t number;
	size_t len;

	if (vmcoreinfo_get(v, "OSRELEASE", &text, &len) && len < sizeof(release))
		memcpy(release, text, len);
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		*ret = &layouts[i];
		if ((*ret)->machine == m->machine && !m->big_endian &&
		    (*ret)->page_size == m->page_size &&
		    parse_release(release, &number) &&
		    number >= (*ret)->first && number <= (*ret)->last)
			return IMGFMT_OK;
	}
	*ret = NULL;
	if (!*release)
		return err_set(err, IMGFMT_E_UNSUPPORTED,
			       "the layout of a kernel's control page goes by its release, and VMCOREINFO tells none");
	return err_set(err, IMGFMT_E_UNSUPPORTED,
		       "the layout of the control page is not known of kernel %s on this architecture",
		       release);
}

/* A little-endian field of the page. */
static uint64_t field(const uint8_t *page, uint16_t offset)
{
	return get_le64(page + offset);
}

static int not_one(const struct control_page *c, struct imgfmt_error *err,
		   const char *what, uint64_t value)
{
	return err_rule_pfn(err, IMGFMT_E_UNFIT, "RSM-06", IMGFMT_NOWHERE,
			    c->pfn,
			    "the page of the entry is no control page of a kexec jump: %s is 0x%llx",
			    what, (unsigned long long)value);
}

static int take_frame(const struct control_page *c,
		      const struct control_layout *l, const char *what,
		      uint64_t address, uint64_t *ret,
		      struct imgfmt_error *err)
{
	*ret = address / l->page_size;
	if (address % l->page_size || address >= IMGFMT_MAX_ADDRESS)
		return not_one(c, err, what, address);
	return IMGFMT_OK;
}

static int take_fields(const struct control_layout *l,
		       const struct vmcoreinfo *v, uint64_t entry,
		       const uint8_t *page, struct control_page *c,
		       struct imgfmt_error *err)
{
	uint64_t cr0 = field(page, l->cr0), cr4 = field(page, l->cr4);
	unsigned int levels = cr4 & CR4_LA57 ? 5 : 4;
	int rc;

	if (entry % l->page_size >= l->code)
		return not_one(c, err, "the entry, which is no code there,",
			       entry);
	if ((cr0 & CR0_NEEDED) != CR0_NEEDED)
		return not_one(c, err, "CR0", cr0);
	if (!(cr4 & CR4_NEEDED))
		return not_one(c, err, "CR4", cr4);
	c->stack = field(page, l->stack);
	if (!(c->stack >> 63) || c->stack % 8)
		return not_one(c, err, "the stack", c->stack);
	rc = take_frame(c, l, "the page table", field(page, l->table),
			&c->table, err);
	if (!rc)
		rc = take_frame(c, l, "the swap page",
				field(page, l->swap_page), &c->swap_page, err);
	if (rc)
		return rc;
	c->list = field(page, l->list);
	x86_64_paging(v, field(page, l->table), levels, &c->transition);
	x86_64_paging(v, field(page, l->cr3), levels, &c->own);
	return IMGFMT_OK;
}

static int no_entry(struct imgfmt_error *err)
{
	return err_rule(err, IMGFMT_E_UNFIT, "RSM-06", IMGFMT_NOWHERE,
			"there is no entry, so no control page: it is no system that waits in a kexec jump");
}

int control_page_read(struct kernel_memory *m, const struct vmcoreinfo *v,
		      uint64_t entry, struct control_page *ret,
		      struct imgfmt_error *err)
{
	const struct control_layout *l;
	const uint8_t *page;
	int rc;

	*ret = (struct control_page){ .pfn = entry / m->page_size };
	if (!entry)
		return no_entry(err);
	rc = find_layout(m, v, &l, err);
	if (!rc && !frames_present(m->frames, ret->pfn))
		rc = err_rule_pfn(err, IMGFMT_E_UNFIT, "RSM-06",
				  IMGFMT_NOWHERE, ret->pfn,
				  "the page of the entry, the control page of a kexec jump, is not in the image");
	if (!rc)
		rc = kernel_memory_page(m, ret->pfn, &page, err);
	return rc ? rc : take_fields(l, v, entry, page, ret, err);
}
