/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A payload to every codec's decompressor: the first byte chooses the codec,
 * the second the pages of the block and how many of them are stored.  And what
 * a compressor makes of the same bytes comes back whole.
 */
#include "codec/codec.h"
#include "fuzz/fuzz.h"

#define PAGE 4096u

static void unpack(const struct codec *codec, size_t block, size_t exact,
		   const uint8_t *payload, size_t size)
{
	uint8_t *pages = malloc(exact);
	struct imgfmt_error err;
	struct decompressor d;
	int rc;

	FUZZ_ASSERT(pages && !decompressor_init(&d, codec, block, NULL));
	for (int again = 0; again < 2; again++) {
		rc = decompressor_run(&d, payload, size, pages, exact, &err);
		if (rc)
			fuzz_check_error(rc, &err);
	}
	decompressor_fini(&d);
	free(pages);
}

static void there_and_back(const struct codec *codec, const uint8_t *data,
			   size_t size)
{
	uint8_t *packed = malloc(size), *back = malloc(size);
	struct decompressor d;
	struct compressor c;
	size_t len;
	int rc;

	FUZZ_ASSERT(packed && back);
	FUZZ_ASSERT(!compressor_init(&c, codec, codec->level_min, size, NULL));
	FUZZ_ASSERT(!decompressor_init(&d, codec, size, NULL));
	rc = compressor_run(&c, data, size, packed, size, &len, NULL);
	FUZZ_ASSERT(!rc || rc == IMGFMT_END);
	if (!rc) {
		FUZZ_ASSERT(!decompressor_run(&d, packed, len, back, size,
					      NULL));
		FUZZ_ASSERT(!memcmp(back, data, size));
	}
	decompressor_fini(&d);
	compressor_fini(&c);
	free(back);
	free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct codec *codec;
	size_t block, stored;
	uint8_t *payload;

	if (size < 3)
		return 0;
	codec = codec_by_id(data[0] % 5);
	FUZZ_ASSERT(codec);
	if (!codec_is_built(codec))
		return 0;
	block = (size_t)PAGE << data[1] % 7;
	stored = PAGE * (1 + (data[1] >> 3) % (block / PAGE));
	payload = fuzz_copy(data + 2, size - 2);
	unpack(codec, block, stored, payload, size - 2);
	there_and_back(codec, payload, size - 2);
	free(payload);
	return 0;
}
