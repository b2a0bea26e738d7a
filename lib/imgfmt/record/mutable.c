/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/mutable.h"

int resume_decode(const void *buf, uint64_t offset, const uint8_t *uuid,
		  struct resume *ret, struct imgfmt_error *err)
{
	const struct imgfmt_resume_record *r = buf;
	uint32_t crc = record_crc(r, sizeof(*r), offsetof(typeof(*r), crc32c));

	*ret = (struct resume){ 0 };
	if (memcmp(r->magic, IMGFMT_RESUME_MAGIC, sizeof(r->magic)) ||
	    crc != le32toh(r->crc32c))
		return err_rule(err, IMGFMT_E_CORRUPT, "RES-01", offset,
				"resume record: wrong magic or CRC32C");
	ret->state = le32toh(r->state);
	if (ret->state < IMGFMT_RESUME_PENDING ||
	    ret->state > IMGFMT_RESUME_FAILED)
		return err_rule(err, IMGFMT_E_CORRUPT, "RES-02", offset + 8,
				"resume record: unknown state %u", ret->state);
	if (memcmp(r->uuid, uuid, sizeof(r->uuid)))
		return err_rule(err, IMGFMT_E_CORRUPT, "RES-02", offset + 24,
				"resume record belongs to another image");
	if (!record_text_ok(r->who, sizeof(r->who)) ||
	    !record_text_ok(r->reason, sizeof(r->reason)))
		return err_rule(err, IMGFMT_E_CORRUPT, "RES-02", offset + 40,
				"resume record: text is not zero-padded");
	ret->count = le32toh(r->count);
	ret->time = le64toh(r->time);
	memcpy(ret->who, r->who, sizeof(ret->who));
	memcpy(ret->reason, r->reason, sizeof(ret->reason));
	return record_reserved(r->reserved, sizeof(r->reserved), offset + 232,
			       "the resume record", err);
}

void resume_encode(const struct resume *resume, const uint8_t *uuid, void *ret)
{
	struct imgfmt_resume_record *r = ret;

	memset(r, 0, sizeof(*r));
	memcpy(r->magic, IMGFMT_RESUME_MAGIC, sizeof(r->magic));
	r->state = htole32(resume->state);
	r->count = htole32(resume->count);
	r->time = htole64(resume->time);
	memcpy(r->uuid, uuid, sizeof(r->uuid));
	record_text_put(r->who, sizeof(r->who), resume->who);
	record_text_put(r->reason, sizeof(r->reason), resume->reason);
	r->crc32c = htole32(record_crc(r, sizeof(*r),
				       offsetof(typeof(*r), crc32c)));
}

int slot_decode(const void *buf, uint64_t offset, uint32_t *kind_ret,
		uint32_t *size_ret, struct imgfmt_error *err)
{
	const struct imgfmt_slot_record *r = buf;
	uint32_t bytes = le32toh(r->bytes);

	*kind_ret = 0;
	*size_ret = 0;
	if (mem_is_zero(r, sizeof(*r)))
		return IMGFMT_OK;
	if (memcmp(r->magic, IMGFMT_SLOT_MAGIC, sizeof(r->magic)))
		return err_rule(err, IMGFMT_E_CORRUPT, "SIG-01", offset,
				"signature slot is neither active nor all zero");
	if (!bytes || bytes > sizeof(r->signature) || !r->kind ||
	    record_crc(r, sizeof(*r), offsetof(typeof(*r), crc32c)) !=
		    le32toh(r->crc32c))
		return err_rule(err, IMGFMT_E_CORRUPT, "SIG-02", offset,
				"signature slot: wrong size or CRC32C");
	if (!mem_is_zero(r->reserved, sizeof(r->reserved)) ||
	    !mem_is_zero(r->signature + bytes, sizeof(r->signature) - bytes))
		return err_rule(err, IMGFMT_E_CORRUPT, "PAD-01", offset,
				"reserved bytes of a signature slot are not zero");
	*kind_ret = le32toh(r->kind);
	*size_ret = bytes;
	return IMGFMT_OK;
}
