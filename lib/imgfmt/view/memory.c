/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view/memory.h"

#include "base/error.h"

/*
 * Decompressed pages: what a walk comes back to soon, in blocks as large as
 * they may be.  More of them do not stay in the processor's cache, and cost a
 * walk through all struct pages a page fault each.
 */
#define READER_CACHE_PAGES (16 * IMGFMT_MAX_BLOCK_PAGES)

static int read_pages(void *ctx, uint64_t pfn, uint64_t pages, void *buf,
		      struct imgfmt_error *err)
{
	const struct view_memory *v = ctx;
	uint8_t *to = buf;
	int rc = IMGFMT_OK;

	while (pages && !rc) {
		uint64_t n = pages;
		uint64_t from = view_source(&v->view, pfn, &n);

		rc = v->image->ops->read(v->reader, from, n, to, err);
		to += n * v->memory.page_size;
		pfn += n;
		pages -= n;
	}
	return rc;
}

static int choose_view(struct view_memory *v, int source_view,
		       const struct vec *runs, struct imgfmt_error *err)
{
	const struct frames *frames = &v->image->frames;
	int rc;

	v->memory.frames = frames;
	if (source_view == IMGFMT_VIEW_ORIGINAL)
		return IMGFMT_OK;
	if (!runs->len || v->image->info.kind != IMGFMT_HIBERNATED_SYSTEM)
		return err_set(err, IMGFMT_E_ABSENT,
			       "no backup map to show the original view with");
	rc = view_build(&v->view, runs->data, runs->len, err);
	if (!rc)
		rc = view_frames(&v->view, frames, IMGFMT_VIEW_ORIGINAL,
				 frames->block_pages, &v->own_frames, err);
	v->memory.frames = &v->own_frames;
	return rc;
}

int view_memory_init(struct view_memory *v, struct imgfmt_image *image,
		     int source_view, const struct vec *runs,
		     struct imgfmt_error *err)
{
	const struct reader_opts opts = {
		.cache = (uint64_t)READER_CACHE_PAGES * image->info.page_size,
	};
	int rc;

	*v = (struct view_memory){
		.image = image,
		.memory = {
			.read_pages = read_pages,
			.ctx = v,
			.page_size = image->info.page_size,
			.machine = image->machine,
			.big_endian = image->big_endian,
		},
	};
	view_init(&v->view);
	frames_init(&v->own_frames);
	if (io_is_sequential(image->io))
		return err_set(err, IMGFMT_E_SEEK,
			       "the kernel's memory needs random access, and this is a pipe");
	rc = choose_view(v, source_view, runs, err);
	return rc ? rc : image->ops->reader_new(image, &opts, &v->reader, err);
}

void view_memory_fini(struct view_memory *v)
{
	if (v->reader && v->image->ops->reader_free)
		v->image->ops->reader_free(v->reader);
	v->reader = NULL;
	frames_fini(&v->own_frames);
	view_fini(&v->view);
}
