/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Codec 3: one Zstandard frame (RFC 8878) with its content size, without
 * checksum and dictionary id.
 *
 * The library's decoder takes more than that: several frames, skippable ones,
 * and frames of versions before 1.0 where it was built so.  The frame header
 * is therefore checked here first.
 */
#include "config.h"

#include "codec/table.h"

#ifdef HAVE_ZSTD

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/error.h"

/* Frame header: magic, descriptor, window byte unless single-segment. */
#define FRAME_DESCRIPTOR	4u
#define FRAME_WINDOW		5u
#define FRAME_HEADER_MIN	6u

/* Bits of the descriptor. */
#define DESCRIPTOR_DICT_ID	0x03u
#define DESCRIPTOR_CHECKSUM	0x04u
#define DESCRIPTOR_RESERVED	0x08u
#define DESCRIPTOR_SINGLE	0x20u

#define WINDOW_LOG_MIN 10u

/*
 * Level 1 is the one for speed.  Much of a system's memory is compressed or
 * encrypted already, and lies page by page between the rest.  Such noise makes
 * nearly all literals of a block incompressible, and Huffman coding them takes
 * a third of the time for next to nothing: a block that is half noise or more
 * is compressed without, as the negative levels do, and looks for shorter
 * matches in return.  The other blocks look for matches of five bytes in a
 * larger table than libzstd's level 1, which takes a sixth more time there and
 * closes the gap to zlib page by page.
 */
#define LEVEL_FAST	1
#define NOISE_PIECE	4096u	/* bytes that are noise or not */
#define NOISE_STEP	32u	/* from one sample to the next */
#define NOISE_PAIRS	64u	/* twice what 128 random bytes have on average */

/* Of a block that is not half noise, and of one that is. */
static const struct {
	ZSTD_cParameter parameter;
	int value[2];
} fast_parameters[] = {
	{ ZSTD_c_compressionLevel, { LEVEL_FAST, -1 } },
	{ ZSTD_c_hashLog, { 16, 12 } },
	{ ZSTD_c_minMatch, { 5, 4 } },
};

/* What a compressor of the fast level is set up for. */
enum setting { SET_LEVEL, SET_PLAIN, SET_NOISE };

struct zstd_compressor {
	ZSTD_CCtx *cctx;
	int level;
	enum setting setting;
};

static void zstd_compress_free(void *state)
{
	struct zstd_compressor *c = state;

	ZSTD_freeCCtx(c->cctx);
	free(c);
}

static int refused(int level, struct imgfmt_error *err)
{
	return err_set(err, IMGFMT_E_UNSUPPORTED, "libzstd refuses level %d",
		       level);
}

static int zstd_compress_new(int level, size_t max_len, void **ret,
			     struct imgfmt_error *err)
{
	struct zstd_compressor *c = calloc(1, sizeof(*c));

	(void)max_len;
	if (!c)
		return err_nomem(err, "the zstd compressor");
	c->level = level;
	c->cctx = ZSTD_createCCtx();
	if (!c->cctx) {
		free(c);
		return err_nomem(err, "the zstd compressor");
	}
	if (ZSTD_isError(ZSTD_CCtx_setParameter(
		    c->cctx, ZSTD_c_compressionLevel, level)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(c->cctx,
						ZSTD_c_contentSizeFlag, 1)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(c->cctx, ZSTD_c_checksumFlag,
						0))) {
		zstd_compress_free(c);
		return refused(level, err);
	}
	*ret = c;
	return IMGFMT_OK;
}

/* Whether bytes from all over the piece are equal no oftener than chance. */
static bool is_noise(const uint8_t *piece)
{
	uint8_t seen[256] = { 0 };
	unsigned int pairs = 0;

	for (unsigned int i = 0; i < NOISE_PIECE / NOISE_STEP; i++)
		pairs += seen[piece[i * NOISE_STEP + i % 8]]++;
	return pairs < NOISE_PAIRS;
}

static bool is_half_noise(const uint8_t *src, size_t len)
{
	size_t pieces = len / NOISE_PIECE, noise = 0;

	for (size_t i = 0; i < pieces; i++)
		noise += is_noise(src + i * NOISE_PIECE);
	return noise && noise >= pieces - noise;
}

/* The kind of block is a matter of its bytes alone, and so is the result. */
static int adapt(struct zstd_compressor *c, const void *src, size_t len,
		 struct imgfmt_error *err)
{
	bool noise = is_half_noise(src, len);
	enum setting setting = noise ? SET_NOISE : SET_PLAIN;

	if (c->setting == setting)
		return IMGFMT_OK;
	c->setting = setting;
	for (size_t i = 0; i < ARRAY_SIZE(fast_parameters); i++)
		if (ZSTD_isError(ZSTD_CCtx_setParameter(
			    c->cctx, fast_parameters[i].parameter,
			    fast_parameters[i].value[noise])))
			return refused(c->level, err);
	return IMGFMT_OK;
}

static int zstd_compress(void *state, const void *src, size_t len, void *dst,
			 size_t cap, size_t *ret_len, struct imgfmt_error *err)
{
	struct zstd_compressor *c = state;
	size_t n;

	if (c->level == LEVEL_FAST) {
		int rc = adapt(c, src, len, err);

		if (rc)
			return rc;
	}
	n = ZSTD_compress2(c->cctx, dst, cap, src, len);
	if (!ZSTD_isError(n)) {
		*ret_len = n;
		return IMGFMT_OK;
	}
	switch (ZSTD_getErrorCode(n)) {
	case ZSTD_error_dstSize_tooSmall:
		return IMGFMT_END;
	case ZSTD_error_memory_allocation:
		return err_nomem(err, "the zstd compressor");
	default:
		return err_set(err, IMGFMT_E_UNSUPPORTED,
			       "libzstd cannot compress: %s",
			       ZSTD_getErrorName(n));
	}
}

static int zstd_decompress_new(size_t max_len, void **ret,
			       struct imgfmt_error *err)
{
	(void)max_len;
	*ret = ZSTD_createDCtx();
	return *ret ? IMGFMT_OK : err_nomem(err, "the zstd decompressor");
}

static void zstd_decompress_free(void *state)
{
	ZSTD_freeDCtx(state);
}

/* Whether a window byte asks for no more than a frame of @exact_len needs. */
static bool window_fits(uint8_t byte, size_t exact_len)
{
	unsigned int log = WINDOW_LOG_MIN + (byte >> 3);
	uint64_t base = (uint64_t)1 << log;
	uint64_t most = (uint64_t)1 << WINDOW_LOG_MIN;

	while (most < exact_len)
		most *= 2;
	return base + base / 8 * (byte & 7) <= most;
}

/* Whether @src begins with the header of the only kind of frame we take. */
static bool header_fits(const uint8_t *src, size_t len, size_t exact_len)
{
	uint8_t descriptor;

	if (len < FRAME_HEADER_MIN || get_le32(src) != ZSTD_MAGICNUMBER)
		return false;
	descriptor = src[FRAME_DESCRIPTOR];
	if (descriptor & (DESCRIPTOR_DICT_ID | DESCRIPTOR_CHECKSUM |
			  DESCRIPTOR_RESERVED))
		return false;
	if (!(descriptor & DESCRIPTOR_SINGLE) &&
	    !window_fits(src[FRAME_WINDOW], exact_len))
		return false;
	return ZSTD_getFrameContentSize(src, len) == exact_len;
}

static int zstd_decompress(void *state, const void *src, size_t len, void *dst,
			   size_t exact_len, struct imgfmt_error *err)
{
	size_t n;

	if (!header_fits(src, len, exact_len))
		return err_set(err, IMGFMT_E_CORRUPT,
			       "not a zstd frame header for %zu bytes",
			       exact_len);
	if (ZSTD_findFrameCompressedSize(src, len) != len)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "not one zstd frame of %zu bytes", len);
	n = ZSTD_decompressDCtx(state, dst, exact_len, src, len);
	if (n == exact_len)
		return IMGFMT_OK;
	if (ZSTD_getErrorCode(n) == ZSTD_error_memory_allocation)
		return err_nomem(err, "the zstd decompressor");
	return err_set(err, IMGFMT_E_CORRUPT, "bad zstd data: %s",
		       ZSTD_isError(n) ? ZSTD_getErrorName(n) : "too short");
}

static const struct codec_ops zstd_ops = {
	.compress_new = zstd_compress_new,
	.compress_free = zstd_compress_free,
	.compress = zstd_compress,
	.decompress_new = zstd_decompress_new,
	.decompress_free = zstd_decompress_free,
	.decompress = zstd_decompress,
};

#define ZSTD_OPS &zstd_ops
#else
#define ZSTD_OPS NULL
#endif

const struct codec codec_zstd = {
	.name = "zstd",
	.ops = ZSTD_OPS,
	.level_min = -7,	/* 0 is libzstd's word for its default, 3 */
	.level_max = 19,
	.level_default = 1,
	.id = CODEC_ZSTD,
};
