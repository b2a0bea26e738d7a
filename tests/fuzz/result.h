/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conversions, and what must hold of their results.
 */
#ifndef TESTS_FUZZ_RESULT_H
#define TESTS_FUZZ_RESULT_H

#include "fuzz/fuzz.h"

/*
 * Convert to a sink, in one pass or not, and check the result.  A conversion
 * that fails says why; one that succeeds makes an image without fault.
 */
void fuzz_convert(struct imgfmt_image *image, const char *to, uint32_t view,
		  uint32_t flags, bool one_pass);

/*
 * Write an image that has a note for it to a swap area.  What is there then is
 * the image without fault, or plain swap.
 */
void fuzz_write_back(struct imgfmt_image *image);

/* An image of ours that must open, by file and by pipe, and be right. */
void fuzz_check_result(const struct vec *bytes, enum imgfmt_depth depth);

#endif /* TESTS_FUZZ_RESULT_H */
