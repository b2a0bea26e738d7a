/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sink/front.h"

#include "base/error.h"
#include "elf/elf.h"
#include "elf/note.h"
#include "layout/digests.h"
#include "layout/segments.h"
#include "record/backup_map.h"
#include "record/page_map.h"

static int add_record(struct front *f, uint32_t type, const struct vec *desc,
		      struct imgfmt_error *err)
{
	return note_append(&f->notes, f->t->big_endian, IMGFMT_NOTE_OWNER,
			   type, desc->data, (uint32_t)desc->len, err);
}

/* One note of this format, if the target has what goes into it. */
static int add_note(struct front *f, uint32_t type, struct vec *desc,
		    struct imgfmt_error *err)
{
	const struct target *t = f->t;
	int rc;

	vec_clear(desc);
	switch (type) {
	case IMGFMT_NOTE_BACKUP_MAP:
		if (!t->has_backup_map)
			return IMGFMT_OK;
		rc = backup_map_encode(t->backup_map.data, t->backup_map.len,
				       desc, err);
		break;
	case IMGFMT_NOTE_MEMORY_MAP:
		if (!t->has_memory_map)
			return IMGFMT_OK;
		rc = memory_map_encode(&t->memory, desc, err);
		break;
	case IMGFMT_NOTE_MAPPINGS:
		if (!t->mappings.len)
			return IMGFMT_OK;
		rc = mappings_encode(&t->mappings, desc, err);
		break;
	default:
		if (!t->has_swap)
			return IMGFMT_OK;
		rc = swap_note_encode(&t->swap, t->info.page_size, desc, err);
		break;
	}
	return rc ? rc : add_record(f, type, desc, err);
}

/* All notes; the information note holds its place until front_settle(). */
static int build_notes(struct front *f, struct imgfmt_error *err)
{
	static const uint32_t types[] = {
		IMGFMT_NOTE_BACKUP_MAP,
		IMGFMT_NOTE_MEMORY_MAP,
		IMGFMT_NOTE_MAPPINGS,
		IMGFMT_NOTE_SWAP,
	};
	struct imgfmt_info_record info = { 0 };
	struct vec desc;
	int rc;

	rc = note_append(&f->notes, f->t->big_endian, IMGFMT_NOTE_OWNER,
			 IMGFMT_NOTE_INFO, &info, sizeof(info), err);
	f->info_end = f->notes.len;
	vec_init(&desc, 1);
	for (size_t i = 0; i < ARRAY_SIZE(types) && !rc; i++)
		rc = add_note(f, types[i], &desc, err);
	vec_fini(&desc);
	if (!rc && f->t->notes.len)
		rc = vec_append(&f->notes, f->t->notes.data, f->t->notes.len,
				err);
	if (!rc && f->notes.len > IMGFMT_MAX_NOTE_BYTES)
		rc = err_rule(err, IMGFMT_E_LIMIT, "LIM-01", IMGFMT_NOWHERE,
			      "notes of %zu bytes are too many", f->notes.len);
	return rc;
}

static uint32_t reasons(const struct target *t)
{
	uint32_t r = t->info.not_resumable & IMGFMT_NOT_RESUMABLE_SALVAGED;

	if (!t->entry)
		r |= IMGFMT_NOT_RESUMABLE_NO_ENTRY;
	if (frames_left_out(&t->frames))
		r |= IMGFMT_NOT_RESUMABLE_LEFT_OUT;
	if (t->info.view == IMGFMT_VIEW_ORIGINAL && !t->has_backup_map)
		r |= IMGFMT_NOT_RESUMABLE_UNPLACED;
	return r;
}

static int digest_front(struct front *f, struct imgfmt_error *err)
{
	uint8_t tag[SHA256_LEN];
	const uint8_t *notes = f->notes.data;
	struct sha256 sha;
	int rc = sha256_init(&sha, err);

	if (rc)
		return rc;
	rc = sha256(&sha, IMGFMT_DOMAIN_NOTES, notes + f->info_end,
		    f->notes.len - f->info_end, f->notes_digest, err);
	if (!rc)
		rc = sha256(&sha, IMGFMT_DOMAIN_PAGE_MAP, f->map.data,
			    f->map.len, f->map_digest, err);
	if (!rc)
		rc = digest_tag(&sha, f->notes_digest, f->map_digest, tag,
				err);
	if (!rc)
		memcpy(f->info.set_tag, tag, IMGFMT_TAG_SIZE);
	sha256_fini(&sha);
	return rc;
}

/* How many program headers there will be: the plan needs it first. */
static int count_segments(struct front *f, struct imgfmt_error *err)
{
	int rc;

	vec_clear(&f->segments);
	rc = segments_of_plan(&f->plan, &f->t->frames, &f->t->mappings,
			      f->info.view, &f->segments, err);
	f->plan.phnum = f->segments.len;
	return rc;
}

int front_init(struct front *f, const struct target *t, uint8_t level,
	       uint8_t profile, struct imgfmt_error *err)
{
	int rc;

	*f = (struct front){ .t = t, .info = t->info };
	vec_init(&f->notes, 1);
	vec_init(&f->map, 1);
	vec_init(&f->segments, sizeof(struct imgfmt_segment));
	f->info.version_major = IMGFMT_VERSION_MAJOR;
	f->info.version_minor = IMGFMT_VERSION_MINOR;
	f->info.level = level;
	f->info.profile = profile;
	f->info.ignorable = t->content ? IMGFMT_FEATURE_CONTENT_DIGESTS : 0;
	f->info.max_pfn = t->frames.max_pfn;
	f->info.not_resumable = reasons(t);
	rc = build_notes(f, err);
	if (!rc)
		rc = page_map_encode(t->frames.runs.data, t->frames.runs.len,
				     &f->map, err);
	if (!rc)
		rc = digest_front(f, err);
	if (rc)
		return rc;
	f->plan = (struct plan){
		.level = level,
		.profile = profile,
		.content = t->content,
		.page_size = t->info.page_size,
		.notes_size = f->notes.len,
		.map_size = f->map.len,
	};
	rc = count_segments(f, err);
	if (!rc)
		rc = plan_front(&f->plan, t->frames.blocks, err);
	f->info.data_offset = f->plan.data;
	return rc;
}

void front_fini(struct front *f)
{
	vec_fini(&f->segments);
	vec_fini(&f->map);
	vec_fini(&f->notes);
}

int front_settle(struct front *f, struct imgfmt_error *err)
{
	struct imgfmt_info_record record;
	const struct plan *p = &f->plan;

	if (p->level == IMGFMT_SEALED) {
		f->info.data_size = p->data_size;
		f->info.tables_offset = p->tables_at;
		f->info.tables_size = p->tables.size;
		f->info.image_size = p->image_size;
	}
	info_encode(&f->info, &record);
	memcpy((uint8_t *)f->notes.data + f->info_end - sizeof(record),
	       &record, sizeof(record));
	return count_segments(f, err);
}

static int pad_to(struct vec *bytes, uint64_t size, struct imgfmt_error *err)
{
	static const uint8_t zeros[IMGFMT_FRONT_ALIGN];

	return vec_append(bytes, zeros, size - bytes->len, err);
}

int front_bytes(struct front *f, struct vec *ret, struct imgfmt_error *err)
{
	size_t phnum = f->segments.len;
	size_t headers = (size_t)elf_headers_size(phnum);
	int rc = vec_reserve(ret, f->plan.front_end, err);
	uint8_t *at;

	if (rc)
		return rc;
	ret->len = headers;
	at = ret->data;
	elf_header_encode(f->t->machine, f->t->big_endian, f->t->entry, 0,
			  (uint32_t)phnum, at);
	elf_segments_encode(f->segments.data, phnum, f->t->big_endian,
			    at + ELF_EHDR_SIZE);
	if (phnum >= PN_XNUM)
		elf_section0_encode((uint32_t)phnum, f->t->big_endian,
				    at + headers - ELF_SHDR_SIZE);
	rc = pad_to(ret, f->plan.notes, err);
	if (!rc)
		rc = vec_append(ret, f->notes.data, f->notes.len, err);
	if (!rc)
		rc = pad_to(ret, f->plan.map, err);
	if (!rc)
		rc = vec_append(ret, f->map.data, f->map.len, err);
	return rc;
}
