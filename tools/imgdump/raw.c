/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of an image as they are.  What is not there is a failure here: no
 * bytes are no manifest.
 */
#include "kernel.h"

int raw_vmcoreinfo(struct dump *d, struct imgfmt_error *err)
{
	const char *text;
	size_t size;
	int rc = kernel_vmcoreinfo(d, &text, &size, err);

	if (!rc)
		fwrite(text, 1, size, stdout);
	return rc;
}

int raw_manifest(struct dump *d, struct imgfmt_error *err)
{
	const void *data;
	size_t size;

	if (imgfmt_image_manifest(d->image, &data, &size))
		return dump_error(err, IMGFMT_E_ABSENT,
				  "there is no manifest");
	fwrite(data, 1, size, stdout);
	return IMGFMT_OK;
}
