/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The saved kernel's physical memory, in its own (original) view.
 *
 * This layer lies below the sources: pages come through a callback, and every
 * other file here reads through these functions.  Page tables are read again
 * and again, so the last pages are kept that were not read whole.
 *
 * One struct belongs to one thread.
 */
#ifndef IMGFMT_KERNEL_MEMORY_H
#define IMGFMT_KERNEL_MEMORY_H

#include "base/base.h"
#include "imgfmt.h"
#include "layout/frames.h"

#define KERNEL_MEMORY_KEPT 64u	/* pages */

struct kernel_memory {
	/*
	 * Pages of frames in a row into @buf; IMGFMT_E_ABSENT where the image
	 * does not have one.  Never called for a frame that is not present in
	 * @frames.
	 */
	int (*read_pages)(void *ctx, uint64_t pfn, uint64_t pages, void *buf,
			  struct imgfmt_error *err);
	void *ctx;
	const struct frames *frames;
	uint32_t page_size;
	uint16_t machine;	/* ELF machine number */
	bool	 big_endian;

	/* Its own. */
	uint8_t *kept;
	uint64_t kept_pfn[KERNEL_MEMORY_KEPT];
};

/* After the fields above "its own" were set. */
int kernel_memory_init(struct kernel_memory *m, struct imgfmt_error *err);
void kernel_memory_fini(struct kernel_memory *m);

/* A page, valid until the next call. */
int kernel_memory_page(struct kernel_memory *m, uint64_t pfn,
		       const uint8_t **ret, struct imgfmt_error *err);

/* @len bytes at @paddr; fails as a whole if a page is absent. */
int kernel_memory_read(struct kernel_memory *m, uint64_t paddr, void *buf,
		       size_t len, struct imgfmt_error *err);

/* A little-endian word: the architectures of arch.h have no other. */
int kernel_memory_u64(struct kernel_memory *m, uint64_t paddr, uint64_t *ret,
		      struct imgfmt_error *err);

#endif /* IMGFMT_KERNEL_MEMORY_H */
