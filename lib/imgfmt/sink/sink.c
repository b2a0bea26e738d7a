/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sink/sink.h"

#include <string.h>

#include "base/error.h"

static const struct sink_ops *const sinks[] = {
	&sink_packed,
	&sink_plain,
	&sink_elf,
	&sink_swsusp,
	&sink_snapshot,
};

const struct sink_ops *sink_at(unsigned int position)
{
	return position < ARRAY_SIZE(sinks) ? sinks[position] : NULL;
}

const struct sink_ops *sink_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(sinks); i++)
		if (!strcmp(sinks[i]->name, name))
			return sinks[i];
	return NULL;
}

int sink_check_opts(const struct sink_ops *sink,
		    const struct imgfmt_convert_opts *opts,
		    struct imgfmt_error *err)
{
	uint32_t unknown = opts->flags & ~(IMGFMT_CONVERT_CONTENT_DIGESTS |
					   IMGFMT_CONVERT_SALVAGE |
					   IMGFMT_CONVERT_KEEP_ZERO |
					   IMGFMT_CONVERT_USED |
					   IMGFMT_CONVERT_ELSEWHERE |
					   IMGFMT_CONVERT_DRY_RUN |
					   IMGFMT_CONVERT_IMPLAUSIBLE |
					   IMGFMT_CONVERT_MAKEDUMPFILE |
					   IMGFMT_CONVERT_FIND_BACKUP_MAP);
	const char *what = NULL;

	if (unknown)
		return err_set(err, IMGFMT_E_USAGE, "unknown flags 0x%x",
			       unknown);
	if (opts->codec && !sink->blocks && !sink->prepare)
		what = "codec";
	else if (opts->max_segments && !(sink->flags & IMGFMT_SINK_SEGMENTS))
		what = "segments";
	else if (opts->block_pages && !sink->tables)
		what = "blocks";
	else if (opts->flags & IMGFMT_CONVERT_CONTENT_DIGESTS && !sink->tables)
		what = "content digests";
	return what ? err_set(err, IMGFMT_E_USAGE,
			      "output format \"%s\" has no %s", sink->name,
			      what) : IMGFMT_OK;
}

void target_init(struct target *t)
{
	*t = (struct target){ 0 };
	frames_init(&t->frames);
	vec_init(&t->backup_map, sizeof(struct imgfmt_backup_run));
	memory_map_init(&t->memory);
	vec_init(&t->mappings, sizeof(struct imgfmt_mapping));
	swap_note_init(&t->swap);
	vec_init(&t->notes, 1);
}

void target_fini(struct target *t)
{
	vec_fini(&t->notes);
	swap_note_fini(&t->swap);
	vec_fini(&t->mappings);
	memory_map_fini(&t->memory);
	vec_fini(&t->backup_map);
	frames_fini(&t->frames);
}

int coder_init(struct coder *c, const struct target *t,
	       struct imgfmt_error *err)
{
	int rc;

	*c = (struct coder){ 0 };
	rc = sha256_init(&c->sha, err);
	if (rc || !t->codec)
		return rc;
	rc = compressor_init(&c->compressor, t->codec, t->level,
			     (size_t)t->info.page_size * t->info.block_pages,
			     err);
	if (rc)
		sha256_fini(&c->sha);
	return rc;
}

void coder_fini(struct coder *c)
{
	compressor_fini(&c->compressor);
	sha256_fini(&c->sha);
}

void unit_find_zero(const struct target *t, struct unit *unit)
{
	const uint8_t *page = unit->pages;

	unit->stored_mask = unit->zero_mask = 0;
	for (uint64_t m = unit->present; m; m &= m - 1) {
		if (mem_is_zero(page, t->info.page_size))
			unit->zero_mask |= m & -m;
		else
			unit->stored_mask |= m & -m;
		page += t->info.page_size;
	}
}

int sink_encode_masks(const void *sink, const struct target *t,
		      struct coder *coder, struct unit *unit,
		      struct imgfmt_error *err)
{
	(void)sink;
	(void)coder;
	(void)err;
	unit_find_zero(t, unit);
	return IMGFMT_OK;
}

int sink_write_pages(struct imgfmt_output *out, uint64_t offset,
		     const struct target *t, const struct unit *unit,
		     struct imgfmt_error *err)
{
	uint32_t size = t->info.page_size;
	const uint8_t *page = unit->pages;
	uint64_t m = unit->present;
	int rc = IMGFMT_OK;

	while (m && !rc) {
		bool zero = unit->zero_mask & m & -m;
		size_t n = 0;

		for (; m && !!(unit->zero_mask & m & -m) == zero; m &= m - 1)
			n += size;
		rc = zero ? output_hole(out, offset, n, err) :
			    output_write(out, offset, page, n, err);
		offset += n;
		page += n;
	}
	return rc;
}
