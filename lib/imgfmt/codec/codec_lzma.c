/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Codec 2: one .xz stream of one block with the LZMA2 filter and no integrity
 * check: blocks of the image have their own checksum.
 *
 * The dictionary is as long as the longest block at most, which bounds what a
 * reader needs; the decoder's memory limit holds hostile input to the same.
 */
#include <lzma.h>
#include <stdlib.h>

#include "base/error.h"
#include "codec/table.h"

struct lzma_state {
	lzma_stream strm;
	lzma_options_lzma options;	/* compressor */
	uint64_t memlimit;		/* decompressor */
};

/* A power of two, so that the .xz header can say it exactly. */
static uint32_t dict_size(size_t max_len)
{
	uint32_t size = LZMA_DICT_SIZE_MIN;

	while (size < max_len)
		size *= 2;
	return size;
}

static struct lzma_state *state_alloc(void)
{
	struct lzma_state *s = calloc(1, sizeof(*s));

	if (s)
		s->strm = (lzma_stream)LZMA_STREAM_INIT;
	return s;
}

static void state_free(void *state)
{
	struct lzma_state *s = state;

	lzma_end(&s->strm);
	free(s);
}

static lzma_ret run(lzma_stream *strm, const void *src, size_t len, void *dst,
		    size_t cap)
{
	lzma_ret rc;

	strm->next_in = src;
	strm->avail_in = len;
	strm->next_out = dst;
	strm->avail_out = cap;
	/*
	 * A full output does not mean that the end was seen; without progress
	 * the second LZMA_OK becomes LZMA_BUF_ERROR.
	 */
	do {
		rc = lzma_code(strm, LZMA_FINISH);
	} while (rc == LZMA_OK);
	return rc;
}

static int lzma_compress_new(int level, size_t max_len, void **ret,
			     struct imgfmt_error *err)
{
	struct lzma_state *s = state_alloc();

	if (!s)
		return err_nomem(err, "the lzma compressor");
	if (lzma_lzma_preset(&s->options, (uint32_t)level)) {
		state_free(s);
		return err_set(err, IMGFMT_E_UNSUPPORTED,
			       "liblzma has no preset %d", level);
	}
	if (s->options.dict_size > dict_size(max_len))
		s->options.dict_size = dict_size(max_len);
	*ret = s;
	return IMGFMT_OK;
}

static int lzma_compress(void *state, const void *src, size_t len, void *dst,
			 size_t cap, size_t *ret_len, struct imgfmt_error *err)
{
	struct lzma_state *s = state;
	const lzma_filter filters[] = {
		{ .id = LZMA_FILTER_LZMA2, .options = &s->options },
		{ .id = LZMA_VLI_UNKNOWN },
	};
	lzma_ret rc;

	/* On a stream that was used before, this keeps its memory. */
	rc = lzma_stream_encoder(&s->strm, filters, LZMA_CHECK_NONE);
	if (rc == LZMA_OK)
		rc = run(&s->strm, src, len, dst, cap);
	switch (rc) {
	case LZMA_STREAM_END:
		*ret_len = cap - s->strm.avail_out;
		return IMGFMT_OK;
	case LZMA_BUF_ERROR:
		return IMGFMT_END;
	case LZMA_MEM_ERROR:
		return err_nomem(err, "the lzma compressor");
	default:
		return err_set(err, IMGFMT_E_UNSUPPORTED,
			       "liblzma cannot compress (error %d)", (int)rc);
	}
}

static int lzma_decompress_new(size_t max_len, void **ret,
			       struct imgfmt_error *err)
{
	lzma_options_lzma options = { .dict_size = dict_size(max_len) };
	const lzma_filter filters[] = {
		{ .id = LZMA_FILTER_LZMA2, .options = &options },
		{ .id = LZMA_VLI_UNKNOWN },
	};
	struct lzma_state *s = state_alloc();

	if (!s)
		return err_nomem(err, "the lzma decompressor");
	s->memlimit = lzma_raw_decoder_memusage(filters);
	*ret = s;
	return IMGFMT_OK;
}

/*
 * Whether a stream that decoded well has no integrity check and exactly one
 * block.  The index lies backward_size bytes before the footer and begins
 * with a zero byte and the number of its records, one for each block.
 */
static bool is_one_bare_block(const uint8_t *src, size_t len)
{
	const uint8_t *footer = src + len - LZMA_STREAM_HEADER_SIZE;
	lzma_stream_flags flags;

	if (lzma_stream_footer_decode(&flags, footer) != LZMA_OK)
		return false;
	return flags.check == LZMA_CHECK_NONE &&
	       *(footer - flags.backward_size + 1) == 1;
}

static int lzma_decompress(void *state, const void *src, size_t len, void *dst,
			   size_t exact_len, struct imgfmt_error *err)
{
	struct lzma_state *s = state;
	lzma_ret rc;

	rc = lzma_stream_decoder(&s->strm, s->memlimit, 0);
	if (rc == LZMA_OK)
		rc = run(&s->strm, src, len, dst, exact_len);
	if (rc == LZMA_MEM_ERROR)
		return err_nomem(err, "the lzma decompressor");
	if (rc == LZMA_MEMLIMIT_ERROR)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "an .xz dictionary longer than a block");
	if (rc == LZMA_STREAM_END && !s->strm.avail_in &&
	    !s->strm.avail_out && is_one_bare_block(src, len))
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_CORRUPT,
		       "not one .xz block of %zu bytes without check",
		       exact_len);
}

static const struct codec_ops lzma_ops = {
	.compress_new = lzma_compress_new,
	.compress_free = state_free,
	.compress = lzma_compress,
	.decompress_new = lzma_decompress_new,
	.decompress_free = state_free,
	.decompress = lzma_decompress,
};

const struct codec codec_lzma = {
	.name = "lzma",
	.ops = &lzma_ops,
	.level_min = 0,
	.level_max = 9,
	.level_default = 2,
	.id = CODEC_LZMA,
};
