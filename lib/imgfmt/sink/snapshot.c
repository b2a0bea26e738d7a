/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sink "snapshot": the bare stream of pages, as /dev/snapshot gives and
 * takes it (spec/swsusp.md, clause 8).
 */
#include <stdlib.h>

#include "base/error.h"
#include "sink/swsusp.h"

struct snapshot_sink {
	struct swsusp_stream stream;	/* the first: see swsusp_encode() */
	struct imgfmt_output *out;
	uint64_t offset;		/* of the next cluster */
};

static void snapshot_close(void *sink)
{
	struct snapshot_sink *s = sink;

	swsusp_stream_fini(&s->stream);
	free(s);
}

/* The size of the whole is known, and its first page. */
static int begin(struct snapshot_sink *s, struct imgfmt_error *err)
{
	uint32_t size = s->stream.t->info.page_size;
	uint8_t *page = malloc(size);
	int rc;

	if (!page)
		return err_nomem(err, "the info page");
	swsusp_stream_info(&s->stream, page);
	rc = output_expect(s->out, (1 + swsusp_stream_pages(&s->stream)) * size,
			   err);
	if (!rc)
		rc = output_write(s->out, 0, page, size, err);
	s->offset = size;
	free(page);
	return rc;
}

static int snapshot_open(const struct target *t, struct imgfmt_output *out,
			 void **ret, struct imgfmt_error *err)
{
	struct snapshot_sink *s = calloc(1, sizeof(*s));
	int rc;

	*ret = NULL;
	if (!s)
		return err_nomem(err, "the output");
	s->out = out;
	rc = swsusp_stream_init(&s->stream, t, err);
	if (!rc)
		rc = begin(s, err);
	if (rc) {
		snapshot_close(s);
		return rc;
	}
	*ret = s;
	return IMGFMT_OK;
}

static int snapshot_cut(void *sink, struct unit *u, struct imgfmt_error *err)
{
	struct snapshot_sink *s = sink;

	(void)err;
	return swsusp_stream_cut(&s->stream, u);
}

static int snapshot_emit(void *sink, const struct unit *u,
			 struct imgfmt_error *err)
{
	struct snapshot_sink *s = sink;
	uint64_t at = s->offset;

	swsusp_stream_add(&s->stream, u);
	s->offset += u->out_size;
	return output_write(s->out, at, u->out, u->out_size, err);
}

static int snapshot_finish(void *sink, struct imgfmt_convert_result *result,
			   struct imgfmt_error *err)
{
	struct snapshot_sink *s = sink;

	int rc = swsusp_stream_prove(&s->stream, err);

	if (rc)
		return rc;
	swsusp_stream_count(&s->stream, result);
	result->bytes_written = s->offset;
	return output_commit(s->out, s->offset, err);
}

const struct sink_ops sink_snapshot = {
	.name = "snapshot",
	.prepare = snapshot_prepare,
	.caution = swsusp_caution,
	.block_pages = SWSUSP_CLUSTER_PAGES,
	.room = swsusp_room,
	.open = snapshot_open,
	.close = snapshot_close,
	.cut = snapshot_cut,
	.encode = swsusp_encode,
	.emit = snapshot_emit,
	.finish = snapshot_finish,
};
