/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image opened by somebody who trusts any manifest: what leads from there
 * to its parts, and reading by it.
 */
#include "fuzz/fuzz.h"
#include "io/io.h"
#include "source/source.h"

static int trust_any(void *ctx, const void *manifest, size_t size,
		     const struct trust_blob *signatures, size_t count,
		     struct imgfmt_error *err)
{
	volatile uint8_t sum = 0;	/* every byte is reached */

	(void)ctx;
	(void)err;
	for (size_t i = 0; i < size; i++)
		sum = sum ^ ((const uint8_t *)manifest)[i];
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < signatures[i].size; j++)
			sum = sum ^
			      ((const uint8_t *)signatures[i].data)[j];
	return IMGFMT_OK;
}

struct pipe {
	const uint8_t *data;
	size_t left;
};

static int64_t read_pipe(void *ctx, void *buf, size_t len)
{
	struct pipe *p = ctx;

	len = min_u64(len, p->left);
	memcpy(buf, p->data, len);
	p->data += len;
	p->left -= len;
	return (int64_t)len;
}

static void open_verified(struct io *io)
{
	const struct imgfmt_open_opts opts = {
		.struct_size = sizeof(opts), .memlimit = 16 << 20,
	};
	const struct trust_blob beside = { .data = "sig", .size = 3 };
	const struct judge judge = { .fn = trust_any, .demands = true };
	bool pipe = io_is_sequential(io);
	struct imgfmt_image *image;
	struct imgfmt_error err;
	int rc = source_open_judged(io, &opts, &judge, &beside, &image, &err);

	if (rc) {
		FUZZ_ASSERT(!image);
		fuzz_check_error(rc, &err);
		return;
	}
	FUZZ_ASSERT(image->proved);
	FUZZ_ASSERT(image->authenticity == IMGFMT_AUTHENTICITY_GOOD);
	if (!pipe)
		fuzz_walk_tables(image);
	fuzz_verify(image, IMGFMT_DEPTH_DEEP, &err);
	imgfmt_image_unref(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pipe pipe = { .data = data, .left = size };
	const struct imgfmt_io user = {
		.struct_size = sizeof(user), .ctx = &pipe, .read = read_pipe,
	};
	struct imgfmt_error err;
	struct io *io;

	FUZZ_ASSERT(!io_open_memory(data, size, "image", &io, &err));
	open_verified(io);
	FUZZ_ASSERT(!io_open_user(&user, &io, &err));
	open_verified(io);
	return 0;
}
