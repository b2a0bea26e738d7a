/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mutable region (spec 12): the resume record and the signature slots.
 */
#ifndef IMGFMT_RECORD_MUTABLE_H
#define IMGFMT_RECORD_MUTABLE_H

#include "record/record.h"

struct resume {
	uint32_t state, count;
	uint64_t time;
	char	 who[64], reason[128];
};

/* RES-01, RES-02. */
int resume_decode(const void *buf, uint64_t offset, const uint8_t *uuid,
		  struct resume *ret, struct imgfmt_error *err);
void resume_encode(const struct resume *resume, const uint8_t *uuid,
		   void *ret);

/*
 * Check one slot [SIG-01, SIG-02].  *@kind_ret is 0 for an inactive one, else
 * the signature has *@size_ret bytes at IMGFMT_SLOT_HEADER.
 */
int slot_decode(const void *buf, uint64_t offset, uint32_t *kind_ret,
		uint32_t *size_ret, struct imgfmt_error *err);

#endif /* IMGFMT_RECORD_MUTABLE_H */
