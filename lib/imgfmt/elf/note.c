/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "elf/note.h"

#include <gelf.h>
#include <libelf.h>

#include "base/error.h"

#define NOTE_ALIGN 4u

/* A note header from or to the order of the file; in place is fine. */
static void convert_header(const void *src, void *dst, bool big_endian)
{
	Elf_Data in = {
		.d_buf = (void *)src, .d_type = ELF_T_WORD,
		.d_size = sizeof(GElf_Nhdr), .d_version = EV_CURRENT,
	};
	Elf_Data out = {
		.d_buf = dst, .d_type = ELF_T_WORD,
		.d_size = sizeof(GElf_Nhdr), .d_version = EV_CURRENT,
	};

	elf64_xlatetom(&out, &in, big_endian ? ELFDATA2MSB : ELFDATA2LSB);
}

/*
 * gelf_getnote() wants a whole segment in this machine's order and accepts
 * sizes silently cut short; with libelf's conversion of the header and the
 * arithmetic here, nothing is copied and every defect has its message.
 */
int note_next(const void *buf, size_t size, bool big_endian, uint64_t base,
	      size_t *pos, struct note_place *ret, struct imgfmt_error *err)
{
	const uint8_t *b = buf;
	size_t left = size - *pos;
	uint64_t desc, end;
	GElf_Nhdr h;

	*ret = (struct note_place){ 0 };
	if (!left)
		return IMGFMT_END;
	if (left < sizeof(h))
		return err_rule(err, IMGFMT_E_CORRUPT, "NOTE-01", base + *pos,
				"%zu bytes are too few for a note", left);
	convert_header(b + *pos, &h, big_endian);
	desc = sizeof(h) + align_up(h.n_namesz, NOTE_ALIGN);
	end = desc + align_up(h.n_descsz, NOTE_ALIGN);
	/* The padding of the very last note may be missing. */
	if (desc + h.n_descsz > left)
		return err_rule(err, IMGFMT_E_CORRUPT, "NOTE-01", base + *pos,
				"note of %u + %u bytes runs past its segment",
				h.n_namesz, h.n_descsz);
	ret->start = *pos;
	ret->end = *pos + (size_t)min_u64(end, left);
	ret->name = *pos + sizeof(h);
	ret->name_size = h.n_namesz;
	ret->desc = *pos + (size_t)desc;
	ret->desc_size = h.n_descsz;
	ret->type = h.n_type;
	*pos = ret->end;
	return IMGFMT_OK;
}

bool note_is(const void *buf, const struct note_place *note, const char *owner)
{
	size_t len = strlen(owner);

	if (note->name_size != len && note->name_size != len + 1)
		return false;
	return !memcmp((const uint8_t *)buf + note->name, owner,
		       note->name_size);
}

int note_append(struct vec *bytes, bool big_endian, const char *owner,
		uint32_t type, const void *desc, uint32_t size,
		struct imgfmt_error *err)
{
	static const uint8_t zeros[NOTE_ALIGN];
	uint32_t name_size = (uint32_t)strlen(owner) + 1;
	GElf_Nhdr h = {
		.n_namesz = name_size, .n_descsz = size, .n_type = type,
	};
	int rc;

	convert_header(&h, &h, big_endian);
	rc = vec_append(bytes, &h, sizeof(h), err);
	if (rc)
		return rc;
	rc = vec_append(bytes, owner, name_size, err);
	if (rc)
		return rc;
	rc = vec_append(bytes, zeros, -name_size % NOTE_ALIGN, err);
	if (rc)
		return rc;
	if (size) {
		rc = vec_append(bytes, desc, size, err);
		if (rc)
			return rc;
	}
	return vec_append(bytes, zeros, -size % NOTE_ALIGN, err);
}
