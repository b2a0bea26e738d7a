/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether output may be coloured.  Colour repeats what the text says.
 */
#ifndef TOOLS_COMMON_COLOR_H
#define TOOLS_COMMON_COLOR_H

#include <stdbool.h>
#include <stdio.h>

#define COLOR_BOLD	"\033[1m"
#define COLOR_RESET	"\033[0m"

/* The values of --color and --progress. */
enum when {
	WHEN_AUTO,
	WHEN_ALWAYS,
	WHEN_NEVER
};

/*
 * For WHEN_AUTO: @out is a terminal that can do it, and the environment
 * variable NO_COLOR is unset or empty.
 */
bool color_wanted(enum when when, FILE *out);

#endif /* TOOLS_COMMON_COLOR_H */
