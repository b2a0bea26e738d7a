/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Verification: what opening an image has not already proved.  A broken rule
 * is a finding and the check goes on; only trouble of the check itself, such
 * as a read error, is a failure.
 */
#ifndef IMGFMT_VERIFY_VERIFY_H
#define IMGFMT_VERIFY_VERIFY_H

#include "source/source.h"

struct verifier {
	struct imgfmt_image *image;
	struct imgfmt_verify_opts opts;
	struct imgfmt_report report;
	uint64_t done, total;	/* bytes of progress */
	struct unit_sum sum;	/* of a format that has them */
};

/* Whether a status is about the image, and so a finding. */
bool verify_is_finding(int status);
void verify_tell(struct verifier *v, int severity,
		 const struct imgfmt_error *what);
/* Progress by @bytes; IMGFMT_E_CANCELLED if the caller says stop. */
int verify_advance(struct verifier *v, uint64_t bytes,
		   struct imgfmt_error *err);

/* Every stored byte, and with depth every page. */
int verify_data(struct verifier *v, struct imgfmt_error *err);
/* What a resume needs (spec 6.7). */
int verify_resumable(struct verifier *v, struct imgfmt_error *err);
/* What the jump of a known kernel takes (spec 6.10). */
int verify_jump(struct verifier *v, struct imgfmt_error *err);
/* Whether the image belongs to this machine and kernel (spec 6.8). */
int verify_host(struct verifier *v, struct imgfmt_error *err);

#endif /* IMGFMT_VERIFY_VERIFY_H */
