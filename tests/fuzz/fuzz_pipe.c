/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image that comes through a pipe: as a stream of pages, and checked in one
 * pass.  What a pipe gives is what a file gives.
 */
#include "fuzz/fuzz.h"

#define ITEMS_MAX 5000u

static void stream(struct imgfmt_image *image)
{
	struct imgfmt_stream *s;
	struct imgfmt_error err;
	struct imgfmt_item item;
	uint64_t pfn = 0;
	int rc = imgfmt_stream_new(image, &s, &err);

	if (rc) {
		fuzz_check_error(rc, &err);
		return;
	}
	for (unsigned int i = 0; i < ITEMS_MAX; i++) {
		rc = imgfmt_stream_next(s, &item, &err);
		if (rc)
			break;
		FUZZ_ASSERT(item.pages && item.pfn >= pfn);
		FUZZ_ASSERT(!item.data == (item.state != IMGFMT_STORED));
		pfn = item.pfn + item.pages;
	}
	if (rc < 0)
		fuzz_check_error(rc, &err);
	else if (rc == IMGFMT_END)
		fuzz_walk_tables(image);
	imgfmt_stream_free(s);
}

static void check(struct imgfmt_image *image)
{
	struct imgfmt_error err;

	fuzz_verify(image, IMGFMT_DEPTH_DEEP, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_open(data, size, true, 0, stream);
	fuzz_open(data, size, true, 0, check);
	fuzz_open_repaired(data, size, true, 0, stream);
	fuzz_open_repaired(data, size, true, 0, check);
	return 0;
}
