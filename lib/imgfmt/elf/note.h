/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ELF notes with 4-byte padding: walking over them, and writing them.
 */
#ifndef IMGFMT_ELF_NOTE_H
#define IMGFMT_ELF_NOTE_H

#include "base/base.h"
#include "base/vec.h"
#include "imgfmt.h"

/* Where a note lies in the bytes that were walked over. */
struct note_place {
	size_t	 start, end;		/* header to padding */
	size_t	 name, name_size;	/* size with its NUL, if it has one */
	size_t	 desc, desc_size;
	uint32_t type;
};

/*
 * The note at *@pos, which moves behind it; IMGFMT_END at the end of @size
 * bytes.  A note that runs past the end is IMGFMT_E_CORRUPT [NOTE-01]; @base
 * is the offset of @buf in the input, for messages.
 */
int note_next(const void *buf, size_t size, bool big_endian, uint64_t base,
	      size_t *pos, struct note_place *ret, struct imgfmt_error *err);

/* Whether the note's owner is @owner, with or without a terminating NUL. */
bool note_is(const void *buf, const struct note_place *note,
	     const char *owner);

/* Append a note to a vector of bytes. */
int note_append(struct vec *bytes, bool big_endian, const char *owner,
		uint32_t type, const void *desc, uint32_t size,
		struct imgfmt_error *err);

#endif /* IMGFMT_ELF_NOTE_H */
