/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What all ELF sources share: ELF header, program headers and notes into the
 * image, and the records that the notes hold.
 */
#ifndef IMGFMT_SOURCE_ENVELOPE_H
#define IMGFMT_SOURCE_ENVELOPE_H

#include "source/source.h"

#define NOTE_HEADER_SIZE	12u

/* A descriptor behind a note header and the owner "IMGFMT". */
#define ENVELOPE_RECORD_AT 20u

struct envelope {
	struct elf_header header;
	uint64_t phnum;
	bool canonical;		/* header and numbers as in spec 4.1, 4.2 */
	char defect[72];	/* what is not canonical */
	const char *defect_rule;
	struct vec bytes;	/* the input up to the end of the headers */
};

void envelope_init(struct envelope *e);
void envelope_fini(struct envelope *e);

/*
 * Read the headers and the program headers into @image->segments.  Places that
 * e_phoff and e_shoff name are followed, e_ehsize is not insisted on: dumps of
 * QEMU 7 have the program headers at 192 and an e_ehsize of 8.
 */
int envelope_read(struct imgfmt_image *image, struct envelope *e,
		  struct imgfmt_error *err);

/* Append the notes of one PT_NOTE segment to the image's. */
int envelope_read_notes(struct imgfmt_image *image,
			const struct imgfmt_segment *segment,
			struct imgfmt_error *err);

/*
 * All note segments were read: names and descriptors of image->notes, offsets
 * until now since their buffers moved, become pointers.
 */
void envelope_settle_notes(struct imgfmt_image *image);

/* Whether the first note is the information note. */
bool envelope_has_info(const struct imgfmt_image *image);

/*
 * Decode this format's own notes: the information note (into image->info) and
 * the maps.  *@info_end_ret is the end of the information note in note_bytes,
 * 0 if there is none; each record is there at most once [NOTE-02].
 */
int envelope_take_records(struct imgfmt_image *image, size_t *info_end_ret,
			  struct imgfmt_error *err);

/* Where a field of the information note lies, which is the first note. */
static inline uint64_t envelope_info_at(const struct imgfmt_image *image,
					size_t field)
{
	return vec_array(&image->notes, struct imgfmt_note)[0].offset +
	       ENVELOPE_RECORD_AT + field;
}
#define INFO_AT(image, field) \
	envelope_info_at(image, offsetof(struct imgfmt_info_record, field))

/* Marks of this format in the first bytes of a file (spec 4.3). */
struct front_marks {
	bool elf;		/* the ELF magic */
	bool info_note;		/* the first note is the information note */
	uint8_t level;		/* its level, unchecked */
	bool segment_type;	/* a program header of this format */
};
void envelope_marks(const uint8_t *head, size_t len, struct front_marks *ret);

#endif /* IMGFMT_SOURCE_ENVELOPE_H */
