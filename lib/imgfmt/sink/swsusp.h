/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sinks "swsusp" and "snapshot": images of Linux's own hibernation, in a
 * swap area or as the bare stream of pages (spec/swsusp.md).  Shared by its
 * parts: swsusp_prepare.c looks whether a target can become one, swsusp_stream.c
 * cuts its stream of pages and encodes it, swsusp.c and snapshot.c write it.
 */
#ifndef IMGFMT_SINK_SWSUSP_H
#define IMGFMT_SINK_SWSUSP_H

#include "layout/page_list.h"
#include "record/swsusp.h"
#include "sink/sink.h"

/*
 * The stream behind the info page: the meta pages, which list all frames, and
 * the data pages of those that are not elided.  Units are clusters of it.
 */
struct swsusp_stream {
	const struct target *t;
	struct page_list list;
	uint64_t meta_pages, data_pages;

	uint32_t crc;		/* of all clusters that were written */

	/* Where the next cluster begins. */
	uint64_t next;		/* its first page */
	struct list_cursor at;	/* its first data page, or one elided */
};

/* At most so many frames are listed on one page. */
static inline uint64_t swsusp_list_frames(const struct target *t)
{
	return t->info.page_size / 8;
}

static inline uint64_t swsusp_stream_pages(const struct swsusp_stream *s)
{
	return s->meta_pages + s->data_pages;
}

int swsusp_stream_init(struct swsusp_stream *s, const struct target *t,
		       struct imgfmt_error *err);
void swsusp_stream_fini(struct swsusp_stream *s);

/* The info page, with the counts of this stream. */
void swsusp_stream_info(const struct swsusp_stream *s, void *page);

/* Pages, of the part of @result that is known at the end. */
void swsusp_stream_count(const struct swsusp_stream *s,
			 struct imgfmt_convert_result *result);

/* Count a cluster that is written, in their order. */
void swsusp_stream_add(struct swsusp_stream *s, const struct unit *unit);
/*
 * All are: if the stream is that of the image on swap which it was made from,
 * as its counts say, it has the same CRC [SWS-25].
 */
int swsusp_stream_prove(const struct swsusp_stream *s,
			struct imgfmt_error *err);

/* The next cluster: IMGFMT_END behind the last one. */
int swsusp_stream_cut(struct swsusp_stream *s, struct unit *unit);
/* Fill in the meta pages that the unit begins with. */
void swsusp_stream_meta(const struct swsusp_stream *s, const struct unit *unit);
/* Pages of a unit. */
uint32_t swsusp_unit_pages(const struct unit *unit);

/* See struct sink_ops. */
int swsusp_prepare(struct target *t, const struct imgfmt_convert_opts *opts,
		   struct imgfmt_error *err);
int snapshot_prepare(struct target *t, const struct imgfmt_convert_opts *opts,
		     struct imgfmt_error *err);
void swsusp_caution(const struct target *t,
		    const struct imgfmt_convert_opts *opts,
		    struct imgfmt_output *out);
size_t swsusp_room(const struct target *t);
int swsusp_encode(const void *stream, const struct target *t,
		  struct coder *coder, struct unit *unit,
		  struct imgfmt_error *err);

#endif /* IMGFMT_SINK_SWSUSP_H */
