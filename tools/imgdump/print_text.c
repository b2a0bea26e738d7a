/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of an image as text.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/hexdump.h"
#include "common/text.h"
#include "facts.h"
#include "kernel.h"

/* Of a program header that is no memory (spec 4.4). */
#define NO_PADDR UINT64_MAX

#define TABLE(d, t, columns) \
	text_table(d, t, columns, sizeof(columns) / sizeof(*(columns)))

void text_table(struct dump *d, struct table *t,
		const struct table_column *columns, size_t ncolumns)
{
	table_start(t, stdout, columns, ncolumns, d->tool.color);
}

int text_table_end(struct table *t, struct imgfmt_error *err)
{
	if (!table_finish(t))
		return IMGFMT_OK;
	return dump_error(err, IMGFMT_E_NOMEM, "no memory for a table");
}

void text_nothing(struct dump *d, const char *what)
{
	if (d->titled)
		puts("none");
	else
		msg_warning(&d->tool.msg, d->file, "there is no %s", what);
}

static void print_elf_header(struct dump *d, struct table *t)
{
	const struct imgfmt_info *i = &d->info;
	const char *machine = imgfmt_machine_name(i->machine);

	table_start_pairs(t, stdout);
	if (i->resumes) {
		table_pair(t, "ELF header", "none, the format is %s",
			   i->format);
		return;
	}
	table_pair(t, "Class", "ELF64");
	table_pair(t, "Type", "core");
	table_pair(t, "Byte order", "%s-endian",
		   i->big_endian ? "big" : "little");
	table_pair(t, "Machine", "%u (%s)", i->machine,
		   machine ? machine : "unknown");
	table_pair(t, "Entry", "0x%" PRIx64, i->entry);
	table_pair(t, "Program headers", "%" PRIu32, i->segments);
	table_pair(t, "Notes", "%" PRIu32, i->notes);
}

int text_headers(struct dump *d, struct imgfmt_error *err)
{
	static const struct table_column columns[] = {
		{ "REGION", false }, { "OFFSET", true }, { "SIZE", true },
	};
	struct imgfmt_region r;
	struct table t;
	int rc;

	print_elf_header(d, &t);
	rc = text_table_end(&t, err);
	if (rc)
		return rc;
	putchar('\n');
	TABLE(d, &t, columns);
	for (size_t i = 0; !imgfmt_image_region(d->image, i, &r); i++) {
		table_cell(&t, "%s", r.name);
		table_cell(&t, "0x%" PRIx64, r.offset);
		table_cell(&t, "%s", DUMP_SIZE(d, r.size));
	}
	return text_table_end(&t, err);
}

static void print_segment(struct dump *d, struct table *t,
			  const struct imgfmt_segment *s)
{
	const char *name = facts_segment_name(s->type);

	if (name)
		table_cell(t, "%s", name);
	else
		table_cell(t, "0x%" PRIx32, s->type);
	table_cell(t, "0x%" PRIx64, s->offset);
	table_cell(t, "%s", DUMP_SIZE(d, s->file_size));
	table_cell(t, "%s", DUMP_SIZE(d, s->memory_size));
	if (s->paddr == NO_PADDR)
		table_cell(t, "none");
	else
		table_cell(t, "0x%" PRIx64, s->paddr);
	table_cell(t, "0x%" PRIx64, s->vaddr);
	table_cell(t, "%c%c%c", s->flags & 4 ? 'r' : '-',
		   s->flags & 2 ? 'w' : '-', s->flags & 1 ? 'x' : '-');
	table_cell(t, "0x%" PRIx64, s->align);
}

int text_segments(struct dump *d, struct imgfmt_error *err)
{
	static const struct table_column columns[] = {
		{ "TYPE", false },	{ "OFFSET", true },
		{ "FILE SIZE", true },	{ "MEMORY SIZE", true },
		{ "PHYSICAL", true },	{ "VIRTUAL", true },
		{ "FLAGS", false },	{ "ALIGN", true },
	};
	struct imgfmt_segment s;
	struct table t;

	if (imgfmt_image_segment(d->image, 0, &s)) {
		text_nothing(d, "program header");
		return IMGFMT_OK;
	}
	TABLE(d, &t, columns);
	for (size_t i = 0; !imgfmt_image_segment(d->image, i, &s); i++)
		print_segment(d, &t, &s);
	return text_table_end(&t, err);
}

int text_notes(struct dump *d, struct imgfmt_error *err)
{
	static const struct table_column columns[] = {
		{ "OWNER", false }, { "TYPE", true }, { "SIZE", true },
		{ "OFFSET", true }, { "MEANING", false },
	};
	struct imgfmt_note n;
	struct table t;

	if (imgfmt_image_note(d->image, 0, &n)) {
		text_nothing(d, "note");
		return IMGFMT_OK;
	}
	TABLE(d, &t, columns);
	for (size_t i = 0; !imgfmt_image_note(d->image, i, &n); i++) {
		const char *name = facts_note_name(&n);

		table_cell(&t, "%s", n.owner);
		table_cell(&t, "0x%" PRIx32, n.type);
		table_cell(&t, "%s", DUMP_SIZE(d, n.size));
		table_cell(&t, "0x%" PRIx64, n.offset);
		table_cell(&t, "%s", name ? name : "");
	}
	return text_table_end(&t, err);
}

int text_backup_map(struct dump *d, struct imgfmt_error *err)
{
	static const struct table_column columns[] = {
		{ "DESTINATION", true }, { "BACKUP", true },
		{ "PAGES", true },	 { "SIZE", true },
		{ "", false },
	};
	struct imgfmt_backup_run r;
	struct table t;

	if (imgfmt_image_backup_run(d->image, 0, &r)) {
		text_nothing(d, "backup map");
		return IMGFMT_OK;
	}
	TABLE(d, &t, columns);
	for (size_t i = 0; !imgfmt_image_backup_run(d->image, i, &r); i++) {
		table_cell(&t, "0x%" PRIx64, r.destination);
		table_cell(&t, "0x%" PRIx64, r.backup);
		table_cell(&t, "%" PRIu64, r.pages);
		table_cell(&t, "%s", DUMP_SIZE(d, dump_pages_size(d, r.pages)));
		table_cell(&t, "%s",
			   r.destination == r.backup ? "in place" : "");
	}
	return text_table_end(&t, err);
}

/* Whose word the memory map is. */
static void text_memory_origin(const struct dump *d)
{
	const uint8_t *digest = d->info.firmware_digest;

	if (d->info.memory_from_segments)
		puts("as the segments of the source had it");
	if (!facts_any(digest, sizeof(d->info.firmware_digest)))
		return;
	printf("firmware ");
	for (size_t i = 0; i < sizeof(d->info.firmware_digest); i++)
		printf("%02x", digest[i]);
	putchar('\n');
}

int text_memory_map(struct dump *d, struct imgfmt_error *err)
{
	static const struct table_column columns[] = {
		{ "FIRST", true }, { "LAST", true }, { "SIZE", true },
	};
	struct imgfmt_memory_range r;
	struct table t;
	int rc;

	if (imgfmt_image_memory_range(d->image, 0, &r)) {
		text_nothing(d, "memory map");
		return IMGFMT_OK;
	}
	TABLE(d, &t, columns);
	for (size_t i = 0; !imgfmt_image_memory_range(d->image, i, &r); i++) {
		table_cell(&t, "0x%" PRIx64, r.first);
		table_cell(&t, "0x%" PRIx64, r.first + r.bytes - 1);
		table_cell(&t, "%s", DUMP_SIZE(d, r.bytes));
	}
	rc = text_table_end(&t, err);
	if (!rc)
		text_memory_origin(d);
	return rc;
}

int text_mappings(struct dump *d, struct imgfmt_error *err)
{
	static const struct table_column columns[] = {
		{ "VIRTUAL", true }, { "PHYSICAL", true },
		{ "SIZE", true },    { "", false },
	};
	struct imgfmt_mapping m;
	struct table t;

	if (imgfmt_image_mapping(d->image, 0, &m)) {
		text_nothing(d, "mapping");
		return IMGFMT_OK;
	}
	TABLE(d, &t, columns);
	for (size_t i = 0; !imgfmt_image_mapping(d->image, i, &m); i++) {
		table_cell(&t, "0x%" PRIx64, m.vaddr);
		table_cell(&t, "0x%" PRIx64, m.paddr);
		table_cell(&t, "%s", DUMP_SIZE(d, m.bytes));
		table_cell(&t, "%s",
			   m.flags & IMGFMT_MAPPING_ALIAS ? "alias" : "");
	}
	return text_table_end(&t, err);
}

int text_vmcoreinfo(struct dump *d, struct imgfmt_error *err)
{
	struct vmcoreinfo_line line;
	const char *text;
	size_t size;
	int rc = kernel_vmcoreinfo(d, &text, &size, err);

	if (rc == IMGFMT_E_ABSENT) {
		text_nothing(d, "VMCOREINFO");
		return IMGFMT_OK;
	}
	if (rc)
		return rc;
	while (facts_vmcoreinfo_line(&text, &size, &line)) {
		text_escape(stdout, line.key, line.key_len);
		if (line.value) {
			putchar('=');
			text_escape(stdout, line.value, line.value_len);
		}
		putchar('\n');
	}
	return IMGFMT_OK;
}

int text_manifest(struct dump *d, struct imgfmt_error *err)
{
	struct hexdump h;
	size_t size;
	void *data;
	int rc = dump_manifest(d, &data, &size, err);

	if (rc == IMGFMT_E_ABSENT)
		text_nothing(d, "manifest");
	if (rc)
		return rc == IMGFMT_E_ABSENT ? IMGFMT_OK : rc;
	hexdump_start(&h, stdout, 0);
	hexdump_feed(&h, data, size);
	hexdump_finish(&h);
	free(data);
	return IMGFMT_OK;
}
