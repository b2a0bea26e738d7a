/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Codecs: one constant table each, no registry.
 *
 * A codec works on one block at a time, whole buffer to whole buffer.  State
 * (tables, windows) is made once per thread, for blocks up to a length given
 * then, and used for any number of blocks; what was compressed before never
 * shows in the result.
 *
 * Compressed bytes come from a file: decompression reads and writes nothing
 * outside the two buffers, lets no field of the input size an allocation, and
 * succeeds only if the input holds exactly the bytes that were expected.
 */
#ifndef IMGFMT_CODEC_CODEC_H
#define IMGFMT_CODEC_CODEC_H

#include "base/base.h"
#include "imgfmt.h"

/* Ids of the format. */
enum codec_id {
	CODEC_NONE = 0,	/* the bytes as they are */
	CODEC_ZLIB = 1,	/* one RFC 1950 stream, no preset dictionary */
	CODEC_LZMA = 2,	/* one .xz stream of one block, no integrity check */
	CODEC_ZSTD = 3,	/* one frame with content size, no checksum, no
			   dictionary */
	CODEC_LZ4  = 4,	/* one raw LZ4 block */
	CODEC_FOREIGN = 0xffff	/* of other formats only */
};

/* The longest block, and the longest compressed form of one. */
#define CODEC_LEN_MAX ((size_t)4 << 20)

/*
 * What a codec can do; the wrappers below check the arguments and are the only
 * callers.  A codec without state leaves the four _new/_free NULL.
 */
struct codec_ops {
	int (*compress_new)(int level, size_t max_len, void **ret,
			    struct imgfmt_error *err);
	void (*compress_free)(void *state);
	int (*compress)(void *state, const void *src, size_t len, void *dst,
			size_t cap, size_t *ret_len, struct imgfmt_error *err);

	int (*decompress_new)(size_t max_len, void **ret,
			      struct imgfmt_error *err);
	void (*decompress_free)(void *state);
	int (*decompress)(void *state, const void *src, size_t len, void *dst,
			  size_t exact_len, struct imgfmt_error *err);
	/* The same for up to @cap bytes; NULL where nobody needs it. */
	int (*decompress_some)(void *state, const void *src, size_t len,
			       void *dst, size_t cap, size_t *ret_len,
			       struct imgfmt_error *err);
};

struct codec {
	const char *name;	/* as on the command line */
	const struct codec_ops *ops;	/* NULL: known, not in this build */
	int32_t level_min;
	int32_t level_max;
	int32_t level_default;
	uint16_t id;		/* enum codec_id */
};

/* NULL when the format has no such codec.  codec_at() counts from 0. */
const struct codec *codec_by_id(uint16_t id);
const struct codec *codec_by_name(const char *name);
const struct codec *codec_at(unsigned int index);

/* Not of the format, and in none of the above: LZO1X of foreign images. */
extern const struct codec codec_lzo;

/* Whether this build can compress and decompress with it. */
static inline bool codec_is_built(const struct codec *c)
{
	return c->ops != NULL;
}

/*
 * Parse "NAME" or "NAME:LEVEL".  IMGFMT_E_USAGE with a text that says what
 * there is, IMGFMT_E_UNSUPPORTED for a codec that this build lacks.
 */
int codec_parse(const char *text, const struct codec **ret, int *ret_level,
		struct imgfmt_error *err);

/* One per thread; zeroed by _fini and when _init fails. */
struct compressor {
	const struct codec *codec;
	void *state;
	size_t max_len;
};

struct decompressor {
	const struct codec *codec;
	void *state;
	size_t max_len;
};

/*
 * For blocks of 1 to @max_len bytes, at most CODEC_LEN_MAX.  The level is in
 * the codec's range.  IMGFMT_E_UNSUPPORTED when the build lacks the codec.
 */
int compressor_init(struct compressor *c, const struct codec *codec, int level,
		    size_t max_len, struct imgfmt_error *err);
void compressor_fini(struct compressor *c);

/*
 * Compress one block into @cap bytes.  IMGFMT_END when it does not fit: the
 * caller stores the block raw, and @err is left alone.  The result depends on
 * @src, @len, @cap, the level and the max_len of the compressor only.
 */
int compressor_run(struct compressor *c, const void *src, size_t len,
		   void *dst, size_t cap, size_t *ret_len,
		   struct imgfmt_error *err);

/*
 * @max_len is the block length of the image; it bounds the memory that a
 * compressed block may ask for, whatever the block says.
 */
int decompressor_init(struct decompressor *d, const struct codec *codec,
		      size_t max_len, struct imgfmt_error *err);
void decompressor_fini(struct decompressor *d);

/*
 * Decompress one block of @exact_len bytes.  IMGFMT_E_CORRUPT unless @src is
 * well-formed, is used up to its last byte and holds exactly @exact_len bytes;
 * what @dst holds then is undefined.
 */
int decompressor_run(struct decompressor *d, const void *src, size_t len,
		     void *dst, size_t exact_len, struct imgfmt_error *err);

/*
 * The same where the length is not known: up to @cap bytes, which is the
 * block length at most.  Only codecs lz4 and lzo, which foreign formats have.
 */
int decompressor_run_some(struct decompressor *d, const void *src, size_t len,
			  void *dst, size_t cap, size_t *ret_len,
			  struct imgfmt_error *err);

#endif /* IMGFMT_CODEC_CODEC_H */
