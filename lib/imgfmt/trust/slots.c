/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The order of writing: at each moment the old signatures stand, or the new
 * one, or none; never a part of one that could pass for damage.  A slot is one
 * write of 4096 bytes; where the power cuts it in two, its CRC32C shows it.
 */
#include "trust/slots.h"

#include <stdlib.h>

#include "base/error.h"
#include "record/record.h"

size_t slots_signature_max(void)
{
	return sizeof(((struct imgfmt_slot_record *)NULL)->signature);
}

void slots_encode(const void *signature, size_t size, void *ret)
{
	struct imgfmt_slot_record *r = ret;

	memset(r, 0, sizeof(*r));
	memcpy(r->magic, IMGFMT_SLOT_MAGIC, sizeof(r->magic));
	r->kind = htole32(IMGFMT_SLOT_CMS);
	r->bytes = htole32((uint32_t)size);
	memcpy(r->signature, signature, size);
	r->crc32c = htole32(record_crc(r, sizeof(*r),
				       offsetof(typeof(*r), crc32c)));
}

static int write_slot(struct place *place, uint64_t at, int slot,
		      const void *bytes, struct imgfmt_error *err)
{
	int rc = place_write(place, at + (uint64_t)slot * IMGFMT_MUTABLE_UNIT,
			     bytes, IMGFMT_MUTABLE_UNIT, err);

	return rc ? rc : place_flush(place, err);
}

/* A free slot, or -1. */
static int find_free(const uint8_t *now)
{
	for (int i = 0; i < IMGFMT_SLOTS; i++)
		if (mem_is_zero(now + (size_t)i * IMGFMT_MUTABLE_UNIT,
				IMGFMT_MUTABLE_UNIT))
			return i;
	return -1;
}

int slots_write(struct place *place, uint64_t at, const uint8_t *now,
		const struct slots_change *change, int *slot_ret,
		struct imgfmt_error *err)
{
	uint32_t clear = change->clear & ((1u << IMGFMT_SLOTS) - 1);
	int slot = find_free(now), rc = IMGFMT_OK;
	uint8_t *unit;

	*slot_ret = -1;
	if (change->signature && slot < 0 && !clear)
		return err_set(err, IMGFMT_E_LIMIT,
			       "all %d signature slots are in use",
			       IMGFMT_SLOTS);
	if (change->signature && change->size > slots_signature_max())
		return err_set(err, IMGFMT_E_LIMIT,
			       "a signature of %zu bytes does not fit in a slot of %zu",
			       change->size, slots_signature_max());
	unit = calloc(1, IMGFMT_MUTABLE_UNIT);
	if (!unit)
		return err_nomem(err, "a signature slot");
	if (change->signature && slot < 0) {
		slot = __builtin_ctz(clear);
		clear &= clear - 1;
		rc = write_slot(place, at, slot, unit, err);
	}
	if (change->signature && !rc) {
		slots_encode(change->signature, change->size, unit);
		rc = write_slot(place, at, slot, unit, err);
		memset(unit, 0, IMGFMT_MUTABLE_UNIT);
		*slot_ret = rc ? -1 : slot;
	}
	for (int i = 0; i < IMGFMT_SLOTS && !rc; i++)
		if (clear & 1u << i)
			rc = write_slot(place, at, i, unit, err);
	free(unit);
	return rc;
}
