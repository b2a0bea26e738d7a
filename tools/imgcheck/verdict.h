/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the findings of a check amount to.
 */
#ifndef TOOLS_IMGCHECK_VERDICT_H
#define TOOLS_IMGCHECK_VERDICT_H

#include "imgfmt.h"

/* The gravest last: it is what the check answers. */
enum verdict {
	VERDICT_VALID,
	VERDICT_NOT_HERE,	/* another machine's or kernel's */
	VERDICT_NOT_RESUMABLE,	/* and never was */
	VERDICT_UNSIGNED,	/* where a signature was demanded */
	VERDICT_UNTRUSTED,	/* signed by somebody else */
	VERDICT_BAD_SIGNATURE,
	VERDICT_USED,		/* no longer: claimed, or failed */
	VERDICT_UNSUPPORTED,
	VERDICT_CORRUPT,
	VERDICT_NOT_IMAGE
};

/* What one broken rule means. */
enum verdict verdict_of(const struct imgfmt_error *what);

const char *verdict_name(enum verdict verdict);
int verdict_exit(enum verdict verdict);

#endif /* TOOLS_IMGCHECK_VERDICT_H */
