/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random_read FRAMES IMAGE [CACHE [CERT SIGNATURE]]
 *
 * Reads the frames that the file FRAMES lists, in its order, with libimgfmt.
 * CACHE is what the cursor may keep decompressed, in bytes; without it the
 * library's own default holds.  With a certificate and a signature beside the
 * image, it is verified as it is read.
 */
#include <imgfmt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "reads.h"

static int fail(const char *path, const struct imgfmt_error *err)
{
	fprintf(stderr, "random_read: %s: %s\n", path, err->message);
	return 2;
}

static int read_frames(struct imgfmt_cursor *cursor, size_t page_size,
		       struct reads *reads, struct imgfmt_error *err)
{
	void *page = malloc(page_size);
	int rc = page ? IMGFMT_OK : IMGFMT_E_NOMEM;

	for (size_t i = 0; i < reads->count && !rc; i++) {
		rc = imgfmt_read_pfn(cursor, reads->pfns[i], page, err);
		if (!rc)
			reads_add(reads, page, page_size);
	}
	free(page);
	return rc;
}

static int open_image(char **argv, bool verified, struct imgfmt_image **ret,
		      struct imgfmt_error *err)
{
	struct imgfmt_open_opts opts = {
		.struct_size = sizeof(opts),
		.flags = verified ? IMGFMT_OPEN_REQUIRE_SIGNATURE : 0,
		.signature = verified ? argv[5] : NULL,
	};
	struct imgfmt_trust *trust = NULL;
	int rc = verified ? imgfmt_trust_new(NULL, &trust, err) : IMGFMT_OK;

	if (!rc && verified)
		rc = imgfmt_trust_add(trust, argv[4], err);
	opts.trust = trust;
	if (!rc)
		rc = imgfmt_image_open(argv[2], &opts, ret, err);
	imgfmt_trust_free(trust);
	return rc;
}

int main(int argc, char **argv)
{
	struct imgfmt_cursor_opts opts = { .struct_size = sizeof(opts) };
	struct imgfmt_info info = { .struct_size = sizeof(info) };
	struct imgfmt_error err = { .message = "no memory" };
	struct imgfmt_cursor *cursor;
	struct imgfmt_image *image;
	struct reads reads;
	int rc;

	if (argc < 3 || argc > 6 || argc == 5) {
		fprintf(stderr, "usage: random_read FRAMES IMAGE [CACHE [CERT SIGNATURE]]\n");
		return 2;
	}
	if (argc > 3)
		opts.cache = strtoull(argv[3], NULL, 10);
	if (open_image(argv, argc == 6, &image, &err))
		return fail(argv[2], &err);
	reads_load(&reads, argv[1]);
	imgfmt_image_info(image, &info);
	rc = imgfmt_cursor_new(image, &opts, &cursor, &err);
	if (!rc) {
		rc = read_frames(cursor, info.page_size, &reads, &err);
		imgfmt_cursor_free(cursor);
	}
	imgfmt_image_unref(image);
	if (!rc)
		reads_report(&reads);
	reads_free(&reads);
	return rc ? fail(argv[2], &err) : 0;
}
