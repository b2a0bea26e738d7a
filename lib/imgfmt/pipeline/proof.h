/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The checksum that a source's format has over all of its data, taken while a
 * conversion reads it: what does not agree must not become a new image, whose
 * own digests would make it look right.
 */
#ifndef IMGFMT_PIPELINE_PROOF_H
#define IMGFMT_PIPELINE_PROOF_H

#include "source/source.h"

struct proof {
	struct imgfmt_image *image;
	struct unit_sums sums;	/* for the readers */
	bool wanted;		/* there is a checksum to be held to */
};

/* A proof is initialised also where this fails. */
int proof_init(struct proof *p, struct imgfmt_image *image,
	       struct imgfmt_error *err);
void proof_fini(struct proof *p);

/* After all readers have ended: read what is left, and compare. */
int proof_check(struct proof *p, struct imgfmt_error *err);

#endif /* IMGFMT_PIPELINE_PROOF_H */
