/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * imgconv - convert an image.
 */
#include <string.h>

#include "common/input.h"
#include "common/produce.h"
#include "common/spool.h"

/*
 * The area is changed where it stands: it is the operand.  Nothing is read of
 * the image in it, so there is nothing to verify either: taking one back is
 * right whoever wrote it.
 */
static int run_invalidate(struct tool *t, const struct opt *rows,
			  const char *path)
{
	static const char *const allowed[] = {
		"invalidate", "offset", "resume-offset", "json", "bytes",
		"progress", "quiet", "verbose", NULL
	};
	const char *other = opts_find_other(rows, t->given, allowed);
	const struct imgfmt_swap_opts opts = {
		.struct_size = sizeof(opts),
		.offset = t->common.offset,
		.resume_offset = t->common.resume_offset,
	};
	struct imgfmt_error err;

	if (t->common.output)
		return tool_usage(t, "--invalidate changes %s where it stands, so there is no -o",
				  path);
	if (other)
		return tool_usage(t, "--%s has no effect on --invalidate, which neither reads nor makes an image",
				  other);
	if (imgfmt_swap_invalidate(path, &opts, &err)) {
		if (err.status == IMGFMT_E_USAGE)
			return tool_usage(t, "%s", err.message);
		return tool_fail(t, NULL, &err);
	}
	json_bool(&t->json, "invalidated", true);
	msg_summary(&t->msg, path, "the image is taken back, this is swap again");
	return EXIT_YES;
}

static const struct tool_info tool_info = {
	.name = "imgconv",
	.synopsis = "[options] [--to=FORMAT] [-o OUT] IMAGE\n"
		    "[options] --to=swsusp -o SWAP IMAGE\n"
		    "[options] --dry-run --to=swsusp [-o SWAP] IMAGE\n"
		    "[options] --invalidate SWAP",
	.description = "Convert an image into another form, "
		       "seal a streamed one, salvage a damaged one",
	.manual = "imgconv(1)",
	.operands_min = 1,
	.operands_max = 1,
};

int main(int argc, char **argv)
{
	struct opt_name formats[PRODUCE_FORMATS_MAX + 1] = { 0 };
	bool invalidate = false;
	struct tool tool = { 0 };
	struct produce produce = { .tool = &tool, .spool = SPOOL_DEFAULT };
	int to = 0;	/* the first: packed */
	int status;
	const struct opt opts[] = {
		OPT_WORD(0, "to", "FORMAT", &to, formats, "write FORMAT"),
		OPT_FLAG(0, "dry-run", &produce.dry_run,
			 "write nothing, tell whether it could be done"),
		OPTS_OUTPUT(&tool.common),
		OPTS_PRODUCE(&produce),
		OPT_FLAG(0, "salvage", &produce.salvage,
			 "save what is intact of a damaged image"),
		OPT_FLAG(0, "to-swap-file", &produce.swap_file,
			 "the output is a swap file of this system"),
		OPT_FLAG(0, "to-disk-image", &produce.disk_image,
			 "the output is the image of a disk or partition"),
		OPT_SIZE(0, "to-offset", "BYTES", &produce.area.offset,
			 "the swap device begins at BYTES of the output"),
		OPT_ADDRESS(0, "to-resume-offset", "PAGES",
			    &produce.area.resume_offset,
			    "the swap file begins at page PAGES of the output"),
		OPT_STRING(0, "to-extents", "LIST", &produce.area.extents,
			   "the swap file lies there as LIST says"),
		OPT_FLAG(0, "used", &produce.used,
			 "write back an image that was resumed or taken back"),
		OPT_FLAG(0, "elsewhere", &produce.elsewhere,
			 "write it to another area than its system's memory is in"),
		OPT_FLAG(0, "invalidate", &invalidate,
			 "take back a hibernation image: IMAGE is swap again"),
		OPTS_INPUT(&tool.common),
		OPTS_THREADS(&tool.common),
		OPTS_PROGRESS(&tool.common),
		OPTS_REPORT(&tool.common),
		OPTS_COMMON(&tool.common),
		OPTS_END
	};

	produce_list_formats(0, formats);
	if (!tool_start(&tool, &tool_info, opts, argc, argv, &status))
		return status;
	produce_begin(&produce, tool.operands[0]);
	produce.opts.to = imgfmt_sink_name_at((unsigned int)to);
	produce.swap = !strcmp(produce.opts.to, "swsusp");
	status = invalidate ? run_invalidate(&tool, opts, tool.operands[0]) :
			      produce_run(&produce, tool.operands[0]);
	opt_list_fini(&produce.exclude);
	return tool_finish(&tool, status);
}
