/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CRC-32C (Castagnoli): reflected, initial and final value all ones, the CRC
 * of iSCSI, ext4 and btrfs.  crc32c(0, "123456789", 9) is 0xe3069283.
 */
#ifndef IMGFMT_DIGEST_CRC32C_H
#define IMGFMT_DIGEST_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* 0 starts; crc32c(crc32c(0, a), b) is the checksum of a followed by b. */
uint32_t crc32c(uint32_t crc, const void *buf, size_t len);

/*
 * The same in portable C: what runs where the processor has no instruction,
 * and what tests hold the fast paths against.
 */
uint32_t crc32c_portable(uint32_t crc, const void *buf, size_t len);

#endif /* IMGFMT_DIGEST_CRC32C_H */
