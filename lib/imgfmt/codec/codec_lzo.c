/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * LZO1X-1: one raw lzo1x stream.  The kernel's hibernation images have it; it
 * is no codec of the native format, so it has no id and is in no list.
 *
 * liblzo2 is under GPL-2.0-or-later: a library that is built with it may be
 * distributed under that licence only.  --without-lzo builds one without it.
 */
#include "config.h"

#include "codec/table.h"

#ifdef HAVE_LZO

#include <lzo1x.h>
#include <stdlib.h>

#include "base/error.h"

/* What incompressible bytes may grow to, by the manual of the library. */
#define LZO_WORST(len) ((len) + (len) / 16 + 64 + 3)

struct lzo_compressor {
	uint8_t *whole;		/* for results that the caller has no room for */
	uint64_t work[LZO1X_1_MEM_COMPRESS / sizeof(uint64_t) + 1];
};

static int check_library(struct imgfmt_error *err)
{
	if (lzo_init() == LZO_E_OK)
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_UNSUPPORTED,
		       "liblzo2 is not the one that this was built for");
}

static void lzo_compress_free(void *state)
{
	struct lzo_compressor *c = state;

	free(c->whole);
	free(c);
}

static int lzo_compress_new(int level, size_t max_len, void **ret,
			    struct imgfmt_error *err)
{
	struct lzo_compressor *c;
	int rc = check_library(err);

	(void)level;
	if (rc)
		return rc;
	c = malloc(sizeof(*c));
	if (!c)
		return err_nomem(err, "the lzo compressor");
	c->whole = malloc(LZO_WORST(max_len));
	if (!c->whole) {
		free(c);
		return err_nomem(err, "the lzo compressor");
	}
	*ret = c;
	return IMGFMT_OK;
}

/* The library takes no bound for its output: it gets all the room it needs. */
static int lzo_compress(void *state, const void *src, size_t len, void *dst,
			size_t cap, size_t *ret_len, struct imgfmt_error *err)
{
	struct lzo_compressor *c = state;
	bool direct = cap >= LZO_WORST(len);
	lzo_uint n = 0;

	if (lzo1x_1_compress(src, len, direct ? dst : c->whole, &n, c->work) !=
	    LZO_E_OK)
		return err_set(err, IMGFMT_E_USAGE,
			       "liblzo2 does not compress %zu bytes", len);
	if (n > cap)
		return IMGFMT_END;
	if (!direct)
		memcpy(dst, c->whole, n);
	*ret_len = n;
	return IMGFMT_OK;
}

static int lzo_decompress_new(size_t max_len, void **ret,
			      struct imgfmt_error *err)
{
	(void)max_len;
	*ret = NULL;
	return check_library(err);
}

static void lzo_decompress_free(void *state)
{
	(void)state;
}

static int lzo_decompress_some(void *state, const void *src, size_t len,
			       void *dst, size_t cap, size_t *ret_len,
			       struct imgfmt_error *err)
{
	lzo_uint n = cap;
	int rc;

	(void)state;
	rc = lzo1x_decompress_safe(src, len, dst, &n, NULL);
	if (rc != LZO_E_OK)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "not an lzo stream of %zu bytes%s", cap,
			       rc == LZO_E_INPUT_NOT_CONSUMED ?
				       ": something follows it" : "");
	*ret_len = n;
	return IMGFMT_OK;
}

static int lzo_decompress(void *state, const void *src, size_t len, void *dst,
			  size_t exact_len, struct imgfmt_error *err)
{
	size_t n = 0;
	int rc = lzo_decompress_some(state, src, len, dst, exact_len, &n, err);

	if (rc || n == exact_len)
		return rc;
	return err_set(err, IMGFMT_E_CORRUPT, "not an lzo stream of %zu bytes",
		       exact_len);
}

static const struct codec_ops lzo_ops = {
	.compress_new = lzo_compress_new,
	.compress_free = lzo_compress_free,
	.compress = lzo_compress,
	.decompress_new = lzo_decompress_new,
	.decompress_free = lzo_decompress_free,
	.decompress = lzo_decompress,
	.decompress_some = lzo_decompress_some,
};

#define LZO_OPS &lzo_ops
#else
#define LZO_OPS NULL
#endif

const struct codec codec_lzo = {
	.name = "lzo",
	.ops = LZO_OPS,
	.level_min = 1,
	.level_max = 1,
	.level_default = 1,
	.id = CODEC_FOREIGN,
};
