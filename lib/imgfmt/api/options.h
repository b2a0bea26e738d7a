/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The caller's options structs: taken over field by field up to the size that
 * the caller knows, refused where a later version's fields are used.
 */
#ifndef IMGFMT_API_OPTIONS_H
#define IMGFMT_API_OPTIONS_H

#include "base/error.h"

/* Copy @from, NULL or with its size in front, into @to of @size bytes. */
static inline int options_take(void *to, size_t size, const void *from,
			       struct imgfmt_error *err)
{
	size_t theirs;

	memset(to, 0, size);
	if (!from)
		return IMGFMT_OK;
	memcpy(&theirs, from, sizeof(theirs));
	if (theirs < sizeof(theirs))
		return err_set(err, IMGFMT_E_USAGE, "struct_size is not set");
	if (theirs > size &&
	    !mem_is_zero((const uint8_t *)from + size, theirs - size))
		return err_set(err, IMGFMT_E_USAGE,
			       "an option is of a later version of the library");
	memcpy(to, from, theirs < size ? theirs : size);
	return IMGFMT_OK;
}

/* Give @from, of @size bytes, to a caller whose struct_size is in @to. */
static inline void options_give(void *to, const void *from, size_t size)
{
	size_t theirs;

	memcpy(&theirs, to, sizeof(theirs));
	if (theirs > size) {
		memset((uint8_t *)to + size, 0, theirs - size);
		memcpy((uint8_t *)to + sizeof(theirs),
		       (const uint8_t *)from + sizeof(theirs),
		       size - sizeof(theirs));
		return;
	}
	if (theirs > sizeof(theirs))
		memcpy((uint8_t *)to + sizeof(theirs),
		       (const uint8_t *)from + sizeof(theirs),
		       theirs - sizeof(theirs));
}

#endif /* IMGFMT_API_OPTIONS_H */
