/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making an image page by page: the pipeline's engine, fed by the caller.
 */
#include <stdlib.h>

#include "api/options.h"
#include "elf/note.h"
#include "pipeline/engine.h"
#include "record/backup_map.h"

struct imgfmt_writer {
	struct target target;
	struct engine *engine;
	struct unit *unit;	/* under way, or NULL */
	uint64_t next;		/* the frame expected next */
	uint64_t filled;	/* pages of the unit that are there */
};

static int add_runs(struct target *t, const struct imgfmt_write_opts *o,
		    struct imgfmt_error *err)
{
	for (size_t i = 0; i < o->run_count; i++) {
		struct imgfmt_run r = o->runs[i];
		int rc;

		if (r.state == IMGFMT_HOLE || r.class_id >= IMGFMT_CLASSES ||
		    r.pages > IMGFMT_MAX_ADDRESS / o->page_size ||
		    r.pfn > IMGFMT_MAX_ADDRESS / o->page_size - r.pages)
			return err_set(err, IMGFMT_E_USAGE,
				       "run %zu has no valid state, class or place",
				       i);
		if (r.state == IMGFMT_ZERO)
			r.state = IMGFMT_STORED;
		rc = frames_add(&t->frames, &r, err);
		if (rc)
			return rc;
	}
	return frames_build(&t->frames, t->info.block_pages, err);
}

/* The notes of this format are the writer's own to make. */
static int add_note(struct target *t, const struct imgfmt_note *n,
		    struct imgfmt_error *err)
{
	if (!strcmp(n->owner, IMGFMT_NOTE_OWNER))
		return err_set(err, IMGFMT_E_USAGE,
			       "a note to pass through has the owner %s",
			       n->owner);
	return note_append(&t->notes, t->big_endian, n->owner, n->type, n->desc,
			   n->size, err);
}

static int add_tables(struct target *t, const struct imgfmt_write_opts *o,
		      struct imgfmt_error *err)
{
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < o->note_count && !rc; i++)
		rc = add_note(t, &o->notes[i], err);
	if (!rc)
		rc = mappings_check(o->mappings, o->mapping_count,
				    o->page_size, err);
	if (!rc && o->mapping_count)
		rc = vec_append(&t->mappings, o->mappings, o->mapping_count,
				err);
	if (!rc && o->convert.backup_map) {
		rc = backup_map_check(o->convert.backup_map,
				      o->convert.backup_runs, o->page_size,
				      err);
		if (!rc)
			rc = vec_append(&t->backup_map, o->convert.backup_map,
					o->convert.backup_runs, err);
		t->has_backup_map = true;
	}
	return rc;
}

static void set_info(struct target *t, const struct imgfmt_write_opts *o)
{
	t->machine = o->machine;
	t->big_endian = o->big_endian;
	t->entry = o->convert.entry;
	t->content = o->convert.flags & IMGFMT_CONVERT_CONTENT_DIGESTS;
	t->keep_zero = o->convert.flags & IMGFMT_CONVERT_KEEP_ZERO;
	t->signer = o->convert.signer;
	t->info = (struct info){
		.kind = o->convert.kind ? (uint8_t)o->convert.kind :
					  IMGFMT_HIBERNATED_SYSTEM,
		.view = o->convert.view ? (uint8_t)o->convert.view :
					  IMGFMT_VIEW_ORIGINAL,
		.page_size = o->page_size,
		.block_pages = o->convert.block_pages ? o->convert.block_pages :
							IMGFMT_MAX_BLOCK_PAGES,
		.free_policy = o->free_policy,
		.poison = o->poison,
		.time = o->time,
	};
	record_text_put((uint8_t *)t->info.release, sizeof(t->info.release),
			o->release ? o->release : "");
	record_text_put((uint8_t *)t->info.version, sizeof(t->info.version),
			o->version ? o->version : "");
}

static int check_write_opts(const struct imgfmt_write_opts *o,
			    struct imgfmt_error *err)
{
	uint32_t pages = o->convert.block_pages;

	if (o->page_size != 4096 && o->page_size != 16384 &&
	    o->page_size != 65536)
		return err_set(err, IMGFMT_E_USAGE, "page size %u",
			       o->page_size);
	if (pages && (!is_pow2(pages) || pages > IMGFMT_MAX_BLOCK_PAGES))
		return err_set(err, IMGFMT_E_USAGE,
			       "pages of a block must be 1, 2, 4, ... or 64");
	if (o->convert.entry >= IMGFMT_MAX_ADDRESS)
		return err_rule(err, IMGFMT_E_USAGE, "LIM-01", IMGFMT_NOWHERE,
				"entry 0x%llx is beyond the highest address, 2^52",
				(unsigned long long)o->convert.entry);
	if (o->convert.flags & IMGFMT_CONVERT_FIND_BACKUP_MAP ||
	    o->convert.exclude || o->convert.source_view ||
	    o->convert.machine || o->convert.lost || o->convert.caution)
		return err_set(err, IMGFMT_E_USAGE,
			       "an option of conversions only is set");
	if (o->convert.view > IMGFMT_VIEW_JUMP ||
	    o->convert.kind > IMGFMT_HIBERNATING_KERNEL ||
	    o->free_policy > IMGFMT_FREE_POISON ||
	    (o->poison && o->free_policy != IMGFMT_FREE_POISON))
		return err_set(err, IMGFMT_E_USAGE,
			       "unknown view, kind or free policy");
	return IMGFMT_OK;
}

static int start_writer(struct imgfmt_writer *w,
			const struct imgfmt_write_opts *o,
			struct imgfmt_output *out, struct imgfmt_error *err)
{
	const char *to = o->convert.to ? o->convert.to : "packed";
	const struct sink_ops *sink = sink_by_name(to);
	int rc = check_write_opts(o, err);

	if (rc)
		return rc;
	if (!sink)
		return err_set(err, IMGFMT_E_USAGE,
			       "unknown output format \"%s\"", to);
	rc = sink_check_opts(sink, &o->convert, err);
	if (rc)
		return rc;
	if (sink->cut)
		return err_set(err, IMGFMT_E_USAGE,
			       "output format \"%s\" is made by conversion only",
			       to);
	set_info(&w->target, o);
	rc = add_runs(&w->target, o, err);
	if (!rc)
		rc = add_tables(&w->target, o, err);
	if (!rc && sink->blocks)
		rc = codec_parse(o->convert.codec ? o->convert.codec : "zstd",
				 &w->target.codec, &w->target.level, err);
	return rc ? rc : engine_new(&w->target, sink, out, NULL,
				    o->convert.threads, &o->convert.progress,
				    &w->engine, err);
}

int imgfmt_writer_new(const struct imgfmt_write_opts *opts,
		      struct imgfmt_output *out, struct imgfmt_writer **ret,
		      struct imgfmt_error *err)
{
	struct imgfmt_write_opts o;
	struct imgfmt_writer *w;
	int rc = options_take(&o, sizeof(o), opts, err);

	*ret = NULL;
	if (rc)
		return rc;
	w = calloc(1, sizeof(*w));
	if (!w)
		return err_nomem(err, "a writer");
	target_init(&w->target);
	rc = start_writer(w, &o, out, err);
	if (rc) {
		imgfmt_writer_free(w);
		return rc;
	}
	*ret = w;
	return IMGFMT_OK;
}

/* Begin or go on with the unit that @pfn belongs to. */
static int take_page(struct imgfmt_writer *w, uint64_t pfn, const uint8_t *page,
		     struct imgfmt_error *err)
{
	const struct frames *f = &w->target.frames;
	uint32_t size = w->target.info.page_size;
	uint64_t first;
	int rc;

	if (!w->unit) {
		rc = engine_get(w->engine, pfn / f->block_pages, &w->unit,
				err);
		if (rc)
			return rc;
		w->filled = 0;
	}
	first = w->unit->present & ~low_mask((unsigned int)(
					 w->next > w->unit->pfn ?
						 w->next - w->unit->pfn : 0));
	if (!first || w->unit->pfn + (uint64_t)__builtin_ctzll(first) != pfn)
		return err_set(err, IMGFMT_E_USAGE,
			       "frame 0x%llx is not the next present one",
			       (unsigned long long)pfn);
	memcpy(w->unit->pages + w->filled++ * size, page, size);
	w->next = pfn + 1;
	if (w->filled < (uint64_t)__builtin_popcountll(w->unit->present))
		return IMGFMT_OK;
	rc = engine_put(w->engine, w->unit, err);
	w->unit = NULL;
	return rc;
}

int imgfmt_writer_pages(struct imgfmt_writer *w, uint64_t pfn, uint64_t pages,
			const void *data, struct imgfmt_error *err)
{
	const uint8_t *page = data;
	int rc = IMGFMT_OK;

	for (uint64_t i = 0; i < pages && !rc; i++) {
		rc = take_page(w, pfn + i, page, err);
		page += w->target.info.page_size;
	}
	return rc;
}

int imgfmt_writer_finish(struct imgfmt_writer *w,
			 struct imgfmt_convert_result *ret,
			 struct imgfmt_error *err)
{
	struct imgfmt_convert_result result = { 0 };
	int rc = engine_finish(w->engine, &result, err);

	if (!rc && ret)
		options_give(ret, &result, sizeof(result));
	return rc;
}

void imgfmt_writer_free(struct imgfmt_writer *w)
{
	if (!w)
		return;
	engine_free(w->engine);
	target_fini(&w->target);
	free(w);
}
