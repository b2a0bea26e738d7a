/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening what the command line names.
 */
#include "common/input.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *input_name(const char *operand)
{
	return strcmp(operand, "-") ? operand : "standard input";
}

bool input_is_seekable(const char *operand)
{
	struct stat st;
	int rc = strcmp(operand, "-") ? stat(operand, &st) :
					fstat(STDIN_FILENO, &st);

	return !rc && (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode));
}

static int open_it(const struct imgfmt_open_opts *opts, const char *operand,
		   struct imgfmt_image **ret, struct imgfmt_error *err)
{
	if (strcmp(operand, "-"))
		return imgfmt_image_open(operand, opts, ret, err);
	return imgfmt_image_open_fd(STDIN_FILENO, input_name(operand), opts,
				    ret, err);
}

int input_open(struct tool *t, const char *operand, uint32_t flags,
	       struct imgfmt_image **ret, struct imgfmt_error *err)
{
	bool salvage = flags & IMGFMT_OPEN_SALVAGE;
	const struct imgfmt_open_opts opts = {
		.struct_size = sizeof(opts),
		.format = t->common.from,
		.memlimit = t->common.memlimit,
		.flags = flags,
		.offset = t->common.offset,
		.resume_offset = t->common.resume_offset,
		.progress = { progress_update, &t->progress },
	};
	int rc;

	if (salvage)
		progress_start(&t->progress, "searching");
	rc = open_it(&opts, operand, ret, err);
	if (salvage)
		progress_finish(&t->progress);
	return rc;
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
