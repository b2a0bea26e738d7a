/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signature slots in place (spec 12.2).
 */
#ifndef IMGFMT_TRUST_SLOTS_H
#define IMGFMT_TRUST_SLOTS_H

#include "io/place.h"

struct slots_change {
	uint32_t clear;		/* slots to empty, bit 0 is the first */
	const void *signature;	/* NULL: none is added */
	size_t	 size;
};

/* The longest signature that a slot takes. */
size_t slots_signature_max(void);

/* One slot with a signature, IMGFMT_MUTABLE_UNIT bytes. */
void slots_encode(const void *signature, size_t size, void *ret);

/*
 * Change the slots that lie at @at and hold @now, IMGFMT_SLOTS units.  The new
 * signature's slot comes back, or -1.
 */
int slots_write(struct place *place, uint64_t at, const uint8_t *now,
		const struct slots_change *change, int *slot_ret,
		struct imgfmt_error *err);

#endif /* IMGFMT_TRUST_SLOTS_H */
