/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/target.h"

#include <stdlib.h>

#include "base/error.h"
#include "elf/note.h"
#include "machine/machine.h"
#include "pipeline/classes.h"
#include "pipeline/merge.h"
#include "pipeline/placing.h"
#include "pipeline/recovery.h"
#include "record/backup_map.h"
#include "view/placement.h"

#define CODEC_DEFAULT "zstd"

/* Class none is no reason to leave out a page. */
#define CLASSES (IMGFMT_EXCLUDE(IMGFMT_CLASSES) - IMGFMT_EXCLUDE(IMGFMT_NONE + 1))

static int choose_codec(struct conversion *c,
			const struct imgfmt_convert_opts *opts,
			struct imgfmt_error *err)
{
	int rc;

	/* With prepare it has its own. */
	if (c->sink->prepare || !c->sink->blocks)
		return IMGFMT_OK;
	rc = codec_parse(opts->codec ? opts->codec : CODEC_DEFAULT,
			 &c->target.codec, &c->target.level, err);
	if (rc == IMGFMT_E_UNSUPPORTED && !opts->codec)
		rc = codec_parse("zlib", &c->target.codec, &c->target.level,
				 err);
	return rc;
}

/* The backup map: the one given, that of the memory, or the image's own. */
static int take_backup_map(struct conversion *c,
			   const struct imgfmt_convert_opts *opts,
			   struct imgfmt_error *err)
{
	const struct imgfmt_image *image = c->image;
	struct target *t = &c->target;
	int rc;

	if (opts->backup_map) {
		rc = backup_map_check(opts->backup_map, opts->backup_runs,
				      image->info.page_size, err);
		if (!rc)
			rc = vec_append(&t->backup_map, opts->backup_map,
					opts->backup_runs, err);
		t->has_backup_map = true;
		return rc;
	}
	if (opts->flags & IMGFMT_CONVERT_FIND_BACKUP_MAP) {
		t->has_backup_map = true;
		return placing_find_map(c, err);
	}
	if (!image->has_backup_map)
		return IMGFMT_OK;
	t->has_backup_map = true;
	return image->backup_map.len ?
		       vec_append(&t->backup_map, image->backup_map.data,
				  image->backup_map.len, err) :
		       IMGFMT_OK;
}

/* A source whose map does not come with it. */
static bool has_own_map(const struct imgfmt_convert_opts *opts)
{
	return opts->backup_map || opts->flags & IMGFMT_CONVERT_FIND_BACKUP_MAP;
}

/* The view of the source and that of the output. */
static int choose_view(struct conversion *c,
		       const struct imgfmt_convert_opts *opts,
		       struct imgfmt_error *err)
{
	struct target *t = &c->target;
	bool places = t->has_backup_map &&
		      t->info.kind == IMGFMT_HIBERNATED_SYSTEM;
	uint32_t from = opts->source_view;
	int rc;

	/* Otherwise pages would be exchanged that lie where they belong. */
	if (from && c->image->has_info && from != c->image->info.view)
		return err_set(err, IMGFMT_E_USAGE,
			       "the image says itself that it has the %s view",
			       imgfmt_view_name(c->image->info.view));
	if (!from)
		from = has_own_map(opts) && !c->image->has_info ?
			       IMGFMT_VIEW_JUMP : c->image->info.view;
	c->source_view = from;
	t->info.view = (uint8_t)opts->view;
	if (!t->info.view)
		t->info.view = places ? IMGFMT_VIEW_ORIGINAL : (uint8_t)from;
	if (t->info.view == from)
		return IMGFMT_OK;
	rc = view_check(places, t->info.view, err);
	return rc ? rc : view_build(&c->view, t->backup_map.data,
				    t->backup_map.len, err);
}

/* The source's frames in the output's view. */
static int view_runs(struct conversion *c, uint32_t block_pages,
		     struct frames *ret, struct imgfmt_error *err)
{
	const struct frames *f = &c->image->frames;
	int rc = IMGFMT_OK;

	if (c->view.swaps.len)
		return view_frames(&c->view, f, c->target.info.view,
				   block_pages, ret, err);
	for (size_t i = 0; i < f->runs.len && !rc; i++)
		rc = frames_add(ret, &frames_runs(f)[i], err);
	return rc;
}

static int choose_frames(struct conversion *c, struct imgfmt_error *err)
{
	struct target *t = &c->target;
	struct frames all;
	int rc;

	frames_init(&all);
	rc = view_runs(c, t->info.block_pages, &all, err);
	if (!rc)
		rc = classes_apply(c, &all, &t->frames, err);
	frames_fini(&all);
	return rc ? rc : frames_build(&t->frames, t->info.block_pages, err);
}

/* Notes that are not of this format, as they were. */
static int take_notes(struct conversion *c, struct imgfmt_error *err)
{
	static const uint8_t zeros[4];
	const struct imgfmt_image *image = c->image;
	const struct note_span *span =
		vec_array(&image->spans, const struct note_span);
	const struct imgfmt_note *note =
		vec_array(&image->notes, const struct imgfmt_note);
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < image->notes.len && !rc; i++) {
		size_t size = span[i].end - span[i].start;

		if (!strcmp(note[i].owner, IMGFMT_NOTE_OWNER) ||
		    (c->given.text &&
		     !strcmp(note[i].owner, VMCOREINFO_OWNER)))
			continue;
		rc = vec_append(&c->target.notes,
				(const uint8_t *)image->note_bytes.data +
					span[i].start,
				size, err);
		if (!rc)
			rc = vec_append(&c->target.notes, zeros, -size % 4,
					err);
	}
	if (rc || !c->given.text)
		return rc;
	return note_append(&c->target.notes, c->target.big_endian,
			   VMCOREINFO_OWNER, 0, c->given.text,
			   (uint32_t)c->given.size, err);
}

static int add_range(struct memory_map *map, const struct imgfmt_run *r,
		     uint32_t page_size, struct imgfmt_error *err)
{
	struct imgfmt_memory_range m = {
		.first = r->pfn * page_size, .bytes = r->pages * page_size,
	};
	struct imgfmt_memory_range *last;

	if (map->ranges.len) {
		last = &vec_array(&map->ranges,
				  struct imgfmt_memory_range)[map->ranges.len - 1];
		if (last->first + last->bytes == m.first) {
			last->bytes += m.bytes;
			return IMGFMT_OK;
		}
	}
	return vec_push(&map->ranges, &m, err);
}

static int machine_memory(const struct imgfmt_machine *m,
			  struct memory_map *ret, struct imgfmt_error *err)
{
	const uint8_t *digest = machine_firmware_digest(m);
	size_t count;
	const struct imgfmt_memory_range *ram = machine_ram(m, &count);

	if (!count)
		return err_set(err, IMGFMT_E_USAGE,
			       "the machine's facts say nothing of its memory");
	if (digest)
		memcpy(ret->firmware, digest, sizeof(ret->firmware));
	if (count > IMGFMT_MAX_RANGES)
		return err_rule(err, IMGFMT_E_LIMIT, "LIM-01", IMGFMT_NOWHERE,
				"the machine has %zu ranges of memory", count);
	return vec_append(&ret->ranges, ram, count, err);
}

/*
 * The machine's memory: as its firmware said, as the image says, or, of a core
 * in the original view, what the source's frames cover.  Too many ranges for the note
 * (a core of scattered pages) are no memory map at all.
 */
static int take_memory(struct conversion *c,
		       const struct imgfmt_convert_opts *opts,
		       struct imgfmt_error *err)
{
	const struct imgfmt_image *image = c->image;
	struct target *t = &c->target;
	const struct frames *f = &t->frames;
	int rc = IMGFMT_OK;

	t->has_memory_map = true;
	if (opts->machine)
		return machine_memory(opts->machine, &t->memory, err);
	if (image->has_memory_map) {
		t->memory.flags = image->memory.flags;
		memcpy(t->memory.firmware, image->memory.firmware,
		       sizeof(t->memory.firmware));
		return vec_append(&t->memory.ranges, image->memory.ranges.data,
				  image->memory.ranges.len, err);
	}
	t->has_memory_map = image->info.level == IMGFMT_BARE;
	if (!t->has_memory_map)
		return IMGFMT_OK;
	t->memory.flags = IMGFMT_MEMORY_FROM_SEGMENTS;
	for (size_t i = 0; i < f->runs.len && !rc; i++)
		rc = add_range(&t->memory, &frames_runs(f)[i],
			       t->info.page_size, err);
	t->has_memory_map = t->memory.ranges.len &&
			    t->memory.ranges.len <= IMGFMT_MAX_RANGES;
	return rc;
}

static void take_info(struct conversion *c,
		      const struct imgfmt_convert_opts *opts)
{
	const struct imgfmt_image *image = c->image;
	const struct info *from = &image->info;
	struct target *t = &c->target;

	t->machine = image->machine;
	t->big_endian = image->big_endian;
	t->entry = opts->has_entry ? opts->entry : image->entry;
	t->content = opts->flags & IMGFMT_CONVERT_CONTENT_DIGESTS ||
		     from->ignorable & IMGFMT_FEATURE_CONTENT_DIGESTS;
	t->keep_zero = opts->flags & IMGFMT_CONVERT_KEEP_ZERO;
	t->signer = opts->signer;
	t->info = (struct info){
		.kind = opts->kind ? (uint8_t)opts->kind : from->kind,
		.page_size = from->page_size,
		.block_pages = c->sink->block_pages ? c->sink->block_pages :
			       opts->block_pages ? opts->block_pages :
			       from->block_pages ? from->block_pages :
						   IMGFMT_MAX_BLOCK_PAGES,
		.not_resumable = from->not_resumable,
		.free_policy = from->free_policy,
		.poison = from->poison,
		.time = from->time,
	};
	memcpy(t->info.release, from->release, sizeof(from->release));
	memcpy(t->info.version, from->version, sizeof(from->version));
}

static int check_opts(const struct imgfmt_convert_opts *opts,
		      const struct info *info, struct imgfmt_error *err)
{
	if (opts->view > IMGFMT_VIEW_JUMP || opts->source_view > IMGFMT_VIEW_JUMP ||
	    opts->kind > IMGFMT_HIBERNATING_KERNEL)
		return err_set(err, IMGFMT_E_USAGE, "unknown view or kind");
	if (opts->backup_map && opts->flags & IMGFMT_CONVERT_FIND_BACKUP_MAP)
		return err_set(err, IMGFMT_E_USAGE,
			       "a backup map is given and is to be found");
	if (opts->exclude & ~CLASSES)
		return err_set(err, IMGFMT_E_USAGE,
			       "no classes to exclude: 0x%x",
			       opts->exclude & ~CLASSES);
	if (opts->has_entry && opts->entry >= IMGFMT_MAX_ADDRESS)
		return err_rule(err, IMGFMT_E_USAGE, "LIM-01", IMGFMT_NOWHERE,
				"entry 0x%llx is beyond the highest address, 2^52",
				(unsigned long long)opts->entry);
	if (opts->vmcoreinfo && opts->vmcoreinfo_size > VMCOREINFO_MAX)
		return err_set(err, IMGFMT_E_USAGE,
			       "a VMCOREINFO is at most %u bytes",
			       VMCOREINFO_MAX);
	if (!is_pow2(info->block_pages) ||
	    info->block_pages > IMGFMT_MAX_BLOCK_PAGES)
		return err_set(err, IMGFMT_E_USAGE,
			       "pages of a block must be 1, 2, 4, ... or 64");
	return IMGFMT_OK;
}

/*
 * A map or an entry of another system makes an image that is sound and of no
 * use; that is for the caller to know.
 */
static int caution(const struct conversion *c,
		   const struct imgfmt_convert_opts *opts,
		   struct imgfmt_error *err)
{
	const struct target *t = &c->target;
	uint64_t entry = t->entry / t->info.page_size;
	struct info info = t->info;
	struct imgfmt_error e;
	struct placement p;
	struct frames jump;
	int rc;

	if (!opts->caution || (!has_own_map(opts) && !opts->has_entry))
		return IMGFMT_OK;
	/* What was left out on purpose is not missing. */
	info.view = (uint8_t)c->source_view;
	frames_init(&jump);
	rc = placement_frames(&c->image->frames, &info, &t->backup_map, &jump,
			      err);
	placement_check(&jump, &t->backup_map, &p);
	if (!rc && has_own_map(opts) && p.missing &&
	    t->info.kind == IMGFMT_HIBERNATED_SYSTEM) {
		err_rule_pfn(&e, IMGFMT_E_UNFIT, "RSM-02", IMGFMT_NOWHERE,
			     p.first_missing,
			     "not resumable: %llu of %llu backup pages of the backup map are not in the source",
			     (unsigned long long)p.missing,
			     (unsigned long long)p.backups);
		opts->caution(opts->caution_ctx, &e);
	}
	if (!rc && opts->has_entry && t->entry &&
	    !frames_present(&jump, entry)) {
		err_rule_pfn(&e, IMGFMT_E_UNFIT, "RSM-01", IMGFMT_NOWHERE,
			     entry,
			     "not resumable: the page of the entry is not in the source");
		opts->caution(opts->caution_ctx, &e);
	}
	frames_fini(&jump);
	return rc;
}

/* By its resume record. */
static bool was_used(const struct imgfmt_image *image)
{
	return image->resume.state == IMGFMT_RESUME_CLAIMED ||
	       image->resume.state == IMGFMT_RESUME_FAILED;
}

/*
 * What it takes to write the image back to swap, as long as frames are what
 * the kernel that wrote it knew, and all that it needs is there: a core does
 * not tell what was left out of it.
 */
static int take_swap(struct conversion *c, struct imgfmt_error *err)
{
	int rc;

	c->target.used = c->image->swap.consumed || was_used(c->image);
	if (!c->image->has_swap || c->view.swaps.len ||
	    frames_left_out(&c->target.frames))
		return IMGFMT_OK;
	c->target.has_swap = true;
	rc = swap_note_copy(&c->image->swap, &c->target.swap, err);
	if (c->target.swap.from_stream)
		return rc;
	c->target.swap.consumed |= was_used(c->image);
	/* What the slots seemed to show gives way to what the kernel knew. */
	if (c->swap_known)
		c->target.swap.in_use = c->swap_used;
	return rc;
}

/* Blocks of the source may be copied where nothing asks for other ones. */
static void choose_copy(struct conversion *c,
			const struct imgfmt_convert_opts *opts)
{
	const struct imgfmt_image *image = c->image;

	c->verbatim = c->sink->blocks && image->ops->block && !opts->codec &&
		      image->info.profile == IMGFMT_PACKED &&
		      !c->view.swaps.len &&
		      !c->target.keep_zero &&
		      c->target.info.block_pages == image->info.block_pages &&
		      c->target.frames.present == image->frames.present;
	if (c->verbatim && image->has_tables && !image->lost.len)
		c->target.data_size = image->plan.data_size;
}

int conversion_init(struct conversion *c, struct imgfmt_image *image,
		    const struct imgfmt_convert_opts *opts,
		    struct imgfmt_error *err)
{
	const char *to = opts->to ? opts->to : "packed";
	int rc;

	*c = (struct conversion){
		.image = image,
		.exclude = opts->exclude,
		.given = { opts->vmcoreinfo, opts->vmcoreinfo_size },
	};
	view_init(&c->view);
	target_init(&c->target);
	frames_init(&c->classes.frames);
	frames_init(&c->needed);
	c->sink = sink_by_name(to);
	if (!c->sink)
		return err_set(err, IMGFMT_E_USAGE,
			       "unknown output format \"%s\"", to);
	take_info(c, opts);
	rc = check_opts(opts, &c->target.info, err);
	if (!rc)
		rc = sink_check_opts(c->sink, opts, err);
	if (!rc)
		rc = choose_codec(c, opts, err);
	if (!rc)
		rc = take_backup_map(c, opts, err);
	if (!rc)
		rc = choose_view(c, opts, err);
	if (!rc)
		rc = classes_find(c, opts, err);
	if (!rc)
		rc = choose_frames(c, err);
	if (!rc)
		rc = take_memory(c, opts, err);
	if (!rc)
		rc = take_notes(c, err);
	if (!rc && image->mappings.len)
		rc = vec_append(&c->target.mappings, image->mappings.data,
				image->mappings.len, err);
	if (!rc)
		rc = recover(c, &opts->progress, err);
	if (!rc)
		rc = segments_merge(c, opts->max_segments, err);
	if (!rc)
		rc = take_swap(c, err);
	if (!rc)
		rc = proof_init(&c->proof, image, err);
	if (rc)
		return rc;
	choose_copy(c, opts);
	rc = c->sink->prepare ? c->sink->prepare(&c->target, opts, err) :
				IMGFMT_OK;
	return rc ? rc : caution(c, opts, err);
}

bool conversion_note(const struct conversion *c, struct vmcoreinfo *ret)
{
	if (!c->given.text)
		return vmcoreinfo_find(&c->image->notes, ret);
	*ret = c->given;
	return true;
}

void conversion_fini(struct conversion *c)
{
	proof_fini(&c->proof);
	bitmap_fini(&c->zero);
	target_fini(&c->target);
	page_classes_fini(&c->classes);
	frames_fini(&c->needed);
	view_fini(&c->view);
}
