/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard streams that cannot be lost silently.
 */
#ifndef TOOLS_COMMON_CLOSEOUT_H
#define TOOLS_COMMON_CLOSEOUT_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Fill the descriptors 0, 1 and 2 if the caller closed them, so that no image
 * is ever opened in their place and written to by a message.  Reading or
 * writing a stream that was closed stays an error.  Returns 0 or an errno.
 */
int standard_fds_fill(void);

/*
 * Write bytes as they are to @out.  A failure is kept, with its reason, for
 * closeout(); false then, so that work can end.
 */
bool write_bytes(FILE *out, const void *data, size_t len);

/* Flush and close @out.  Returns 0, or an errno if anything was lost. */
int closeout(FILE *out);

#endif /* TOOLS_COMMON_CLOSEOUT_H */
