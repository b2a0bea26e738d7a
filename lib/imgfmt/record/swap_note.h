/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The write-back note (spec 6.9): what an image made from one of Linux's own
 * hibernation has to keep, beside the pages, to become such an image again.
 */
#ifndef IMGFMT_RECORD_SWAP_NOTE_H
#define IMGFMT_RECORD_SWAP_NOTE_H

#include "base/vec.h"
#include "record/record.h"

/* Frames of the kernel's page list that rise, both ends included. */
struct swap_part {
	uint64_t first, last;
};

/* Pages of the device that the image took in its swap area. */
struct swap_run {
	uint64_t first, pages;
};

struct swap_note {
	uint32_t header_flags;		/* of the swap header */
	uint32_t hardware_signature;
	uint32_t crc32;			/* of the image that was read */
	bool zero_elided;		/* its list had zero flags */
	bool from_stream;		/* there was no swap header */
	bool consumed;			/* the image was resumed from */
	bool in_use;			/* the system has memory in that area */
	uint32_t last_page;		/* of the area; 0: unknown */
	uint64_t header_page;		/* of its device */
	uint8_t uuid[16];		/* of the area, or zero */
	struct vec info;	/* bytes: the info page without its zero end */
	struct vec parts;	/* struct swap_part, in the order of the list;
				   none if all of it rises */
	struct vec runs;	/* struct swap_run, rising; none: unknown */
};

void swap_note_init(struct swap_note *n);
void swap_note_fini(struct swap_note *n);

/* Into @to, which is initialised and empty. */
int swap_note_copy(const struct swap_note *n, struct swap_note *to,
		   struct imgfmt_error *err);
/* Keep what is not zero of the info page @page. */
int swap_note_set_info(struct swap_note *n, const void *page,
		       uint32_t page_size, struct imgfmt_error *err);
/* The whole info page again. */
void swap_note_info_page(const struct swap_note *n, uint32_t page_size,
			 void *page);

/*
 * Decode a descriptor at @offset of the input into @ret, which is initialised,
 * and check what needs nothing but the note and the image's page size
 * [SWAP-01 to SWAP-05, SWAP-07].
 */
int swap_note_decode(const void *desc, size_t size, uint64_t offset,
		     uint32_t page_size, struct swap_note *ret,
		     struct imgfmt_error *err);
/* Append the descriptor to @bytes. */
int swap_note_encode(const struct swap_note *n, uint32_t page_size,
		     struct vec *bytes, struct imgfmt_error *err);

#endif /* IMGFMT_RECORD_SWAP_NOTE_H */
