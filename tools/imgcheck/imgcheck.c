/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * imgcheck - check an image.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/input.h"
#include "common/signers.h"
#include "common/text.h"
#include "imgcheck/verdict.h"

struct imgcheck {
	struct tool	 tool;
	bool		 quick, deep, resumable;
	const char	*machine_facts;		/* NULL: not asked */
	const char	*kernel;		/* NULL: not asked */

	const char		*input;
	struct imgfmt_machine	*machine;
	struct imgfmt_info	 info;
	bool			 opened;	/* info is filled in */
	struct imgfmt_report	 report;
	enum verdict		 verdict;
	bool			 unfit, foreign;	/* RSM and HST findings */
	uint64_t		 errors;
	struct signers		 signers;
};

/* ---- Findings --------------------------------------------------------- */

/* Where no rule is broken, the verdict says as much as the library. */
static bool is_worth_a_line(const struct imgfmt_error *what)
{
	return what->status != IMGFMT_E_NOT_IMAGE || *what->rule ||
	       strcmp(what->message, "not an image");
}

static void print_finding(const struct imgcheck *c, int severity,
			  const struct imgfmt_error *what)
{
	const char *kind = severity == IMGFMT_FINDING_NOTE ? "note: " : "";

	if (c->tool.common.quiet || c->tool.common.json ||
	    !is_worth_a_line(what))
		return;
	text_escape(stdout, c->input, strlen(c->input));
	printf(": %s", kind);
	msg_describe(stdout, what);
	putchar('\n');
}

static void add_json_finding(struct json *j, int severity,
			     const struct imgfmt_error *what)
{
	bool note = severity == IMGFMT_FINDING_NOTE;

	json_object(j, NULL);
	json_string(j, "severity", note ? "note" : "error");
	json_error(j, "what", what);
	json_end(j);
}

static void take_finding(void *ctx, int severity,
			 const struct imgfmt_error *what)
{
	struct imgcheck *c = ctx;
	enum verdict verdict = verdict_of(what);

	progress_clear(&c->tool.progress);
	print_finding(c, severity, what);
	add_json_finding(&c->tool.json, severity, what);
	if (severity == IMGFMT_FINDING_NOTE)
		return;
	c->errors++;
	if (verdict > c->verdict)
		c->verdict = verdict;
	c->unfit |= verdict == VERDICT_NOT_RESUMABLE ||
		    verdict == VERDICT_USED;
	c->foreign |= verdict == VERDICT_NOT_HERE;
}

/* Whether a failure to open or to check says something about the image. */
static bool is_finding(int status)
{
	int exit = exit_from_status(status);

	return exit == EXIT_NO || exit == EXIT_NO_IMAGE ||
	       exit == EXIT_UNSUPPORTED;
}

/* ---- The verdict -------------------------------------------------------- */

static const char *digests_checked(const struct imgcheck *c)
{
	if (!c->report.digests)
		return "no digests";
	if (c->quick && !c->info.sequential)
		return "tables right, pages not read";
	if (c->info.has_checksum)
		return "CRC right, which covers all pages";
	return c->deep ? "all digests right, all pages decompressed" :
			 "all digests right";
}

/* One that was claimed is written back with a warning only. */
static bool used(const struct imgcheck *c)
{
	return c->verdict == VERDICT_USED;
}

static bool here_asked(const struct imgcheck *c)
{
	return c->machine || c->kernel;
}

/* Whose it is: what was asked, and what is known without being asked. */
static void print_authenticity(const struct imgcheck *c)
{
	const struct imgfmt_signature *good = signers_good(&c->signers);

	if (good)
		printf("; signed by %s", good->subject);
	else if (c->info.authenticity == IMGFMT_AUTHENTICITY_UNSIGNED)
		printf("; not signed");
	else if (c->signers.count)
		printf("; signed, not verified");
}

static void print_verdict(const struct imgcheck *c)
{
	const struct imgfmt_info *i = &c->info;

	if (c->tool.common.quiet || c->tool.common.json)
		return;
	text_escape(stdout, c->input, strlen(c->input));
	printf(": %s%s%s", c->tool.color ? COLOR_BOLD : "",
	       verdict_name(c->verdict), c->tool.color ? COLOR_RESET : "");
	if (c->opened && i->resumes)
		printf("; %s", i->description);
	else if (c->opened && i->level == IMGFMT_BARE)
		printf(i->has_info ? "; bare image" : "; ELF core");
	else if (c->opened)
		printf("; %s %s image", imgfmt_level_name(i->level),
		       imgfmt_profile_name(i->profile));
	if (c->opened && c->verdict < VERDICT_UNSUPPORTED) {
		printf("; %s", digests_checked(c));
		if (c->resumable && !c->unfit)
			printf("; resumable");
		else if (c->report.from_swap && !used(c))
			printf("; resumed from swap, once imgconv --to=swsusp has written it back");
		if (here_asked(c) && !c->foreign)
			printf("; fits here");
		print_authenticity(c);
	}
	if (c->errors > 1)
		printf("; %" PRIu64 " findings", c->errors);
	putchar('\n');
}

static void json_answer(struct json *j, const char *key, bool asked, bool yes)
{
	if (asked)
		json_bool(j, key, yes);
	else
		json_null(j, key);
}

static void add_json_verdict(struct imgcheck *c)
{
	bool sound = c->opened && c->verdict < VERDICT_UNSUPPORTED;
	const struct imgfmt_info *i = &c->info;
	struct json *j = &c->tool.json;

	json_end(j);	/* of the findings */
	json_string(j, "verdict", verdict_name(c->verdict));
	json_string(j, "source", c->opened ? i->format : NULL);
	json_string(j, "level",
		    c->opened ? imgfmt_level_name(i->level) : NULL);
	json_string(j, "profile",
		    c->opened ? imgfmt_profile_name(i->profile) : NULL);
	if (c->opened && i->level == IMGFMT_SEALED)
		json_hex(j, "uuid", i->uuid, sizeof(i->uuid));
	else
		json_null(j, "uuid");
	json_string(j, "depth", c->quick ? "quick" : c->deep ? "deep" : "full");
	json_bool(j, "digests", c->report.digests);
	json_answer(j, "resumable", c->resumable, sound && !c->unfit);
	json_answer(j, "from_swap", c->resumable,
		    sound && c->report.from_swap && !used(c));
	json_answer(j, "here", here_asked(c), sound && !c->foreign);
	json_answer(j, "signed", c->tool.common.trust.count,
		    c->opened && signers_good(&c->signers));
	signers_json(j, &c->signers);
	json_uint(j, "errors", c->errors);
	json_uint(j, "notes", c->report.notes);
	json_uint(j, "checked_blocks", c->report.blocks);
	json_uint(j, "checked_bytes", c->report.bytes);
}

/* ---- The check ---------------------------------------------------------- */

static int verify(struct imgcheck *c, struct imgfmt_image *image,
		  struct imgfmt_error *err)
{
	const struct imgfmt_verify_opts opts = {
		.struct_size = sizeof(opts),
		.depth = c->quick ? IMGFMT_DEPTH_QUICK :
			 c->deep ? IMGFMT_DEPTH_DEEP : IMGFMT_DEPTH_FULL,
		.flags = c->resumable ? IMGFMT_VERIFY_RESUMABLE : 0,
		.threads = tool_threads(&c->tool),
		.finding = take_finding,
		.ctx = c,
		.machine = c->machine,
		.kernel = c->kernel,
		.progress = { progress_update, &c->tool.progress },
	};
	int rc;

	c->report.struct_size = sizeof(c->report);
	progress_start(&c->tool.progress, NULL);
	rc = imgfmt_verify(image, &opts, &c->report, err);
	/* A pipe tells some of it at its end only. */
	c->info.struct_size = sizeof(c->info);
	imgfmt_image_info(image, &c->info);
	c->opened = true;
	return rc;
}

/* Beside the good one, others may be there that are not. */
static void tell_signers(struct imgcheck *c)
{
	struct msg *m = &c->tool.msg;

	for (size_t i = 0; i < c->signers.count; i++) {
		const struct imgfmt_signature *s = &c->signers.rows[i].s;
		char *text = NULL;
		size_t len;
		FILE *f;

		/* The one that opening failed for is a finding of its own. */
		if (!c->opened || (m->level < MSG_VERBOSE && !s->why.status))
			continue;
		f = open_memstream(&text, &len);
		if (!f)
			continue;
		signers_describe(f, s);
		if (!fclose(f) && s->why.status)
			msg_warning(m, c->input, "%s", text);
		else
			msg_note(m, c->input, "%s", text);
		free(text);
	}
}

/* What was looked at, in the words of the format. */
static void tell_checked(struct imgcheck *c)
{
	const struct imgfmt_info *i = &c->info;
	bool swap = i->resumes && i->format && !strcmp(i->format, "swsusp");
	const char *tables = swap ? "header, map, page list, " :
			     i->resumes ? "page list, " :
			     i->has_info ? "tables, " : "";
	const char *what = i->resumes ? "clusters" :
			   i->has_info ? "blocks" : "parts";

	msg_note(&c->tool.msg, c->input,
		 "checked: %s%" PRIu64 " %s, %s%s", tables, c->report.blocks,
		 what, units_size(UNITS_BUF, c->report.bytes, false),
		 i->has_checksum && c->report.blocks ? ", their CRC" : "");
}

static int check(struct imgcheck *c, const char *operand)
{
	struct imgfmt_image *image;
	struct imgfmt_error err;
	int rc;

	json_array(&c->tool.json, "findings");
	c->tool.signed_by = signers_take;
	c->tool.signed_by_ctx = &c->signers;
	rc = input_open(&c->tool, operand, IMGFMT_OPEN_DAMAGED, &image, &err);
	if (!rc) {
		rc = verify(c, image, &err);
		imgfmt_image_unref(image);
	}
	progress_finish(&c->tool.progress);
	if (rc && !is_finding(rc))
		return tool_fail(&c->tool, c->input, &err);
	if (rc)
		take_finding(c, IMGFMT_FINDING_ERROR, &err);
	tell_signers(c);
	add_json_verdict(c);
	print_verdict(c);
	if (c->opened)
		tell_checked(c);
	return verdict_exit(c->verdict);
}

static int run(struct imgcheck *c)
{
	int status;

	c->input = input_name(c->tool.operands[0]);
	json_string(&c->tool.json, "input", c->input);
	if (c->quick && c->deep)
		return tool_usage(&c->tool,
				  "--quick and --deep exclude each other");
	if (c->kernel && !*c->kernel)
		return tool_usage(&c->tool, "--kernel: no release is given");
	if (c->machine_facts && !input_machine(&c->tool, c->machine_facts,
					       &c->machine, &status))
		return status;
	status = check(c, c->tool.operands[0]);
	imgfmt_machine_free(c->machine);
	return status;
}

int main(int argc, char **argv)
{
	static const struct tool_info info = {
		.name = "imgcheck",
		.synopsis = "[options] IMAGE",
		.description = "Check an image: is it complete and intact, "
			       "can it be resumed, and here",
		.manual = "imgcheck(1)",
		.operands_min = 1,
		.operands_max = 1,
	};
	static struct imgcheck c;
	const struct opt opts[] = {
		OPT_HEADING("What to check:"),
		OPT_FLAG(0, "quick", &c.quick, "do not read the pages"),
		OPT_FLAG(0, "deep", &c.deep, "decompress every block too"),
		OPT_FLAG(0, "resumable", &c.resumable,
			 "ask whether it can be resumed"),
		OPT_STRING_OR(0, "machine", "FILE", &c.machine_facts,
			      INPUT_THIS_MACHINE,
			      "compare with this machine, or that of FILE"),
		OPT_STRING(0, "kernel", "RELEASE", &c.kernel,
			   "ask whether RELEASE is its kernel"),
		OPT_HEADING("Other options:"),
		OPTS_INPUT(&c.tool.common),
		OPTS_THREADS(&c.tool.common),
		OPTS_PROGRESS(&c.tool.common),
		OPT_FLAG(0, "json", &c.tool.common.json,
			 "write one JSON document"),
		OPTS_COLOR(&c.tool.common),
		OPTS_COMMON(&c.tool.common),
		OPTS_END
	};
	int status;

	if (!tool_start(&c.tool, &info, opts, argc, argv, &status))
		return status;
	return tool_finish(&c.tool, run(&c));
}
