/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Codecs: round trips at every level, results that do not depend on what was
 * compressed before, and input that is not what it should be.
 */
#include <check.h>
#include <lzma.h>
#include <stdlib.h>

#include "base/error.h"
#include "codec/codec.h"
#include "prng.h"

#define LEN	65536u
#define GUARD	0xa5u

/* Blocks as they come: see fill_kind(). */
enum kind { ZEROES, TEXT, PAGES, NOISE, KINDS };

static void fill_kind(uint8_t *buf, size_t len, enum kind kind)
{
	static const char words[] = "page frame kernel image resume block ";
	uint64_t state = 5;

	switch (kind) {
	case ZEROES:
		memset(buf, 0, len);
		break;
	case TEXT:
		for (size_t i = 0; i < len; i++)
			buf[i] = (uint8_t)words[(i + prng_below(&state, 3)) %
						(sizeof(words) - 1)];
		break;
	case PAGES:	/* pointers that share their upper half, and holes */
		for (size_t i = 0; i < len; i++)
			buf[i] = i % 8 >= 4	    ? 0xff :
				 i / 512 % 3 == 0   ? 0 :
				 i % 8 == 3	    ? 0x81 :
						      (uint8_t)prng_below(
							      &state, 40);
		break;
	default:
		prng_fill(&state, buf, len);
	}
}

/* Compress with a guard behind the output. */
static int squeeze(struct compressor *c, const uint8_t *src, size_t len,
		   uint8_t *dst, size_t cap, size_t *ret_len)
{
	int rc;

	dst[cap] = GUARD;
	rc = compressor_run(c, src, len, dst, cap, ret_len, NULL);
	ck_assert_uint_eq(dst[cap], GUARD);
	ck_assert_uint_le(*ret_len, cap);
	return rc;
}

/* Decompress from and to buffers that end where the data ends. */
static int expand(struct decompressor *d, const uint8_t *src, size_t len,
		  uint8_t *dst, size_t exact_len)
{
	struct imgfmt_error err = { 0 };
	uint8_t *tight = malloc(len ? len : 1);
	int rc;

	ck_assert_ptr_nonnull(tight);
	memcpy(tight, src, len);
	dst[exact_len] = GUARD;
	rc = decompressor_run(d, tight, len, dst, exact_len, &err);
	ck_assert_uint_eq(dst[exact_len], GUARD);
	ck_assert_int_eq(err.status, rc);
	free(tight);
	return rc;
}

/* Those of the format, and behind them the one of foreign images. */
static const struct codec *tested(unsigned int i)
{
	const struct codec *codec = codec_at(i);

	return codec ? codec : &codec_lzo;
}

static void round_trip(struct compressor *c, struct decompressor *d,
		       const uint8_t *src, size_t len)
{
	static uint8_t packed[2 * LEN], plain[LEN + 1];
	size_t n;

	ck_assert_int_eq(squeeze(c, src, len, packed, len + 1024, &n), 0);
	ck_assert_int_eq(expand(d, packed, n, plain, len), IMGFMT_OK);
	ck_assert_mem_eq(plain, src, len);
}

static const size_t lengths[] = { 1, 2, 17, 255, 256, 4096, 40000, LEN };

START_TEST(round_trips)
{
	static uint8_t src[LEN];
	const struct codec *codec = tested((unsigned int)_i);
	struct decompressor d;

	if (!codec_is_built(codec))
		return;
	ck_assert_int_eq(decompressor_init(&d, codec, LEN, NULL), 0);
	for (int level = codec->level_min; level <= codec->level_max; level++) {
		struct compressor c;

		ck_assert_int_eq(compressor_init(&c, codec, level, LEN, NULL),
				 0);
		for (enum kind kind = 0; kind < KINDS; kind++) {
			fill_kind(src, LEN, kind);
			for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
				round_trip(&c, &d, src, lengths[i]);
		}
		compressor_fini(&c);
	}
	decompressor_fini(&d);
}
END_TEST

START_TEST(longest_block)
{
	const struct codec *codec = tested((unsigned int)_i);
	size_t len = CODEC_LEN_MAX, n;
	uint8_t *src, *packed, *plain;
	struct decompressor d;
	struct compressor c;

	if (!codec_is_built(codec))
		return;
	src = malloc(len);
	packed = malloc(len + 1);
	plain = malloc(len + 1);
	ck_assert(src && packed && plain);
	fill_kind(src, len, PAGES);
	ck_assert_int_eq(compressor_init(&c, codec, codec->level_default, len,
					 NULL), 0);
	ck_assert_int_eq(decompressor_init(&d, codec, len, NULL), 0);
	ck_assert_int_eq(squeeze(&c, src, len, packed, len, &n), 0);
	ck_assert_int_eq(expand(&d, packed, n, plain, len), 0);
	ck_assert_mem_eq(plain, src, len);
	compressor_fini(&c);
	decompressor_fini(&d);
	free(src);
	free(packed);
	free(plain);
}
END_TEST

/* A state that was used for other blocks gives what a new one gives. */
START_TEST(reuse_does_not_show)
{
	static uint8_t src[LEN], fresh[2 * LEN], used[2 * LEN];
	const struct codec *codec = tested((unsigned int)_i);

	if (!codec_is_built(codec))
		return;
	for (int level = codec->level_min; level <= codec->level_max; level++) {
		struct compressor c, once;
		size_t n, m;

		ck_assert_int_eq(compressor_init(&c, codec, level, LEN, NULL),
				 0);
		for (unsigned int i = 0; i < 3 * KINDS; i++) {
			size_t len = lengths[ARRAY_SIZE(lengths) - 1 - i % 3];

			fill_kind(src, LEN, NOISE);
			squeeze(&c, src, LEN, used, 100, &n);
			fill_kind(src, LEN, i % KINDS);
			ck_assert_int_eq(squeeze(&c, src, len, used, LEN + 1024,
						 &n), 0);
			ck_assert_int_eq(compressor_init(&once, codec, level,
							 LEN, NULL), 0);
			ck_assert_int_eq(squeeze(&once, src, len, fresh,
						 LEN + 1024, &m), 0);
			compressor_fini(&once);
			ck_assert_uint_eq(n, m);
			ck_assert_mem_eq(used, fresh, n);
		}
		compressor_fini(&c);
	}
}
END_TEST

/* What does not fit is no error, and says nothing. */
START_TEST(full_output_ends)
{
	static uint8_t src[LEN], packed[2 * LEN];
	const struct codec *codec = tested((unsigned int)_i);
	struct imgfmt_error err = { .status = 77 };
	struct compressor c;
	size_t n, whole;

	if (!codec_is_built(codec))
		return;
	fill_kind(src, LEN, NOISE);
	ck_assert_int_eq(compressor_init(&c, codec, codec->level_default, LEN,
					 NULL), 0);
	ck_assert_int_eq(compressor_run(&c, src, LEN, packed, LEN - 1, &n,
					&err), IMGFMT_END);
	ck_assert_int_eq(compressor_run(&c, src, LEN, packed, 0, &n, &err),
			 IMGFMT_END);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(err.status, 77);
	fill_kind(src, LEN, TEXT);
	ck_assert_int_eq(squeeze(&c, src, LEN, packed, LEN + 1024, &whole), 0);
	for (size_t cap = 1; cap < whole / 2; cap += 1 + cap / 2)
		ck_assert_int_eq(squeeze(&c, src, LEN, packed, cap, &n),
				 IMGFMT_END);
	compressor_fini(&c);
}
END_TEST

/* A good block of @len bytes of text; returns its packed length. */
static size_t make_block(const struct codec *codec, size_t len, uint8_t *packed,
			 size_t cap)
{
	static uint8_t src[LEN];
	struct compressor c;
	size_t n;

	fill_kind(src, LEN, TEXT);
	ck_assert_int_eq(compressor_init(&c, codec, codec->level_default, LEN,
					 NULL), 0);
	ck_assert_int_eq(squeeze(&c, src, len, packed, cap, &n), 0);
	compressor_fini(&c);
	return n;
}

START_TEST(lengths_are_exact)
{
	static uint8_t packed[2 * LEN], plain[LEN + 1];
	const struct codec *codec = tested((unsigned int)_i);
	const size_t len = 5000;
	struct decompressor d;
	size_t n;

	if (!codec_is_built(codec))
		return;
	n = make_block(codec, len, packed, LEN);
	ck_assert_int_eq(decompressor_init(&d, codec, LEN, NULL), 0);
	ck_assert_int_eq(expand(&d, packed, n, plain, len), IMGFMT_OK);
	for (size_t cut = 0; cut < n; cut++)
		ck_assert_int_eq(expand(&d, packed, cut, plain, len),
				 IMGFMT_E_CORRUPT);
	for (size_t more = 1; more < 20; more++) {
		packed[n + more - 1] = (uint8_t)(more & 4);
		ck_assert_int_eq(expand(&d, packed, n + more, plain, len),
				 IMGFMT_E_CORRUPT);
	}
	memcpy(packed + n, packed, n);
	ck_assert_int_eq(expand(&d, packed, 2 * n, plain, len),
			 IMGFMT_E_CORRUPT);
	ck_assert_int_eq(expand(&d, packed, 2 * n, plain, 2 * len),
			 codec->id == CODEC_NONE ? IMGFMT_OK :
						   IMGFMT_E_CORRUPT);
	ck_assert_int_eq(expand(&d, packed, n, plain, len - 1),
			 IMGFMT_E_CORRUPT);
	ck_assert_int_eq(expand(&d, packed, n, plain, len + 1),
			 IMGFMT_E_CORRUPT);
	ck_assert_int_eq(expand(&d, packed, n, plain, 1), IMGFMT_E_CORRUPT);
	/* The state is as good as before. */
	ck_assert_int_eq(expand(&d, packed, n, plain, len), IMGFMT_OK);
	decompressor_fini(&d);
}
END_TEST

/* Damage gives the right length or "corrupt", and nothing else happens. */
START_TEST(damage_stays_inside)
{
	static uint8_t packed[2 * LEN], bad[2 * LEN], plain[LEN + 1];
	const struct codec *codec = tested((unsigned int)_i);
	struct decompressor d;
	uint64_t state = 6;
	size_t n;

	if (!codec_is_built(codec))
		return;
	n = make_block(codec, 20000, packed, LEN);
	ck_assert_int_eq(decompressor_init(&d, codec, LEN, NULL), 0);
	for (int round = 0; round < 3000; round++) {
		int rc;

		memcpy(bad, packed, n);
		for (uint64_t i = prng_below(&state, 4) + 1; i > 0; i--)
			bad[prng_below(&state, round & 1 ? n : min_u64(n, 32))] =
				(uint8_t)prng_next(&state);
		rc = expand(&d, bad, n, plain, 20000);
		ck_assert(rc == IMGFMT_OK || rc == IMGFMT_E_CORRUPT);
	}
	for (int round = 0; round < 1000; round++) {
		size_t len = 1 + prng_below(&state, 200);
		int rc;

		prng_fill(&state, bad, len);
		rc = expand(&d, bad, len, plain, 1000);
		ck_assert(rc == IMGFMT_OK || rc == IMGFMT_E_CORRUPT);
	}
	decompressor_fini(&d);
}
END_TEST

/* Decompress a frame with this header and one raw block. */
static int try_zstd(const uint8_t *head, size_t head_len, size_t exact_len)
{
	static uint8_t frame[400], plain[LEN + 1];
	uint32_t block = (uint32_t)exact_len << 3 | 1;
	struct decompressor d;
	int rc;

	put_le32(frame, 0xfd2fb528);
	memcpy(frame + 4, head, head_len);
	put_le32(frame + 4 + head_len, block);
	ck_assert_int_eq(decompressor_init(&d, codec_by_id(CODEC_ZSTD), LEN,
					   NULL), 0);
	rc = expand(&d, frame, 4 + head_len + 3 + exact_len, plain, exact_len);
	decompressor_fini(&d);
	return rc;
}

START_TEST(zstd_takes_one_kind_of_frame)
{
	static const struct {
		uint8_t head[8];
		size_t head_len;
		size_t exact_len;
		int rc;
	} frames[] = {
		/* single segment, content size in one byte */
		{ { 0x20, 4 }, 2, 4, IMGFMT_OK },
		/* checksum, dictionary id, reserved bit */
		{ { 0x24, 4 }, 2, 4, IMGFMT_E_CORRUPT },
		{ { 0x21, 9, 4 }, 3, 4, IMGFMT_E_CORRUPT },
		{ { 0x28, 4 }, 2, 4, IMGFMT_E_CORRUPT },
		/* no content size */
		{ { 0x00, 0x00 }, 2, 4, IMGFMT_E_CORRUPT },
		/* windows of 1 KiB, 1 KiB and an eighth, 1 MiB */
		{ { 0x40, 0x00, 4, 0 }, 4, 260, IMGFMT_OK },
		{ { 0x40, 0x01, 4, 0 }, 4, 260, IMGFMT_E_CORRUPT },
		{ { 0x40, 0x50, 4, 0 }, 4, 260, IMGFMT_E_CORRUPT },
		/* a content size of 2^32 - 1 */
		{ { 0xa0, 0xff, 0xff, 0xff, 0xff }, 5, 4, IMGFMT_E_CORRUPT },
	};

	if (!codec_is_built(codec_by_id(CODEC_ZSTD)))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
		ck_assert_int_eq(try_zstd(frames[i].head, frames[i].head_len,
					  frames[i].exact_len),
				 frames[i].rc);
}
END_TEST

static int try_lzma(const uint8_t *src, size_t len, size_t exact_len)
{
	static uint8_t plain[LEN + 1];
	struct decompressor d;
	int rc;

	ck_assert_int_eq(decompressor_init(&d, codec_by_id(CODEC_LZMA), LEN,
					   NULL), 0);
	rc = expand(&d, src, len, plain, exact_len);
	decompressor_fini(&d);
	return rc;
}

/* An .xz stream as liblzma makes it, in @parts blocks. */
static int try_xz(uint32_t dict_size, lzma_check check, unsigned int parts)
{
	static uint8_t src[LEN], packed[2 * LEN];
	lzma_stream strm = LZMA_STREAM_INIT;
	lzma_options_lzma options;
	const lzma_filter filters[] = {
		{ .id = LZMA_FILTER_LZMA2, .options = &options },
		{ .id = LZMA_VLI_UNKNOWN },
	};

	fill_kind(src, LEN, TEXT);
	ck_assert(!lzma_lzma_preset(&options, 1));
	options.dict_size = dict_size;
	ck_assert_int_eq(lzma_stream_encoder(&strm, filters, check), LZMA_OK);
	strm.next_in = src;
	strm.next_out = packed;
	strm.avail_out = sizeof(packed);
	for (unsigned int i = 1; i <= parts; i++) {
		strm.avail_in = LEN / parts;
		ck_assert_int_eq(lzma_code(&strm, i < parts ? LZMA_FULL_FLUSH :
							      LZMA_FINISH),
				 LZMA_STREAM_END);
	}
	lzma_end(&strm);
	return try_lzma(packed, strm.total_out, LEN);
}

START_TEST(lzma_takes_one_kind_of_stream)
{
	ck_assert_int_eq(try_xz(LEN, LZMA_CHECK_NONE, 1), IMGFMT_OK);
	ck_assert_int_eq(try_xz(LEN, LZMA_CHECK_CRC32, 1), IMGFMT_E_CORRUPT);
	ck_assert_int_eq(try_xz(LEN, LZMA_CHECK_NONE, 2), IMGFMT_E_CORRUPT);
	ck_assert_int_eq(try_xz(2 * LEN, LZMA_CHECK_NONE, 1),
			 IMGFMT_E_CORRUPT);
}
END_TEST

START_TEST(table_is_sound)
{
	static const struct {
		uint16_t id;
		const char *name;
	} ids[] = {
		{ 0, "none" }, { 1, "zlib" }, { 2, "lzma" },
		{ 3, "zstd" }, { 4, "lz4" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(ids); i++) {
		const struct codec *codec = codec_by_id(ids[i].id);

		ck_assert_ptr_nonnull(codec);
		ck_assert_str_eq(codec->name, ids[i].name);
		ck_assert_ptr_eq(codec_by_name(ids[i].name), codec);
		ck_assert_ptr_eq(codec_at(i), codec);
		ck_assert_int_le(codec->level_min, codec->level_default);
		ck_assert_int_le(codec->level_default, codec->level_max);
	}
	ck_assert_ptr_null(codec_at(ARRAY_SIZE(ids)));
	ck_assert_ptr_null(codec_by_id(ARRAY_SIZE(ids)));
	ck_assert_ptr_null(codec_by_id(codec_lzo.id));
	ck_assert_ptr_null(codec_by_name("lzo"));
	ck_assert_ptr_null(codec_by_name("zst"));
	ck_assert_ptr_null(codec_by_name("zstd:1"));
}
END_TEST

START_TEST(names_and_levels_parse)
{
	static const struct {
		const char *text;
		int rc;
		uint16_t id;
		int level;
	} texts[] = {
		{ "none", 0, CODEC_NONE, 0 },
		{ "none:0", 0, CODEC_NONE, 0 },
		{ "none:1", IMGFMT_E_USAGE, 0, 0 },
		{ "zlib", 0, CODEC_ZLIB, 6 },
		{ "zlib:9", 0, CODEC_ZLIB, 9 },
		{ "zlib:0", IMGFMT_E_USAGE, 0, 0 },
		{ "zlib:10", IMGFMT_E_USAGE, 0, 0 },
		{ "lzma", 0, CODEC_LZMA, 2 },
		{ "lzma:0", 0, CODEC_LZMA, 0 },
		{ "lzma:", IMGFMT_E_USAGE, 0, 0 },
		{ "lzma:2x", IMGFMT_E_USAGE, 0, 0 },
		{ "lzma: 2", IMGFMT_E_USAGE, 0, 0 },
		{ "lzma:-", IMGFMT_E_USAGE, 0, 0 },
		{ "lzma:4294967298", IMGFMT_E_USAGE, 0, 0 },
		{ "lzma:99999999999999999999", IMGFMT_E_USAGE, 0, 0 },
		{ "", IMGFMT_E_USAGE, 0, 0 },
		{ ":3", IMGFMT_E_USAGE, 0, 0 },
		{ "ZLIB", IMGFMT_E_USAGE, 0, 0 },
		{ "zlibx", IMGFMT_E_USAGE, 0, 0 },
		{ "zstd", 0, CODEC_ZSTD, 1 },
		{ "zstd:-7", 0, CODEC_ZSTD, -7 },
		{ "zstd:20", IMGFMT_E_USAGE, 0, 0 },
		{ "lz4", 0, CODEC_LZ4, 1 },
		{ "lz4:12", 0, CODEC_LZ4, 12 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct imgfmt_error err = { 0 };
		const struct codec *codec;
		int level, rc, want = texts[i].rc;

		rc = codec_parse(texts[i].text, &codec, &level, &err);
		if (rc == IMGFMT_E_UNSUPPORTED)
			continue;
		ck_assert_msg(rc == want, "%s: %d", texts[i].text, rc);
		ck_assert_int_eq(err.status, want);
		ck_assert_int_eq(level, texts[i].level);
		if (want < 0)
			ck_assert_ptr_null(codec);
		else
			ck_assert_uint_eq(codec->id, texts[i].id);
	}
}
END_TEST

START_TEST(refusal_lists_what_there_is)
{
	struct imgfmt_error err = { 0 };
	const struct codec *codec;
	int level;

	ck_assert_int_eq(codec_parse("lzo:3", &codec, &level, &err),
			 IMGFMT_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.message, "'lzo'"));
	for (unsigned int i = 0; codec_at(i); i++)
		if (codec_is_built(codec_at(i)))
			ck_assert_ptr_nonnull(strstr(err.message,
						     codec_at(i)->name));
}
END_TEST

START_TEST(contract_is_checked)
{
	const struct codec *zlib = codec_by_id(CODEC_ZLIB);
	uint8_t src[100] = { 0 }, dst[200];
	struct decompressor d;
	struct compressor c;
	size_t n;

	ck_assert_int_eq(compressor_init(&c, zlib, 0, 100, NULL),
			 IMGFMT_E_USAGE);
	ck_assert_int_eq(compressor_init(&c, zlib, 1, 0, NULL),
			 IMGFMT_E_USAGE);
	ck_assert_int_eq(compressor_init(&c, zlib, 1, CODEC_LEN_MAX + 1, NULL),
			 IMGFMT_E_USAGE);
	compressor_fini(&c);
	ck_assert_int_eq(compressor_init(&c, zlib, 1, 99, NULL), 0);
	ck_assert_int_eq(compressor_run(&c, src, 100, dst, 200, &n, NULL),
			 IMGFMT_E_USAGE);
	ck_assert_int_eq(compressor_run(&c, src, 0, dst, 200, &n, NULL),
			 IMGFMT_E_USAGE);
	compressor_fini(&c);
	ck_assert_int_eq(decompressor_init(&d, zlib, 99, NULL), 0);
	ck_assert_int_eq(decompressor_run(&d, src, 10, dst, 100, NULL),
			 IMGFMT_E_USAGE);
	decompressor_fini(&d);
}
END_TEST

/* A row without operations, which any build may have. */
START_TEST(missing_codec_is_unsupported)
{
	static const struct codec missing = { .name = "lzx", .id = 99 };
	struct imgfmt_error err = { 0 };
	struct decompressor d;
	struct compressor c;

	ck_assert_int_eq(compressor_init(&c, &missing, 0, 100, &err),
			 IMGFMT_E_UNSUPPORTED);
	ck_assert_int_eq(decompressor_init(&d, &missing, 100, &err),
			 IMGFMT_E_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(err.message, "lzx"));
	compressor_fini(&c);
	decompressor_fini(&d);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("codec");
	TCase *tc = tcase_create("codec");
	SRunner *runner;
	int failed, codecs = 0;

	while (codec_at((unsigned int)codecs))
		codecs++;
	codecs++;	/* codec_lzo */
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, round_trips, 0, codecs);
	tcase_add_loop_test(tc, longest_block, 0, codecs);
	tcase_add_loop_test(tc, reuse_does_not_show, 0, codecs);
	tcase_add_loop_test(tc, full_output_ends, 0, codecs);
	tcase_add_loop_test(tc, lengths_are_exact, 0, codecs);
	tcase_add_loop_test(tc, damage_stays_inside, 0, codecs);
	tcase_add_test(tc, zstd_takes_one_kind_of_frame);
	tcase_add_test(tc, lzma_takes_one_kind_of_stream);
	tcase_add_test(tc, table_is_sound);
	tcase_add_test(tc, names_and_levels_parse);
	tcase_add_test(tc, refusal_lists_what_there_is);
	tcase_add_test(tc, contract_is_checked);
	tcase_add_test(tc, missing_codec_is_unsupported);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
