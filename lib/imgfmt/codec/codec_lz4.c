/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Codec 4: one raw LZ4 block, without the LZ4 frame around it.  Level 1 is
 * the fast compressor, 2 to 12 are the levels of the slow one (HC).
 */
#include "config.h"

#include "codec/table.h"

#ifdef HAVE_LZ4

#include <lz4.h>
#include <lz4hc.h>
#include <stdlib.h>

#include "base/error.h"

#define LZ4_LEVEL_FAST 1

struct lz4_compressor {
	int level;
	uint64_t tables[];	/* LZ4's state, which wants this alignment */
};

static int lz4_compress_new(int level, size_t max_len, void **ret,
			    struct imgfmt_error *err)
{
	int size = level == LZ4_LEVEL_FAST ? LZ4_sizeofState() :
					     LZ4_sizeofStateHC();
	struct lz4_compressor *c = malloc(sizeof(*c) + (size_t)size);

	(void)max_len;
	if (!c)
		return err_nomem(err, "the lz4 compressor");
	c->level = level;
	*ret = c;
	return IMGFMT_OK;
}

static void lz4_compress_free(void *state)
{
	free(state);
}

static int lz4_compress(void *state, const void *src, size_t len, void *dst,
			size_t cap, size_t *ret_len, struct imgfmt_error *err)
{
	struct lz4_compressor *c = state;
	int n;

	(void)err;
	/* Both fail for want of space only. */
	if (c->level == LZ4_LEVEL_FAST)
		n = LZ4_compress_fast_extState(c->tables, src, dst, (int)len,
					       (int)cap, 1);
	else
		n = LZ4_compress_HC_extStateHC(c->tables, src, dst, (int)len,
					       (int)cap, c->level);
	if (n <= 0)
		return IMGFMT_END;
	*ret_len = (size_t)n;
	return IMGFMT_OK;
}

/* A raw block ends where its input ends: nothing can trail. */
static int lz4_decompress_some(void *state, const void *src, size_t len,
			       void *dst, size_t cap, size_t *ret_len,
			       struct imgfmt_error *err)
{
	int n;

	(void)state;
	n = LZ4_decompress_safe(src, dst, (int)len, (int)cap);
	if (n < 0)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "not an lz4 block of %zu bytes", cap);
	*ret_len = (size_t)n;
	return IMGFMT_OK;
}

static int lz4_decompress(void *state, const void *src, size_t len, void *dst,
			  size_t exact_len, struct imgfmt_error *err)
{
	size_t n = 0;
	int rc = lz4_decompress_some(state, src, len, dst, exact_len, &n, err);

	if (rc || n == exact_len)
		return rc;
	return err_set(err, IMGFMT_E_CORRUPT, "not an lz4 block of %zu bytes",
		       exact_len);
}

static const struct codec_ops lz4_ops = {
	.compress_new = lz4_compress_new,
	.compress_free = lz4_compress_free,
	.compress = lz4_compress,
	.decompress = lz4_decompress,
	.decompress_some = lz4_decompress_some,
};

#define LZ4_OPS &lz4_ops
#else
#define LZ4_OPS NULL
#endif

const struct codec codec_lz4 = {
	.name = "lz4",
	.ops = LZ4_OPS,
	.level_min = 1,
	.level_max = 12,
	.level_default = 1,
	.id = CODEC_LZ4,
};
