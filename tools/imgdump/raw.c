/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of an image as they are.  What is not there is a failure here: no
 * bytes are no manifest.
 */
#include <stdlib.h>

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
	size_t size;
	void *data;
	int rc = dump_manifest(d, &data, &size, err);

	if (rc)
		return rc == IMGFMT_E_ABSENT ?
			       dump_error(err, rc, "there is no manifest") : rc;
	write_bytes(stdout, data, size);
	free(data);
	return IMGFMT_OK;
}
