/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exit status of every tool.  Scripts rely on these numbers; a tool that
 * a signal stopped ends by that signal instead (128 + n in a shell).
 */
#ifndef TOOLS_COMMON_EXITCODE_H
#define TOOLS_COMMON_EXITCODE_H

enum tool_exit {
	EXIT_YES		= 0,	/* done, or the answer is yes */
	EXIT_NO			= 1,	/* the answer is no */
	EXIT_TROUBLE		= 2,	/* usage, I/O, memory, permission */
	EXIT_NO_IMAGE		= 3,	/* there is no image to resume */
	EXIT_UNSUPPORTED	= 4	/* a valid image, but not for here */
};

/* What an enum imgfmt_status of the library means to the shell. */
int exit_from_status(int imgfmt_status);

#endif /* TOOLS_COMMON_EXITCODE_H */
