/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the library's statuses to the exit status of a tool.
 */
#include "common/exitcode.h"

#include "imgfmt.h"

/*
 * IMGFMT_E_SEEK is trouble: the same image would do as a file.  A tool whose
 * contract says otherwise about pipes decides before it comes here.
 */
int exit_from_status(int imgfmt_status)
{
	switch (imgfmt_status) {
	case IMGFMT_OK:
	case IMGFMT_END:
		return EXIT_YES;
	case IMGFMT_E_CORRUPT:
	case IMGFMT_E_TRUNCATED:
	case IMGFMT_E_DIGEST:
	case IMGFMT_E_SIGNATURE:
	case IMGFMT_E_UNSIGNED:
	case IMGFMT_E_UNTRUSTED:
	case IMGFMT_E_ABSENT:
	case IMGFMT_E_UNFIT:
		return EXIT_NO;
	case IMGFMT_E_NOT_IMAGE:
		return EXIT_NO_IMAGE;
	case IMGFMT_E_UNSUPPORTED:
		return EXIT_UNSUPPORTED;
	default:
		return EXIT_TROUBLE;
	}
}
