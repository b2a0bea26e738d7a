/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One pass over an image: every run in order, and at the end the proof.
 */
#include <stdlib.h>

#include "api/cursor.h"
#include "api/options.h"

struct imgfmt_stream {
	struct imgfmt_cursor *cursor;
	uint64_t pfn;		/* next frame */
	uint8_t *data;		/* a block's pages */
	bool ended;
};

int imgfmt_stream_new(struct imgfmt_image *image, struct imgfmt_stream **ret,
		      struct imgfmt_error *err)
{
	const struct imgfmt_cursor_opts opts = {
		.struct_size = sizeof(opts),
		.flags = IMGFMT_CURSOR_VERIFY,
		.cache = 1,
	};
	struct imgfmt_stream *s = calloc(1, sizeof(*s));
	int rc;

	*ret = NULL;
	if (!s)
		return err_nomem(err, "a stream");
	s->data = malloc((size_t)image->info.page_size *
			 image->frames.block_pages);
	rc = s->data ? imgfmt_cursor_new(image, &opts, &s->cursor, err) :
		       err_nomem(err, "a stream");
	if (rc) {
		imgfmt_stream_free(s);
		return rc;
	}
	*ret = s;
	return IMGFMT_OK;
}

void imgfmt_stream_free(struct imgfmt_stream *s)
{
	if (!s)
		return;
	imgfmt_cursor_free(s->cursor);
	free(s->data);
	free(s);
}

static int end_stream(struct imgfmt_stream *s, struct imgfmt_error *err)
{
	const struct source_ops *ops = s->cursor->image->ops;
	int rc;

	if (!s->ended && ops->finish) {
		rc = ops->finish(s->cursor->reader, err);
		if (rc)
			return rc;
	}
	s->ended = true;
	return IMGFMT_END;
}

int imgfmt_stream_next(struct imgfmt_stream *s, struct imgfmt_item *ret,
		       struct imgfmt_error *err)
{
	const struct imgfmt_image *image = s->cursor->image;
	struct imgfmt_run run;
	int rc;

	*ret = (struct imgfmt_item){ 0 };
	rc = imgfmt_cursor_run(s->cursor, s->pfn, &run, err);
	if (rc == IMGFMT_END)
		return end_stream(s, err);
	if (rc)
		return rc;
	if (run.state == IMGFMT_STORED) {
		run.pages = min_u64(run.pages, image->frames.block_pages);
		rc = image->ops->read(s->cursor->reader, run.pfn, run.pages,
				      s->data, err);
		if (rc)
			return rc;
		ret->data = s->data;
	}
	ret->pfn = run.pfn;
	ret->pages = run.pages;
	ret->state = run.state;
	ret->class_id = run.class_id;
	s->pfn = run.pfn + run.pages;
	return IMGFMT_OK;
}
