/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Codec 0: the bytes as they are.
 */
#include "base/error.h"
#include "codec/table.h"

static int none_compress(void *state, const void *src, size_t len, void *dst,
			 size_t cap, size_t *ret_len, struct imgfmt_error *err)
{
	(void)state;
	(void)err;
	if (len > cap)
		return IMGFMT_END;
	memcpy(dst, src, len);
	*ret_len = len;
	return IMGFMT_OK;
}

static int none_decompress(void *state, const void *src, size_t len, void *dst,
			   size_t exact_len, struct imgfmt_error *err)
{
	(void)state;
	if (len != exact_len)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "%zu uncompressed bytes instead of %zu", len,
			       exact_len);
	memcpy(dst, src, len);
	return IMGFMT_OK;
}

static const struct codec_ops none_ops = {
	.compress = none_compress,
	.decompress = none_decompress,
};

const struct codec codec_none = {
	.name = "none",
	.ops = &none_ops,
	.id = CODEC_NONE,
};
