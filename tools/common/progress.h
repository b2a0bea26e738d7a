/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The progress line on standard error.
 */
#ifndef TOOLS_COMMON_PROGRESS_H
#define TOOLS_COMMON_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
	const char	*tool;
	const char	*phase;		/* what is being done, or NULL */
	FILE		*out;
	bool		 enabled;
	bool		 tty;		/* redraw one line; else print lines */
	bool		 shown;		/* the last state is on the screen */
	size_t		 drawn;		/* columns to wipe */
	uint64_t	 start_ns, next_ns;
	uint64_t	 done, total;	/* bytes; total 0 is unknown */
};

/* @enabled false still answers SIGUSR1 with one line. */
void progress_init(struct progress *p, const char *tool, FILE *out,
		   bool enabled);

/* Begin to count anew; @phase ("reading") may be NULL and is not copied. */
void progress_start(struct progress *p, const char *phase);

/*
 * The callback for the library; @ctx is a struct progress.  Returns non-zero,
 * which cancels, once a signal asked the tool to stop.
 */
int progress_update(void *ctx, uint64_t done, uint64_t total);

/* Make room for a message; the line comes back with the next update. */
void progress_clear(struct progress *p);

/* The work is over: a terminal is left clean, a log gets the last state. */
void progress_finish(struct progress *p);

#endif /* TOOLS_COMMON_PROGRESS_H */
