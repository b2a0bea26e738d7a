/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "digest/crc32.h"

#include <zlib.h>

/* zlib complements the register before and after. */
uint32_t crc32_le(uint32_t crc, const void *buf, size_t len)
{
	return ~(uint32_t)crc32_z(~crc & 0xffffffff, buf, len);
}

/* Linear in both parts, so the complements cancel out. */
uint32_t crc32_le_join(uint32_t first, uint32_t second, uint64_t len)
{
	return (uint32_t)crc32_combine(first, second, (z_off_t)len);
}
