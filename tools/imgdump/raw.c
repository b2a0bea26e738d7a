/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of an image as they are.  What is not there is a failure here: no
 * bytes are no manifest.
 */
#include "common/closeout.h"
#include "kernel.h"

int raw_vmcoreinfo(struct dump *d, struct imgfmt_error *err)
{
	const char *text;
	size_t size;
	int rc = kernel_vmcoreinfo(d, &text, &size, err);

	if (!rc)
		write_bytes(stdout, text, size);
	return rc;
}

int raw_manifest(struct dump *d, struct imgfmt_error *err)
{
	const void *data;
	size_t size;

	if (imgfmt_image_manifest(d->image, &data, &size))
		return dump_error(err, IMGFMT_E_ABSENT,
				  "there is no manifest");
	write_bytes(stdout, data, size);
	return IMGFMT_OK;
}
