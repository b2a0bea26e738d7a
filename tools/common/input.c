/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening what the command line names.
 */
#include "common/input.h"

#include <string.h>
#include <unistd.h>

const char *input_name(const char *operand)
{
	return strcmp(operand, "-") ? operand : "standard input";
}

int input_open(const struct tool *t, const char *operand, uint32_t flags,
	       struct imgfmt_image **ret, struct imgfmt_error *err)
{
	const struct imgfmt_open_opts opts = {
		.struct_size = sizeof(opts),
		.format = t->common.from,
		.memlimit = t->common.memlimit,
		.flags = flags,
		.offset = t->common.offset,
		.resume_offset = t->common.resume_offset,
	};

	if (strcmp(operand, "-"))
		return imgfmt_image_open(operand, &opts, ret, err);
	return imgfmt_image_open_fd(STDIN_FILENO, input_name(operand), &opts,
				    ret, err);
}

bool input_machine(struct tool *t, const char *path,
		   struct imgfmt_machine **ret, int *exit_ret)
{
	const char *file = *path ? path : NULL;
	struct imgfmt_error err;

	if (!imgfmt_machine_load(file, ret, &err))
		return true;
	tool_fail(t, file ? file : "this machine", &err);
	*exit_ret = EXIT_TROUBLE;	/* it is not about the image */
	return false;
}
