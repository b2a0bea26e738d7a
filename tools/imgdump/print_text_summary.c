/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The summary as text: what is it, can it be resumed, what is in it.
 */
#include <inttypes.h>
#include <string.h>

#include "common/text.h"
#include "facts.h"

#define FACT_BYTES_MAX 64

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/*
 * An image of a crash dump has the same kind as one of a hibernated system; what
 * tells them apart is that nothing leads back into it.
 */
static const char *kind_words(const struct dump *d, const struct facts *f)
{
	const char *name = imgfmt_kind_name(d->info.kind);

	if (!d->info.has_info)
		return d->info.description;
	if (d->info.kind == IMGFMT_HIBERNATED_SYSTEM && !d->info.entry &&
	    !f->was_in_swap)
		return "memory of a system, not said whether hibernated";
	return name ? name : "unknown";
}

static void print_format(struct dump *d, struct table *t)
{
	const struct imgfmt_info *i = &d->info;

	if (!i->has_info)
		table_pair(t, "Format", "%s, %s", i->format,
			   i->has_checksum ? "one CRC over all pages" :
					     "no digests");
	else if (i->level == IMGFMT_BARE)
		table_pair(t, "Format", "imgfmt %u.%u, bare, no digests",
			   i->version_major, i->version_minor);
	else
		table_pair(t, "Format",
			   "imgfmt %u.%u, %s, %s, %" PRIu64 " block%s of %" PRIu32 " page%s",
			   i->version_major, i->version_minor,
			   imgfmt_level_name(i->level),
			   imgfmt_profile_name(i->profile), i->block_count,
			   plural(i->block_count), i->block_pages,
			   plural(i->block_pages));
}

/* Where the kernel lies, as far as its own memory shows. */
static void print_addresses(struct table *t, const struct facts *f)
{
	const struct imgfmt_kernel_info *k = &f->kernel;

	if (!f->has_kernel || !k->translates)
		return;
	if (k->has_kaslr_offset)
		table_pair(t, "KASLR offset", "0x%" PRIx64, k->kaslr_offset);
	if (k->has_phys_base)
		/* Below 0 where the kernel lies lower than it was linked. */
		table_pair(t, "Physical base", "%s0x%" PRIx64,
			   (int64_t)k->phys_base < 0 ? "-" : "",
			   (int64_t)k->phys_base < 0 ? -k->phys_base :
						       k->phys_base);
	if (k->has_page_offset)
		table_pair(t, "Direct map", "0x%" PRIx64, k->page_offset);
}

static void print_kernel(struct dump *d, struct table *t, const struct facts *f)
{
	const struct imgfmt_info *i = &d->info;
	const char *machine = imgfmt_machine_name(i->machine);

	table_pair(t, "Kernel", "%s", *f->release ? f->release : "unknown");
	if (*f->version)
		table_pair(t, "Version", "%s", f->version);
	if (machine)
		table_pair(t, "Architecture", "%s, %s-endian", machine,
			   i->big_endian ? "big" : "little");
	else
		table_pair(t, "Architecture", "ELF machine %u, %s-endian",
			   i->machine, i->big_endian ? "big" : "little");
	table_pair(t, "Saved", "%s",
		   i->time ? units_time(UNITS_BUF, (int64_t)i->time) :
			     "unknown");
	print_addresses(t, f);
}

static void print_size(struct dump *d, struct table *t, const struct facts *f)
{
	uint64_t memory = f->memory_size, image = d->info.image_size;
	uint64_t tenths;

	table_pair(t, "Memory", "%s, %" PRIu64 " page%s of %s",
		   DUMP_SIZE(d, memory), f->pages, plural(f->pages),
		   DUMP_SIZE(d, d->info.page_size));
	if (!image) {
		table_pair(t, "Image size", "unknown");
		return;
	}
	tenths = memory * 10 / image;
	if (tenths <= 10)
		table_pair(t, "Image size", "%s", DUMP_SIZE(d, image));
	else
		table_pair(t, "Image size",
			   "%s, %" PRIu64 ".%" PRIu64 " times smaller than memory",
			   DUMP_SIZE(d, image), tenths / 10, tenths % 10);
}

static void print_backup(struct table *t, const struct facts *f)
{
	if (!f->backup_runs)
		table_pair(t, "Backup map", "none");
	else
		table_pair(t, "Backup map",
			   "%" PRIu64 " page%s in %" PRIu64 " run%s, %" PRIu64 " in place",
			   f->backup_pages, plural(f->backup_pages),
			   f->backup_runs, plural(f->backup_runs),
			   f->in_place_pages);
}

static void print_view(struct dump *d, struct table *t, const struct facts *f)
{
	const struct imgfmt_info *i = &d->info;

	if (!i->has_info)
		table_pair(t, "View", "unknown, taken as original");
	else if (i->view == IMGFMT_VIEW_JUMP)
		table_pair(t, "View", "jump, addresses as during the jump");
	else
		table_pair(t, "View",
			   "original, addresses as the saved system knew them");
	print_backup(t, f);
	if (i->entry)
		table_pair(t, "Entry", "0x%" PRIx64, i->entry);
	else
		table_pair(t, "Entry", "none");
}

static void print_resumable(struct table *t, const struct facts *f)
{
	if (!f->obstacle_count)
		table_pair(t, "Resumable", "yes, as far as the image says");
	for (size_t i = 0; i < f->obstacle_count; i++) {
		if (!i) {
			table_pair(t, "Resumable", "no: %s",
				   f->obstacles[i].sentence);
			continue;
		}
		table_cell(t, "%s", "");
		table_cell(t, "    %s", f->obstacles[i].sentence);
	}
	if (f->from_swap) {
		table_cell(t, "%s", "");
		table_cell(t, "    but from swap, once written back there");
	}
}

static void print_resume_record(struct table *t, const struct facts *f)
{
	const struct imgfmt_resume *r = &f->resume;
	const char *state = imgfmt_resume_state_name((int)r->state);

	if (!f->has_resume) {
		table_pair(t, "Resume record", "none");
		return;
	}
	if (!r->count) {
		table_pair(t, "Resume record", "%s", state);
		return;
	}
	table_pair(t, "Resume record", "%s since %s%s%s%s%s, %" PRIu32 " change%s",
		   state,
		   r->time ? units_time(UNITS_BUF, (int64_t)r->time) :
			     "an unknown time",
		   *r->who ? " by " : "", r->who, *r->reason ? ": " : "",
		   r->reason, r->count, plural(r->count));
}

static void print_free_policy(struct dump *d, struct table *t)
{
	static const char *const words[] = {
		[IMGFMT_FREE_UNKNOWN] = "unknown what they must hold on resume",
		[IMGFMT_FREE_ANYTHING] = "may hold anything on resume",
		[IMGFMT_FREE_ZERO] = "must be zero on resume",
	};
	const struct imgfmt_info *i = &d->info;

	if (!i->has_info)
		return;
	if (i->free_policy <= IMGFMT_FREE_ZERO)
		table_pair(t, "Free pages", "%s", words[i->free_policy]);
	else
		table_pair(t, "Free pages", "must hold 0x%02x on resume",
			   i->poison);
}

static void print_uuid(const char *name, const uint8_t *uuid, struct table *t)
{
	char text[FACTS_UUID_TEXT];

	table_pair(t, name, "%s",
		   facts_any(uuid, 16) ? facts_uuid(text, uuid) : "none");
}

static void print_proof(struct dump *d, struct table *t, const struct facts *f)
{
	if (f->slots)
		table_pair(t, "Signatures", "%zu of %zu slots in use",
			   f->slots_used, f->slots);
	else
		table_pair(t, "Signatures", "none");
	if (d->info.level != IMGFMT_BARE)
		table_pair(t, "Content digests", "%s",
			   d->info.has_content_digests ? "yes" : "no");
	print_uuid("UUID", d->info.uuid, t);
}

/* For those who ask for more: what programs compare. */
static void print_details(struct dump *d, struct table *t)
{
	const struct imgfmt_info *i = &d->info;
	char root[2 * sizeof(i->root) + 1], *p = root;

	for (size_t n = 0; n < sizeof(i->root); n++)
		p += sprintf(p, "%02x", i->root[n]);
	table_pair(t, "Root", "%s",
		   facts_any(i->root, sizeof(i->root)) ? root : "none");
	table_pair(t, "Page data", "%s", DUMP_SIZE(d, i->data_size));
	table_pair(t, "Highest frame", "0x%" PRIx64,
		   i->max_pfn ? i->max_pfn - 1 : 0);
	table_pair(t, "Features",
		   "incompatible 0x%" PRIx64 ", read-compatible 0x%" PRIx64 ", ignorable 0x%" PRIx64,
		   i->incompatible, i->read_compatible, i->ignorable);
}

static void print_counts(struct dump *d, struct table *t,
			 const struct facts *f, const char *state,
			 uint64_t pages)
{
	table_cell(t, "%s", state);
	table_cell(t, "%" PRIu64, pages);
	table_cell(t, "%s", DUMP_SIZE(d, dump_pages_size(d, pages)));
	table_cell(t, "%s", units_percent(UNITS_BUF, pages, f->pages));
}

static int print_pages(struct dump *d, const struct facts *f,
		       struct imgfmt_error *err)
{
	static const struct table_column columns[] = {
		{ "STATE", false }, { "PAGES", true },
		{ "SIZE", true },   { "SHARE", true },
	};
	const struct imgfmt_info *i = &d->info;
	struct table t;

	text_table(d, &t, columns, sizeof(columns) / sizeof(*columns));
	if (f->split_known) {
		print_counts(d, &t, f, "stored", i->stored_pages);
		print_counts(d, &t, f, "zero", i->zero_pages);
	} else {
		print_counts(d, &t, f, "stored or zero", i->present_pages);
	}
	if (i->excluded_pages)
		print_counts(d, &t, f, "excluded", i->excluded_pages);
	for (int c = 0; c < IMGFMT_CLASSES; c++) {
		char name[32];

		snprintf(name, sizeof(name), "  class %s",
			 imgfmt_class_name(c));
		if (i->excluded_by_class[c])
			print_counts(d, &t, f, name, i->excluded_by_class[c]);
	}
	return text_table_end(&t, err);
}

/* Words of names that are no words of a title, the longer ones first. */
static const struct {
	const char *name, *title;
} words[] = {
	{ "jump_address_phys", "jump address (physical)" },
	{ "num_physpages", "physical pages" },
	{ "uts_version", "version" },
	{ "version_code", "version code" },
	{ "sleep_cpu_mpidr", "MPIDR of the sleeping CPU" },
	{ "ttbr1_el1", "TTBR1_EL1" },
	{ "crc32", "CRC32" },
	{ "uuid", "UUID" },
	{ "cr3", "CR3" },
};

/* The words of a title that @name begins with; *@len: what they stand for. */
static const char *next_words(const char *name, size_t *len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		*len = strlen(words[i].name);
		if (!strncmp(name, words[i].name, *len) &&
		    (!name[*len] || name[*len] == '_'))
			return words[i].title;
	}
	*len = strcspn(name, "_");
	return NULL;
}

/* A name as a title: "swap_uuid" is "Swap UUID". */
static const char *title(char *buf, size_t size, const char *name)
{
	size_t used = 0, len;

	*buf = '\0';
	for (; *name && used < size - 1; name += len + (name[len] == '_')) {
		const char *text = next_words(name, &len);

		snprintf(buf + used, size - used, "%.*s%s",
			 (int)(text ? strlen(text) : len), text ? text : name,
			 name[len] ? " " : "");
		used = strlen(buf);
	}
	if (*buf >= 'a' && *buf <= 'z')
		*buf -= 'a' - 'A';
	return buf;
}

static void print_fact(struct dump *d, struct table *t,
		       const struct imgfmt_fact *f)
{
	const uint8_t *bytes = f->bytes;
	char name[64], text[2 * FACT_BYTES_MAX + 1], *p = text;
	size_t shown = f->size < FACT_BYTES_MAX ? f->size : FACT_BYTES_MAX;

	title(name, sizeof(name), f->name);
	switch (f->kind) {
	case IMGFMT_FACT_TEXT:
		table_pair(t, name, "%s", *f->text ? f->text : "none");
		break;
	case IMGFMT_FACT_NUMBER:
		if (facts_is_size(f))
			table_pair(t, name, "%s", DUMP_SIZE(d, f->number));
		else
			table_pair(t, name, "%" PRIu64, f->number);
		break;
	case IMGFMT_FACT_ADDRESS:
		table_pair(t, name, "0x%" PRIx64, f->number);
		break;
	case IMGFMT_FACT_BYTES:
		if (facts_is_uuid(f)) {
			print_uuid(name, bytes, t);
			break;
		}
		for (size_t i = 0; i < shown; i++)
			p += sprintf(p, "%02x", bytes[i]);
		*p = '\0';
		table_pair(t, name, "%s", text);
		break;
	}
}

/* What only this format has, or the note of an image that was on swap. */
static int print_facts(struct dump *d, struct imgfmt_error *err)
{
	struct imgfmt_fact f;
	struct table t;

	if (imgfmt_image_fact(d->image, 0, &f))
		return IMGFMT_OK;
	printf("\n%s%s%s:%s\n", d->tool.color ? COLOR_BOLD : "",
	       d->info.resumes ? "Of the format " :
				 "Of the hibernation image that it was made from",
	       d->info.resumes ? d->info.format : "",
	       d->tool.color ? COLOR_RESET : "");
	table_start_pairs(&t, stdout);
	for (size_t i = 0; !imgfmt_image_fact(d->image, i, &f); i++)
		print_fact(d, &t, &f);
	return text_table_end(&t, err);
}

int text_summary(struct dump *d, struct imgfmt_error *err)
{
	struct facts f;
	struct table t;
	int rc;

	facts_gather(&f, d);
	table_start_pairs(&t, stdout);
	table_pair(&t, "Image", "%s", d->file);
	table_pair(&t, "Kind", "%s", kind_words(d, &f));
	print_kernel(d, &t, &f);
	print_format(d, &t);
	print_size(d, &t, &f);
	if (!d->info.resumes)
		print_view(d, &t, &f);
	print_resumable(&t, &f);
	/* What is about a resume says nothing of a crash dump. */
	if (!d->info.resumes && !f.hopeless)
		print_resume_record(&t, &f);
	if (!f.hopeless)
		print_free_policy(d, &t);
	if (!d->info.resumes)
		print_proof(d, &t, &f);
	if (d->tool.common.verbose && d->info.level != IMGFMT_BARE)
		print_details(d, &t);
	rc = text_table_end(&t, err);
	if (!rc)
		rc = print_facts(d, err);
	if (rc || !f.pages)
		return rc;
	putchar('\n');
	return print_pages(d, &f, err);
}
