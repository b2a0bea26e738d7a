/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/kernel.h"

#include <elf.h>

#include "base/error.h"

/* Walks in search of the direct map, and candidates that are tried. */
#define DIRECT_WALKS	  65536u
#define DIRECT_CANDIDATES 64u

/* Frames that a candidate is tried on. */
#define SAMPLES 32u

/* Other mappings begin at a multiple of it on each architecture searched. */
#define REGION ((uint64_t)1 << 39)

static int find_mapped(struct kernel *k, uint64_t vaddr, uint64_t paddr)
{
	struct imgfmt_error *why = &k->why_not;
	struct paging_page page;
	int rc = paging_find(&k->layout.paging, &k->memory, vaddr, &page, why);

	if (rc)
		return rc;
	if (page.paddr + (vaddr - page.vaddr) == paddr)
		return IMGFMT_OK;
	return err_set(why, IMGFMT_E_ABSENT,
		       "0x%llx is mapped elsewhere than VMCOREINFO says",
		       (unsigned long long)vaddr);
}

/* The first of the keys that the way to page tables and names takes. */
static const char *missing_key(const struct kernel *k)
{
	static const struct {
		uint16_t machine;	/* EM_NONE: any */
		const char *key, *or;
	} keys[] = {
		{ EM_NONE, "OSRELEASE", NULL },
		{ EM_NONE, "SYMBOL(init_uts_ns)", NULL },
		{ EM_NONE, "OFFSET(uts_namespace.name)", NULL },
		{ EM_X86_64, "NUMBER(phys_base)", NULL },
		{ EM_X86_64, "SYMBOL(swapper_pg_dir)", "SYMBOL(init_top_pgt)" },
		{ EM_AARCH64, "NUMBER(kimage_voffset)", NULL },
		{ EM_AARCH64, "NUMBER(VA_BITS)", NULL },
		{ EM_AARCH64, "SYMBOL(_stext)", NULL },
		{ EM_AARCH64, "SYMBOL(swapper_pg_dir)", NULL },
	};
	const char *text;
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if ((keys[i].machine == EM_NONE ||
		     keys[i].machine == k->memory.machine) &&
		    !vmcoreinfo_get(&k->info, keys[i].key, &text, &len) &&
		    !(keys[i].or && vmcoreinfo_get(&k->info, keys[i].or,
						   &text, &len)))
			return keys[i].key;
	return NULL;
}

/*
 * VMCOREINFO may be another kernel's, or the memory may be in the wrong view:
 * nothing is read through page tables before they are known to be the right
 * ones.
 */
static int prove(struct kernel *k)
{
	const struct kernel_layout *l = &k->layout;
	struct imgfmt_error *why = &k->why_not;
	uint64_t page_size, stext;
	int rc;

	if ((!l->has_paging || !*k->uts.release) &&
	    arch_find(k->memory.machine, k->memory.big_endian) &&
	    missing_key(k))
		return err_set(why, IMGFMT_E_ABSENT, "VMCOREINFO has no %s",
			       missing_key(k));
	if (!l->has_paging)
		return err_set(why, IMGFMT_E_ABSENT,
			       "VMCOREINFO does not tell the page tables of this architecture");
	if (vmcoreinfo_number(&k->info, "PAGESIZE", 10, &page_size) &&
	    page_size != k->memory.page_size)
		return err_set(why, IMGFMT_E_ABSENT,
			       "VMCOREINFO is of pages of %llu bytes",
			       (unsigned long long)page_size);
	if (!*k->uts.release)
		return err_set(why, IMGFMT_E_ABSENT,
			       "the memory does not hold the kernel that VMCOREINFO describes");
	rc = find_mapped(k, l->root_symbol, l->paging.root);
	if (!rc && vmcoreinfo_symbol(&k->info, "_stext", &stext))
		rc = find_mapped(k, stext, stext - l->image_offset);
	return rc;
}

static bool maps_frame(struct kernel *k, uint64_t offset, uint64_t pfn)
{
	uint64_t vaddr = offset + pfn * k->memory.page_size;
	struct paging_page page;

	return !paging_find(&k->layout.paging, &k->memory, vaddr, &page,
			    NULL) &&
	       page.vaddr - page.paddr == offset;
}

/* Whether most of the frames, tried at even distances, lie @offset above their
   addresses.  Not all: firmware in a core is not in the direct map. */
static bool maps_frames(struct kernel *k, uint64_t offset)
{
	const struct frames *f = k->memory.frames;
	const struct imgfmt_run *run = frames_runs(f);
	uint64_t step = f->present / SAMPLES + 1, next = 0, before = 0;
	unsigned int tried = 0, right = 0;

	for (size_t i = 0; i < f->runs.len; i++) {
		if (run[i].state == IMGFMT_EXCLUDED)
			continue;
		for (; next < before + run[i].pages; next += step) {
			tried++;
			right += maps_frame(k, offset,
					    run[i].pfn + (next - before));
		}
		before += run[i].pages;
	}
	return right > tried / 2;
}

/*
 * The direct map is the lowest that x86_64 maps in its half: the address of
 * it is random, but nothing comes before it (Documentation/arch/x86/x86_64/mm.rst).
 */
static void find_direct(struct kernel *k)
{
	struct kernel_layout *l = &k->layout;
	uint64_t budget = DIRECT_WALKS, at = l->paging.first;
	struct paging_page page;

	for (unsigned int i = 0; i < DIRECT_CANDIDATES; i++) {
		uint64_t offset;

		if (paging_next(&l->paging, &k->memory, at, l->image_first - 1,
				&budget, &page, NULL))
			return;
		offset = page.vaddr - page.paddr;
		if (maps_frames(k, offset)) {
			l->has_direct = true;
			l->direct_offset = offset;
			return;
		}
		if (add_overflow(page.vaddr & ~(REGION - 1), REGION, &at))
			return;
	}
}

static void take_release(struct kernel *k)
{
	const char *text;
	size_t len;

	memset(k->release, 0, sizeof(k->release));
	if (vmcoreinfo_get(&k->info, "OSRELEASE", &text, &len) &&
	    len < sizeof(k->release))
		memcpy(k->release, text, len);
}

void kernel_describe(struct kernel *k, const struct vmcoreinfo *v)
{
	const struct kernel_memory *m = &k->memory;
	const struct kernel_arch *arch = arch_find(m->machine, m->big_endian);
	struct kernel_layout *l = &k->layout;

	*l = (struct kernel_layout){ 0 };
	k->info = *v;
	take_release(k);
	k->has_kaslr_offset = vmcoreinfo_number(v, "KERNELOFFSET", 16,
						&k->kaslr_offset);
	if (arch)
		arch->layout(v, m->page_size, l);
	uts_read(v, l, &k->memory, &k->uts);
	k->translates = !prove(k);
	if (!k->translates)
		l->has_direct = false;
	else if (!l->has_direct)
		find_direct(k);
	else
		l->has_direct = maps_frames(k, l->direct_offset);
}

int kernel_init(struct kernel *k, const struct kernel_memory *memory,
		const struct vmcoreinfo *v, struct imgfmt_error *err)
{
	int rc;

	*k = (struct kernel){ .memory = *memory };
	rc = kernel_memory_init(&k->memory, err);
	if (!rc)
		kernel_describe(k, v);
	return rc;
}

void kernel_fini(struct kernel *k)
{
	kernel_memory_fini(&k->memory);
}

int kernel_find_page(struct kernel *k, uint64_t vaddr, struct paging_page *ret,
		     struct imgfmt_error *err)
{
	*ret = (struct paging_page){ 0 };
	if (k->translates)
		return paging_find(&k->layout.paging, &k->memory, vaddr, ret,
				   err);
	if (err)
		*err = k->why_not;
	return k->why_not.status;
}

int kernel_read(struct kernel *k, uint64_t vaddr, void *buf, size_t len,
		struct imgfmt_error *err)
{
	uint8_t *to = buf;

	while (len) {
		struct paging_page page;
		int rc = kernel_find_page(k, vaddr, &page, err);
		uint64_t skip = vaddr - page.vaddr;
		size_t n = (size_t)min_u64(len, page.bytes - skip);

		if (!rc)
			rc = kernel_memory_read(&k->memory, page.paddr + skip,
						to, n, err);
		if (rc)
			return rc;
		to += n;
		len -= n;
		/* Behind the last address there is no more of the kernel. */
		if (add_overflow(vaddr, n, &vaddr) && len)
			return err_set(err, IMGFMT_E_ABSENT,
				       "beyond the highest address");
	}
	return IMGFMT_OK;
}
