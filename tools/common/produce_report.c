/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/produce_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/input.h"
#include "common/table.h"
#include "common/units.h"

/* Ranges of lost frames that are shown without --verbose. */
#define LOST_SHOWN 16

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

void report_lost(void *ctx, const struct imgfmt_run *run)
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
void report_warning(void *ctx, const struct imgfmt_error *what)
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

void report_salvage(struct produce *p, const char *input,
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

/* Memory is what there was of it, as other tools count it too. */
static void tell_size(const struct produce *p, const char *output,
		      const struct imgfmt_convert_result *r, uint64_t ns)
{
	uint64_t left_out = r->excluded_pages * p->page_size;
	bool exact = p->tool->common.bytes;
	char rest[64] = "";

	if (left_out)
		snprintf(rest, sizeof(rest), "; %s of %s left out",
			 units_size(UNITS_BUF, left_out, exact),
			 units_size(UNITS_BUF, left_out + r->bytes_read,
				    exact));
	msg_summary(&p->tool->msg, output, "%s of memory as %s of %s (%s) in %s%s",
		    units_size(UNITS_BUF, r->bytes_read, exact),
		    describe(p, r),
		    units_size(UNITS_BUF, r->bytes_written, exact),
		    units_percent(UNITS_BUF, r->bytes_written, r->bytes_read),
		    units_duration(UNITS_BUF, ns), rest);
}

static void tell_segments(const struct produce *p, const char *output,
			  const struct imgfmt_convert_result *r)
{
	uint64_t pages = r->taken_back_pages;
	char back[96] = "";

	if (pages)
		snprintf(back, sizeof(back),
			 "; %" PRIu64 " page%s (%s) between them taken back",
			 pages, plural(pages),
			 units_size(UNITS_BUF, pages * p->page_size,
				    p->tool->common.bytes));
	msg_summary(&p->tool->msg, output, "%" PRIu64 " segment%s%s",
		    r->segments, plural(r->segments), back);
}

static void summarise(const struct produce *p, const char *output,
		      const struct imgfmt_convert_result *r, uint64_t ns)
{
	struct msg *m = &p->tool->msg;

	tell_size(p, output, r, ns);
	if (p->opts.signer)
		msg_summary(m, output, "signed by %s",
			    imgfmt_signer_subject(p->opts.signer));
	if (p->swap && is_taken_as_disk(p, output))
		msg_summary(m, output, "as the image of a disk; a swap file of this system needs --to-swap-file");
	if (p->opts.max_segments)
		tell_segments(p, output, r);
	if (r->resume_offset)
		msg_summary(m, output, "resume it with resume_offset=%" PRIu64,
			    r->resume_offset);
	msg_note(m, output, "pages: %" PRIu64 " stored, %" PRIu64
		 " zero, %" PRIu64 " excluded", r->stored_pages,
		 r->zero_pages, r->excluded_pages);
}

void report_dropped(struct produce *p, const struct imgfmt_image *image,
		    const struct imgfmt_convert_result *r)
{
	struct imgfmt_error what = {
		.status = IMGFMT_E_UNSIGNED,
		.offset = IMGFMT_NOWHERE,
		.pfn = IMGFMT_NOWHERE,
	};
	struct imgfmt_slot slot;
	unsigned int count = 0;

	if (p->opts.signer || p->dry_run)
		return;
	for (size_t i = 0; !imgfmt_image_slot(image, i, &slot); i++)
		count += slot.kind != 0;
	if (!count)
		return;
	snprintf(what.message, sizeof(what.message),
		 "its signature%s not copied: sign the output with imgsign%s",
		 count == 1 ? " is" : "s are",
		 is_native(p) && r->level == IMGFMT_SEALED ? "" :
							     " --detached");
	report_warning(p, &what);
}

void report_done(const struct produce *p, const char *input,
		 const char *output, const struct imgfmt_convert_result *r,
		 uint64_t ns)
{
	tell_recovery(p, input, r);
	summarise(p, output, r, ns);
}

void report_warnings_json(const struct produce *p)
{
	struct json *j = &p->tool->json;

	json_array(j, "warnings");
	for (size_t i = 0; i < p->warning_count; i++)
		json_error(j, NULL, &p->warnings[i]);
	json_end(j);
}

/* What was asked for, whichever option said it. */
static void exclude_json(const struct produce *p)
{
	struct json *j = &p->tool->json;

	json_array(j, "exclude");
	if (!(p->opts.flags & IMGFMT_CONVERT_KEEP_ZERO))
		json_string(j, NULL, "zero");
	for (int c = 0; c < IMGFMT_CLASSES; c++)
		if (p->opts.exclude & IMGFMT_EXCLUDE(c))
			json_string(j, NULL, imgfmt_class_name(c));
	json_end(j);
	if (p->level == PRODUCE_NO_LEVEL)
		json_null(j, "dump_level");
	else
		json_uint(j, "dump_level", p->level);
	json_string(j, "compat", p->compat == PRODUCE_MAKEDUMPFILE ?
					 "makedumpfile" : NULL);
}

void report_json(const struct produce *p, const char *output,
			const struct imgfmt_convert_result *r)
{
	struct json *j = &p->tool->json;
	bool native = is_native(p) && !p->dry_run;
	const struct imgfmt_signer *signer = p->opts.signer;

	json_string(j, "output", p->dry_run ? NULL : output);
	json_string(j, "to", p->opts.to);
	if (p->filters || p->dry_run) {
		json_bool(j, "dry_run", p->dry_run);
		json_uint(j, "page_size", p->page_size);
	}
	if (p->filters)
		exclude_json(p);
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
	report_warnings_json(p);
	json_string(j, "recovered", imgfmt_recovery_name((int)r->recovery));
	json_uint(j, "memory_size", r->bytes_read);
	json_uint(j, "image_size", r->bytes_written);
	if (p->swap)
		json_uint(j, "resume_offset", r->resume_offset);
}

static void plan_row(const struct produce *p, struct table *table,
		     const char *what, uint64_t pages, const char *fate)
{
	table_cell(table, "%s", what);
	table_cell(table, "%" PRIu64, pages);
	table_cell(table, "%s", units_size(UNITS_BUF, pages * p->page_size,
					   p->tool->common.bytes));
	table_cell(table, "%s", fate);
}

/* What is expected of the output; of a swap area, that it can have it. */
static void print_expected(const struct produce *p,
			   const struct imgfmt_convert_result *r)
{
	if (r->sampled_blocks)
		printf("\nabout %s as %s, in about %s (estimated from %" PRIu64 " blocks)\n",
		       units_size(UNITS_BUF, r->expected_bytes,
				  p->tool->common.bytes),
		       p->opts.to, units_duration(UNITS_BUF, r->expected_ns),
		       r->sampled_blocks);
	if (p->swap)
		printf("\ncan be written back to %s; nothing was written\n",
		       p->to_area ? p->output : "swap");
}

int report_plan(const struct produce *p, const struct imgfmt_convert_result *r)
{
	static const struct table_column columns[] = {
		{ "what", false }, { "pages", true }, { "bytes", true },
		{ "", false },
	};
	char left_out[64] = "";
	struct table table;

	table_start(&table, stdout, columns, 4, false);
	plan_row(p, &table, "stored", r->stored_pages, "kept");
	plan_row(p, &table, "zero", r->zero_pages, "kept, takes no room");
	for (int c = 0; c < IMGFMT_CLASSES; c++)
		if (r->pages_by_class[c])
			plan_row(p, &table, imgfmt_class_name(c),
				 r->pages_by_class[c], "left out");
	if (r->excluded_pages)
		snprintf(left_out, sizeof(left_out), "%s of it left out",
			 units_size(UNITS_BUF,
				    r->excluded_pages * p->page_size,
				    p->tool->common.bytes));
	plan_row(p, &table, "total", r->stored_pages + r->zero_pages +
					     r->excluded_pages, left_out);
	if (table_finish(&table))
		return -1;
	print_expected(p, r);
	return 0;
}
