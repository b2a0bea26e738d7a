/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/recovery.h"

#include "elf/note.h"
#include "kernel/free_policy.h"
#include "kernel/recover.h"
#include "kernel/swap_use.h"
#include "view/memory.h"

/* A search is no part of the pages that are done; it can be cancelled. */
static int ask(void *ctx, uint64_t done, uint64_t total)
{
	const struct imgfmt_progress *p = ctx;

	(void)done;
	return p->fn(p->ctx, 0, total);
}

/* What is only missing, or damaged, does not keep the rest from its use. */
static bool is_missing(int rc)
{
	return rc == IMGFMT_E_ABSENT || rc == IMGFMT_E_SEEK ||
	       rc == IMGFMT_E_CORRUPT || rc == IMGFMT_E_LIMIT;
}

/* Names are shorter than the fields of an image, and zero-padded too. */
static void take_names(const struct kernel *k, struct info *info)
{
	_Static_assert(UTS_FIELD <= IMGFMT_INFO_TEXT, "names fit");

	if (!info->release[0])
		memcpy(info->release, k->release, sizeof(k->release));
	if (!info->version[0] && !strcmp(info->release, k->uts.release))
		memcpy(info->version, k->uts.version, sizeof(k->uts.version));
}

/* What the kernel expects of free pages, if the source does not tell it. */
static int take_policy(struct kernel *k, struct info *info,
		       struct imgfmt_error *err)
{
	if (info->free_policy != IMGFMT_FREE_UNKNOWN)
		return IMGFMT_OK;
	return free_policy_find(k, &info->free_policy, &info->poison, err);
}

static int take_note(struct conversion *c, const struct kernel *k,
		     struct imgfmt_error *err)
{
	struct target *t = &c->target;

	return note_append(&t->notes, t->big_endian, VMCOREINFO_OWNER, 0,
			   k->info.text, (uint32_t)k->info.size, err);
}

static int take_swap_use(struct conversion *c, struct kernel *k,
			 struct imgfmt_error *err)
{
	struct swap_use use;
	int rc;

	if (!c->image->has_swap)
		return IMGFMT_OK;
	rc = swap_use_read(k, &use, err);
	c->swap_known = !rc;
	c->swap_used = use.pages - use.free;
	return is_missing(rc) ? IMGFMT_OK : rc;
}

/* A note, the mappings, and the names. */
static int take_kernel(struct conversion *c, struct kernel *k,
		       struct imgfmt_error *err)
{
	int rc = take_note(c, k, err);

	if (!rc)
		rc = take_swap_use(c, k, err);
	if (rc)
		return rc;
	take_names(k, &c->target.info);
	rc = take_policy(k, &c->target.info, err);
	if (rc)
		return rc;
	c->recovery = IMGFMT_RECOVERED;
	if (c->target.mappings.len)
		return IMGFMT_OK;
	rc = kernel_mappings(k, &c->target.mappings, err);
	if (!is_missing(rc))
		return rc;
	c->recovery = IMGFMT_RECOVERED_NOTE;
	return IMGFMT_OK;
}

static int search(struct conversion *c, const struct view_memory *memory,
		  const struct imgfmt_progress *progress,
		  struct imgfmt_error *err)
{
	const struct recover_opts opts = {
		.progress = {
			.fn = progress->fn ? ask : NULL,
			.ctx = (void *)progress,
		},
	};
	struct kernel k;
	struct vec text;
	uint64_t pfn;
	int rc;

	c->recovery = IMGFMT_RECOVERED_NOTHING;
	vec_init(&text, 1);
	rc = recover_kernel(&memory->memory, &opts, &k, &text, &pfn, err);
	if (!rc) {
		rc = take_kernel(c, &k, err);
		kernel_fini(&k);
	}
	vec_fini(&text);
	return is_missing(rc) ? IMGFMT_OK : rc;
}

/* What its kernel tells of an image that has the note. */
static int ask_kernel(struct conversion *c, const struct vmcoreinfo *note,
			const struct view_memory *memory,
			struct imgfmt_error *err)
{
	struct kernel k;
	int rc = kernel_init(&k, &memory->memory, note, err);

	if (rc)
		return rc;
	take_names(&k, &c->target.info);
	rc = take_policy(&k, &c->target.info, err);
	if (!rc)
		rc = take_swap_use(c, &k, err);
	kernel_fini(&k);
	return rc;
}

/* What does not belong to this memory is not put into its image. */
static int prove_given(struct conversion *c, const struct view_memory *memory,
		       struct imgfmt_error *err)
{
	struct vec *mappings = &c->target.mappings;
	struct kernel k;
	int rc = kernel_init(&k, &memory->memory, &c->given, err);

	if (rc)
		return rc;
	if (!k.translates) {
		rc = k.why_not.status;
		if (err)
			*err = k.why_not;
	} else {
		take_names(&k, &c->target.info);
		rc = take_policy(&k, &c->target.info, err);
	}
	if (!rc)
		rc = take_swap_use(c, &k, err);
	if (!rc) {
		rc = mappings->len ? IMGFMT_OK :
				     kernel_mappings(&k, mappings, err);
		rc = is_missing(rc) ? IMGFMT_OK : rc;
	}
	kernel_fini(&k);
	return rc;
}

static int recover_given(struct conversion *c, struct imgfmt_error *err)
{
	struct view_memory memory;
	int rc = view_memory_init(&memory, c->image, (int)c->source_view,
				  &c->target.backup_map, err);

	if (!rc)
		rc = prove_given(c, &memory, err);
	view_memory_fini(&memory);
	if (rc)
		err_prefix(err, "the VMCOREINFO given");
	return rc;
}

int recover(struct conversion *c, const struct imgfmt_progress *progress,
	    struct imgfmt_error *err)
{
	struct imgfmt_image *image = c->image;
	struct view_memory memory;
	struct vmcoreinfo note;
	bool has_note = vmcoreinfo_find(&image->notes, &note);
	int rc;

	if (c->given.text)
		return recover_given(c, err);
	if (has_note ? c->target.info.version[0] &&
			       c->target.info.free_policy && !image->has_swap :
		       !image->ops->recover)
		return IMGFMT_OK;
	rc = view_memory_init(&memory, image, (int)c->source_view,
			      &c->target.backup_map, err);
	if (!rc)
		rc = has_note ? ask_kernel(c, &note, &memory, err) :
				search(c, &memory, progress, err);
	else if (!has_note)
		c->recovery = IMGFMT_RECOVERED_NOTHING;
	view_memory_fini(&memory);
	return is_missing(rc) ? IMGFMT_OK : rc;
}
