/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernel virtual addresses of the image's memory, out of its page tables.
 */
#include "base/error.h"
#include "kernel/kernel.h"
#include "record/memory.h"

/* Walks through the image of a kernel: 1 GiB of small pages, and a few. */
#define IMAGE_WALKS (UINT64_C(1) << 19)

/* Freed parts cut the image into pieces; beyond so many it is one again. */
#define PIECES_MAX 256u

/*
 * One mapping covers all: what it maps too much of, between the frames, no
 * segment will have.
 */
static int add_direct(const struct kernel *k, struct vec *ret,
		      struct imgfmt_error *err)
{
	const struct frames *f = k->memory.frames;
	uint64_t size = k->memory.page_size;
	uint64_t first = f->runs.len ? frames_runs(f)[0].pfn * size : 0;
	const struct imgfmt_mapping m = {
		.vaddr = k->layout.direct_offset + first,
		.paddr = first,
		.bytes = f->max_pfn * size - first,
	};

	return vec_push(ret, &m, err);
}

static int add_piece(const struct paging_page *page, struct vec *ret,
		     struct imgfmt_error *err)
{
	struct imgfmt_mapping m = {
		.vaddr = page->vaddr,
		.paddr = page->paddr,
		.bytes = page->bytes,
		.flags = IMGFMT_MAPPING_ALIAS,
	};
	struct imgfmt_mapping *last =
		&vec_array(ret, struct imgfmt_mapping)[ret->len - 1];
	uint64_t gap = m.vaddr - (last->vaddr + last->bytes);

	if (last->flags & IMGFMT_MAPPING_ALIAS &&
	    (!gap || ret->len > PIECES_MAX)) {
		last->bytes += gap + m.bytes;
		return IMGFMT_OK;
	}
	return vec_push(ret, &m, err);
}

static int add_image(struct kernel *k, struct vec *ret,
		     struct imgfmt_error *err)
{
	const struct kernel_layout *l = &k->layout;
	uint64_t budget = IMAGE_WALKS, at = l->image_first;
	struct paging_page page;
	int rc;

	while (!(rc = paging_next(&l->paging, &k->memory, at, l->image_last,
				  &budget, &page, err))) {
		if (page.vaddr - page.paddr == l->image_offset)
			rc = add_piece(&page, ret, err);
		if (rc || add_overflow(page.vaddr, page.bytes, &at))
			return rc;
	}
	return rc == IMGFMT_END ? IMGFMT_OK : rc;
}

int kernel_mappings(struct kernel *k, struct vec *ret,
		    struct imgfmt_error *err)
{
	int rc;

	if (!k->translates) {
		if (err)
			*err = k->why_not;
		return k->why_not.status;
	}
	if (!k->layout.has_direct)
		return err_set(err, IMGFMT_E_ABSENT,
			       "the page tables do not show the direct map");
	rc = add_direct(k, ret, err);
	if (!rc)
		rc = add_image(k, ret, err);
	if (!rc)
		rc = mappings_check(ret->data, ret->len, k->memory.page_size,
				    err);
	if (rc)
		vec_clear(ret);
	return rc;
}
