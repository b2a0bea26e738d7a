/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/paging.h"

#include "base/error.h"

static uint64_t entry_index(const struct paging *p, uint64_t vaddr,
			    unsigned int level)
{
	unsigned int shift = p->page_shift + level * p->level_bits;
	unsigned int bits = level + 1 == p->levels ? p->address_bits - shift :
						     p->level_bits;

	return vaddr >> shift & low_mask(bits);
}

static uint64_t entry_address(const struct paging *p, uint64_t entry)
{
	return (entry & p->address_mask) |
	       (entry & p->high_mask) << p->high_shift;
}

/*
 * Walk down to where @vaddr ends: a page, or IMGFMT_E_ABSENT with the level of
 * the entry that leads nowhere in *@level.
 */
static int walk(const struct paging *p, struct kernel_memory *m,
		uint64_t vaddr, unsigned int *level, struct paging_page *ret,
		struct paging_path *path, struct imgfmt_error *err)
{
	uint64_t table = p->root, entry, span, seen = 0;
	enum paging_entry kind;
	int rc;

	*ret = (struct paging_page){ 0 };
	*level = p->levels;
	if (path)
		path->count = 0;
	do {
		--*level;
		if (path)
			path->pfn[path->count++] = table >> p->page_shift;
		rc = kernel_memory_u64(m, table + 8 * entry_index(p, vaddr, *level),
				       &entry, err);
		if (rc) {
			err_prefix(err, "page table");
			return rc;
		}
		kind = p->kind(entry, *level);
		if (kind == PAGING_NOTHING)
			return err_set(err, IMGFMT_E_ABSENT,
				       "nothing is mapped at 0x%llx",
				       (unsigned long long)vaddr);
		table = entry_address(p, entry);
		seen |= entry;
	} while (kind == PAGING_TABLE && *level);
	span = paging_span(p, *level);
	ret->vaddr = vaddr & ~(span - 1);
	ret->paddr = table & ~(span - 1);
	ret->bytes = span;
	ret->executable = !(seen & p->no_execute);
	return IMGFMT_OK;
}

int paging_trace(const struct paging *p, struct kernel_memory *m,
		 uint64_t vaddr, struct paging_page *ret,
		 struct paging_path *path, struct imgfmt_error *err)
{
	unsigned int level;

	return walk(p, m, vaddr, &level, ret, path, err);
}

int paging_find(const struct paging *p, struct kernel_memory *m,
		uint64_t vaddr, struct paging_page *ret,
		struct imgfmt_error *err)
{
	unsigned int level;

	if (vaddr < p->first) {
		*ret = (struct paging_page){ 0 };
		return err_set(err, IMGFMT_E_ABSENT,
			       "0x%llx is no address of the kernel",
			       (unsigned long long)vaddr);
	}
	return walk(p, m, vaddr, &level, ret, NULL, err);
}

int paging_next(const struct paging *p, struct kernel_memory *m,
		uint64_t vaddr, uint64_t last, uint64_t *budget,
		struct paging_page *ret, struct imgfmt_error *err)
{
	vaddr = max_u64(vaddr, p->first);
	while (vaddr <= last) {
		unsigned int level;
		uint64_t span;
		int rc;

		if (!*budget)
			return err_set(err, IMGFMT_E_LIMIT,
				       "the page tables have too many entries");
		--*budget;
		rc = walk(p, m, vaddr, &level, ret, NULL, err);
		if (!rc && ret->vaddr >= vaddr)
			return ret->vaddr <= last ? IMGFMT_OK : IMGFMT_END;
		if (rc && rc != IMGFMT_E_ABSENT)
			return rc;
		span = paging_span(p, level);
		if (add_overflow(vaddr & ~(span - 1), span, &vaddr))
			break;
	}
	*ret = (struct paging_page){ 0 };
	return IMGFMT_END;
}
