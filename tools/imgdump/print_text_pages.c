/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runs of frames as text, and what they sum up to.
 */
#include <inttypes.h>

#include "pages.h"

static void print_run(struct dump *d, struct table *t,
		      const struct imgfmt_run *r)
{
	table_cell(t, "0x%" PRIx64, r->pfn);
	table_cell(t, "0x%" PRIx64, r->pfn + r->pages - 1);
	table_cell(t, "%" PRIu64, r->pages);
	table_cell(t, "%s", DUMP_SIZE(d, dump_pages_size(d, r->pages)));
	table_cell(t, "%s", imgfmt_state_name((int)r->state));
	table_cell(t, "%s", imgfmt_class_name((int)r->class_id));
}

static int print_runs(struct dump *d, struct pages *p,
		      struct imgfmt_error *err)
{
	static const struct table_column columns[] = {
		{ "FIRST", true }, { "LAST", true },   { "PAGES", true },
		{ "SIZE", true },  { "STATE", false }, { "CLASS", false },
	};
	struct imgfmt_run run;
	struct table t;
	int rc;

	text_table(d, &t, columns, sizeof(columns) / sizeof(*columns));
	while (!(rc = pages_next(p, &run, err)))
		print_run(d, &t, &run);
	if (rc < 0) {
		table_finish(&t);
		return rc;
	}
	return text_table_end(&t, err);
}

static int print_totals(struct dump *d, const struct pages *p,
			struct imgfmt_error *err)
{
	static const struct table_column columns[] = {
		{ "STATE", false }, { "CLASS", false }, { "PAGES", true },
		{ "SIZE", true },   { "SHARE", true },
	};
	struct table t;

	text_table(d, &t, columns, sizeof(columns) / sizeof(*columns));
	for (int s = 0; s < STATES; s++)
		for (int c = 0; c < IMGFMT_CLASSES; c++) {
			uint64_t n = p->count[s][c];

			if (!n)
				continue;
			table_cell(&t, "%s", imgfmt_state_name(s));
			table_cell(&t, "%s", imgfmt_class_name(c));
			table_cell(&t, "%" PRIu64, n);
			table_cell(&t, "%s",
				   DUMP_SIZE(d, dump_pages_size(d, n)));
			table_cell(&t, "%s",
				   units_percent(UNITS_BUF, n, p->done));
		}
	return text_table_end(&t, err);
}

int text_pages(struct dump *d, struct imgfmt_error *err)
{
	struct pages p;
	int rc = pages_init(&p, d, err);

	if (!rc)
		rc = print_runs(d, &p, err);
	if (!rc && p.done) {
		putchar('\n');
		rc = print_totals(d, &p, err);
	}
	pages_fini(&p);
	return rc;
}
