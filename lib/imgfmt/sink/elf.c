/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sink "elf": an ELF core with the notes of the source, for kernels and
 * tools that know cores only.  Of this format there is nothing in it but the
 * write-back note, if the target has one.
 */
#include <stdlib.h>

#include "base/error.h"
#include "elf/elf.h"
#include "elf/note.h"
#include "kernel/vmcoreinfo.h"
#include "layout/segments.h"
#include "sink/sink.h"

struct elf_sink {
	const struct target *t;
	struct imgfmt_output *out;
	uint64_t offset;	/* of the next page */
	uint64_t segments, stored, zero;
};

/*
 * A reader takes the page size of a core from VMCOREINFO.  A text with another
 * one than the image's makes a core of other pages, and a lie of the note.
 */
static bool pages_are_told_right(const struct target *t)
{
	const char *bytes = t->notes.data;
	struct note_place place;
	size_t pos = 0;

	while (!note_next(bytes, t->notes.len, t->big_endian, 0, &pos, &place,
			  NULL)) {
		const struct vmcoreinfo v = { bytes + place.desc,
					      place.desc_size };
		uint64_t size;

		if (note_is(bytes, &place, VMCOREINFO_OWNER) &&
		    vmcoreinfo_number(&v, "PAGESIZE", 10, &size) &&
		    size != t->info.page_size)
			return false;
	}
	return true;
}

static int build_notes(const struct target *t, struct vec *ret,
		       struct imgfmt_error *err)
{
	struct vec desc;
	int rc = IMGFMT_OK;

	vec_init(&desc, 1);
	if (t->has_swap && pages_are_told_right(t)) {
		rc = swap_note_encode(&t->swap, t->info.page_size, &desc, err);
		if (!rc)
			rc = note_append(ret, t->big_endian, IMGFMT_NOTE_OWNER,
					 IMGFMT_NOTE_SWAP, desc.data,
					 (uint32_t)desc.len, err);
	}
	vec_fini(&desc);
	return rc ? rc : vec_append(ret, t->notes.data, t->notes.len, err);
}

/* All that stands before the pages, in one buffer. */
static int build_front(const struct target *t, const struct vec *note_bytes,
		       struct vec *segments, struct vec *front,
		       struct imgfmt_error *err)
{
	static const uint8_t zeros[65536];
	struct imgfmt_segment *s = segments->data;
	size_t headers = (size_t)elf_headers_size(segments->len);
	uint64_t notes = align_up(headers, 8);
	uint64_t data = align_up(notes + note_bytes->len, t->info.page_size);
	uint8_t *at;
	int rc;

	s[0] = (struct imgfmt_segment){
		.type = PT_NOTE, .flags = PF_R, .offset = notes,
		.file_size = note_bytes->len, .memory_size = note_bytes->len,
	};
	segments_place(segments, 1, data);
	rc = vec_reserve(front, data, err);
	if (rc)
		return rc;
	front->len = headers;
	at = front->data;
	elf_header_encode(t->machine, t->big_endian, t->entry,
			  t->info.not_resumable & IMGFMT_NOT_RESUMABLE_SALVAGED ?
				  ELF_INCOMPLETE : 0,
			  (uint32_t)segments->len, at);
	elf_segments_encode(s, segments->len, t->big_endian,
			    at + ELF_EHDR_SIZE);
	if (segments->len >= PN_XNUM)
		elf_section0_encode((uint32_t)segments->len, t->big_endian,
				    at + headers - ELF_SHDR_SIZE);
	vec_append(front, zeros, notes - headers, NULL);
	vec_append(front, note_bytes->data, note_bytes->len, NULL);
	return vec_append(front, zeros, data - front->len, err);
}

static int elf_sink_open(const struct target *t, struct imgfmt_output *out,
			 void **ret, struct imgfmt_error *err)
{
	const struct imgfmt_segment note = { .type = PT_NOTE };
	struct elf_sink *s = calloc(1, sizeof(*s));
	struct vec segments, notes, front;
	int rc;

	if (!s)
		return err_nomem(err, "the output");
	s->t = t;
	s->out = out;
	vec_init(&segments, sizeof(note));
	vec_init(&notes, 1);
	vec_init(&front, 1);
	rc = vec_push(&segments, &note, err);
	if (!rc)
		rc = segments_build(&t->frames, &t->mappings, t->info.page_size,
				    t->info.view, &segments, err);
	if (!rc)
		rc = build_notes(t, &notes, err);
	if (!rc)
		rc = build_front(t, &notes, &segments, &front, err);
	if (!rc)
		rc = output_expect(out, front.len +
				   t->frames.present * t->info.page_size, err);
	if (!rc)
		rc = output_write(out, 0, front.data, front.len, err);
	s->offset = front.len;
	s->segments = segments.len ? segments.len - 1 : 0;
	vec_fini(&front);
	vec_fini(&notes);
	vec_fini(&segments);
	*ret = s;
	if (rc) {
		free(s);
		*ret = NULL;
	}
	return rc;
}

static int elf_sink_emit(void *sink, const struct unit *unit,
			 struct imgfmt_error *err)
{
	struct elf_sink *s = sink;
	uint64_t at = s->offset;

	s->stored += (uint64_t)__builtin_popcountll(unit->stored_mask);
	s->zero += (uint64_t)__builtin_popcountll(unit->zero_mask);
	s->offset += (uint64_t)__builtin_popcountll(unit->present) *
		     s->t->info.page_size;
	return sink_write_pages(s->out, at, s->t, unit, err);
}

static int elf_sink_finish(void *sink, struct imgfmt_convert_result *result,
			   struct imgfmt_error *err)
{
	struct elf_sink *s = sink;

	result->stored_pages = s->stored;
	result->zero_pages = s->zero;
	result->segments = s->segments;
	result->bytes_written = s->offset;
	return output_commit(s->out, s->offset, err);
}

const struct sink_ops sink_elf = {
	.name = "elf",
	.flags = IMGFMT_SINK_FILTERED | IMGFMT_SINK_SEGMENTS,
	.open = elf_sink_open,
	.close = free,
	.encode = sink_encode_masks,
	.emit = elf_sink_emit,
	.finish = elf_sink_finish,
};
