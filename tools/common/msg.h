/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages on standard error: "tool: file: where: what [RULE-ID]".
 *
 * Every message is one line and one write.  Control characters in names and
 * texts are escaped, nothing is cut off.  The file may be NULL.
 */
#ifndef TOOLS_COMMON_MSG_H
#define TOOLS_COMMON_MSG_H

#include <stdbool.h>
#include <stdio.h>

#include "imgfmt.h"

struct progress;

enum msg_level {
	MSG_QUIET	= -1,	/* errors only */
	MSG_NORMAL	= 0,	/* and warnings */
	MSG_VERBOSE	= 1	/* and notes; more -v, more of them */
};

struct msg {
	const char	*tool;
	FILE		*out;
	int		 level;		/* enum msg_level or above */
	struct progress	*progress;	/* a line to clear first, or NULL */
	char		 usage[216];	/* what msg_usage() said last */
};

void msg_error(struct msg *m, const char *file, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void msg_warning(struct msg *m, const char *file, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What was done, on the last line of a tool's work; a quiet tool omits it. */
void msg_summary(struct msg *m, const char *file, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Shown from MSG_VERBOSE on. */
void msg_note(struct msg *m, const char *file, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A second line after an error, when there is something the user can do. */
void msg_hint(struct msg *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* An error or a warning that the library described. */
void msg_failure(struct msg *m, const char *file,
		 const struct imgfmt_error *err);
void msg_caution(struct msg *m, const char *file,
		 const struct imgfmt_error *err);

/* A wrong command line: the error and where to find help.  EXIT_TROUBLE. */
int msg_usage(struct msg *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "where: what [RULE-ID]" alone, for reports on standard output. */
void msg_describe(FILE *out, const struct imgfmt_error *err);

/*
 * The library names an output in what it says of it, but not an input.
 * Whether this is about @name; if so, *@ret is the same without the name.
 */
bool msg_is_about(const struct imgfmt_error *err, const char *name,
		  struct imgfmt_error *ret);

#endif /* TOOLS_COMMON_MSG_H */
