/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/block.h"

#define CRC_AT offsetof(struct imgfmt_block_record, header_crc32c)

bool block_is_header(const void *buf)
{
	const struct imgfmt_block_record *r = buf;

	return !memcmp(r->magic, IMGFMT_BLOCK_MAGIC, sizeof(r->magic)) &&
	       record_crc(r, sizeof(*r), CRC_AT) == le32toh(r->header_crc32c);
}

void block_load(const void *buf, struct block *ret)
{
	const struct imgfmt_block_record *r = buf;

	*ret = (struct block){
		.pfn = le64toh(r->pfn),
		.stored_mask = le64toh(r->stored_mask),
		.zero_mask = le64toh(r->zero_mask),
		.payload_size = le32toh(r->payload_size),
		.payload_crc32c = le32toh(r->payload_crc32c),
		.codec = le16toh(r->codec),
	};
	memcpy(ret->set_tag, r->set_tag, sizeof(ret->set_tag));
}

static int check_size(const struct block *b, uint32_t page_size,
		      uint64_t offset, struct imgfmt_error *err)
{
	uint64_t full = (uint64_t)__builtin_popcountll(b->stored_mask) *
			page_size;
	bool ok;

	if (!full)
		ok = !b->payload_size && b->codec == IMGFMT_CODEC_NONE;
	else if (b->codec == IMGFMT_CODEC_NONE)
		ok = b->payload_size == full;
	else
		ok = b->payload_size && b->payload_size < full;
	if (ok)
		return IMGFMT_OK;
	return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BLK-05", offset, b->pfn,
			    "block of %llu bytes of pages has %u bytes by codec %u",
			    (unsigned long long)full, b->payload_size,
			    b->codec);
}

static int check_reserved(const struct imgfmt_block_record *r, uint64_t offset,
			  struct imgfmt_error *err)
{
	if (!r->reserved0 && !r->reserved1 && !r->reserved2)
		return IMGFMT_OK;
	return err_rule_pfn(err, IMGFMT_E_CORRUPT, "PAD-01", offset,
			    le64toh(r->pfn),
			    "reserved bytes of a block header are not zero");
}

int block_decode(const void *buf, uint64_t offset,
		 const struct block_expect *expect, struct block *ret,
		 struct imgfmt_error *err)
{
	int rc;

	if (!block_is_header(buf))
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BLK-01", offset,
				    expect->pfn,
				    "block header: wrong magic or CRC32C");
	block_load(buf, ret);
	if (ret->pfn != expect->pfn)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BLK-02", offset,
				    expect->pfn,
				    "block is of frame 0x%llx",
				    (unsigned long long)ret->pfn);
	if (memcmp(ret->set_tag, expect->set_tag, IMGFMT_TAG_SIZE))
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BLK-03", offset,
				    ret->pfn, "block belongs to another image");
	if (ret->stored_mask & ret->zero_mask ||
	    (ret->stored_mask | ret->zero_mask) != expect->present_mask)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BLK-04", offset,
				    ret->pfn,
				    "block's masks 0x%llx and 0x%llx are not the present frames 0x%llx",
				    (unsigned long long)ret->stored_mask,
				    (unsigned long long)ret->zero_mask,
				    (unsigned long long)expect->present_mask);
	rc = check_reserved(buf, offset, err);
	if (rc)
		return rc;
	return check_size(ret, expect->page_size, offset, err);
}

int block_check_payload(const struct block *block, const void *payload,
			uint64_t offset, struct imgfmt_error *err)
{
	size_t pad = block_size(block->payload_size) - BLOCK_HEADER_SIZE -
		     block->payload_size;
	uint32_t crc = crc32c(0, payload, block->payload_size);

	if (crc != block->payload_crc32c)
		return err_rule_pfn(err, IMGFMT_E_DIGEST, "BLK-06", offset,
				    block->pfn,
				    "block: CRC32C stored 0x%08x, computed 0x%08x",
				    block->payload_crc32c, crc);
	if (mem_is_zero((const uint8_t *)payload + block->payload_size, pad))
		return IMGFMT_OK;
	return err_rule_pfn(err, IMGFMT_E_CORRUPT, "PAD-01", offset,
			    block->pfn, "padding of a block is not zero");
}

void block_encode(const struct block *b, void *ret)
{
	struct imgfmt_block_record r = {
		.pfn = htole64(b->pfn),
		.stored_mask = htole64(b->stored_mask),
		.zero_mask = htole64(b->zero_mask),
		.payload_size = htole32(b->payload_size),
		.payload_crc32c = htole32(b->payload_crc32c),
		.codec = htole16(b->codec),
	};

	memcpy(r.magic, IMGFMT_BLOCK_MAGIC, sizeof(r.magic));
	memcpy(r.set_tag, b->set_tag, sizeof(r.set_tag));
	r.header_crc32c = htole32(record_crc(&r, sizeof(r), CRC_AT));
	memcpy(ret, &r, sizeof(r));
}

void index_entry_decode(const void *buf, struct index_entry *ret)
{
	const struct imgfmt_index_record *r = buf;

	*ret = (struct index_entry){
		.offset = le64toh(r->offset),
		.bytes = le32toh(r->bytes),
		.codec = le16toh(r->codec),
		.stored_mask = le64toh(r->stored_mask),
		.zero_mask = le64toh(r->zero_mask),
	};
	memcpy(ret->digest, r->digest, sizeof(ret->digest));
}

void index_entry_encode(const struct index_entry *e, void *ret)
{
	struct imgfmt_index_record r = {
		.offset = htole64(e->offset),
		.bytes = htole32(e->bytes),
		.codec = htole16(e->codec),
		.stored_mask = htole64(e->stored_mask),
		.zero_mask = htole64(e->zero_mask),
	};

	memcpy(r.digest, e->digest, sizeof(r.digest));
	memcpy(ret, &r, sizeof(r));
}
