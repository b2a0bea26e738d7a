/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * imgconv - convert an image.
 */
#include "common/input.h"
#include "common/produce.h"

#define FORMATS_MAX 16

/* The formats that the library writes, as words of --to. */
static void list_formats(struct opt_name words[FORMATS_MAX + 1])
{
	const char *name;

	for (unsigned int i = 0; i < FORMATS_MAX; i++) {
		name = imgfmt_sink_name_at(i);
		if (!name)
			break;
		words[i] = (struct opt_name){ name, (int)i };
	}
}

int main(int argc, char **argv)
{
	static const struct tool_info info = {
		.name = "imgconv",
		.synopsis = "[options] [--to=FORMAT] [-o OUT] IMAGE",
		.description = "Convert an image into another form, "
			       "seal a streamed one, salvage a damaged one",
		.manual = "imgconv(1)",
		.operands_min = 1,
		.operands_max = 1,
	};
	struct opt_name formats[FORMATS_MAX + 1] = { 0 };
	struct tool tool = { 0 };
	struct produce produce = { .tool = &tool };
	int to = 0;	/* the first: packed */
	int status;
	const struct opt opts[] = {
		OPT_WORD(0, "to", "FORMAT", &to, formats, "write FORMAT"),
		OPTS_OUTPUT(&tool.common),
		OPTS_PRODUCE(&produce),
		OPT_FLAG(0, "salvage", &produce.salvage,
			 "save what is intact of a damaged image"),
		OPTS_INPUT(&tool.common),
		OPTS_THREADS(&tool.common),
		OPTS_PROGRESS(&tool.common),
		OPTS_REPORT(&tool.common),
		OPTS_COMMON(&tool.common),
		OPTS_END
	};

	list_formats(formats);
	if (!tool_start(&tool, &info, opts, argc, argv, &status))
		return status;
	produce_begin(&produce, tool.operands[0]);
	produce.opts.to = imgfmt_sink_name_at((unsigned int)to);
	return tool_finish(&tool, produce_run(&produce, tool.operands[0]));
}
