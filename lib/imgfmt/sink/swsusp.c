/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sink "swsusp": an image in a swap area, as the kernel itself writes it.
 * Clusters and map pages take the slots of the area in their order; the header
 * page, which makes an image of them, comes last [SWS-33 to SWS-35].
 *
 * What clusters take together is known only when they are compressed.  Where
 * they might not fit, a rehearsal counts before anything is written.
 */
#include "sink/swsusp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "sink/swap_area.h"

struct swsusp_sink {
	struct swsusp_stream stream;	/* the first: see swsusp_encode() */
	const struct target *t;
	struct swap_area *area;
	struct swap_walk walk;		/* to the last slot taken */
	uint64_t entries, maps;		/* written, or counted */
	uint64_t first_map;		/* page of the device */
	uint64_t map_slot;		/* of the current map page */
	uint64_t *map;			/* its entries */
	uint32_t map_used;
	uint8_t *page;			/* one, to encode */
};

/* Map pages of so many entries: a full one has another behind it. */
static uint64_t map_pages(uint64_t entries, uint32_t page_size)
{
	return entries / swsusp_map_entries(page_size) + 1;
}

/* ---- Whether it fits ------------------------------------------------------ */

/* Entries of the map if no cluster shrinks. */
static uint64_t most_entries(const struct swsusp_stream *s)
{
	const struct target *t = s->t;
	uint64_t pages = swsusp_stream_pages(s);
	uint32_t limit = swsusp_cluster_limit(t->info.page_size);

	if (t->codec->id == CODEC_NONE)
		return 1 + pages;
	return 1 + div_round_up(pages, SWSUSP_CLUSTER_PAGES) *
			   swsusp_cluster_entries(limit, t->info.page_size);
}

static bool fits(const struct swap_area *area, uint64_t entries)
{
	return entries + map_pages(entries, swap_area_page_size(area)) <=
	       swap_area_slots(area);
}

static int too_large(struct swap_area *area, uint64_t entries,
		     struct imgfmt_error *err)
{
	return err_os(err, ENOSPC,
		      "%s: has %" PRIu64 " pages%s, the image takes %" PRIu64,
		      output_name(swap_area_output(area)),
		      swap_area_slots(area),
		      swap_area_has_others(area) ?
			      " that are surely not the saved system's own" :
			      "",
		      entries + map_pages(entries, swap_area_page_size(area)));
}

/* ---- Opening ---------------------------------------------------------------- */

static void swsusp_close(void *sink)
{
	struct swsusp_sink *s = sink;

	swsusp_stream_fini(&s->stream);
	free(s->map);
	free(s->page);
	free(s);
}

static int find_area(const struct target *t, struct imgfmt_output *out,
		     struct swap_area **ret, struct imgfmt_error *err)
{
	*ret = swap_area_of(out);
	if (!*ret)
		return err_set(err, IMGFMT_E_USAGE,
			       "%s: an image of format \"swsusp\" goes to a swap area only",
			       output_name(out));
	if (swap_area_page_size(*ret) == t->info.page_size)
		return IMGFMT_OK;
	return err_refuse(err, EINVAL,
			  "%s: a swap area of pages of %u bytes, the image has %u",
			  output_name(out), swap_area_page_size(*ret),
			  t->info.page_size);
}

static int new_sink(const struct target *t, struct imgfmt_output *out,
		    struct swsusp_sink **ret, struct imgfmt_error *err)
{
	struct swsusp_sink *s = calloc(1, sizeof(*s));
	uint32_t size = t->info.page_size;
	int rc;

	*ret = NULL;
	if (!s)
		return err_nomem(err, "the output");
	s->t = t;
	s->map = calloc(swsusp_map_entries(size), sizeof(*s->map));
	s->page = malloc(size);
	rc = s->map && s->page ? IMGFMT_OK : err_nomem(err, "the output");
	if (!rc)
		rc = find_area(t, out, &s->area, err);
	if (!rc)
		rc = swap_area_take_home(s->area, &t->swap, t->elsewhere, err);
	if (!rc)
		rc = swsusp_stream_init(&s->stream, t, err);
	if (rc) {
		swsusp_close(s);
		return rc;
	}
	*ret = s;
	return IMGFMT_OK;
}

static int next_slot(struct swsusp_sink *s, struct imgfmt_error *err)
{
	/* Counted before: it cannot come to this. */
	if (!swap_area_next(s->area, &s->walk))
		return too_large(s->area, s->entries + 1, err);
	return IMGFMT_OK;
}

/* ---- The map ------------------------------------------------------------------ */

static int begin_map(struct swsusp_sink *s, struct imgfmt_error *err)
{
	int rc = next_slot(s, err);

	s->map_slot = s->walk.slot;
	s->map_used = 0;
	s->maps++;
	return rc;
}

static int write_map(struct swsusp_sink *s, uint64_t slot, uint64_t next,
		     struct imgfmt_error *err)
{
	swsusp_map_encode(s->map, s->map_used, next, s->t->info.page_size,
			  s->page);
	return swap_area_write(s->area, slot, 1, s->page, err);
}

/* Take a slot for a page of the stream. */
static int add_entry(struct swsusp_sink *s, uint64_t *slot_ret,
		     struct imgfmt_error *err)
{
	uint32_t size = s->t->info.page_size;
	uint64_t slot = s->map_slot;
	int rc = next_slot(s, err);

	if (rc)
		return rc;
	*slot_ret = s->walk.slot;
	s->map[s->map_used++] = swap_area_page(s->area, s->walk.slot);
	s->entries++;
	if (s->map_used < swsusp_map_entries(size))
		return IMGFMT_OK;
	rc = next_slot(s, err);
	if (rc)
		return rc;
	rc = write_map(s, slot, swap_area_page(s->area, s->walk.slot), err);
	s->map_slot = s->walk.slot;
	s->map_used = 0;
	s->maps++;
	return rc;
}

/* Slots in a row are written in one go. */
static int write_pages(struct swsusp_sink *s, const uint8_t *pages,
		       uint64_t count, struct imgfmt_error *err)
{
	size_t size = s->t->info.page_size;
	uint64_t first = 0, run = 0;

	for (uint64_t i = 0; i < count; i++) {
		uint64_t slot;
		int rc = add_entry(s, &slot, err);

		if (!rc && run && slot != first + run) {
			rc = swap_area_write(s->area, first, run, pages, err);
			pages += run * size;
			run = 0;
		}
		if (rc)
			return rc;
		if (!run)
			first = slot;
		run++;
	}
	return run ? swap_area_write(s->area, first, run, pages, err) :
		     IMGFMT_OK;
}

/* ---- The sink ------------------------------------------------------------------- */

/* Where clusters have a size that is known, so has the image. */
static int swsusp_open(const struct target *t, struct imgfmt_output *out,
		       void **ret, struct imgfmt_error *err)
{
	struct swsusp_sink *s;
	uint64_t entries;
	int rc = new_sink(t, out, &s, err);

	*ret = s;
	if (rc)
		return rc;
	entries = most_entries(&s->stream);
	if (t->codec->id == CODEC_NONE && !fits(s->area, entries))
		rc = too_large(s->area, entries, err);
	if (!rc)
		rc = begin_map(s, err);
	s->first_map = swap_area_page(s->area, s->map_slot);
	if (rc) {
		swsusp_close(s);
		*ret = NULL;
	}
	return rc;
}

/* Of an area: as opening the sink would refuse it, with nothing written. */
static int swsusp_look(const struct target *t, struct imgfmt_output *out,
		       struct imgfmt_error *err)
{
	void *sink;
	int rc;

	if (!swap_area_of(out))
		return IMGFMT_OK;
	rc = swsusp_open(t, out, &sink, err);
	if (!rc)
		swsusp_close(sink);
	return rc;
}

static int swsusp_cut(void *sink, struct unit *u, struct imgfmt_error *err)
{
	struct swsusp_sink *s = sink;

	(void)err;
	return swsusp_stream_cut(&s->stream, u);
}

/* The info page comes before the first cluster. */
static int write_info(struct swsusp_sink *s, struct imgfmt_error *err)
{
	uint8_t *page = malloc(s->t->info.page_size);
	int rc;

	if (!page)
		return err_nomem(err, "the info page");
	swsusp_stream_info(&s->stream, page);
	rc = write_pages(s, page, 1, err);
	free(page);
	return rc;
}

static int swsusp_emit(void *sink, const struct unit *u,
		       struct imgfmt_error *err)
{
	struct swsusp_sink *s = sink;
	uint32_t size = s->t->info.page_size;
	int rc = s->entries ? IMGFMT_OK : write_info(s, err);

	swsusp_stream_add(&s->stream, u);
	return rc ? rc : write_pages(s, u->out, u->out_size / size, err);
}

static uint32_t header_flags(const struct target *t)
{
	uint32_t kept = t->swap.header_flags & (SWSUSP_PLATFORM | SWSUSP_HW_SIG);

	switch (t->codec->id) {
	case CODEC_NONE:
		return kept | SWSUSP_NOCOMPRESS;
	case CODEC_LZ4:
		return kept | SWSUSP_CRC32 | SWSUSP_LZ4;
	default:
		return kept | SWSUSP_CRC32;
	}
}

static int swsusp_finish(void *sink, struct imgfmt_convert_result *result,
			 struct imgfmt_error *err)
{
	struct swsusp_sink *s = sink;
	const struct target *t = s->t;
	struct swsusp_header header = {
		.hardware_signature = t->swap.hardware_signature,
		.image = s->first_map,
		.flags = header_flags(t),
	};
	int rc = swsusp_stream_prove(&s->stream, err);

	if (!rc)
		rc = write_map(s, s->map_slot, 0, err);
	if (header.flags & SWSUSP_CRC32)
		header.crc32 = s->stream.crc;
	if (!rc)
		rc = swap_area_commit(s->area, &header, err);
	swsusp_stream_count(&s->stream, result);
	result->resume_offset = swap_area_page(s->area, 0);
	result->bytes_written = (1 + s->maps + s->entries) * t->info.page_size;
	return rc;
}

/* ---- Its rehearsal ---------------------------------------------------------------- */

static int count_open(const struct target *t, struct imgfmt_output *out,
		      void **ret, struct imgfmt_error *err)
{
	struct swsusp_sink *s;
	int rc = new_sink(t, out, &s, err);

	*ret = s;
	if (!rc)
		s->entries = 1;	/* the info page */
	return rc;
}

static int count_emit(void *sink, const struct unit *u,
		      struct imgfmt_error *err)
{
	struct swsusp_sink *s = sink;

	(void)err;
	s->entries += u->out_size / s->t->info.page_size;
	return IMGFMT_OK;
}

static int count_finish(void *sink, struct imgfmt_convert_result *result,
			struct imgfmt_error *err)
{
	struct swsusp_sink *s = sink;

	(void)result;
	return fits(s->area, s->entries) ? IMGFMT_OK :
					   too_large(s->area, s->entries, err);
}

static const struct sink_ops rehearsal = {
	.name = "swsusp",
	.block_pages = SWSUSP_CLUSTER_PAGES,
	.room = swsusp_room,
	.open = count_open,
	.close = swsusp_close,
	.cut = swsusp_cut,
	.encode = swsusp_encode,
	.emit = count_emit,
	.finish = count_finish,
};

/* Only where it takes one to know. */
static const struct sink_ops *choose_rehearsal(const struct target *t,
					       struct imgfmt_output *out)
{
	struct swap_area *area = swap_area_of(out);
	struct swsusp_stream s;
	bool sure = !area || t->codec->id == CODEC_NONE;

	/* What fails here fails again when the sink is opened. */
	if (sure || swap_area_take_home(area, &t->swap, t->elsewhere, NULL))
		return NULL;
	if (!swsusp_stream_init(&s, t, NULL))
		sure = fits(area, most_entries(&s));
	swsusp_stream_fini(&s);
	return sure ? NULL : &rehearsal;
}

const struct sink_ops sink_swsusp = {
	.name = "swsusp",
	.prepare = swsusp_prepare,
	.caution = swsusp_caution,
	.block_pages = SWSUSP_CLUSTER_PAGES,
	.room = swsusp_room,
	.rehearsal = choose_rehearsal,
	.look = swsusp_look,
	.open = swsusp_open,
	.close = swsusp_close,
	.cut = swsusp_cut,
	.encode = swsusp_encode,
	.emit = swsusp_emit,
	.finish = swsusp_finish,
};
