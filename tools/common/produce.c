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
#include "common/spool.h"
#include "common/table.h"
#include "common/units.h"

/* Ranges of lost frames that are shown without --verbose. */
#define LOST_SHOWN 16

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

	if (p->dry_run)
		return true;
	if (is_input(operand, output, p->swap)) {
		tool_usage(p->tool, "%s: is the output too",
			   input_name(operand));
		return false;
	}
	return clash_check(p->tool, output, &p->signing, more,
			   sizeof(more) / sizeof(more[0]));
}

/* ---- The report ------------------------------------------------------ */

static void tell_lost(void *ctx, const struct imgfmt_run *run)
{
	struct produce *p = ctx;
	struct tool *t = p->tool;

	json_object(&t->json, NULL);
	json_uint(&t->json, "pfn", run->pfn);
	json_uint(&t->json, "pages", run->pages);
	json_end(&t->json);
	if (p->lost_ranges++ < LOST_SHOWN || t->common.verbose)
		msg_warning(&t->msg, input_name(t->operands[0]),
			    "lost: frames 0x%" PRIx64 " to 0x%" PRIx64,
			    run->pfn, run->pfn + run->pages - 1);
}

/* Told at once, and kept for the document, where a list is open. */
static void take_warning(void *ctx, const struct imgfmt_error *what)
{
	struct produce *p = ctx;
	const char *file = input_name(p->tool->operands[0]);
	struct imgfmt_error own = *what;

	if (msg_is_about(what, p->output, &own))
		file = p->output;
	msg_caution(&p->tool->msg, file, &own);
	if (p->warning_count < PRODUCE_WARNINGS)
		p->warnings[p->warning_count++] = *what;
}

static void summarise_salvage(struct produce *p, const char *input,
			      const struct imgfmt_convert_result *r)
{
	struct tool *t = p->tool;

	if (p->lost_ranges > LOST_SHOWN && !t->common.verbose)
		msg_warning(&t->msg, input, "and %" PRIu64 " ranges more, "
			    "which --verbose shows",
			    p->lost_ranges - LOST_SHOWN);
	if (r->lost_pages)
		msg_warning(&t->msg, input, "%" PRIu64 " pages are lost",
			    r->lost_pages);
	if (r->unverified)
		msg_warning(&t->msg, input, "there is nothing to verify "
			    "the saved pages by");
}

/* An image of this format has a level. */
static bool is_native(const struct produce *p)
{
	return !strcmp(p->opts.to, "packed") || !strcmp(p->opts.to, "plain");
}

static const char *describe(const struct produce *p,
			    const struct imgfmt_convert_result *r)
{
	if (p->swap)
		return "a hibernation image";
	if (!strcmp(p->opts.to, "snapshot"))
		return "a hibernation stream";
	if (!is_native(p))
		return "an ELF core";
	return r->level == IMGFMT_SEALED ? "a sealed image" :
					   "a streamed image";
}

/* What a debugger will miss, of a memory that it could have told. */
static void tell_recovery(const struct produce *p, const char *input,
			  const struct imgfmt_convert_result *r)
{
	struct msg *m = &p->tool->msg;

	if (r->recovery == IMGFMT_RECOVERED_NOTHING)
		msg_warning(m, input, "the memory has no VMCOREINFO: debuggers will not find the kernel in the output");
	else if (r->recovery == IMGFMT_RECOVERED_NOTE)
		msg_warning(m, input, "the page tables do not tell the kernel's addresses: the output has none");
	else if (r->recovery == IMGFMT_RECOVERED)
		msg_note(m, input, "VMCOREINFO and addresses of the kernel were found in the memory");
}

/*
 * A swap file looks the same, but no kernel finds the pages of an image that
 * was written as if it were a device.
 */
static bool is_taken_as_disk(const struct produce *p, const char *output)
{
	struct stat st;

	return !p->area.offset && !p->area.extents &&
	       !(p->area.flags & (IMGFMT_SWAP_FILE | IMGFMT_SWAP_DISK_IMAGE)) &&
	       !stat(output, &st) && S_ISREG(st.st_mode);
}

static void summarise(const struct produce *p, const char *output,
		      const struct imgfmt_convert_result *r, uint64_t ns)
{
	struct msg *m = &p->tool->msg;
	bool exact = p->tool->common.bytes;

	msg_summary(m, output, "%s of memory as %s of %s (%s) in %s",
		    units_size(UNITS_BUF, r->bytes_read, exact),
		    describe(p, r),
		    units_size(UNITS_BUF, r->bytes_written, exact),
		    units_percent(UNITS_BUF, r->bytes_written, r->bytes_read),
		    units_duration(UNITS_BUF, ns));
	if (p->opts.signer)
		msg_summary(m, output, "signed by %s",
			    imgfmt_signer_subject(p->opts.signer));
	if (p->swap && is_taken_as_disk(p, output))
		msg_summary(m, output, "as the image of a disk; a swap file of this system needs --to-swap-file");
	if (p->opts.max_segments)
		msg_summary(m, output, "%" PRIu64 " segments; %" PRIu64
			    " pages (%s) between them were taken back",
			    r->segments, r->taken_back_pages,
			    units_size(UNITS_BUF, r->taken_back_pages *
						  p->page_size, exact));
	if (r->resume_offset)
		msg_summary(m, output, "resume it with resume_offset=%" PRIu64,
			    r->resume_offset);
	msg_note(m, output, "pages: %" PRIu64 " stored, %" PRIu64
		 " zero, %" PRIu64 " excluded", r->stored_pages,
		 r->zero_pages, r->excluded_pages);
}

static void warnings_json(const struct produce *p)
{
	struct json *j = &p->tool->json;

	json_array(j, "warnings");
	for (size_t i = 0; i < p->warning_count; i++)
		json_error(j, NULL, &p->warnings[i]);
	json_end(j);
}

static void report_json(const struct produce *p, const char *output,
			const struct imgfmt_convert_result *r)
{
	struct json *j = &p->tool->json;
	bool native = is_native(p) && !p->dry_run;
	const struct imgfmt_signer *signer = p->opts.signer;

	json_string(j, "output", p->dry_run ? NULL : output);
	json_string(j, "to", p->opts.to);
	if (p->filters) {
		json_bool(j, "dry_run", p->dry_run);
		json_uint(j, "page_size", p->page_size);
	}
	if (p->dry_run) {
		json_object(j, "expected");
		json_uint(j, "image_size", r->expected_bytes);
		json_uint(j, "milliseconds", r->expected_ns / 1000000);
		json_uint(j, "sampled_blocks", r->sampled_blocks);
		json_end(j);
	}
	if (p->opts.max_segments) {
		if (!p->dry_run)
			json_uint(j, "segments", r->segments);
		json_uint(j, "taken_back_pages", r->taken_back_pages);
	}
	json_string(j, "level", native ? imgfmt_level_name((int)r->level) :
					 NULL);
	if (!native)
		json_null(j, "uuid");
	else
		json_hex(j, "uuid", r->uuid, sizeof(r->uuid));
	json_string(j, "signer",
		    signer && native ? imgfmt_signer_subject(signer) : NULL);
	json_uint(j, "stored_pages", r->stored_pages);
	json_uint(j, "zero_pages", r->zero_pages);
	json_uint(j, "excluded_pages", r->excluded_pages);
	json_object(j, "excluded_by_class");
	for (int c = 0; c < IMGFMT_CLASSES; c++)
		if (r->pages_by_class[c])
			json_uint(j, imgfmt_class_name(c),
				  r->pages_by_class[c]);
	json_end(j);
	json_uint(j, "lost_pages", r->lost_pages);
	json_bool(j, "unverified", r->unverified);
	warnings_json(p);
	json_string(j, "recovered", imgfmt_recovery_name((int)r->recovery));
	json_uint(j, "memory_size", r->bytes_read);
	json_uint(j, "image_size", r->bytes_written);
	if (p->swap)
		json_uint(j, "resume_offset", r->resume_offset);
}

static void plan_row(const struct produce *p, struct table *table,
		     const char *what, uint64_t pages)
{
	table_cell(table, "%s", what);
	table_cell(table, "%" PRIu64, pages);
	table_cell(table, "%s", units_size(UNITS_BUF, pages * p->page_size,
					   p->tool->common.bytes));
}

/* Of a dry run: what there is to store and what would be left out. */
static int print_plan(const struct produce *p,
		      const struct imgfmt_convert_result *r)
{
	static const struct table_column columns[] = {
		{ "what", false }, { "pages", true }, { "bytes", true },
	};
	struct table table;

	table_start(&table, stdout, columns, 3, false);
	plan_row(p, &table, "stored", r->stored_pages);
	plan_row(p, &table, "zero", r->zero_pages);
	for (int c = 0; c < IMGFMT_CLASSES; c++)
		if (r->pages_by_class[c])
			plan_row(p, &table, imgfmt_class_name(c),
				 r->pages_by_class[c]);
	if (table_finish(&table))
		return -1;
	if (r->sampled_blocks)
		printf("\nabout %s as %s, in about %s (estimated from %" PRIu64 " blocks)\n",
		       units_size(UNITS_BUF, r->expected_bytes,
				  p->tool->common.bytes),
		       p->opts.to, units_duration(UNITS_BUF, r->expected_ns),
		       r->sampled_blocks);
	return 0;
}

/* ---- The work --------------------------------------------------------- */

static int fail(struct produce *p, const char *input, const char *output,
		const struct imgfmt_error *err)
{
	struct imgfmt_error own;

	if (err->status == IMGFMT_E_USAGE)
		return tool_misuse(p->tool, err);
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

	if (p->dry_run)
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
	o->lost = tell_lost;
	o->lost_ctx = p;
	o->caution = take_warning;
	o->caution_ctx = p;
}

static int convert(struct produce *p, struct imgfmt_image *image,
		   const char *input, const char *path)
{
	struct imgfmt_convert_result result = {
		.struct_size = sizeof(result),
	};
	const char *output = p->dry_run ? "dry run" :
			     strcmp(path, "-") ? path : "standard output";
	struct tool *t = p->tool;
	struct imgfmt_output *out;
	struct imgfmt_error err;
	uint64_t start = now_ns();
	bool wiped;
	int status;
	int rc = open_output(p, path, &out, &err);

	if (rc)
		return fail(p, input, output, &err);
	json_array(&t->json, "lost");
	progress_start(&t->progress, NULL);
	rc = imgfmt_convert(image, &p->opts, out, &result, &err);
	wiped = rc && imgfmt_output_wiped(out);
	imgfmt_output_free(out);
	progress_finish(&t->progress);
	json_end(&t->json);
	if (rc) {
		warnings_json(p);
		status = fail(p, input, output, &err);
		if (result.doubts)
			msg_hint(&t->msg, "--allow-implausible writes it all the same, with the pages in doubt");
		if (wiped)
			tell_wiped(t, output);
		return status;
	}
	report_json(p, output, &result);
	summarise_salvage(p, input, &result);
	if (!p->dry_run) {
		tell_recovery(p, input, &result);
		summarise(p, output, &result, now_ns() - start);
	} else if (!t->common.json && print_plan(p, &result)) {
		err = (struct imgfmt_error){
			.status = IMGFMT_E_NOMEM,
			.message = "no memory for a table",
		};
		return tool_fail(t, NULL, &err);
	}
	return result.lost_pages || result.unverified || result.doubts ?
		       EXIT_NO : EXIT_YES;
}

/* A signature is of one image: the output is another. */
static void tell_dropped(struct produce *p, const char *input,
			 const struct imgfmt_image *image)
{
	struct imgfmt_slot slot;
	unsigned int count = 0;

	for (size_t i = 0; !imgfmt_image_slot(image, i, &slot); i++)
		count += slot.kind != 0;
	if (count && !p->opts.signer && !p->dry_run)
		msg_warning(&p->tool->msg, input, "its signature%s not kept: what is written is another image, sign it anew",
			    count == 1 ? " is" : "s are");
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
	tell_dropped(p, input, image);
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
		imgfmt_image_unref(image);
	}
	if (p->tool->spool)
		close(p->tool->spool);
	return status;
}

static int produce(struct produce *p, const char *operand)
{
	const char *output = p->dry_run ? "-" : tool_output(p->tool);
	int status;

	if (!output || !exclude_take(p))
		return EXIT_TROUBLE;
	if (!take_area(p))
		return EXIT_TROUBLE;
	if (p->swap && !strcmp(output, "-"))
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
