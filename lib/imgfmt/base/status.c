/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/base.h"
#include "imgfmt.h"

const char *imgfmt_status_name(int status)
{
	static const char *const failures[] = {
		"ok",
		"out of memory",
		"system error",
		"wrong use",
		"not an image",
		"unsupported",
		"corrupt",
		"truncated",
		"wrong checksum",
		"wrong signature",
		"unsigned",
		"absent page",
		"memory limit",
		"no random access",
		"stopped",
		"not fit",
		"untrusted",
	};

	if (status == IMGFMT_END)
		return "end";
	if (status > 0 || (size_t)-status >= ARRAY_SIZE(failures))
		return "unknown";
	return failures[-status];
}
