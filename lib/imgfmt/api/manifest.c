/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a signature signs, of any image.
 */
#include <stdlib.h>

#include "api/options.h"
#include "source/attest.h"

static int copy_manifest(const struct imgfmt_image *image, void **data_ret,
			 size_t *size_ret, struct imgfmt_error *err)
{
	size_t size = image->plan.tables.manifest_size;

	*data_ret = malloc(size);
	if (!*data_ret)
		return err_nomem(err, "a manifest");
	memcpy(*data_ret, image->manifest_bytes, size);
	*size_ret = size;
	return IMGFMT_OK;
}

int imgfmt_manifest_make(struct imgfmt_image *image,
			 const struct imgfmt_manifest_opts *opts,
			 void **data_ret, size_t *size_ret,
			 struct imgfmt_error *err)
{
	struct imgfmt_manifest_opts o;
	size_t size;
	void *data;
	int rc = options_take(&o, sizeof(o), opts, err);

	*data_ret = NULL;
	*size_ret = 0;
	if (rc)
		return rc;
	if (o.threads > IMGFMT_THREADS_MAX)
		return err_set(err, IMGFMT_E_USAGE, "more than %u threads",
			       IMGFMT_THREADS_MAX);
	if (image->has_tables)
		return copy_manifest(image, data_ret, size_ret, err);
	data = malloc(FOREIGN_SIZE_MAX);
	if (!data)
		return err_nomem(err, "a manifest");
	rc = attest_make(image, o.threads, &o.progress, data, &size, NULL,
			 err);
	if (rc) {
		free(data);
		return rc;
	}
	*data_ret = data;
	*size_ret = size;
	return IMGFMT_OK;
}
