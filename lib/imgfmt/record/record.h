/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the records have in common: little-endian fields, zero padding, and a
 * CRC32C in the last field that is computed with that field zero.
 */
#ifndef IMGFMT_RECORD_RECORD_H
#define IMGFMT_RECORD_RECORD_H

#include <endian.h>

#include "base/base.h"
#include "base/error.h"
#include "digest/crc32c.h"
#include "format.h"

/*
 * The CRC32C of a record of @size bytes whose own CRC field lies at @at, taken
 * as zero.
 */
static inline uint32_t record_crc(const void *record, size_t size, size_t at)
{
	static const uint8_t zero[4];
	const uint8_t *b = record;
	uint32_t crc = crc32c(0, b, at);

	crc = crc32c(crc, zero, sizeof(zero));
	return crc32c(crc, b + at + 4, size - at - 4);
}

/* Text of @size bytes, zero-padded, with at least one zero. */
static inline bool record_text_ok(const uint8_t *text, size_t size)
{
	size_t len = strnlen((const char *)text, size);

	return len < size && mem_is_zero(text + len, size - len);
}

/* Copy text into a zero-padded field, cut to leave one zero. */
static inline void record_text_put(uint8_t *field, size_t size,
				   const char *text)
{
	size_t len = strnlen(text, size - 1);

	memset(field, 0, size);
	memcpy(field, text, len);
}

/* Reserved bytes that are not zero [PAD-01]. */
static inline int record_reserved(const void *p, size_t len, uint64_t offset,
				  const char *what, struct imgfmt_error *err)
{
	if (mem_is_zero(p, len))
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_CORRUPT, "PAD-01", offset,
			"reserved bytes of %s are not zero", what);
}

#endif /* IMGFMT_RECORD_RECORD_H */
