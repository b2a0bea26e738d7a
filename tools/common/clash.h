/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a tool writes must not be what it reads.
 */
#ifndef TOOLS_COMMON_CLASH_H
#define TOOLS_COMMON_CLASH_H

#include <stdbool.h>

#include "common/signing.h"
#include "common/tool.h"

/*
 * Whether @output, or standard output for "-", is the file, FIFO or block
 * device @input, by whatever name; or a file of it, if that is a directory.
 * Only what can be written and is there can be the same.
 */
bool clash_is_same(const char *input, const char *output);

/*
 * Refuse an @output that is one of the files that options name: those of
 * OPTS_INPUT and of @s, and the @count of @more, of which any may be NULL.
 * False after a message.
 */
bool clash_check(struct tool *t, const char *output, const struct signing *s,
		 const char *const *more, size_t count);

#endif /* TOOLS_COMMON_CLASH_H */
