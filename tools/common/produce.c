/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the command line to a finished image, the same way for every tool.
 */
#include "common/produce.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clash.h"
#include "common/exclude.h"
#include "common/given.h"
#include "common/input.h"
#include "common/jump_view.h"
#include "common/produce_report.h"
#include "common/spool.h"

const struct opt_name opts_view[] = {
	{ "original", IMGFMT_VIEW_ORIGINAL },
	{ "jump", IMGFMT_VIEW_JUMP },
	{ NULL, 0 }
};

/* ---- Safety of the input --------------------------------------------- */

/*
 * Writing would destroy what is still to be read.  An image that is named twice
 * does no harm, as the output has another name until it is complete; but not
 * so if it is written in @place.
 */
static bool is_input(const char *operand, const char *output, bool place)
{
	struct stat st;

	if (!place && strcmp(output, "-") &&
	    (stat(output, &st) || S_ISREG(st.st_mode)))
		return false;
	return clash_is_same(operand, output);
}

/* Nor is what options name ever an output, however it is written. */
static bool check_clash(struct produce *p, const char *operand,
			const char *output)
{
	const char *const more[] = {
		p->vmcoreinfo, p->also_read, p->area.extents,
		p->backup_map && strcmp(p->backup_map, PRODUCE_AUTO) ?
			p->backup_map : NULL,
	};

	if (p->dry_run && !p->to_area)
		return true;
	if (is_input(operand, output, p->swap)) {
		tool_usage(p->tool, "%s: is the output too",
			   input_name(operand));
		return false;
	}
	return clash_check(p->tool, output, &p->signing, more,
			   sizeof(more) / sizeof(more[0]));
}

/* ---- The work --------------------------------------------------------- */

static int fail(struct produce *p, const char *input, const char *output,
		const struct imgfmt_error *err)
{
	const char *extents = p->area.extents;
	struct imgfmt_error own;

	if (err->status == IMGFMT_E_USAGE)
		return tool_misuse(p->tool, err);
	if (extents && msg_is_about(err, extents, &own))
		return tool_fail(p->tool, extents, &own);
	if (msg_is_about(err, output, &own))
		return tool_fail(p->tool, output, &own);
	return tool_fail(p->tool, input, err);
}

/* The worst that a failure can do; true of whatever failed. */
static void tell_wiped(struct tool *t, const char *output)
{
	json_bool(&t->json, "output_wiped", true);
	msg_error(&t->msg, output, "what the device held is gone, and it "
		  "holds no image now");
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Of a dry run, which writes nothing. */
static int refuse_write(void *ctx, const void *buf, size_t len)
{
	(void)ctx;
	(void)buf;
	(void)len;
	return -EBADF;
}

static int open_output(struct produce *p, const char *path,
		       struct imgfmt_output **ret, struct imgfmt_error *err)
{
	uint32_t flags = p->tool->common.force ? IMGFMT_OUTPUT_FORCE : 0;

	if (p->dry_run && !p->to_area)
		return imgfmt_output_fn(refuse_write, NULL, "dry run", ret,
					err);
	if (p->swap) {
		p->area.struct_size = sizeof(p->area);
		p->area.flags |= flags;
		return imgfmt_output_swap(path, &p->area, ret, err);
	}
	if (!strcmp(path, "-"))
		return imgfmt_output_fd(STDOUT_FILENO, "standard output", ret,
					err);
	return imgfmt_output_path(path, flags, ret, err);
}

static void fill_opts(struct produce *p)
{
	struct imgfmt_convert_opts *o = &p->opts;

	o->struct_size = sizeof(*o);
	o->threads = tool_threads(p->tool);
	o->view = (uint32_t)p->view;
	if (p->content_digests)
		o->flags |= IMGFMT_CONVERT_CONTENT_DIGESTS;
	if (p->salvage)
		o->flags |= IMGFMT_CONVERT_SALVAGE;
	if (p->dry_run)
		o->flags |= IMGFMT_CONVERT_DRY_RUN;
	if (p->implausible)
		o->flags |= IMGFMT_CONVERT_IMPLAUSIBLE;
	if (p->used)
		o->flags |= IMGFMT_CONVERT_USED;
	if (p->elsewhere)
		o->flags |= IMGFMT_CONVERT_ELSEWHERE;
	o->progress.fn = progress_update;
	o->progress.ctx = &p->tool->progress;
	o->lost = report_lost;
	o->lost_ctx = p;
	o->caution = report_warning;
	o->caution_ctx = p;
}

/*
 * An image that no area can have: that comes before what is wrong with this
 * one, or --force would be tried in vain.
 */
static void cannot_be_written_back(const struct produce *p,
				   struct imgfmt_image *image,
				   struct imgfmt_error *err)
{
	struct imgfmt_convert_result result = {
		.struct_size = sizeof(result),
	};
	struct imgfmt_convert_opts opts = p->opts;
	struct imgfmt_output *none;
	struct imgfmt_error why;
	int rc = imgfmt_output_fn(refuse_write, NULL, "nowhere", &none, &why);

	if (rc)
		return;
	opts.flags |= IMGFMT_CONVERT_DRY_RUN;
	opts.caution = NULL;
	opts.lost = NULL;
	opts.progress.fn = NULL;
	rc = imgfmt_convert(image, &opts, none, &result, &why);
	imgfmt_output_free(none);
	if (rc == IMGFMT_E_UNFIT)
		*err = why;
}

static int convert(struct produce *p, struct imgfmt_image *image,
		   const char *input, const char *path)
{
	struct imgfmt_convert_result result = {
		.struct_size = sizeof(result),
	};
	const char *output = p->dry_run && !p->to_area ? "dry run" :
			     strcmp(path, "-") ? path : "standard output";
	struct tool *t = p->tool;
	struct imgfmt_output *out;
	struct imgfmt_error err;
	uint64_t start = now_ns();
	bool wiped;
	int status;
	int rc = open_output(p, path, &out, &err);

	if (rc) {
		if (p->swap)
			cannot_be_written_back(p, image, &err);
		return fail(p, input, output, &err);
	}
	json_array(&t->json, "lost");
	progress_start(&t->progress, NULL);
	rc = imgfmt_convert(image, &p->opts, out, &result, &err);
	wiped = rc && imgfmt_output_wiped(out);
	imgfmt_output_free(out);
	progress_finish(&t->progress);
	json_end(&t->json);
	if (rc) {
		report_warnings_json(p);
		status = fail(p, input, output, &err);
		if (result.doubts)
			msg_hint(&t->msg, "--allow-implausible writes it all the same, with the pages in doubt");
		if (wiped)
			tell_wiped(t, output);
		return status;
	}
	report_dropped(p, image, &result);
	report_json(p, output, &result);
	report_salvage(p, input, &result);
	if (!p->dry_run) {
		report_done(p, input, output, &result, now_ns() - start);
	} else if (!t->common.json && report_plan(p, &result)) {
		err = (struct imgfmt_error){
			.status = IMGFMT_E_NOMEM,
			.message = "no memory for a table",
		};
		return tool_fail(t, NULL, &err);
	}
	return result.lost_pages || result.unverified || result.doubts ?
		       EXIT_NO : EXIT_YES;
}

/* The image is open; sign, if asked to, and convert. */
static int sign_and_convert(struct produce *p, struct imgfmt_image *image,
			    const char *input, const char *output)
{
	struct imgfmt_signer *signer;
	int status;

	if (!signing_load(p->tool, &p->signing, "sign-", &signer, &status))
		return status;
	/* A dry run only proves the key. */
	p->opts.signer = p->dry_run ? NULL : signer;
	status = convert(p, image, input, output);
	p->opts.signer = NULL;
	imgfmt_signer_free(signer);
	return status;
}

/* What is said of the swap area that is written to. */
static bool take_area(struct produce *p)
{
	struct imgfmt_swap_opts *a = &p->area;

	if (p->swap_file)
		a->flags |= IMGFMT_SWAP_FILE;
	if (p->disk_image)
		a->flags |= IMGFMT_SWAP_DISK_IMAGE;
	if (p->swap)
		return true;
	if (a->offset || a->resume_offset || a->extents || a->flags)
		tool_usage(p->tool, "--to-offset, --to-resume-offset, --to-extents, --to-swap-file and --to-disk-image are for --to=swsusp");
	else if (p->elsewhere)
		tool_usage(p->tool, "--elsewhere is for --to=swsusp");
	else if (p->used && strcmp(p->opts.to, "snapshot"))
		tool_usage(p->tool, "--used is for --to=swsusp and --to=snapshot");
	else
		return true;
	return false;
}

/*
 * What pages were used for is told by the memory, which is not to be read from
 * its beginning to its end.
 */
static bool spool_input(struct produce *p, const char *operand, int *exit_ret)
{
	uint32_t by_memory = p->opts.exclude & ~IMGFMT_EXCLUDE(IMGFMT_KEXEC);

	if (!p->spool || !(by_memory || p->opts.vmcoreinfo ||
			   p->opts.flags & IMGFMT_CONVERT_FIND_BACKUP_MAP) ||
	    input_is_seekable(operand))
		return true;
	p->tool->spool = spool_operand(p->tool, operand, p->spool, exit_ret);
	return p->tool->spool >= 0;
}

static int open_and_convert(struct produce *p, const char *operand,
			    const char *output)
{
	uint32_t flags = p->salvage ? IMGFMT_OPEN_SALVAGE : 0;
	struct imgfmt_info info = { .struct_size = sizeof(info) };
	const char *input = input_name(operand);
	struct imgfmt_image *image;
	struct imgfmt_error err;
	int status;

	if (!spool_input(p, operand, &status))
		return status;
	if (input_open(p->tool, operand, flags, &image, &err)) {
		status = fail(p, input, output, &err);
	} else {
		imgfmt_image_info(image, &info);
		p->page_size = info.page_size;
		status = sign_and_convert(p, image, input, output);
		if (!p->backup_map && !p->salvage)
			jump_view_hint(&p->tool->msg, image);
		imgfmt_image_unref(image);
	}
	if (p->tool->spool)
		close(p->tool->spool);
	return status;
}

static int produce(struct produce *p, const char *operand)
{
	const char *output = p->dry_run ? p->tool->common.output :
					  tool_output(p->tool);
	int status;

	p->to_area = p->dry_run && p->swap && output;
	if (p->dry_run && !p->swap && output)
		return tool_usage(p->tool, "--dry-run writes nothing, so there is no -o");
	if (p->dry_run && !output)
		output = "-";
	if (!output || !exclude_take(p))
		return EXIT_TROUBLE;
	if (!take_area(p))
		return EXIT_TROUBLE;
	if (p->swap && (!p->dry_run || p->to_area) && !strcmp(output, "-"))
		return tool_usage(p->tool, "--to=%s wants -o with a swap area",
				  p->opts.to);
	if (!check_clash(p, operand, output))
		return EXIT_TROUBLE;
	p->output = output;
	fill_opts(p);
	if (given_load(p, &status))
		status = open_and_convert(p, operand, output);
	given_free(p);
	return status;
}

void produce_list_formats(uint32_t flags,
			  struct opt_name words[PRODUCE_FORMATS_MAX + 1])
{
	size_t count = 0;
	const char *name;

	for (unsigned int i = 0; (name = imgfmt_sink_name_at(i)) &&
				 count < PRODUCE_FORMATS_MAX; i++)
		if ((imgfmt_sink_flags(name) & flags) == flags)
			words[count++] = (struct opt_name){ name, (int)i };
}

void produce_begin(struct produce *p, const char *operand)
{
	json_string(&p->tool->json, "input", input_name(operand));
}

int produce_run(struct produce *p, const char *operand)
{
	int status = produce(p, operand);

	opt_list_fini(&p->exclude);
	return status;
}
