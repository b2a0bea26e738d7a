/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * VMCOREINFO: what a kernel exports about itself to dump tools, lines
 * "KEY=VALUE" in a note of that owner (kernel/vmcore_info.c of Linux 6.12).
 */
#ifndef IMGFMT_KERNEL_VMCOREINFO_H
#define IMGFMT_KERNEL_VMCOREINFO_H

#include "base/vec.h"
#include "imgfmt.h"
#include "record/info.h"

#define VMCOREINFO_OWNER "VMCOREINFO"

/* Text borrowed from the note, not terminated. */
struct vmcoreinfo {
	const char *text;
	size_t size;
};

/* The note among struct imgfmt_note elements; false if there is none. */
bool vmcoreinfo_find(const struct vec *notes, struct vmcoreinfo *ret);

/* The value of @key; false if the text has no such line. */
bool vmcoreinfo_get(const struct vmcoreinfo *v, const char *key,
		    const char **ret, size_t *len_ret);
/*
 * A value as a number in the given base, negative ones modulo 2^64; one that
 * begins with 0x is hexadecimal in any base.  False, and 0, unless it is one.
 */
bool vmcoreinfo_number(const struct vmcoreinfo *v, const char *key,
		       unsigned int base, uint64_t *ret);

/*
 * The values of SYMBOL(@name), an address in hexadecimal; of SIZE(@name),
 * OFFSET(@name) and LENGTH(@name), decimal bytes or elements; of NUMBER(@name).
 * Names are at most VMCOREINFO_NAME_MAX characters.
 */
#define VMCOREINFO_NAME_MAX 80
bool vmcoreinfo_symbol(const struct vmcoreinfo *v, const char *name,
		       uint64_t *ret);
bool vmcoreinfo_size(const struct vmcoreinfo *v, const char *name,
		     uint64_t *ret);
bool vmcoreinfo_offset(const struct vmcoreinfo *v, const char *name,
		       uint64_t *ret);
bool vmcoreinfo_length(const struct vmcoreinfo *v, const char *name,
		       uint64_t *ret);
bool vmcoreinfo_value(const struct vmcoreinfo *v, const char *name,
		      uint64_t *ret);

/*
 * Whether the text is one that a kernel wrote to its end: printable lines
 * "KEY=VALUE", the first one OSRELEASE, with a newline behind the last.
 */
bool vmcoreinfo_is_whole(const struct vmcoreinfo *v);

/*
 * A file with such a text into a vector of bytes, a newline behind the last
 * line if it lacks that.  At most VMCOREINFO_MAX bytes; IMGFMT_E_USAGE: it is
 * no such text.
 */
#define VMCOREINFO_MAX 65536u
int vmcoreinfo_load(const char *path, struct vec *ret,
		    struct imgfmt_error *err);

/*
 * Page size, release and time of a crash into @info, where the text tells
 * them.  A page size that this format has not is IMGFMT_E_UNSUPPORTED.
 */
int vmcoreinfo_info(const struct vmcoreinfo *v, struct info *info,
		    struct imgfmt_error *err);

#endif /* IMGFMT_KERNEL_VMCOREINFO_H */
