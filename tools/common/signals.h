/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tool that is told to stop cleans up first, then ends by that signal.
 *
 * The handlers only note the signal.  Progress callbacks ask for it and make
 * the library return IMGFMT_E_CANCELLED, everything unwinds the normal way,
 * and the last act of the tool is signals_reraise().
 */
#ifndef TOOLS_COMMON_SIGNALS_H
#define TOOLS_COMMON_SIGNALS_H

#include <stdbool.h>

/*
 * Catch SIGINT, SIGTERM, SIGHUP and SIGPIPE, and SIGUSR1 as the wish for a
 * progress line.  Signals that were ignored at the start stay ignored.
 */
void signals_catch(void);

/* The first stopping signal that came, or 0. */
int signals_caught(void);

/*
 * Wait until @fd can be read, which may be for ever.  False: a stopping signal
 * came, be it before or while it waited.
 */
bool signals_wait_input(int fd);

/* Whether SIGUSR1 came since the last call. */
bool signals_take_report(void);

/* End by the signal that came; returns if there was none. */
void signals_reraise(void);

#endif /* TOOLS_COMMON_SIGNALS_H */
