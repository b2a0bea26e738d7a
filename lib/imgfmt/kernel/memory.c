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

static int absent(uint64_t pfn, struct imgfmt_error *err)
{
	return err_set(err, IMGFMT_E_ABSENT, "frame 0x%llx is not in the image",
		       (unsigned long long)pfn);
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
	if (!frames_present(m->frames, pfn))
		return absent(pfn, err);
	m->kept_pfn[slot] = NOTHING_KEPT;
	rc = m->read_pages(m->ctx, pfn, 1, page, err);
	if (!rc)
		m->kept_pfn[slot] = pfn;
	return rc;
}

/*
 * Whole pages, straight to where they are wanted; *@pages is cut to the frames
 * that are present in a row.
 */
static int read_row(struct kernel_memory *m, uint64_t pfn, uint64_t *pages,
		    void *buf, struct imgfmt_error *err)
{
	const struct imgfmt_run *run;

	if (!frames_present(m->frames, pfn))
		return absent(pfn, err);
	run = &frames_runs(m->frames)[frames_find(m->frames, pfn)];
	*pages = min_u64(*pages, run->pfn + run->pages - pfn);
	return m->read_pages(m->ctx, pfn, *pages, buf, err);
}

/* Bytes of one page. */
static int read_part(struct kernel_memory *m, uint64_t paddr, void *buf,
		     size_t len, struct imgfmt_error *err)
{
	const uint8_t *page;
	int rc = kernel_memory_page(m, paddr / m->page_size, &page, err);

	if (!rc)
		memcpy(buf, page + paddr % m->page_size, len);
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
		uint64_t skip = paddr % m->page_size;
		uint64_t pages = skip ? 0 : len / m->page_size;
		uint64_t n = min_u64(len, m->page_size - skip);
		int rc;

		if (pages) {
			rc = read_row(m, paddr / m->page_size, &pages, to, err);
			n = pages * m->page_size;
		} else {
			rc = read_part(m, paddr, to, (size_t)n, err);
		}
		if (rc)
			return rc;
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
