/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening a streamed or sealed image: the front, in the order of the file so
 * that a pipe will do, and every rule that it can be held to.
 */
#include "source/native.h"

#include <stdlib.h>

#include "base/error.h"
#include "elf/note.h"
#include "layout/digests.h"
#include "layout/segments.h"
#include "record/page_map.h"
#include "source/envelope.h"

static int has_end_mark(struct io *io, bool *ret, struct imgfmt_error *err)
{
	uint8_t raw[COMMIT_SIZE];
	uint64_t size = io_size(io);
	size_t len;
	int rc;

	*ret = false;
	if (size == IO_SIZE_UNKNOWN || size < sizeof(raw))
		return IMGFMT_OK;
	rc = io_read(io, size - sizeof(raw), raw, sizeof(raw), &len, err);
	if (!rc && len == sizeof(raw))
		*ret = commit_has_magic(raw);
	return rc;
}

static int native_probe(struct io *io, const uint8_t *head, size_t len,
			bool *ret, struct imgfmt_error *err)
{
	struct front_marks m;
	int rc;

	envelope_marks(head, len, &m);
	*ret = (m.info_note && m.level != IMGFMT_BARE) || m.segment_type;
	if (*ret)
		return IMGFMT_OK;
	rc = has_end_mark(io, ret, err);
	return rc;
}

int native_check_padding(struct imgfmt_image *image, uint64_t from, uint64_t to,
			 struct imgfmt_error *err)
{
	uint8_t buf[4096];

	while (from < to) {
		size_t n = (size_t)min_u64(sizeof(buf), to - from);
		int rc = io_read_full(image->io, from, buf, n, "padding", err);

		if (rc)
			return rc;
		if (!mem_is_zero(buf, n))
			return err_rule(err, IMGFMT_E_CORRUPT, "PAD-01", from,
					"padding is not zero");
		from += n;
	}
	return IMGFMT_OK;
}

static int corrupt(const char *rule, uint64_t offset, const char *what,
		   struct imgfmt_error *err)
{
	return err_rule(err, IMGFMT_E_CORRUPT, rule, offset, "%s", what);
}

/* The headers' form, and the first segments that lead to the rest. */
static int check_headers(struct imgfmt_image *image, const struct envelope *e,
			 struct imgfmt_error *err)
{
	const struct imgfmt_segment *s =
		vec_array(&image->segments, struct imgfmt_segment);
	uint64_t notes;

	if (!e->canonical)
		return corrupt(e->defect_rule, 0, e->defect, err);
	notes = align_up(elf_headers_size(e->phnum), IMGFMT_FRONT_ALIGN);
	if (e->phnum < PLAN_PLAIN_PHDRS || s[0].type != PT_NOTE ||
	    s[1].type != IMGFMT_PT_MAP || s[2].type != IMGFMT_PT_TABLES)
		return corrupt("ELF-08", ELF_EHDR_SIZE,
			       "the first program headers are not those of an image",
			       err);
	if (s[0].offset != notes)
		return corrupt("ELF-10", s[0].offset,
			       "the notes are not behind the program headers",
			       err);
	if (s[0].file_size > IMGFMT_MAX_NOTE_BYTES)
		return corrupt("LIM-01", s[0].offset,
			       "the notes are larger than any may be", err);
	if (s[1].offset != align_up(notes + s[0].file_size, IMGFMT_FRONT_ALIGN))
		return corrupt("ELF-10", s[1].offset,
			       "the page map is not behind the notes", err);
	return IMGFMT_OK;
}

static int read_notes(struct imgfmt_image *image, size_t *info_end_ret,
		      struct imgfmt_error *err)
{
	int rc = envelope_read_notes(image, image->segments.data, err);

	if (rc)
		return rc;
	envelope_settle_notes(image);
	rc = envelope_take_records(image, info_end_ret, err);
	if (rc)
		return rc;
	if (!image->has_info)
		return corrupt("NOTE-02",
			       vec_array(&image->segments,
					 struct imgfmt_segment)[0].offset,
			       "the first note is not an information note",
			       err);
	if (image->info.level == IMGFMT_BARE)
		return corrupt("ELF-08", ELF_EHDR_SIZE,
			       "information note of level bare, program headers of an image with tables",
			       err);
	return IMGFMT_OK;
}

static int read_page_map(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct imgfmt_segment *s =
		&vec_array(&image->segments, struct imgfmt_segment)[1];
	struct native *n = native_of(image);
	struct imgfmt_page_map_head head;
	struct sha256 sha;
	struct vec runs;
	uint8_t *buf;
	uint64_t size;
	int rc;

	rc = io_read_full(image->io, s->offset, &head, sizeof(head),
			  "the page map", err);
	if (!rc)
		rc = page_map_size(&head, s->offset, &size, err);
	if (rc)
		return rc;
	if (size != s->file_size)
		return corrupt("PMAP-01", s->offset,
			       "the page map has not the size that its program header says",
			       err);
	rc = source_charge(image, size * 5, err);
	if (rc)
		return rc;
	buf = malloc(size);
	if (!buf)
		return err_nomem(err, "the page map");
	memcpy(buf, &head, sizeof(head));
	vec_init(&runs, sizeof(struct imgfmt_run));
	rc = io_read_full(image->io, s->offset + sizeof(head),
			  buf + sizeof(head), size - sizeof(head),
			  "the page map", err);
	if (!rc)
		rc = page_map_decode(buf, size, s->offset,
				     image->info.page_size, &runs, err);
	if (!rc)
		rc = sha256_init(&sha, err);
	if (!rc) {
		rc = sha256(&sha, IMGFMT_DOMAIN_PAGE_MAP, buf, size,
			    n->page_map, err);
		sha256_fini(&sha);
	}
	free(buf);
	for (size_t i = 0; i < runs.len && !rc; i++)
		rc = frames_add(&image->frames,
				&vec_array(&runs, struct imgfmt_run)[i], err);
	vec_fini(&runs);
	return rc ? rc : frames_build(&image->frames, image->info.block_pages,
				      err);
}

/* Digests of front and notes, from what was read; padding is known zero. */
static int hash_front(struct imgfmt_image *image, const struct envelope *e,
		      size_t info_end, struct imgfmt_error *err)
{
	static const uint8_t zeros[IMGFMT_FRONT_ALIGN];
	struct native *n = native_of(image);
	size_t headers = e->bytes.len, notes = image->note_bytes.len;
	const uint8_t *note_bytes = image->note_bytes.data;
	struct sha256 sha;
	int rc = sha256_init(&sha, err);

	if (rc)
		return rc;
	rc = sha256(&sha, IMGFMT_DOMAIN_NOTES, note_bytes + info_end,
		    notes - info_end, n->notes, err);
	if (!rc)
		rc = sha256_reset(&sha, IMGFMT_DOMAIN_FRONT, err);
	if (!rc)
		rc = sha256_update(&sha, e->bytes.data, headers, err);
	if (!rc)
		rc = sha256_update(&sha, zeros, -headers % IMGFMT_FRONT_ALIGN,
				   err);
	if (!rc)
		rc = sha256_update(&sha, note_bytes, notes, err);
	if (!rc)
		rc = sha256_update(&sha, zeros,
				   -(headers + (-headers % IMGFMT_FRONT_ALIGN) +
				     notes) % IMGFMT_FRONT_ALIGN,
				   err);
	if (!rc)
		rc = sha256_final(&sha, n->front, err);
	sha256_fini(&sha);
	return rc;
}

static int check_tag(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct native *n = native_of(image);
	uint8_t tag[SHA256_LEN];
	struct sha256 sha;
	int rc = sha256_init(&sha, err);

	if (rc)
		return rc;
	rc = digest_tag(&sha, n->notes, n->page_map, tag, err);
	sha256_fini(&sha);
	if (!rc && memcmp(tag, image->info.set_tag, IMGFMT_TAG_SIZE))
		rc = corrupt("INF-15", INFO_AT(image, set_tag),
			     "set tag is not that of notes and page map", err);
	return rc;
}

static int check_reasons(const struct imgfmt_image *image,
			 struct imgfmt_error *err)
{
	const struct info *i = &image->info;
	uint32_t want = i->not_resumable & IMGFMT_NOT_RESUMABLE_SALVAGED;

	if (!image->entry)
		want |= IMGFMT_NOT_RESUMABLE_NO_ENTRY;
	if (frames_left_out(&image->frames))
		want |= IMGFMT_NOT_RESUMABLE_LEFT_OUT;
	if (i->view == IMGFMT_VIEW_ORIGINAL && !image->has_backup_map)
		want |= IMGFMT_NOT_RESUMABLE_UNPLACED;
	if (want == i->not_resumable)
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_CORRUPT, "INF-11",
			INFO_AT(image, not_resumable),
			"reasons not to resume are 0x%x, the image's are 0x%x",
			i->not_resumable, want);
}

/* Where everything is, from the sizes; then hold the front to it. */
static int make_plan(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct imgfmt_segment *s =
		vec_array(&image->segments, struct imgfmt_segment);
	const struct info *i = &image->info;
	uint64_t data_size;
	int rc;

	image->plan = (struct plan){
		.level = i->level,
		.profile = i->profile,
		.content = i->ignorable & IMGFMT_FEATURE_CONTENT_DIGESTS,
		.page_size = i->page_size,
		.phnum = image->segments.len,
		.notes_size = s[0].file_size,
		.map_size = s[1].file_size,
	};
	rc = plan_front(&image->plan, image->frames.blocks, err);
	if (rc)
		return rc;
	if (i->data_offset != image->plan.data)
		return corrupt("INF-14", INFO_AT(image, data_offset),
			       "data offset is not where the data belong", err);
	data_size = i->profile == IMGFMT_PLAIN ?
			    image->frames.present * i->page_size :
			    i->data_size;
	if (i->level == IMGFMT_STREAMED && i->profile == IMGFMT_PACKED)
		return IMGFMT_OK;	/* only known at its end */
	rc = plan_finish(&image->plan, data_size, err);
	if (rc || i->level == IMGFMT_STREAMED)
		return rc;
	if (i->data_size != data_size ||
	    i->tables_offset != image->plan.tables_at ||
	    i->tables_size != image->plan.tables.size ||
	    i->image_size != image->plan.image_size)
		return corrupt("INF-14", INFO_AT(image, data_size),
			       "offsets and sizes are not those of this image",
			       err);
	return IMGFMT_OK;
}

/* The rule that a program header breaks. */
static const char *segment_rule(const struct imgfmt_segment *s,
				const struct imgfmt_segment *want, bool alias)
{
	bool addresses = s->vaddr == want->vaddr && s->paddr == want->paddr;
	bool place = s->offset == want->offset &&
		     s->file_size == want->file_size;

	if (want->type != PT_LOAD)
		return addresses ? "ELF-08" : "ELF-09";
	if (addresses && place)
		return "ELF-08";
	return alias ? "ELF-14" : "ELF-13";
}

static int check_segments(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct imgfmt_segment *s =
		vec_array(&image->segments, struct imgfmt_segment);
	const struct imgfmt_segment *want;
	bool alias = false;
	uint64_t end = 0;
	struct vec expect;
	int rc;

	vec_init(&expect, sizeof(*want));
	rc = segments_of_plan(&image->plan, &image->frames, &image->mappings,
			      image->info.view, &expect, err);
	want = expect.data;
	if (!rc && expect.len != image->segments.len)
		rc = err_rule(err, IMGFMT_E_CORRUPT, "ELF-08", ELF_EHDR_SIZE,
			      "%zu program headers, the image needs %zu",
			      image->segments.len, expect.len);
	for (size_t i = 0; i < expect.len && !rc; i++) {
		/* Aliases follow primary segments, which rise. */
		if (want[i].type == PT_LOAD) {
			alias |= want[i].paddr < end;
			end = want[i].paddr + want[i].file_size;
		}
		if (memcmp(&s[i], &want[i], sizeof(*s)))
			rc = err_rule(err, IMGFMT_E_CORRUPT,
				      segment_rule(&s[i], &want[i], alias),
				      ELF_EHDR_SIZE + i * ELF_PHDR_SIZE,
				      "program header %zu is not the one that the image needs",
				      i);
	}
	vec_fini(&expect);
	return rc;
}

static int open_front(struct imgfmt_image *image, struct envelope *e,
		      struct imgfmt_error *err)
{
	const struct imgfmt_segment *s;
	size_t info_end;
	int rc = envelope_read(image, e, err);

	if (rc == IMGFMT_E_NOT_IMAGE || rc == IMGFMT_E_UNSUPPORTED)
		return corrupt("ELF-07", 0,
			       "the end mark is there, the front mark is not",
			       err);
	if (!rc)
		rc = check_headers(image, e, err);
	if (rc)
		return rc;
	s = vec_array(&image->segments, struct imgfmt_segment);
	rc = native_check_padding(image, e->bytes.len, s[0].offset, err);
	if (!rc)
		rc = read_notes(image, &info_end, err);
	if (!rc)
		rc = native_check_padding(image, s[0].offset + s[0].file_size,
					  s[1].offset, err);
	if (!rc)
		rc = read_page_map(image, err);
	if (!rc)
		rc = hash_front(image, e, info_end, err);
	return rc;
}

static int check_front(struct imgfmt_image *image, struct imgfmt_error *err)
{
	int rc = make_plan(image, err);

	if (!rc && image->info.max_pfn != image->frames.max_pfn)
		rc = corrupt("INF-10", INFO_AT(image, max_pfn),
			     "max pfn is not that of the page map", err);
	if (!rc)
		rc = check_reasons(image, err);
	if (!rc)
		rc = check_tag(image, err);
	if (!rc)
		rc = check_segments(image, err);
	return rc;
}

/*
 * A streamed packed image tells the size of its data at its end: in a file by
 * the commit record, on a device by its blocks.
 */
static int find_data_end(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct plan *p = &image->plan;
	uint8_t raw[COMMIT_SIZE];
	uint64_t size = io_size(image->io), at = p->data;
	struct commit c;
	int rc;

	if (size >= sizeof(raw)) {
		rc = io_read_full(image->io, size - sizeof(raw), raw,
				  sizeof(raw), "the commit record", err);
		if (!rc)
			rc = commit_decode(raw, size - sizeof(raw), &c, err);
		if (!rc && c.data_offset == p->data &&
		    c.image_size == size) {
			rc = plan_finish(p, c.data_size, err);
			if (rc || p->image_size == size)
				return rc;
		}
		if (!io_is_device(image->io))
			return rc ? rc :
				    corrupt("COM-03", size - sizeof(raw),
					    "commit record is not that of this image",
					    err);
	}
	for (uint64_t b = 0; b < image->frames.blocks; b++) {
		uint64_t group = frames_group(&image->frames, b);
		struct block_expect expect = {
			.pfn = group * image->info.block_pages,
			.present_mask = frames_mask(&image->frames, group),
			.page_size = image->info.page_size,
			.set_tag = image->info.set_tag,
		};
		struct block block;

		rc = source_report(image, at - p->data, size - p->data, err);
		if (!rc)
			rc = io_read_full(image->io, at, raw, BLOCK_HEADER_SIZE,
					  "a block header", err);
		if (!rc)
			rc = block_decode(raw, at, &expect, &block, err);
		if (rc)
			return rc;
		at += block_size(block.payload_size);
	}
	return plan_finish(p, at - p->data, err);
}

/* The file's size, and padding: a salvage does without. */
static int check_around(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct plan *p = &image->plan;
	int rc = IMGFMT_OK;

	if (image->salvage)
		return IMGFMT_OK;
	if (!io_is_sequential(image->io))
		rc = native_check_end(image, err);
	return rc ? rc : native_check_padding(image, p->front_end,
					      p->level == IMGFMT_SEALED ?
						      p->tables_at : p->data,
					      err);
}

/* Tables, mutable region and commit record, where they can be reached now. */
static int open_rest(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct plan *p = &image->plan;
	bool pipe = io_is_sequential(image->io);
	bool sealed = p->level == IMGFMT_SEALED;
	int rc = IMGFMT_OK;

	if (!pipe && !sealed && p->profile == IMGFMT_PACKED)
		rc = find_data_end(image, err);
	if (!rc)
		rc = check_around(image, err);
	if (rc || (pipe && !sealed))
		return rc;
	rc = native_load_tables(image, err);
	if (!rc && sealed)
		rc = native_load_mutable(image, err);
	if (!rc && !pipe)
		rc = native_check_commit(image, err);
	return rc ? rc : native_add_regions(image, err);
}

int native_judge(int rc, struct imgfmt_error *err)
{
	if (rc == IMGFMT_E_TRUNCATED && err && !err->rule[0])
		memcpy(err->rule, "COM-01", sizeof("COM-01"));
	return rc;
}

static int native_open(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct native *n = calloc(1, sizeof(*n));
	struct envelope e;
	int rc;

	if (!n)
		return err_nomem(err, "the image");
	image->priv = n;
	vec_init(&n->computed, sizeof(struct imgfmt_index_record));
	rc = image->judge ? native_prove(image, err) : IMGFMT_OK;
	if (rc)
		return native_judge(rc, err);
	envelope_init(&e);
	rc = open_front(image, &e, err);
	envelope_fini(&e);
	if (!rc)
		rc = check_front(image, err);
	if (rc)
		return native_judge(rc, err);
	rc = open_rest(image, err);
	if (!image->salvage || rc == IMGFMT_E_NOMEM ||
	    rc == IMGFMT_E_CANCELLED)
		return native_judge(rc, err);
	return native_salvage(image, err);
}

static void native_close(struct imgfmt_image *image)
{
	struct native *n = native_of(image);

	if (!n)
		return;
	vec_fini(&n->computed);
	free(n->tables);
	free(n->own_index);
	free(n);
}

const struct source_ops source_native = {
	.name = "imgfmt",
	.probe = native_probe,
	.open = native_open,
	.close = native_close,
	.reader_new = native_reader_new,
	.reader_free = native_reader_free,
	.read = native_read,
	.masks = native_masks,
	.block = native_block,
	.finish = native_finish,
};
