/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/memory.h"

#include <stdlib.h>

#include "base/error.h"
#include "format.h"

#define NOTHING_KEPT UINT64_MAX

int kernel_memory_init(struct kernel_memory *m, struct imgfmt_error *err)
{
	for (size_t i = 0; i < KERNEL_MEMORY_KEPT; i++)
		m->kept_pfn[i] = NOTHING_KEPT;
	m->kept = malloc((size_t)m->page_size * KERNEL_MEMORY_KEPT);
	return m->kept ? IMGFMT_OK : err_nomem(err, "the kernel's memory");
}

void kernel_memory_fini(struct kernel_memory *m)
{
	free(m->kept);
	m->kept = NULL;
}

/* Tables of one walk often lie a power of two apart, so mix the bits. */
static size_t slot_of(uint64_t pfn)
{
	return (size_t)((pfn * 0x9e3779b97f4a7c15ULL) >> 58) %
	       KERNEL_MEMORY_KEPT;
}

int kernel_memory_page(struct kernel_memory *m, uint64_t pfn,
		       const uint8_t **ret, struct imgfmt_error *err)
{
	size_t slot = slot_of(pfn);
	uint8_t *page = m->kept + slot * m->page_size;
	int rc;

	*ret = page;
	if (m->kept_pfn[slot] == pfn)
		return IMGFMT_OK;
	if (!frames_present(m->frames, pfn)) {
		err_set(err, IMGFMT_E_ABSENT, "frame 0x%llx is not in the image",
			(unsigned long long)pfn);
		return IMGFMT_E_ABSENT;
	}
	m->kept_pfn[slot] = NOTHING_KEPT;
	rc = m->read_page(m->ctx, pfn, page, err);
	if (!rc)
		m->kept_pfn[slot] = pfn;
	return rc;
}

int kernel_memory_read(struct kernel_memory *m, uint64_t paddr, void *buf,
		       size_t len, struct imgfmt_error *err)
{
	uint8_t *to = buf;

	if (len > IMGFMT_MAX_ADDRESS || paddr > IMGFMT_MAX_ADDRESS - len)
		return err_set(err, IMGFMT_E_ABSENT,
			       "0x%llx is no physical address",
			       (unsigned long long)paddr);
	while (len) {
		size_t skip = (size_t)(paddr % m->page_size);
		size_t n = (size_t)min_u64(len, m->page_size - skip);
		const uint8_t *page;
		int rc = kernel_memory_page(m, paddr / m->page_size, &page,
					    err);

		if (rc)
			return rc;
		memcpy(to, page + skip, n);
		to += n;
		paddr += n;
		len -= n;
	}
	return IMGFMT_OK;
}

int kernel_memory_u64(struct kernel_memory *m, uint64_t paddr, uint64_t *ret,
		      struct imgfmt_error *err)
{
	uint8_t word[8];
	int rc = kernel_memory_read(m, paddr, word, sizeof(word), err);

	*ret = rc ? 0 : get_le64(word);
	return rc;
}
