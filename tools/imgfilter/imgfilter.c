/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * imgfilter - leave pages out of an image by what they were used for.
 */
#include "common/produce.h"
#include "common/spool.h"

/* makedumpfile has no bits beyond. */
#define LEVEL_MAX 31

int main(int argc, char **argv)
{
	static const struct tool_info info = {
		.name = "imgfilter",
		.synopsis = "[options] --exclude=WORDS [-o OUT] IMAGE\n"
			    "[options] -d LEVEL [-o OUT] IMAGE\n"
			    "[options] --dry-run --exclude=WORDS IMAGE",
		.description = "Leave pages out of an image "
			       "by what they were used for",
		.manual = "imgfilter(1)",
		.operands_min = 1,
		.operands_max = 1,
	};
	static const struct opt_name peers[] = {
		{ "makedumpfile", PRODUCE_MAKEDUMPFILE },
		{ NULL, 0 }
	};
	struct opt_name formats[PRODUCE_FORMATS_MAX + 1] = { 0 };
	struct tool tool = { 0 };
	struct produce produce = {
		.tool = &tool,
		.filters = true,
		.level = PRODUCE_NO_LEVEL,
		.spool = SPOOL_DEFAULT,
	};
	int to = 0;	/* the first: packed */
	int status;
	const struct opt opts[] = {
		OPT_UINT('d', "dump-level", "LEVEL", &produce.level, LEVEL_MAX,
			 "leave out what makedumpfile does at LEVEL"),
		OPT_WORD(0, "compat", "TOOL", &produce.compat, peers,
			 "leave out exactly what TOOL does"),
		OPT_FLAG(0, "dry-run", &produce.dry_run,
			 "write nothing, tell how many pages there are"),
		OPT_WORD(0, "to", "FORMAT", &to, formats, "write FORMAT"),
		OPTS_OUTPUT(&tool.common),
		OPTS_PRODUCE(&produce),
		OPTS_INPUT(&tool.common),
		OPTS_THREADS(&tool.common),
		OPTS_PROGRESS(&tool.common),
		OPTS_REPORT(&tool.common),
		OPTS_COMMON(&tool.common),
		OPTS_END
	};

	produce_list_formats(IMGFMT_SINK_FILTERED, formats);
	if (!tool_start(&tool, &info, opts, argc, argv, &status))
		return status;
	produce_begin(&produce, tool.operands[0]);
	produce.opts.to = imgfmt_sink_name_at((unsigned int)to);
	status = produce_run(&produce, tool.operands[0]);
	return tool_finish(&tool, status);
}
