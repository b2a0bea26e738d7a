/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/envelope.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "elf/note.h"
#include "record/backup_map.h"

void envelope_init(struct envelope *e)
{
	*e = (struct envelope){ .canonical = true };
	vec_init(&e->bytes, 1);
}

void envelope_fini(struct envelope *e)
{
	vec_fini(&e->bytes);
}

static void defect(struct envelope *e, const char *rule, const char *what)
{
	if (!e->canonical)
		return;
	e->canonical = false;
	e->defect_rule = rule;
	snprintf(e->defect, sizeof(e->defect), "%s", what);
}

/* Note what keeps the header from the form of spec 4.1 and 4.2. */
static void check_form(struct envelope *e)
{
	const struct elf_header *h = &e->header;
	bool extended = h->phnum == PN_XNUM;

	if (h->ident[EI_VERSION] != EV_CURRENT ||
	    !mem_is_zero(h->ident + EI_OSABI, EI_NIDENT - EI_OSABI))
		defect(e, "ELF-01", "e_ident is not that of this format");
	if (h->type != ET_CORE || h->version != EV_CURRENT)
		defect(e, "ELF-02", "not an ELF core of version 1");
	if (h->flags)
		defect(e, "ELF-03", "e_flags is not 0");
	if (h->ehsize != ELF_EHDR_SIZE || h->phentsize != ELF_PHDR_SIZE ||
	    h->phoff != ELF_EHDR_SIZE || h->shstrndx)
		defect(e, "ELF-04", "sizes or offsets in the ELF header are wrong");
	if (!extended && (h->shoff || h->shnum || h->shentsize))
		defect(e, "ELF-05", "a section header without PN_XNUM");
	if (extended && (h->shnum != 1 || h->shentsize != ELF_SHDR_SIZE))
		defect(e, "ELF-06", "not one section header with PN_XNUM");
}

/* PN_XNUM: the number stands in section header 0, wherever that lies. */
static int read_extended(struct imgfmt_image *image, struct envelope *e,
			 struct imgfmt_error *err)
{
	const struct elf_header *h = &e->header;
	uint8_t raw[ELF_SHDR_SIZE];
	struct elf_section0 s;
	uint64_t n;
	int rc;

	/*
	 * In this format e_shoff tells the number before the section header
	 * is reached, so that a pipe can be read: see envelope_read().
	 */
	n = (h->shoff - ELF_EHDR_SIZE) / ELF_PHDR_SIZE;
	if (io_is_sequential(image->io) && h->phoff == ELF_EHDR_SIZE &&
	    h->shoff == ELF_EHDR_SIZE + n * ELF_PHDR_SIZE) {
		e->phnum = n;
		return IMGFMT_OK;
	}
	if (!h->shoff)
		return err_rule(err, IMGFMT_E_CORRUPT, "ELF-06", 40,
				"PN_XNUM without a section header");
	rc = io_read_full(image->io, h->shoff, raw, sizeof(raw),
			  "the section header", err);
	if (rc)
		return rc;
	elf_section0_decode(raw, h->big_endian, &s);
	e->phnum = s.phnum;
	return IMGFMT_OK;
}

static int check_extended(struct envelope *e, const uint8_t *raw,
			  struct imgfmt_error *err)
{
	struct elf_section0 s;

	elf_section0_decode(raw, e->header.big_endian, &s);
	if (s.phnum != e->phnum)
		return err_rule(err, IMGFMT_E_CORRUPT, "ELF-06",
				e->header.shoff,
				"section header says %u program headers, its place says %llu",
				s.phnum, (unsigned long long)e->phnum);
	if (!s.canonical || e->phnum < PN_XNUM)
		defect(e, "ELF-06", "section header is not that of PN_XNUM");
	return IMGFMT_OK;
}

/* All bytes up to the end of the canonical headers, in one buffer. */
static int read_headers(struct imgfmt_image *image, struct envelope *e,
			const uint8_t *ehdr, struct imgfmt_error *err)
{
	size_t table = e->phnum * ELF_PHDR_SIZE;
	/* Also a core that has no need of PN_XNUM may use it. */
	int rc = vec_reserve(&e->bytes, ELF_EHDR_SIZE + table + ELF_SHDR_SIZE,
			     err);

	if (rc)
		return rc;
	vec_append(&e->bytes, ehdr, ELF_EHDR_SIZE, NULL);
	e->bytes.len = ELF_EHDR_SIZE + table;
	rc = io_read_full(image->io, e->header.phoff,
			  (uint8_t *)e->bytes.data + ELF_EHDR_SIZE, table,
			  "the program headers", err);
	if (rc || e->header.phnum != PN_XNUM)
		return rc;
	if (e->header.shoff != ELF_EHDR_SIZE + table) {
		defect(e, "ELF-06", "e_shoff is not behind the program headers");
		return IMGFMT_OK;
	}
	rc = io_read_full(image->io, e->header.shoff,
			  (uint8_t *)e->bytes.data + e->bytes.len,
			  ELF_SHDR_SIZE, "the section header", err);
	if (rc)
		return rc;
	rc = check_extended(e, (uint8_t *)e->bytes.data + e->bytes.len, err);
	e->bytes.len += ELF_SHDR_SIZE;
	return rc;
}

int envelope_read(struct imgfmt_image *image, struct envelope *e,
		  struct imgfmt_error *err)
{
	uint8_t raw[ELF_EHDR_SIZE];
	int rc;

	rc = io_read_full(image->io, 0, raw, sizeof(raw), "the ELF header",
			  err);
	if (rc == IMGFMT_E_TRUNCATED)
		return err_rule(err, IMGFMT_E_NOT_IMAGE, "ELF-01", 0,
				"too short for an ELF header");
	if (!rc)
		rc = elf_header_decode(raw, &e->header, err);
	if (rc)
		return rc;
	check_form(e);
	e->phnum = e->header.phnum;
	if (e->phnum && e->header.phentsize != ELF_PHDR_SIZE)
		return err_rule(err, IMGFMT_E_CORRUPT, "ELF-04", 54,
				"e_phentsize is %u", e->header.phentsize);
	if (e->phnum == PN_XNUM)
		rc = read_extended(image, e, err);
	if (rc)
		return rc;
	if (e->phnum > IMGFMT_MAX_PHDRS)
		return err_rule(err, IMGFMT_E_CORRUPT, "LIM-01", 56,
				"%llu program headers",
				(unsigned long long)e->phnum);
	rc = source_charge(image,
			   e->phnum * (ELF_PHDR_SIZE +
				       sizeof(struct imgfmt_segment)),
			   err);
	if (!rc)
		rc = read_headers(image, e, raw, err);
	if (!rc)
		rc = vec_reserve(&image->segments, e->phnum, err);
	if (rc)
		return rc;
	image->segments.len = e->phnum;
	elf_segments_decode((uint8_t *)e->bytes.data + ELF_EHDR_SIZE, e->phnum,
			    e->header.big_endian, image->segments.data);
	image->machine = e->header.machine;
	image->big_endian = e->header.big_endian;
	image->entry = e->header.entry;
	return IMGFMT_OK;
}

/* Names are kept apart from the notes, which need not terminate them. */
static int add_note(struct imgfmt_image *image, const struct note_place *place,
		    uint64_t offset, struct imgfmt_error *err)
{
	const uint8_t *bytes = image->note_bytes.data;
	struct imgfmt_note n = {
		/* An offset until the vectors stop moving. */
		.owner = (const char *)(uintptr_t)image->owners.len,
		.desc = (const void *)(uintptr_t)place->desc,
		.size = (uint32_t)place->desc_size,
		.type = place->type,
		.offset = offset,
	};
	const struct note_span span = { place->start, place->end };
	size_t len = strnlen((const char *)bytes + place->name,
			     place->name_size);
	int rc;

	if (image->notes.len >= IMGFMT_MAX_NOTES)
		return err_rule(err, IMGFMT_E_CORRUPT, "LIM-01", offset,
				"more than %u notes", IMGFMT_MAX_NOTES);
	rc = vec_append(&image->owners, bytes + place->name, len, err);
	if (!rc)
		rc = vec_append(&image->owners, "", 1, err);
	if (!rc)
		rc = vec_push(&image->spans, &span, err);
	if (!rc)
		rc = vec_push(&image->notes, &n, err);
	return rc;
}

int envelope_read_notes(struct imgfmt_image *image,
			const struct imgfmt_segment *segment,
			struct imgfmt_error *err)
{
	size_t pos = image->note_bytes.len;
	uint64_t base = segment->offset - pos;
	struct note_place place;
	int rc;

	if (segment->file_size > IMGFMT_MAX_NOTE_BYTES - pos)
		return err_rule(err, IMGFMT_E_CORRUPT, "LIM-01",
				segment->offset, "notes of %llu bytes",
				(unsigned long long)segment->file_size);
	rc = source_charge(image, segment->file_size, err);
	if (!rc)
		rc = vec_reserve(&image->note_bytes, segment->file_size, err);
	if (rc || !segment->file_size)
		return rc;
	rc = io_read_full(image->io, segment->offset,
			  (uint8_t *)image->note_bytes.data + pos,
			  segment->file_size, "the notes", err);
	if (rc)
		return rc;
	image->note_bytes.len += segment->file_size;
	for (;;) {
		uint64_t at = base + pos;

		rc = note_next(image->note_bytes.data, image->note_bytes.len,
			       image->big_endian, base, &pos, &place, err);
		if (rc == IMGFMT_END)
			return IMGFMT_OK;
		if (!rc)
			rc = add_note(image, &place, at, err);
		if (rc)
			return rc;
	}
}

void envelope_settle_notes(struct imgfmt_image *image)
{
	for (size_t i = 0; i < image->notes.len; i++) {
		struct imgfmt_note *n =
			&vec_array(&image->notes, struct imgfmt_note)[i];

		n->owner = (const char *)image->owners.data +
			   (uintptr_t)n->owner;
		n->desc = (const uint8_t *)image->note_bytes.data +
			  (uintptr_t)n->desc;
	}
}

static int once(bool *seen, const struct imgfmt_note *n,
		struct imgfmt_error *err)
{
	if (*seen)
		return err_rule(err, IMGFMT_E_CORRUPT, "NOTE-02", n->offset,
				"a second IMGFMT note of type %u", n->type);
	*seen = true;
	return IMGFMT_OK;
}

static int take_record(struct imgfmt_image *image, const struct imgfmt_note *n,
		       struct imgfmt_error *err)
{
	uint64_t at = n->offset + ENVELOPE_RECORD_AT;
	uint32_t page_size = image->info.page_size;
	int rc;

	switch (n->type) {
	case IMGFMT_NOTE_INFO:
		return err_rule(err, IMGFMT_E_CORRUPT, "NOTE-02", n->offset,
				"the information note is not the first note");
	case IMGFMT_NOTE_BACKUP_MAP:
		rc = once(&image->has_backup_map, n, err);
		return rc ? rc : backup_map_decode(n->desc, n->size, at, page_size,
						   &image->backup_map, err);
	case IMGFMT_NOTE_MEMORY_MAP:
		rc = once(&image->has_memory_map, n, err);
		return rc ? rc : memory_map_decode(n->desc, n->size, at,
						   &image->memory, err);
	case IMGFMT_NOTE_MAPPINGS:
		rc = once(&image->has_mappings, n, err);
		return rc ? rc : mappings_decode(n->desc, n->size, at, page_size,
						 &image->mappings, err);
	case IMGFMT_NOTE_SWAP:
		rc = once(&image->has_swap, n, err);
		return rc ? rc : swap_note_decode(n->desc, n->size, at, page_size,
						  &image->swap, err);
	default:
		return IMGFMT_OK;
	}
}

/* The bytes of a note, from its header on. */
static const uint8_t *note_at(const struct imgfmt_image *image, size_t i)
{
	const struct note_span *span =
		&vec_array(&image->spans, struct note_span)[i];

	return (const uint8_t *)image->note_bytes.data + span->start;
}

/* Of this format: its owner to the byte [5.1]. */
static bool is_ours(const struct imgfmt_image *image, size_t i)
{
	const uint8_t *note = note_at(image, i);
	uint32_t size;

	memcpy(&size, note, sizeof(size));
	size = image->big_endian ? be32toh(size) : le32toh(size);
	return size == sizeof(IMGFMT_NOTE_OWNER) &&
	       !memcmp(note + NOTE_HEADER_SIZE, IMGFMT_NOTE_OWNER, size);
}

bool envelope_has_info(const struct imgfmt_image *image)
{
	return image->notes.len && is_ours(image, 0) &&
	       vec_array(&image->notes, struct imgfmt_note)[0].type ==
		       IMGFMT_NOTE_INFO;
}

/* What an image, but no other core, is held to: order and padding. */
static int check_ours(const struct imgfmt_image *image, size_t i, bool others,
		      struct imgfmt_error *err)
{
	const struct note_span *span =
		&vec_array(&image->spans, struct note_span)[i];
	const struct imgfmt_note *n =
		&vec_array(&image->notes, struct imgfmt_note)[i];
	size_t name = NOTE_HEADER_SIZE + sizeof(IMGFMT_NOTE_OWNER);
	size_t desc = ENVELOPE_RECORD_AT + n->size;

	if (others && n->type >= IMGFMT_NOTE_INFO &&
	    n->type <= IMGFMT_NOTE_SWAP)
		return err_rule(err, IMGFMT_E_CORRUPT, "NOTE-03", n->offset,
				"an IMGFMT note behind a note of another owner");
	if (!mem_is_zero(note_at(image, i) + name, ENVELOPE_RECORD_AT - name) ||
	    !mem_is_zero(note_at(image, i) + desc,
			 span->end - span->start - desc))
		return err_rule(err, IMGFMT_E_CORRUPT, "PAD-01", n->offset,
				"padding of an IMGFMT note is not zero");
	return IMGFMT_OK;
}

int envelope_take_records(struct imgfmt_image *image, size_t *info_end_ret,
			  struct imgfmt_error *err)
{
	const struct imgfmt_note *notes;
	bool others = false;
	size_t first = 0;
	int rc;

	*info_end_ret = 0;
	notes = image->notes.data;
	if (envelope_has_info(image)) {
		rc = info_decode(notes[0].desc, notes[0].size,
				 notes[0].offset + ENVELOPE_RECORD_AT, &image->info,
				 err);
		if (rc)
			return rc;
		image->has_info = true;
		*info_end_ret = ENVELOPE_RECORD_AT + notes[0].size;
		first = 1;
	}
	/* Maps are of pages of a size: no one told which. */
	if (!image->info.page_size)
		return IMGFMT_OK;
	for (size_t i = 0; i < image->notes.len; i++) {
		if (!is_ours(image, i)) {
			others = true;
			continue;
		}
		rc = image->has_info ? check_ours(image, i, others, err) :
				       IMGFMT_OK;
		if (!rc && i >= first)
			rc = take_record(image, &notes[i], err);
		if (rc)
			return rc;
	}
	return IMGFMT_OK;
}

/* The first note, if it lies in @head at the offset that @segment names. */
static void mark_note(const uint8_t *head, size_t len,
		      const struct imgfmt_segment *segment, bool big_endian,
		      struct front_marks *ret)
{
	struct note_place place;
	size_t pos = 0;

	if (segment->type != PT_NOTE || segment->offset >= len)
		return;
	if (note_next(head + segment->offset,
		      (size_t)min_u64(len - segment->offset,
				      segment->file_size),
		      big_endian, 0, &pos, &place, NULL))
		return;
	if (!note_is(head + segment->offset, &place, IMGFMT_NOTE_OWNER) ||
	    place.type != IMGFMT_NOTE_INFO || place.desc_size < 5)
		return;
	ret->info_note = true;
	ret->level = head[segment->offset + place.desc +
			  offsetof(struct imgfmt_info_record, level)];
}

static void mark_headers(const uint8_t *head, size_t len, uint64_t phoff,
			 bool big_endian, struct front_marks *ret)
{
	for (unsigned int i = 0; i < PLAN_PACKED_PHDRS; i++) {
		uint64_t at = phoff + i * ELF_PHDR_SIZE;
		struct imgfmt_segment s;

		if (phoff > len || at + ELF_PHDR_SIZE > len)
			return;
		elf_segments_decode(head + at, 1, big_endian, &s);
		if (!i)
			mark_note(head, len, &s, big_endian, ret);
		if (s.type >= IMGFMT_PT_MAP && s.type <= IMGFMT_PT_LAST)
			ret->segment_type = true;
	}
}

/*
 * In an image the program headers are behind the ELF header [ELF-04]: they are
 * looked for there too, or a wrong e_phoff would make a foreign core of it in
 * a pipe, where the end mark is out of sight.
 */
void envelope_marks(const uint8_t *head, size_t len, struct front_marks *ret)
{
	struct elf_header h;

	*ret = (struct front_marks){ .elf = elf_has_magic(head, len) };
	if (len < ELF_EHDR_SIZE || elf_header_decode(head, &h, NULL))
		return;
	mark_headers(head, len, h.phoff, h.big_endian, ret);
	if (h.phoff != ELF_EHDR_SIZE)
		mark_headers(head, len, ELF_EHDR_SIZE, h.big_endian, ret);
}
