/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples written to swap areas: as if they had been hibernation images of the
 * kernel's own form once.
 */
#ifndef TESTS_SUPPORT_SWAP_H
#define TESTS_SUPPORT_SWAP_H

#include "io/output.h"
#include "record/swap_note.h"
#include "support/sample.h"

/* One image, and the area that it goes to. */
struct swap_sample {
	struct sample sample;	/* in between */
	const char *codec;	/* in swap; NULL: by the note */
	uint32_t header_flags;	/* of the note */
	bool zero_elided;
	bool backwards;		/* its list: the upper half of frames first */
	uint32_t threads;
};

/* Make a swap area of @pages pages, each full of @fill. */
void swap_make(int fd, uint32_t pages, const uint32_t *bad, uint32_t bad_count,
	       uint8_t fill);
/*
 * The note of a sample.  With @halves, the frames that its list begins with
 * lie from there on.
 */
int swap_note_of(const struct swap_sample *s, uint64_t halves,
		 struct swap_note *ret, struct imgfmt_error *err);
/* Give an open image that note. */
int swap_attach(const struct swap_sample *s, struct imgfmt_image *image,
		struct imgfmt_error *err);
/* The area in @fd, through @calls or, if NULL, those of the system. */
int swap_output(int fd, uint32_t flags, const struct output_calls *calls,
		struct imgfmt_output **ret, struct imgfmt_error *err);
/* Write the sample to the area in @fd. */
int swap_write(const struct swap_sample *s, int fd, uint32_t flags,
	       const struct output_calls *calls,
	       struct imgfmt_convert_result *result, struct imgfmt_error *err);

#endif /* TESTS_SUPPORT_SWAP_H */
