/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the summary tells beyond the fields of the image, and the words for
 * numbers of the ELF format.
 */
#ifndef IMGDUMP_FACTS_H
#define IMGDUMP_FACTS_H

#include "imgdump.h"

/* A reason why the image cannot be resumed as it is. */
struct obstacle {
	const char *word;	/* of the JSON document */
	const char *sentence;
};

#define OBSTACLES_MAX 8

struct facts {
	uint64_t	 pages;		/* frames that are RAM */
	uint64_t	 memory_size;	/* the same in bytes */
	bool		 split_known;	/* stored and zero are told apart */
	uint64_t	 backup_runs, backup_pages, in_place_pages;
	bool		 has_resume;
	struct imgfmt_resume resume;
	size_t		 slots, slots_used;
	struct obstacle	 obstacles[OBSTACLES_MAX];
	size_t		 obstacle_count;
	bool		 was_in_swap;	/* made from a hibernation image */
	bool		 from_swap;	/* nothing else hinders it there */
	bool		 hopeless;	/* nothing ever leads back into it */
	bool		 has_kernel;
	struct imgfmt_kernel_info kernel;	/* out of the memory */
	const char	*release, *version;	/* never NULL */
};

void facts_gather(struct facts *f, struct dump *d);

/* Whether a number is a size in bytes. */
bool facts_is_size(const struct imgfmt_fact *f);
/* Likewise one that is a UUID. */
bool facts_is_uuid(const struct imgfmt_fact *f);

#define FACTS_UUID_TEXT 37

/* 16 bytes as mkswap(8) and others write and take them, in @buf. */
const char *facts_uuid(char buf[FACTS_UUID_TEXT], const void *uuid);

/* Whether @size bytes have any that is not zero. */
bool facts_any(const uint8_t *bytes, size_t size);

/* The type of a program header or of a note in words; NULL if unknown. */
const char *facts_segment_name(uint32_t type);
const char *facts_note_name(const struct imgfmt_note *note);

/* What VMCOREINFO says: a line "KEY=VALUE" at a time. */
struct vmcoreinfo_line {
	const char	*key, *value;	/* not terminated; value may be NULL */
	size_t		 key_len, value_len;
};

/* Take a line from the front of @text; false at its end. */
bool facts_vmcoreinfo_line(const char **text, size_t *size,
			   struct vmcoreinfo_line *ret);

#endif /* IMGDUMP_FACTS_H */
