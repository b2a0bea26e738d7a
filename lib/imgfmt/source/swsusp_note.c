/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a copy of the image in another format keeps, to be written back to
 * swap (spec 6.9).
 */
#include <stdlib.h>

#include "base/error.h"
#include "source/swsusp.h"

static int take_parts(const struct swsusp *s, struct swap_note *note,
		      struct imgfmt_error *err)
{
	const struct list_part *p =
		vec_array(&s->parts, const struct list_part);
	int rc = IMGFMT_OK;

	/* One is the whole list, which then rises. */
	if (s->parts.len < 2)
		return IMGFMT_OK;
	for (size_t i = 0; i < s->parts.len && !rc; i++) {
		const struct swap_part part = { p[i].first, p[i].last };

		rc = vec_push(&note->parts, &part, err);
	}
	return rc;
}

int swsusp_make_note(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);
	struct swap_note *note = &image->swap;
	uint8_t *page;
	int rc;

	/* What is damaged is not written back. */
	if (!s->info_is_right || image->damage.status)
		return IMGFMT_OK;
	page = malloc(s->page_size);
	if (!page)
		return err_nomem(err, "the info page");
	rc = io_read_full(image->io, s->bare ? 0 : swsusp_entry_offset(s, 0),
			  page, s->page_size, "the info page", err);
	if (!rc)
		rc = swap_note_set_info(note, page, s->page_size, err);
	free(page);
	if (!rc)
		rc = take_parts(s, note, err);
	if (!rc && !s->bare)
		rc = swsusp_note_place(image, err);
	if (rc)
		return rc;
	note->from_stream = s->bare;
	note->consumed = s->consumed;
	note->zero_elided = s->zero;
	note->header_flags = s->header.flags;
	note->hardware_signature = s->header.hardware_signature;
	if (s->header.flags & SWSUSP_CRC32)
		note->crc32 = s->header.crc32;
	image->has_swap = true;
	return IMGFMT_OK;
}
