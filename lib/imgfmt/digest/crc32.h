/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CRC-32 (polynomial 0x04c11db7, bits reversed) as the Linux kernel's
 * crc32_le() computes it: the register as it is, without complement at the
 * beginning and the end.  Zero bytes at the start leave a register of 0 alone.
 */
#ifndef IMGFMT_DIGEST_CRC32_H
#define IMGFMT_DIGEST_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The register @crc after @len bytes more. */
uint32_t crc32_le(uint32_t crc, const void *buf, size_t len);

/* The register after two parts: @first's, and that of @len bytes from 0. */
uint32_t crc32_le_join(uint32_t first, uint32_t second, uint64_t len);

#endif /* IMGFMT_DIGEST_CRC32_H */
