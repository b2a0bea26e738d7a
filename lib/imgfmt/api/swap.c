/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Swap areas: as output, and back from an image to swap.
 */
#include <errno.h>

#include "api/options.h"
#include "base/error.h"
#include "sink/swap_area.h"

static int take_opts(const struct imgfmt_swap_opts *opts,
		     struct imgfmt_swap_opts *ret, struct imgfmt_error *err)
{
	int rc = options_take(ret, sizeof(*ret), opts, err);

	if (rc)
		return rc;
	if (ret->flags & ~(IMGFMT_OUTPUT_FORCE | IMGFMT_SWAP_FILE |
			   IMGFMT_SWAP_DISK_IMAGE) || ret->reserved)
		return err_set(err, IMGFMT_E_USAGE, "unknown flags");
	if (ret->flags & IMGFMT_SWAP_FILE &&
	    ret->flags & IMGFMT_SWAP_DISK_IMAGE)
		return err_set(err, IMGFMT_E_USAGE,
			       "a file is a swap file or the image of a disk, not both");
	if (ret->flags & IMGFMT_SWAP_FILE &&
	    (ret->offset || ret->resume_offset || ret->extents))
		return err_set(err, IMGFMT_E_USAGE,
			       "a swap file begins with its header: it has no offsets");
	return IMGFMT_OK;
}

int imgfmt_output_swap(const char *path, const struct imgfmt_swap_opts *opts,
		       struct imgfmt_output **ret, struct imgfmt_error *err)
{
	struct imgfmt_swap_opts o;
	struct swap_area *area;
	struct place *place;
	int rc = take_opts(opts, &o, err);

	*ret = NULL;
	if (!rc && !o.resume_offset != !o.extents)
		rc = err_set(err, IMGFMT_E_USAGE,
			     "where the pages of a swap file lie on its device takes a resume offset and its extents");
	if (!rc)
		rc = place_open(path, &place, err);
	if (!rc && o.flags & (IMGFMT_SWAP_FILE | IMGFMT_SWAP_DISK_IMAGE) &&
	    place_is_device(place)) {
		rc = err_refuse(err, EINVAL, "%s: a device, not a file", path);
		place_free(place);
	}
	if (!rc)
		rc = swap_area_open(place, &o, &area, err);
	if (!rc)
		*ret = swap_area_output(area);
	return rc;
}

int imgfmt_swap_invalidate(const char *path,
			   const struct imgfmt_swap_opts *opts,
			   struct imgfmt_error *err)
{
	struct imgfmt_swap_opts o;
	struct swap_area *area;
	struct place *place;
	int rc = take_opts(opts, &o, err);

	if (!rc)
		rc = place_open(path, &place, err);
	if (!rc)
		rc = swap_area_find(place, &o, &area, err);
	if (rc)
		return rc;
	if (!swap_area_pending(area))
		rc = err_set(err, IMGFMT_E_NOT_IMAGE,
			     "%s: no image waits there to be resumed", path);
	else
		rc = swap_area_invalidate(area, err);
	imgfmt_output_free(swap_area_output(area));
	return rc;
}
