/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making an image from another one.
 */
#include "api/options.h"
#include "pipeline/convert.h"

int imgfmt_convert(struct imgfmt_image *image,
		   const struct imgfmt_convert_opts *opts,
		   struct imgfmt_output *out,
		   struct imgfmt_convert_result *ret, struct imgfmt_error *err)
{
	struct imgfmt_convert_result result = { 0 };
	struct imgfmt_convert_opts o;
	struct conversion c;
	int rc = options_take(&o, sizeof(o), opts, err);

	if (rc)
		return rc;
	if ((image->lost.len || image->lost_unknown) && !(o.flags & IMGFMT_CONVERT_SALVAGE))
		return err_set(err, IMGFMT_E_USAGE,
			       "a salvaged image needs IMGFMT_CONVERT_SALVAGE");
	rc = conversion_init(&c, image, &o, err);
	if (!rc)
		rc = convert_run(&c, &o, out, &result, err);
	result.recovery = c.recovery;
	result.doubts = c.doubts;
	result.taken_back_pages = c.taken_back;
	conversion_fini(&c);
	if (rc)
		result = (struct imgfmt_convert_result){ .doubts = c.doubts };
	if (ret && (!rc || c.doubts))
		options_give(ret, &result, sizeof(result));
	return rc;
}
