/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/judged.h"

#include <stdlib.h>

#include "io/io.h"
#include "source/source.h"

struct turner {
	const struct vec *now, *later;
	size_t size, pos;
	unsigned int calls, turn;	/* from call @turn on it is the other */
};

static int64_t turner_read_at(void *ctx, void *buf, size_t len, uint64_t off)
{
	struct turner *t = ctx;
	const struct vec *from = t->calls++ < t->turn ? t->now : t->later;

	if (off >= t->size)
		return 0;
	len = min_u64(len, t->size - off);
	memcpy(buf, (const uint8_t *)from->data + off, len);
	return (int64_t)len;
}

static int64_t turner_read(void *ctx, void *buf, size_t len)
{
	struct turner *t = ctx;
	int64_t n = turner_read_at(t, buf, len, t->pos);

	t->pos += (size_t)n;
	return n;
}

static int is_trusted(void *ctx, const void *manifest, size_t size,
		      const struct trust_blob *signatures, size_t count,
		      struct imgfmt_error *err)
{
	const struct trusted *t = ctx;

	(void)signatures;
	(void)count;
	for (size_t i = 0; i < ARRAY_SIZE(t->manifests); i++)
		if (t->manifests[i].len == size &&
		    !memcmp(t->manifests[i].data, manifest, size))
			return IMGFMT_OK;
	*err = (struct imgfmt_error){
		.status = IMGFMT_E_SIGNATURE, .offset = IMGFMT_NOWHERE,
		.pfn = IMGFMT_NOWHERE, .message = "not trusted",
	};
	return IMGFMT_E_SIGNATURE;
}

/* Every page as the sample has it, or an error. */
static int read_all(struct imgfmt_image *image, const struct sample *s,
		    struct imgfmt_error *err)
{
	uint8_t page[SAMPLE_PAGE];
	struct imgfmt_stream *stream;
	struct imgfmt_item item;
	int rc = imgfmt_stream_new(image, &stream, err);

	if (rc)
		return rc;
	while (!(rc = imgfmt_stream_next(stream, &item, err))) {
		for (uint64_t i = 0; i < item.pages; i++) {
			const uint8_t *data = item.data;

			if (item.state == IMGFMT_EXCLUDED)
				continue;
			sample_page(s, item.pfn + i, page);
			if (data ? memcmp(page, data + i * SAMPLE_PAGE,
					  SAMPLE_PAGE) :
				   !mem_is_zero(page, SAMPLE_PAGE))
				fail("page %llx is not as it was signed",
				     (unsigned long long)item.pfn + i);
		}
	}
	imgfmt_stream_free(stream);
	return rc == IMGFMT_END ? IMGFMT_OK : rc;
}

static int open_turner(struct turner *t, bool pipe, struct trusted *trusted,
		       struct imgfmt_image **ret, struct imgfmt_error *err)
{
	const struct imgfmt_io user = {
		.struct_size = sizeof(user), .ctx = t,
		.read_at = pipe ? NULL : turner_read_at,
		.read = turner_read, .size = t->size,
	};
	const struct judge judge = {
		.fn = is_trusted, .ctx = trusted, .demands = true,
	};
	const struct imgfmt_open_opts opts = { .struct_size = sizeof(opts) };
	static const struct trust_blob beside = { .data = "", .size = 1 };
	struct io *io;

	must(io_open_user(&user, &io, err), err, "an input");
	/* Its bytes are the judge's matter. */
	return source_open_judged(io, &opts, &judge, &beside, ret, err);
}

int judged_read(const struct vec *now, const struct vec *later, size_t size,
		unsigned int turn, bool pipe, struct trusted *trusted,
		const struct sample *s, struct imgfmt_error *err)
{
	struct turner t = {
		.now = now, .later = later, .size = size, .turn = turn,
	};
	struct imgfmt_image *image;
	int rc = open_turner(&t, pipe, trusted, &image, err);

	if (rc)
		return rc;
	rc = read_all(image, s, err);
	imgfmt_image_unref(image);
	return rc;
}

void judged_manifest(const struct vec *bytes, struct vec *ret)
{
	struct memory m = memory_of(bytes);
	struct imgfmt_image *image;
	struct imgfmt_error err;
	size_t size;
	void *data;

	vec_init(ret, 1);
	must(memory_open(&m, false, 0, &image, &err), &err, "the image");
	must(imgfmt_manifest_make(image, NULL, &data, &size, &err), &err,
	     "a manifest");
	must(vec_append(ret, data, size, &err), &err, "a manifest");
	free(data);
	imgfmt_image_unref(image);
}
