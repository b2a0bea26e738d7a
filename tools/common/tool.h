/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every tool does before and after its own work.
 *
 * tool_start() reads the command line and sets everything below up;
 * tool_finish() leaves the terminal clean, closes the JSON document and
 * standard output, and ends by the signal that stopped the tool, if any.
 */
#ifndef TOOLS_COMMON_TOOL_H
#define TOOLS_COMMON_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/exitcode.h"
#include "common/json.h"
#include "common/msg.h"
#include "common/opts.h"
#include "common/progress.h"
#include "common/units.h"

struct tool_info {
	const char	*name;		/* "imgdump" */
	const char	*synopsis;	/* "[options] IMAGE"; one form a line */
	const char	*description;	/* one sentence, no full stop */
	const char	*manual;	/* "imgdump(1)" */
	const char	*version;	/* NULL: the library's */
	const char	*features;	/* NULL: the codecs of the library */
	int		 operands_min, operands_max;
};

struct tool {
	const struct tool_info *info;
	struct common_opts	common;
	struct msg		msg;
	struct progress		progress;
	struct json		json;	/* started if --json was given */
	bool			color;
	struct imgfmt_trust	*trust;		/* of --trust, once loaded */
	/* Told of signers while an input is opened; or NULL. */
	imgfmt_signature_fn	*signed_by;
	void			*signed_by_ctx;
	int			spool;	/* has the operand's bytes; 0: none */
	uint64_t		given;	/* rows of the options, for opts_find_other() */
	char			**operands;
	int			noperands;
};

/*
 * @t is zeroed by main(); rows of @opts may point into it.  On false, main()
 * returns *exit_ret: help was shown, or the command line is wrong.
 */
bool tool_start(struct tool *t, const struct tool_info *info,
		const struct opt *opts, int argc, char **argv, int *exit_ret);

/* Returns the exit status for main(): @status, or EXIT_TROUBLE. */
int tool_finish(struct tool *t, int status);

/*
 * Report what the library said about @file (or NULL), as a message and in the
 * JSON document.  Returns the exit status.  When a signal stopped the work
 * there is nothing to say.
 */
int tool_fail(struct tool *t, const char *file, const struct imgfmt_error *err);

/* The same for a command line that asks for what cannot be. */
int tool_usage(struct tool *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The same as the library described it. */
int tool_misuse(struct tool *t, const struct imgfmt_error *err);

/*
 * Where a tool with OPTS_OUTPUT writes its image: -o, or "-" without it.
 * NULL, after a message, if that is a terminal or taken by --json.
 */
const char *tool_output(struct tool *t);

/* The number of threads to use, at least 1. */
unsigned int tool_threads(const struct tool *t);

#endif /* TOOLS_COMMON_TOOL_H */
