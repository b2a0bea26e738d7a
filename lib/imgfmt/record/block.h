/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The header of a block (spec 8.2) and its entry in the index (spec 9.2).
 */
#ifndef IMGFMT_RECORD_BLOCK_H
#define IMGFMT_RECORD_BLOCK_H

#include "record/record.h"

#define BLOCK_HEADER_SIZE sizeof(struct imgfmt_block_record)

struct block {
	uint64_t pfn;
	uint64_t stored_mask, zero_mask;
	uint32_t payload_size, payload_crc32c;
	uint16_t codec;
	uint8_t	 set_tag[IMGFMT_TAG_SIZE];
};

/* What a block must be, known from page map and information note. */
struct block_expect {
	uint64_t pfn, present_mask;
	uint32_t page_size;
	const uint8_t *set_tag;
};

/* Bytes of the whole block with header and padding. */
static inline uint64_t block_size(uint32_t payload_size)
{
	return align_up(BLOCK_HEADER_SIZE + payload_size, IMGFMT_BLOCK_ALIGN);
}

/* Whether the bytes look like a header at all: magic and CRC32C [BLK-01]. */
bool block_is_header(const void *buf);
void block_load(const void *buf, struct block *ret);

/* Decode a header at @offset and check it [BLK-01 to BLK-05, BLK-08]. */
int block_decode(const void *buf, uint64_t offset,
		 const struct block_expect *expect, struct block *ret,
		 struct imgfmt_error *err);
/* The payload's CRC32C and the padding behind it [BLK-06, PAD-01]. */
int block_check_payload(const struct block *block, const void *payload,
			uint64_t offset, struct imgfmt_error *err);
void block_encode(const struct block *block, void *ret);

struct index_entry {
	uint64_t offset;	/* in the data */
	uint32_t bytes;
	uint16_t codec;
	uint64_t stored_mask, zero_mask;
	uint8_t	 digest[IMGFMT_DIGEST_SIZE];
};

void index_entry_decode(const void *buf, struct index_entry *ret);
void index_entry_encode(const struct index_entry *entry, void *ret);

#endif /* IMGFMT_RECORD_BLOCK_H */
