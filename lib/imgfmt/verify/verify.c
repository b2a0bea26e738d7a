/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verify/verify.h"

#include "base/error.h"

bool verify_is_finding(int status)
{
	switch (status) {
	case IMGFMT_E_UNSUPPORTED:
	case IMGFMT_E_CORRUPT:
	case IMGFMT_E_TRUNCATED:
	case IMGFMT_E_DIGEST:
	case IMGFMT_E_SIGNATURE:
	case IMGFMT_E_UNSIGNED:
	case IMGFMT_E_ABSENT:
		return true;
	default:
		return false;
	}
}

void verify_tell(struct verifier *v, int severity,
		 const struct imgfmt_error *what)
{
	if (severity == IMGFMT_FINDING_NOTE) {
		v->report.notes++;
	} else {
		if (!v->report.errors++)
			v->report.status = what->status;
	}
	if (v->opts.finding)
		v->opts.finding(v->opts.ctx, severity, what);
}

int verify_advance(struct verifier *v, uint64_t bytes,
		   struct imgfmt_error *err)
{
	v->done += bytes;
	if (v->opts.progress.fn &&
	    v->opts.progress.fn(v->opts.progress.ctx, v->done, v->total))
		return err_set(err, IMGFMT_E_CANCELLED, "stopped");
	return IMGFMT_OK;
}
