/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decision about colour.
 */
#include "common/color.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool color_wanted(enum when when, FILE *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (when != WHEN_AUTO)
		return when == WHEN_ALWAYS;
	if (no_color && *no_color)
		return false;
	return term && *term && strcmp(term, "dumb") && isatty(fileno(out));
}
