/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pages of a swap file on the device of its file system, by the word of
 * that file system (FIEMAP), in the form that the kernel's swapon() asks for:
 * whole pages in a row, none of them shared or missing.
 */
#include "base/error.h"
#include "io/io.h"
#include "record/swap_extents.h"
#include "sink/swap_area.h"

static int unfit(const struct place *place, const char *why,
		 struct imgfmt_error *err)
{
	return err_set(err, IMGFMT_E_UNSUPPORTED,
		       "%s: cannot be resumed from: %s", place_name(place), why);
}

static int take_extent(const struct place *place, const struct io_extent *e,
		       uint64_t size, uint32_t page_size, struct vec *ret,
		       struct imgfmt_error *err)
{
	uint64_t end = e->logical + e->bytes;
	struct swap_extent x = {
		.slot = e->logical / page_size,
		.page = e->physical / page_size,
		.pages = e->bytes / page_size,
	};
	struct swap_extent *last;

	if (e->shared)
		return unfit(place, "it shares blocks with another file", err);
	if ((e->logical | e->physical) % page_size ||
	    (end % page_size && end < size))
		return unfit(place, "its pieces are not whole pages", err);
	if (ret->len) {
		last = &vec_array(ret, struct swap_extent)[ret->len - 1];
		if (last->slot + last->pages != x.slot)
			return unfit(place, "it has holes", err);
		if (last->page + last->pages == x.page) {
			last->pages += x.pages;
			return IMGFMT_OK;
		}
	} else if (x.slot) {
		return unfit(place, "it has holes", err);
	}
	return x.pages ? vec_push(ret, &x, err) : IMGFMT_OK;
}

/* Pages from the first on. */
static uint64_t covered(const struct vec *extents)
{
	const struct swap_extent *e =
		vec_array(extents, const struct swap_extent);

	return extents->len ? e[extents->len - 1].slot +
				      e[extents->len - 1].pages : 0;
}

int swap_file_extents(struct place *place, uint32_t page_size, struct vec *ret,
		      struct imgfmt_error *err)
{
	struct vec extents;
	struct io *io;
	int rc;

	/* What the file system has not written yet has no place. */
	rc = place_flush(place, err);
	if (!rc)
		rc = io_open_fd(place_fd(place), place_name(place), &io, err);
	if (rc)
		return rc;
	vec_init(&extents, sizeof(struct io_extent));
	rc = io_extents(io, &extents, err);
	if (rc)
		err_prefix(err, "%s", place_name(place));
	for (size_t i = 0; i < extents.len && !rc; i++)
		rc = take_extent(place,
				 &vec_array(&extents, struct io_extent)[i],
				 place_size(place), page_size, ret, err);
	vec_fini(&extents);
	io_free(io);
	if (!rc && covered(ret) < place_size(place) / page_size)
		rc = unfit(place, "it has holes", err);
	return rc;
}
