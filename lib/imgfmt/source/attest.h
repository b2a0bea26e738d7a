/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The manifest of an image of another format (spec/manifest.md), made from the
 * image, and the digests of its units, which readers hold what they read to.
 */
#ifndef IMGFMT_SOURCE_ATTEST_H
#define IMGFMT_SOURCE_ATTEST_H

#include "source/source.h"

/*
 * Read all of the image with @threads workers.  The manifest goes to @ret, of
 * FOREIGN_SIZE_MAX bytes; *@units_ret, unless NULL, becomes SHA256_LEN bytes
 * for each unit, to be freed.  IMGFMT_E_UNSUPPORTED for a format that has no
 * manifest, IMGFMT_E_SEEK for a pipe.
 */
int attest_make(struct imgfmt_image *image, unsigned int threads,
		const struct imgfmt_progress *progress, uint8_t *ret,
		size_t *size_ret, uint8_t **units_ret,
		struct imgfmt_error *err);

/*
 * Of an image that is being opened with a judge: make its manifest, have it
 * judged, and keep the digests of the units, so that the image is proved.
 */
int attest_prove(struct imgfmt_image *image, struct imgfmt_error *err);

/* Whether a unit that was read is the one that was judged [FMAN-03]. */
int attest_check(const struct imgfmt_image *image, uint64_t unit,
		 const uint8_t digest[SHA256_LEN], uint64_t offset,
		 uint64_t pfn, struct imgfmt_error *err);

#endif /* IMGFMT_SOURCE_ATTEST_H */
