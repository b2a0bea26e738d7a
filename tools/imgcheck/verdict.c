/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of verdicts: word and exit status.
 */
#include "imgcheck/verdict.h"

#include <string.h>

#include "common/exitcode.h"

static const struct {
	const char *name;
	int exit;
} verdicts[] = {
	[VERDICT_VALID] = { "valid", EXIT_YES },
	[VERDICT_NOT_HERE] = { "not for here", EXIT_NO },
	[VERDICT_NOT_RESUMABLE] = { "not resumable", EXIT_NO },
	[VERDICT_UNSIGNED] = { "unsigned", EXIT_NO },
	[VERDICT_UNTRUSTED] = { "untrusted signer", EXIT_NO },
	[VERDICT_BAD_SIGNATURE] = { "bad signature", EXIT_NO },
	[VERDICT_USED] = { "used", EXIT_NO_IMAGE },
	[VERDICT_UNSUPPORTED] = { "unsupported", EXIT_UNSUPPORTED },
	[VERDICT_CORRUPT] = { "corrupt", EXIT_NO },
	[VERDICT_NOT_IMAGE] = { "not an image", EXIT_NO_IMAGE },
};

enum verdict verdict_of(const struct imgfmt_error *what)
{
	switch (what->status) {
	case IMGFMT_E_NOT_IMAGE:
		return VERDICT_NOT_IMAGE;
	case IMGFMT_E_UNSUPPORTED:
		return VERDICT_UNSUPPORTED;
	case IMGFMT_E_UNSIGNED:
		return VERDICT_UNSIGNED;
	case IMGFMT_E_UNTRUSTED:
		return VERDICT_UNTRUSTED;
	case IMGFMT_E_SIGNATURE:
		return VERDICT_BAD_SIGNATURE;
	case IMGFMT_E_UNFIT:
		break;
	default:
		return VERDICT_CORRUPT;
	}
	/* Intact, but not fit: what for, the rule tells. */
	if (!strcmp(what->rule, "RSM-03") || !strcmp(what->rule, "SWS-27"))
		return VERDICT_USED;
	if (!strncmp(what->rule, "RSM-", 4))
		return VERDICT_NOT_RESUMABLE;
	if (!strncmp(what->rule, "HST-", 4) || !strncmp(what->rule, "SWS-", 4))
		return VERDICT_NOT_HERE;
	return VERDICT_CORRUPT;
}

const char *verdict_name(enum verdict verdict)
{
	return verdicts[verdict].name;
}

int verdict_exit(enum verdict verdict)
{
	return verdicts[verdict].exit;
}
