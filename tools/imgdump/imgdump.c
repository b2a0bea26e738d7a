/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * imgdump: show what is in an image.
 */
#include "imgdump.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/input.h"
#include "common/jump_view.h"
#include "machine.h"
#include "pages.h"
#include "read.h"

typedef int section_fn(struct dump *d, struct imgfmt_error *err);

struct section {
	const char	*title;
	bool		 needs_end;	/* of an image on a pipe */
	section_fn	*text, *json;
	section_fn	*raw;		/* NULL: there are no bytes to show */
};

static const struct section sections[WHATS] = {
	[WHAT_SUMMARY] = { "Summary", true, text_summary, json_summary, NULL },
	[WHAT_HEADERS] = { "Headers", true, text_headers, json_headers, NULL },
	[WHAT_SEGMENTS] = { "Segments", false, text_segments, json_segments,
			    NULL },
	[WHAT_NOTES] = { "Notes", false, text_notes, json_notes, NULL },
	[WHAT_BACKUP_MAP] = { "Backup map", false, text_backup_map,
			      json_backup_map, NULL },
	[WHAT_MEMORY_MAP] = { "Memory map", false, text_memory_map,
			      json_memory_map, NULL },
	[WHAT_MAPPINGS] = { "Mappings", false, text_mappings, json_mappings,
			    NULL },
	[WHAT_VMCOREINFO] = { "VMCOREINFO", false, text_vmcoreinfo,
			      json_vmcoreinfo, raw_vmcoreinfo },
	[WHAT_DMESG] = { "Kernel log", true, text_dmesg, json_dmesg,
			 raw_dmesg },
	[WHAT_MANIFEST] = { "Manifest", true, text_manifest, json_manifest,
			    raw_manifest },
	[WHAT_PAGES] = { "Pages", true, text_pages, json_pages, NULL },
	[WHAT_READ] = { "Memory", false, text_read, json_read, raw_read },
};

static const struct opt_name view_words[] = {
	{ "original", IMGFMT_VIEW_ORIGINAL },
	{ "jump", IMGFMT_VIEW_JUMP },
	{ NULL, 0 }
};

int dump_error(struct imgfmt_error *err, int status, const char *fmt, ...)
{
	va_list ap;

	*err = (struct imgfmt_error){
		.status = status,
		.offset = IMGFMT_NOWHERE,
		.pfn = IMGFMT_NOWHERE,
	};
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	return status;
}

bool dump_usage(struct dump *d, const char *fmt, ...)
{
	struct imgfmt_error err = {
		.status = IMGFMT_E_USAGE,
		.offset = IMGFMT_NOWHERE,
		.pfn = IMGFMT_NOWHERE,
	};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.message, sizeof(err.message), fmt, ap);
	va_end(ap);
	tool_misuse(&d->tool, &err);
	return false;
}

int dump_view(const struct dump *d)
{
	return d->view ? d->view : d->info.view;
}

uint64_t dump_pages_size(const struct dump *d, uint64_t pages)
{
	return pages * d->info.page_size;
}

int dump_manifest(struct dump *d, void **ret, size_t *size_ret,
		  struct imgfmt_error *err)
{
	const struct imgfmt_manifest_opts opts = {
		.struct_size = sizeof(opts),
		.threads = tool_threads(&d->tool),
		.progress = { progress_update, &d->tool.progress },
	};
	int rc;

	progress_start(&d->tool.progress, "hashing");
	rc = imgfmt_manifest_make(d->image, &opts, ret, size_ret, err);
	progress_finish(&d->tool.progress);
	/* A pipe may tell of its end only that it has none. */
	return rc == IMGFMT_E_SEEK || (rc && d->damaged) ? IMGFMT_E_ABSENT :
							   rc;
}

static int print_section(struct dump *d, enum what what,
			 struct imgfmt_error *err)
{
	const struct section *s = &sections[what];

	d->wanted[what] = false;
	if (d->raw)
		return s->raw(d, err);
	if (d->tool.common.json)
		return s->json(d, err);
	if (d->titled)
		printf("%s%s%s\n\n", d->tool.color ? COLOR_BOLD : "", s->title,
		       d->tool.color ? COLOR_RESET : "");
	return s->text(d, err);
}

static bool need_end(const struct dump *d)
{
	if (!pages_need_pass(d))
		return false;
	for (size_t i = 0; i < WHATS; i++)
		if (d->wanted[i] && sections[i].needs_end)
			return true;
	return false;
}

static bool is_damage(int rc)
{
	return rc == IMGFMT_E_TRUNCATED || rc == IMGFMT_E_CORRUPT ||
	       rc == IMGFMT_E_DIGEST;
}

/* The status is that of a failure, but there is something to show. */
static void tell_damage(struct dump *d, const struct imgfmt_error *err)
{
	tool_fail(&d->tool, d->file, err);
	msg_hint(&d->tool.msg, "%s", d->info.sequential ?
		 "what came before the damage is shown" :
		 "what is intact is shown, and imgconv --salvage saves it");
	d->damaged = true;
}

/*
 * A pipe goes by once: its pages are shown while they pass, all else when the
 * end is known.
 */
static int pass_through(struct dump *d, struct imgfmt_error *err)
{
	bool show = d->wanted[WHAT_PAGES];
	int rc = show ? print_section(d, WHAT_PAGES, err) : pages_skip(d, err);

	imgfmt_image_info(d->image, &d->info);
	if (!is_damage(rc))
		return rc;
	tell_damage(d, err);
	return IMGFMT_OK;
}

static int print_sections(struct dump *d, struct imgfmt_error *err)
{
	bool text = d->titled && !d->tool.common.json;
	bool first = !need_end(d) || !d->wanted[WHAT_PAGES];
	int rc = need_end(d) ? pass_through(d, err) : IMGFMT_OK;

	for (int i = 0; i < WHATS && !rc; i++) {
		if (!d->wanted[i])
			continue;
		if (text && !first)
			putchar('\n');
		first = false;
		rc = print_section(d, (enum what)i, err);
	}
	return rc;
}

/* Of a damaged image, what is intact behind a front that is. */
static int open_image(struct dump *d, struct imgfmt_error *err)
{
	const char *operand = d->tool.operands[0];
	struct imgfmt_error other;
	int rc = input_open(&d->tool, operand, IMGFMT_OPEN_DAMAGED, &d->image,
			    err);

	if (!is_damage(rc) || !input_is_seekable(operand) ||
	    d->tool.common.trust.count)
		return rc;
	if (input_open(&d->tool, operand, IMGFMT_OPEN_SALVAGE, &d->image,
		       &other)) {
		if (other.status != IMGFMT_E_CANCELLED)
			return rc;
		*err = other;
		return other.status;
	}
	tell_damage(d, err);
	return IMGFMT_OK;
}

static int dump_image(struct dump *d, struct imgfmt_error *err)
{
	int rc = open_image(d, err);

	if (rc)
		return rc;
	d->info.struct_size = sizeof(d->info);
	imgfmt_image_info(d->image, &d->info);
	if ((d->wanted[WHAT_READ] || d->wanted[WHAT_DMESG]) &&
	    d->info.sequential)
		return dump_error(err, IMGFMT_E_SEEK,
				  "%s needs random access, and this is a pipe; use a file",
				  d->wanted[WHAT_READ] ? "--read" : "--dmesg");
	rc = print_sections(d, err);
	/* What could be shown was shown; that is not all of it. */
	if (!rc && !imgfmt_image_damage(d->image, err))
		rc = err->status;
	return rc;
}

static int run(struct dump *d)
{
	int status = EXIT_YES;
	struct imgfmt_error err;

	d->file = input_name(d->tool.operands[0]);
	json_string(&d->tool.json, "input", d->file);
	if (dump_image(d, &err)) {
		status = tool_fail(&d->tool, d->file, &err);
		if (d->image && err.status == IMGFMT_E_ABSENT)
			jump_view_hint(&d->tool.msg, d->image);
	} else if (d->damaged) {
		status = EXIT_NO;
	}
	imgfmt_kernel_free(d->kernel);
	imgfmt_image_unref(d->image);
	return status;
}

/* Options that mean something only together with others. */
static bool check_options(struct dump *d)
{
	size_t wanted = 0;
	bool has_raw = true;

	d->wanted[WHAT_READ] = d->reads.count;
	for (size_t i = 0; i < WHATS; i++) {
		wanted += d->wanted[i];
		has_raw &= !d->wanted[i] || sections[i].raw;
	}
	d->wanted[WHAT_SUMMARY] |= !wanted;
	d->titled = wanted > 1;
	if (d->machine_facts && (wanted || d->raw || d->view ||
				 d->vmcoreinfo_file || d->tool.noperands))
		return dump_usage(d, "--machine-facts goes with no image and nothing else to show");
	if (!d->machine_facts && !d->tool.noperands)
		return dump_usage(d, "missing operand");
	if (d->view && !d->wanted[WHAT_READ] && !d->wanted[WHAT_PAGES])
		return dump_usage(d, "--view needs --pages or --read");
	if ((d->virt || d->phys) && !d->wanted[WHAT_READ])
		return dump_usage(d, "--virt and --phys need --read");
	if (d->virt && (d->phys || d->view))
		return dump_usage(d, "--virt goes with neither --phys nor --view");
	if (d->raw && (wanted != 1 || !has_raw))
		return dump_usage(d, "--raw needs one of --read, --manifest, --vmcoreinfo and --dmesg, and nothing else");
	if (d->raw && d->tool.common.json)
		return dump_usage(d, "--raw and --json exclude each other");
	if (d->raw && !d->wanted[WHAT_VMCOREINFO] && isatty(STDOUT_FILENO))
		return dump_usage(d, "raw bytes are not written to a terminal");
	return read_parse(d);
}

/* What is wrong with the text is not about the image. */
static bool load_vmcoreinfo(struct dump *d)
{
	struct imgfmt_error err;

	if (!d->vmcoreinfo_file ||
	    !imgfmt_vmcoreinfo_load(d->vmcoreinfo_file, &d->vmcoreinfo,
				    &d->vmcoreinfo_size, &err))
		return true;
	tool_fail(&d->tool, d->vmcoreinfo_file, &err);
	return false;
}

static const struct tool_info tool_info = {
	.name = "imgdump",
	.synopsis = "[options] [WHAT ...] IMAGE\n[options] --machine-facts",
	.description = "Show what is in an image; - is standard input",
	.manual = "imgdump(1)",
	.operands_max = 1,
};

int main(int argc, char **argv)
{
	struct dump d = { 0 };
	const struct opt opts[] = {
		OPT_HEADING("What to show:"),
		OPT_FLAG(0, "summary", &d.wanted[WHAT_SUMMARY],
			 "show what the image is, the default"),
		OPT_FLAG(0, "headers", &d.wanted[WHAT_HEADERS],
			 "show the ELF header and the regions of the file"),
		OPT_FLAG(0, "segments", &d.wanted[WHAT_SEGMENTS],
			 "show the program headers"),
		OPT_FLAG(0, "notes", &d.wanted[WHAT_NOTES], "show the notes"),
		OPT_FLAG(0, "backup-map", &d.wanted[WHAT_BACKUP_MAP],
			 "show destination and backup frames"),
		OPT_FLAG(0, "memory-map", &d.wanted[WHAT_MEMORY_MAP],
			 "show the RAM of the machine"),
		OPT_FLAG(0, "mappings", &d.wanted[WHAT_MAPPINGS],
			 "show kernel addresses of physical ranges"),
		OPT_FLAG(0, "vmcoreinfo", &d.wanted[WHAT_VMCOREINFO],
			 "show what the kernel tells of itself"),
		OPT_FLAG(0, "dmesg", &d.wanted[WHAT_DMESG],
			 "show the kernel's log"),
		OPT_FLAG(0, "manifest", &d.wanted[WHAT_MANIFEST],
			 "show the bytes that a signature signs"),
		OPT_FLAG(0, "pages", &d.wanted[WHAT_PAGES],
			 "show runs of frames with state and class"),
		OPT_LIST(0, "read", "ADDR[:LEN]", &d.reads,
			 "show LEN (256) bytes at address ADDR"),
		OPT_FLAG(0, "machine-facts", &d.machine_facts,
			 "show what this machine is, for --machine elsewhere"),
		OPT_HEADING("How to show it:"),
		OPT_FLAG(0, "phys", &d.phys,
			 "addresses of --read are physical, the default"),
		OPT_FLAG(0, "virt", &d.virt,
			 "addresses of --read are the kernel's virtual ones"),
		OPT_WORD(0, "view", "VIEW", &d.view, view_words,
			 "show --pages and --read in VIEW"),
		OPT_FLAG(0, "raw", &d.raw, "write bytes as they are"),
		OPT_STRING(0, "use-vmcoreinfo", "FILE", &d.vmcoreinfo_file,
			   "take VMCOREINFO from FILE, not from the image"),
		OPTS_REPORT(&d.tool.common),
		OPTS_COLOR(&d.tool.common),
		OPTS_PROGRESS(&d.tool.common),
		OPT_HEADING("Common options:"),
		OPTS_INPUT(&d.tool.common),
		OPTS_COMMON(&d.tool.common),
		OPTS_END
	};
	int status = EXIT_TROUBLE;

	if (!tool_start(&d.tool, &tool_info, opts, argc, argv, &status))
		goto out;
	if (check_options(&d) && load_vmcoreinfo(&d))
		status = d.machine_facts ? machine_facts(&d.tool) : run(&d);
	status = tool_finish(&d.tool, status);
out:
	free(d.vmcoreinfo);
	free(d.spans);
	opt_list_fini(&d.reads);
	return status;
}
