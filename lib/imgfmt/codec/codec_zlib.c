/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Codec 1: one zlib stream (RFC 1950) with the full 32 KiB window.
 */
#define ZLIB_CONST
#include <stdlib.h>
#include <zlib.h>

#include "base/error.h"
#include "codec/table.h"

/* zlib's own default is 8; 9 trades 128 KiB for speed. */
#define ZLIB_MEM_LEVEL 9

static int zlib_compress_new(int level, size_t max_len, void **ret,
			     struct imgfmt_error *err)
{
	z_stream *z = calloc(1, sizeof(*z));

	(void)max_len;
	if (!z)
		return err_nomem(err, "the zlib compressor");
	if (deflateInit2(z, level, Z_DEFLATED, MAX_WBITS, ZLIB_MEM_LEVEL,
			 Z_DEFAULT_STRATEGY) != Z_OK) {
		free(z);
		return err_nomem(err, "the zlib compressor");
	}
	*ret = z;
	return IMGFMT_OK;
}

static void zlib_compress_free(void *state)
{
	deflateEnd(state);
	free(state);
}

static void set_buffers(z_stream *z, const void *src, size_t len, void *dst,
			size_t cap)
{
	z->next_in = src;
	z->avail_in = (uInt)len;
	z->next_out = dst;
	z->avail_out = (uInt)cap;
}

static int zlib_compress(void *state, const void *src, size_t len, void *dst,
			 size_t cap, size_t *ret_len, struct imgfmt_error *err)
{
	z_stream *z = state;

	(void)err;
	deflateReset(z);
	set_buffers(z, src, len, dst, cap);
	if (deflate(z, Z_FINISH) != Z_STREAM_END)
		return IMGFMT_END;
	*ret_len = cap - z->avail_out;
	return IMGFMT_OK;
}

static int zlib_decompress_new(size_t max_len, void **ret,
			       struct imgfmt_error *err)
{
	z_stream *z = calloc(1, sizeof(*z));

	(void)max_len;
	if (!z)
		return err_nomem(err, "the zlib decompressor");
	if (inflateInit(z) != Z_OK) {
		free(z);
		return err_nomem(err, "the zlib decompressor");
	}
	*ret = z;
	return IMGFMT_OK;
}

static void zlib_decompress_free(void *state)
{
	inflateEnd(state);
	free(state);
}

static int zlib_decompress(void *state, const void *src, size_t len, void *dst,
			   size_t exact_len, struct imgfmt_error *err)
{
	z_stream *z = state;
	int rc;

	inflateReset(z);
	set_buffers(z, src, len, dst, exact_len);
	rc = inflate(z, Z_FINISH);
	if (rc == Z_MEM_ERROR)
		return err_nomem(err, "the zlib decompressor");
	if (rc == Z_STREAM_END && !z->avail_in && !z->avail_out)
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_CORRUPT,
		       "not one zlib stream of %zu bytes%s%s", exact_len,
		       z->msg ? ": " : "", z->msg ? z->msg : "");
}

static const struct codec_ops zlib_ops = {
	.compress_new = zlib_compress_new,
	.compress_free = zlib_compress_free,
	.compress = zlib_compress,
	.decompress_new = zlib_decompress_new,
	.decompress_free = zlib_decompress_free,
	.decompress = zlib_decompress,
};

const struct codec codec_zlib = {
	.name = "zlib",
	.ops = &zlib_ops,
	.level_min = 1,
	.level_max = 9,
	.level_default = 6,
	.id = CODEC_ZLIB,
};
