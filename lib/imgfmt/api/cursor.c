/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random access to pages, in either view.
 */
#include <stdlib.h>

#include "api/cursor.h"
#include "api/options.h"
#include "layout/digests.h"

#define CACHE_DEFAULT ((uint64_t)512 << 20)

static int choose_view(struct imgfmt_cursor *c, uint32_t view,
		       struct imgfmt_error *err)
{
	struct imgfmt_image *image = c->image;
	int rc;

	if (!view || view == image->info.view)
		return IMGFMT_OK;
	if (view > IMGFMT_VIEW_JUMP)
		return err_set(err, IMGFMT_E_USAGE, "unknown view %u", view);
	rc = view_check(image->has_backup_map &&
			image->info.kind == IMGFMT_HIBERNATED_SYSTEM,
			(enum imgfmt_view)view, err);
	if (!rc)
		rc = view_build(&c->view, image->backup_map.data,
				image->backup_map.len, err);
	if (!rc)
		rc = view_frames(&c->view, &image->frames, view,
				 image->frames.block_pages, &c->own_frames,
				 err);
	c->frames = &c->own_frames;
	return rc;
}

int imgfmt_cursor_new(struct imgfmt_image *image,
		      const struct imgfmt_cursor_opts *opts,
		      struct imgfmt_cursor **ret, struct imgfmt_error *err)
{
	struct imgfmt_cursor_opts o;
	struct reader_opts reader = { .cache = CACHE_DEFAULT };
	struct imgfmt_cursor *c;
	int rc = options_take(&o, sizeof(o), opts, err);

	*ret = NULL;
	if (rc)
		return rc;
	if (o.flags & ~IMGFMT_CURSOR_VERIFY)
		return err_set(err, IMGFMT_E_USAGE, "unknown flags 0x%x",
			       o.flags);
	c = calloc(1, sizeof(*c));
	if (!c)
		return err_nomem(err, "a cursor");
	if (o.cache)
		reader.cache = o.cache;
	reader.verify = o.flags & IMGFMT_CURSOR_VERIFY;
	c->image = source_ref(image);
	c->frames = &image->frames;
	view_init(&c->view);
	frames_init(&c->own_frames);
	c->page = malloc(image->info.page_size);
	rc = c->page ? choose_view(c, o.view, err) : err_nomem(err, "a cursor");
	if (!rc)
		rc = image->ops->reader_new(image, &reader, &c->reader, err);
	if (rc) {
		imgfmt_cursor_free(c);
		return rc;
	}
	*ret = c;
	return IMGFMT_OK;
}

void imgfmt_cursor_free(struct imgfmt_cursor *c)
{
	if (!c)
		return;
	if (c->reader && c->image->ops->reader_free)
		c->image->ops->reader_free(c->reader);
	frames_fini(&c->own_frames);
	view_fini(&c->view);
	free(c->page);
	source_unref(c->image);
	free(c);
}

/* Stored or zero, for as many frames from @pfn on as agree; at most *@pages. */
static int split_present(struct imgfmt_cursor *c, uint64_t pfn,
			 uint64_t *pages, uint32_t *state,
			 struct imgfmt_error *err)
{
	uint32_t group_pages = c->image->frames.block_pages;
	uint64_t stored, zero, source;
	unsigned int bit;
	int rc;

	source = view_source(&c->view, pfn, pages);
	*state = IMGFMT_STORED;
	if (!c->image->ops->masks)
		return IMGFMT_OK;
	bit = (unsigned int)(source % group_pages);
	*pages = min_u64(*pages, group_pages - bit);
	rc = c->image->ops->masks(c->reader, source / group_pages, &stored,
				  &zero, err);
	if (rc)
		return rc;
	if (zero >> bit & 1) {
		*state = IMGFMT_ZERO;
		stored = zero;
	}
	*pages = min_u64(*pages, max_u64(mask_run_at(stored, bit), 1));
	return IMGFMT_OK;
}

int imgfmt_cursor_run(struct imgfmt_cursor *c, uint64_t pfn,
		      struct imgfmt_run *ret, struct imgfmt_error *err)
{
	size_t i = frames_find(c->frames, pfn);

	*ret = (struct imgfmt_run){ 0 };
	if (i == c->frames->runs.len)
		return IMGFMT_END;
	*ret = frames_runs(c->frames)[i];
	if (ret->pfn < pfn) {
		ret->pages -= pfn - ret->pfn;
		ret->pfn = pfn;
	}
	if (ret->state == IMGFMT_EXCLUDED)
		return IMGFMT_OK;
	return split_present(c, ret->pfn, &ret->pages, &ret->state, err);
}

static int absent(uint64_t pfn, const struct imgfmt_cursor *c,
		  struct imgfmt_error *err)
{
	size_t i = frames_find(c->frames, pfn);
	const struct imgfmt_run *r =
		i < c->frames->runs.len ? &frames_runs(c->frames)[i] : NULL;

	if (!r || r->pfn > pfn)
		err_set(err, IMGFMT_E_ABSENT, "not memory of this image");
	else
		err_set(err, IMGFMT_E_ABSENT, "left out (class %s)",
			imgfmt_class_name((int)r->class_id));
	if (err)
		err->pfn = pfn;
	return IMGFMT_E_ABSENT;
}

int imgfmt_read_pfn(struct imgfmt_cursor *c, uint64_t pfn, void *page,
		    struct imgfmt_error *err)
{
	uint64_t one = 1;

	if (!frames_present(c->frames, pfn))
		return absent(pfn, c, err);
	return c->image->ops->read(c->reader, view_source(&c->view, pfn, &one),
				   1, page, err);
}

int imgfmt_read_phys(struct imgfmt_cursor *c, uint64_t paddr, void *buf,
		     size_t len, struct imgfmt_error *err)
{
	uint32_t size = c->image->info.page_size;
	uint8_t *to = buf;

	while (len) {
		size_t skip = (size_t)(paddr % size);
		size_t n = (size_t)min_u64(len, size - skip);
		bool whole = n == size;
		int rc = imgfmt_read_pfn(c, paddr / size, whole ? to : c->page,
					 err);

		if (rc)
			return rc;
		if (!whole)
			memcpy(to, c->page + skip, n);
		to += n;
		paddr += n;
		len -= n;
	}
	return IMGFMT_OK;
}
