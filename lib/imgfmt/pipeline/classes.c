/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/classes.h"

#include "base/error.h"
#include "kernel/recover.h"
#include "pipeline/placing.h"
#include "view/memory.h"

/* A run of frames takes its place here and in the target, which has two. */
#define RUN_BYTES (3 * sizeof(struct imgfmt_run))

/* Whoever wrote the image knew the classes of its pages. */
static bool image_tells(const struct frames *f)
{
	for (size_t i = 0; i < f->runs.len; i++) {
		const struct imgfmt_run *r = &frames_runs(f)[i];

		if (r->state != IMGFMT_EXCLUDED &&
		    PAGE_CLASSES & IMGFMT_EXCLUDE(r->class_id))
			return true;
	}
	return false;
}

/* A search is no part of the pages that are done; it can be cancelled. */
static int ask(void *ctx, uint64_t done, uint64_t total)
{
	const struct imgfmt_progress *p = ctx;

	(void)done;
	return p->fn(p->ctx, 0, total);
}

/* The kernel by its note, or by what its memory holds. */
static int find_kernel(const struct conversion *c,
		       const struct imgfmt_progress *progress,
		       const struct kernel_memory *memory, struct kernel *k,
		       struct vec *text, struct imgfmt_error *err)
{
	const struct recover_opts search = {
		.progress = {
			.fn = progress->fn ? ask : NULL,
			.ctx = (void *)progress,
		},
	};
	struct vmcoreinfo note;
	uint64_t pfn;

	if (conversion_note(c, &note))
		return kernel_init(k, memory, &note, err);
	return recover_kernel(memory, &search, k, text, &pfn, err);
}

/* The classes in doubt are kept, if there is to be an output at all. */
static int tell_doubts(struct conversion *c,
		       const struct imgfmt_convert_opts *opts,
		       struct imgfmt_error *err)
{
	const uint32_t goes_on = IMGFMT_CONVERT_IMPLAUSIBLE |
				 IMGFMT_CONVERT_DRY_RUN;
	struct imgfmt_error what;

	for (int i = 0; i < PAGE_DOUBTS; i++) {
		if (!c->classes.doubts[i].frames)
			continue;
		c->doubts++;
		page_doubt_describe(&c->classes, (enum page_doubt)i, &what);
		if (opts->caution)
			opts->caution(opts->caution_ctx, &what);
	}
	c->exclude &= ~page_classes_doubted(&c->classes);
	if (!c->doubts || opts->flags & goes_on)
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_CORRUPT,
		       "what the pages were used for is not plausible: nothing is written");
}

static int ask_kernel(struct conversion *c,
		      const struct imgfmt_convert_opts *opts,
		      const struct kernel_memory *memory,
		      struct imgfmt_error *err)
{
	const struct imgfmt_image *image = c->image;
	const struct page_class_opts o = {
		.want = opts->exclude,
		.as_makedumpfile = opts->flags & IMGFMT_CONVERT_MAKEDUMPFILE,
		.max_runs = (image->memlimit - image->memused) / RUN_BYTES,
		.progress = opts->progress,
	};
	struct kernel k;
	struct vec text;
	int rc;

	vec_init(&text, 1);
	rc = find_kernel(c, &opts->progress, memory, &k, &text, err);
	if (!rc) {
		rc = page_classes_find(&c->classes, &k, &o, err);
		kernel_fini(&k);
	}
	vec_fini(&text);
	return rc;
}

/* The view in which the kernel tells them, and then that of the target. */
static int ask_in_view(struct conversion *c,
		       const struct imgfmt_convert_opts *opts,
		       struct imgfmt_error *err)
{
	struct view_memory memory;
	int rc = view_memory_init(&memory, c->image, (int)c->source_view,
				  &c->target.backup_map, err);

	if (!rc)
		rc = ask_kernel(c, opts, &memory.memory, err);
	view_memory_fini(&memory);
	if (!rc)
		return tell_doubts(c, opts, err);
	err_prefix(err, "what the pages were used for");
	return rc;
}

int classes_find(struct conversion *c, const struct imgfmt_convert_opts *opts,
		 struct imgfmt_error *err)
{
	int rc = IMGFMT_OK;

	if (!opts->exclude)
		return IMGFMT_OK;
	if (opts->exclude & PAGE_CLASSES && !image_tells(&c->image->frames))
		rc = ask_in_view(c, opts, err);
	if (!rc)
		rc = placing_move(c, true, &c->classes.frames, err);
	return rc ? rc : placing_find_needed(c, err);
}

/* Leave out @part, but for the pages that a resume needs. */
static int add_unneeded(const struct frames *needed, struct imgfmt_run part,
			struct frames *ret, struct imgfmt_error *err)
{
	uint64_t end = part.pfn + part.pages;
	size_t i = frames_find(needed, part.pfn);
	int rc = IMGFMT_OK;

	while (part.pfn < end && !rc) {
		uint64_t stop = end;
		bool kept = false;

		if (i < needed->runs.len) {
			const struct imgfmt_run *n = &frames_runs(needed)[i];

			kept = n->pfn <= part.pfn;
			stop = kept ? n->pfn + n->pages : n->pfn;
		}
		part.pages = min_u64(stop, end) - part.pfn;
		part.state = kept ? IMGFMT_STORED : IMGFMT_EXCLUDED;
		rc = frames_add(ret, &part, err);
		part.pfn += part.pages;
		i += kept;
	}
	return rc;
}

/* The part of @r from frame @from to @to, left out if its class is asked for. */
static int add_part(const struct conversion *c, const struct imgfmt_run *r,
		    uint64_t from, uint64_t to, uint32_t class_id,
		    struct frames *ret, struct imgfmt_error *err)
{
	struct imgfmt_run part = {
		.pfn = from, .pages = to - from,
		.state = r->state, .class_id = class_id,
	};

	if (r->state != IMGFMT_EXCLUDED && class_id &&
	    c->exclude & IMGFMT_EXCLUDE(class_id))
		return add_unneeded(&c->needed, part, ret, err);
	return frames_add(ret, &part, err);
}

static int apply_run(const struct conversion *c, const struct imgfmt_run *r,
		     struct frames *ret, struct imgfmt_error *err)
{
	const struct frames *classes = &c->classes.frames;
	uint64_t at = r->pfn, end = r->pfn + r->pages;
	int rc = IMGFMT_OK;

	for (size_t i = frames_find(classes, at);
	     i < classes->runs.len && at < end && !rc; i++) {
		const struct imgfmt_run *k = &frames_runs(classes)[i];
		uint64_t from = max_u64(at, k->pfn);
		uint64_t to = min_u64(end, k->pfn + k->pages);

		if (from >= end)
			break;
		rc = add_part(c, r, at, from, r->class_id, ret, err);
		if (!rc)
			rc = add_part(c, r, from, to, k->class_id, ret,
				      err);
		at = to;
	}
	return rc ? rc : add_part(c, r, at, end, r->class_id, ret, err);
}

int classes_apply(const struct conversion *c, const struct frames *all,
		  struct frames *ret, struct imgfmt_error *err)
{
	const struct page_classes *classes = &c->classes;
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < all->runs.len && !rc; i++) {
		struct imgfmt_run r = frames_runs(all)[i];

		if (classes->end && r.pfn >= classes->end)
			break;
		if (classes->end)
			r.pages = min_u64(r.pages, classes->end - r.pfn);
		if (r.state == IMGFMT_EXCLUDED || r.class_id)
			rc = add_part(c, &r, r.pfn, r.pfn + r.pages, r.class_id,
				      ret, err);
		else
			rc = apply_run(c, &r, ret, err);
	}
	return rc;
}
