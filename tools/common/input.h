/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The input of a tool: a file, a device, or "-" for standard input.
 */
#ifndef TOOLS_COMMON_INPUT_H
#define TOOLS_COMMON_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/tool.h"

/* How messages call an operand. */
const char *input_name(const char *operand);

/*
 * Open an operand as OPTS_INPUT says; @flags are those of the library.  Salvage
 * reads it all, which the progress shows.
 */
int input_open(struct tool *t, const char *operand, uint32_t flags,
	       struct imgfmt_image **ret, struct imgfmt_error *err);

/* The argument that stands for the machine that the tool runs on. */
#define INPUT_THIS_MACHINE ""

/* Load the facts of a machine; false after a message, with *exit_ret. */
bool input_machine(struct tool *t, const char *path,
		   struct imgfmt_machine **ret, int *exit_ret);

/* Whether an operand can be opened a second time and is the same then. */
bool input_is_seekable(const char *operand);

#endif /* TOOLS_COMMON_INPUT_H */
