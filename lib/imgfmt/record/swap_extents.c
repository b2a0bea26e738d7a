/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/swap_extents.h"

#include <inttypes.h>
#include <stdlib.h>

#include "io/text.h"

/* A line of 8 bytes and more for each extent. */
#define TEXT_MAX	((uint64_t)64 << 20)
/* No page of a device has a number above: its bytes have 64-bit offsets. */
#define PAGE_MAX	((uint64_t)1 << 52)

static bool take_extent(struct line *line, struct swap_extent *ret)
{
	return line_take_number(line, &ret->slot) &&
	       line_take_number(line, &ret->page) &&
	       line_take_number(line, &ret->pages) && line_is_empty(line);
}

static int parse(struct text_stream *text, struct vec *ret,
		 struct imgfmt_error *err)
{
	struct line line;
	int rc;

	while (!(rc = text_stream_next_line(text, &line, err))) {
		struct swap_extent e;

		if (!take_extent(&line, &e))
			return err_set(err, IMGFMT_E_USAGE,
				       "line %zu: not three numbers: page of the file, page of the device, count",
				       text->line);
		rc = vec_push(ret, &e, err);
		if (rc)
			return rc;
	}
	return rc == IMGFMT_END ? IMGFMT_OK : rc;
}

int swap_extents_load(const char *path, struct vec *ret,
		      struct imgfmt_error *err)
{
	struct text_stream text;
	int rc = text_stream_open(path, TEXT_MAX, &text, err);

	if (!rc)
		rc = parse(&text, ret, err);
	text_stream_fini(&text);
	if (rc)
		err_prefix(err, "%s", path);
	return rc;
}

static int compare_pages(const void *a, const void *b)
{
	const struct swap_extent *l = a, *r = b;

	return l->page < r->page ? -1 : l->page > r->page;
}

static int check_one(const struct swap_extent *e, uint64_t slot,
		     uint64_t device_pages, struct imgfmt_error *err)
{
	uint64_t limit = device_pages ? min_u64(device_pages, PAGE_MAX) :
					PAGE_MAX;

	if (e->slot != slot)
		return err_set(err, IMGFMT_E_USAGE,
			       "extents of the swap file: page %" PRIu64 " of it comes where %" PRIu64 " should",
			       e->slot, slot);
	if (!e->pages || e->pages > limit || e->page > limit - e->pages)
		return err_set(err, IMGFMT_E_USAGE,
			       "extents of the swap file: %" PRIu64 " pages at %" PRIu64 " are not on the device",
			       e->pages, e->page);
	if (!e->page)
		return err_set(err, IMGFMT_E_USAGE,
			       "extents of the swap file: page 0 of the device cannot be part of an image");
	return IMGFMT_OK;
}

static int check_apart(const struct vec *extents, struct imgfmt_error *err)
{
	struct swap_extent *sorted =
		malloc(extents->len * sizeof(*sorted));
	int rc = IMGFMT_OK;

	if (!sorted)
		return err_nomem(err, "the extents of the swap file");
	memcpy(sorted, extents->data, extents->len * sizeof(*sorted));
	qsort(sorted, extents->len, sizeof(*sorted), compare_pages);
	for (size_t i = 1; i < extents->len && !rc; i++)
		if (sorted[i].page - sorted[i - 1].page < sorted[i - 1].pages)
			rc = err_set(err, IMGFMT_E_USAGE,
				     "extents of the swap file: page %" PRIu64 " of the device belongs to two",
				     sorted[i].page);
	free(sorted);
	return rc;
}

int swap_extents_check(const struct vec *extents, uint64_t last_page,
		       uint64_t device_pages, struct imgfmt_error *err)
{
	const struct swap_extent *e =
		vec_array(extents, const struct swap_extent);
	uint64_t slot = 0;

	for (size_t i = 0; i < extents->len; i++) {
		int rc = check_one(&e[i], slot, device_pages, err);

		if (rc)
			return rc;
		/* Counts are below 2^52, and as many as fit in memory. */
		if (add_overflow(slot, e[i].pages, &slot))
			return err_set(err, IMGFMT_E_USAGE,
				       "extents of the swap file: too many pages");
	}
	if (slot <= last_page)
		return err_set(err, IMGFMT_E_USAGE,
			       "extents of the swap file: %" PRIu64 " pages, the swap area has %" PRIu64,
			       slot, last_page + 1);
	return check_apart(extents, err);
}

uint64_t swap_extents_page(const struct vec *extents, uint64_t slot,
			   uint64_t *run_ret)
{
	const struct swap_extent *e =
		vec_array(extents, const struct swap_extent);
	size_t lo = 0, hi = extents->len;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (e[mid].slot <= slot)
			lo = mid;
		else
			hi = mid;
	}
	*run_ret = e[lo].pages - (slot - e[lo].slot);
	return e[lo].page + (slot - e[lo].slot);
}
