/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sink/swsusp.h"

#include <stdlib.h>

#include "base/error.h"
#include "digest/crc32.h"

static uint64_t count_zero(const struct target *t)
{
	return t->zero ? bitmap_count(t->zero, 0, t->frames.present) : 0;
}

int swsusp_stream_init(struct swsusp_stream *s, const struct target *t,
		       struct imgfmt_error *err)
{
	int rc;

	*s = (struct swsusp_stream){ .t = t };
	page_list_init(&s->list);
	rc = page_list_build(&s->list, &t->frames, &t->swap.parts, err);
	if (rc)
		return rc;
	s->meta_pages = div_round_up(s->list.count, swsusp_list_frames(t));
	s->data_pages = s->list.count - count_zero(t);
	return IMGFMT_OK;
}

void swsusp_stream_fini(struct swsusp_stream *s)
{
	page_list_fini(&s->list);
}

void swsusp_stream_info(const struct swsusp_stream *s, void *page)
{
	uint32_t size = s->t->info.page_size;
	uint64_t pages = 1 + swsusp_stream_pages(s);

	swap_note_info_page(&s->t->swap, size, page);
	swsusp_info_set_counts(page, size, s->data_pages, pages);
}

void swsusp_stream_count(const struct swsusp_stream *s,
			 struct imgfmt_convert_result *result)
{
	result->stored_pages = s->data_pages;
	result->zero_pages = s->list.count - s->data_pages;
}

uint32_t swsusp_unit_pages(const struct unit *unit)
{
	uint32_t pages = unit->own;

	for (uint32_t i = 0; i < unit->spans; i++)
		pages += (uint32_t)unit->span[i].pages;
	return pages;
}

/* ---- Cutting ------------------------------------------------------------ */

static bool is_zero(const struct target *t, uint64_t rank)
{
	return t->zero && bitmap_test(t->zero, rank);
}

/* Frames from @rank on that are all elided, or none of them; of @n at most. */
static uint64_t alike(const struct target *t, uint64_t rank, uint64_t n)
{
	uint64_t end;

	if (!t->zero)
		return n;
	end = is_zero(t, rank) ? bitmap_next_zero(t->zero, rank) :
				 bitmap_next_set(t->zero, rank);
	return min_u64(n, end - rank);
}

/* Up to @room data pages, and the elided ones before and behind them. */
static void cut_data(struct swsusp_stream *s, struct unit *u, uint64_t room)
{
	uint64_t pfn, rank, n;

	while ((n = page_list_at(&s->list, &s->at, &pfn, &rank))) {
		n = alike(s->t, rank, n);
		if (!is_zero(s->t, rank)) {
			n = min_u64(n, room);
			if (!n)
				break;
			u->span[u->spans++] = (struct unit_span){ pfn, n };
			room -= n;
		}
		u->done += n;
		page_list_move(&s->list, &s->at, n);
	}
}

int swsusp_stream_cut(struct swsusp_stream *s, struct unit *u)
{
	uint64_t meta = s->next < s->meta_pages ? s->meta_pages - s->next : 0;

	if (s->next >= swsusp_stream_pages(s))
		return IMGFMT_END;
	u->position = s->next;
	u->own = (uint32_t)min_u64(meta, SWSUSP_CLUSTER_PAGES);
	u->done = 0;
	/* Elided pages at the start belong to the first cluster with data. */
	if (meta <= SWSUSP_CLUSTER_PAGES)
		cut_data(s, u, SWSUSP_CLUSTER_PAGES - u->own);
	s->next += swsusp_unit_pages(u);
	return IMGFMT_OK;
}

/* ---- The whole ----------------------------------------------------------- */

void swsusp_stream_add(struct swsusp_stream *s, const struct unit *u)
{
	s->crc = crc32_le_join(s->crc, u->crc32,
			       (uint64_t)swsusp_unit_pages(u) *
				       s->t->info.page_size);
}

/* Whether the note is of an image of just so many pages. */
static bool has_same_counts(const struct swsusp_stream *s, uint8_t *page)
{
	uint32_t size = s->t->info.page_size;
	struct swsusp_info info;

	swap_note_info_page(&s->t->swap, size, page);
	/* Counts are decoded of any architecture. */
	swsusp_info_decode(page, size, 0, &info, NULL);
	return info.image_pages == s->data_pages &&
	       info.pages == 1 + swsusp_stream_pages(s);
}

int swsusp_stream_prove(const struct swsusp_stream *s,
			struct imgfmt_error *err)
{
	const struct swap_note *n = &s->t->swap;
	uint8_t *page;
	bool same;

	if (!(n->header_flags & SWSUSP_CRC32))
		return IMGFMT_OK;
	page = malloc(s->t->info.page_size);
	if (!page)
		return err_nomem(err, "the info page");
	same = has_same_counts(s, page);
	free(page);
	if (!same || s->crc == n->crc32)
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_CORRUPT, "SWS-25", IMGFMT_NOWHERE,
			"the pages have the CRC 0x%08x, those of the hibernation image had 0x%08x: nothing is written back",
			s->crc, n->crc32);
}

/* ---- Encoding ------------------------------------------------------------ */

void swsusp_stream_meta(const struct swsusp_stream *s, const struct unit *u)
{
	size_t size = s->t->info.page_size;
	uint64_t first = u->position * swsusp_list_frames(s->t);
	uint64_t left = u->own * swsusp_list_frames(s->t);
	struct list_cursor c = page_list_find(&s->list, first);
	uint64_t pfn, rank, n;
	uint8_t *to = u->pages;

	memset(to, 0, u->own * size);
	while (left && (n = page_list_at(&s->list, &c, &pfn, &rank))) {
		n = min_u64(n, left);
		for (uint64_t i = 0; i < n; i++, to += 8)
			put_le64(to, (pfn + i) | (is_zero(s->t, rank + i) ?
						  SWSUSP_LIST_ZERO : 0));
		page_list_move(&s->list, &c, n);
		left -= n;
	}
	if (left)
		put_le64(to, SWSUSP_LIST_END);
}

size_t swsusp_room(const struct target *t)
{
	uint32_t size = t->info.page_size;

	return (size_t)swsusp_cluster_entries(swsusp_cluster_limit(size),
					      size) * size;
}

/* Compressed, with its length in front and zeros up to the end of a page. */
static int compress(const struct target *t, struct coder *coder,
		    struct unit *u, size_t len, struct imgfmt_error *err)
{
	uint32_t size = t->info.page_size;
	int rc = compressor_run(&coder->compressor, u->pages, len,
				u->out + SWSUSP_PREFIX_SIZE,
				swsusp_cluster_limit(size), &u->payload_size,
				err);

	if (rc)
		return rc < 0 ? rc :
		       err_set(err, IMGFMT_E_UNSUPPORTED,
			       "codec %s needs more room than the kernel gives it",
			       t->codec->name);
	put_le64(u->out, u->payload_size);
	u->out_size = (size_t)swsusp_cluster_entries(
			      (uint32_t)u->payload_size, size) * size;
	memset(u->out + SWSUSP_PREFIX_SIZE + u->payload_size, 0,
	       u->out_size - SWSUSP_PREFIX_SIZE - u->payload_size);
	return IMGFMT_OK;
}

int swsusp_encode(const void *stream, const struct target *t,
		  struct coder *coder, struct unit *u,
		  struct imgfmt_error *err)
{
	size_t len = (size_t)swsusp_unit_pages(u) * t->info.page_size;

	swsusp_stream_meta(stream, u);
	u->crc32 = crc32_le(0, u->pages, len);
	if (t->codec->id != CODEC_NONE)
		return compress(t, coder, u, len, err);
	memcpy(u->out, u->pages, len);
	u->out_size = len;
	return IMGFMT_OK;
}
