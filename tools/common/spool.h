/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pipe as a file: where an input has to be read at any place.
 */
#ifndef TOOLS_COMMON_SPOOL_H
#define TOOLS_COMMON_SPOOL_H

#include "common/tool.h"

/* Bytes that are taken without being asked. */
#define SPOOL_DEFAULT ((uint64_t)1 << 30)

/*
 * Copy the operand, a pipe, to a file in $TMPDIR (/var/tmp) that has no name, so
 * that nothing stays behind whatever happens.  The descriptor, or -1 after a
 * message, with *exit_ret: more than @limit bytes, no room, a signal.
 */
int spool_operand(struct tool *t, const char *operand, uint64_t limit,
		  int *exit_ret);

#endif /* TOOLS_COMMON_SPOOL_H */
