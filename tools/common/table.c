/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text tables: collect, measure, print.
 */
#include "common/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/color.h"
#include "common/text.h"
#include "imgfmt.h"

#define ROWS_HELD 512
#define GAP 2

static const struct table_column pair_columns[] = {
	{ NULL, false },
	{ NULL, false },
};

static void measure(struct table *t, size_t column, const char *text)
{
	size_t len = utf8_length(text);

	if (len > t->width[column])
		t->width[column] = len;
}

void table_start(struct table *t, FILE *out,
		 const struct table_column *columns, size_t ncolumns,
		 bool bold)
{
	*t = (struct table){
		.out = out,
		.columns = columns,
		.ncolumns = ncolumns,
		.bold = bold,
	};
	t->cells = calloc(ROWS_HELD * ncolumns, sizeof(*t->cells));
	t->failed = !t->cells;
	for (size_t i = 0; i < ncolumns; i++)
		if (columns[i].title)
			measure(t, i, columns[i].title);
}

void table_start_pairs(struct table *t, FILE *out)
{
	table_start(t, out, pair_columns, 2, false);
}

/* Padding is owed until text follows, so that no line ends in spaces. */
static void print_row(const struct table *t, const char *const *texts)
{
	size_t owed = 0;

	for (size_t i = 0; i < t->ncolumns; i++) {
		size_t len = utf8_length(texts[i]);
		size_t pad = len < t->width[i] ? t->width[i] - len : 0;

		if (t->columns[i].right)
			owed += pad;
		if (len) {
			fprintf(t->out, "%*s%s", (int)owed, "", texts[i]);
			owed = 0;
		}
		if (!t->columns[i].right)
			owed += pad;
		owed += GAP;
	}
}

static void print_head(struct table *t)
{
	const char *titles[TABLE_COLUMNS_MAX] = { NULL };
	bool any = false;

	for (size_t i = 0; i < t->ncolumns; i++) {
		titles[i] = t->columns[i].title ? t->columns[i].title : "";
		any |= *titles[i] != '\0';
	}
	if (!any)
		return;
	fputs(t->bold ? COLOR_BOLD : "", t->out);
	print_row(t, titles);
	fputs(t->bold ? COLOR_RESET "\n" : "\n", t->out);
}

static void print_held(struct table *t)
{
	for (size_t i = 0; i < t->ncells; i++)
		measure(t, i % t->ncolumns, t->cells[i]);
	if (!t->started)
		print_head(t);
	t->started = true;
	for (size_t i = 0; i < t->ncells; i += t->ncolumns) {
		print_row(t, (const char *const *)&t->cells[i]);
		fputc('\n', t->out);
	}
	for (size_t i = 0; i < t->ncells; i++)
		free(t->cells[i]);
	t->ncells = 0;
}

/* The escaped text of a cell, NULL without memory. */
static char *format_cell(const char *fmt, va_list ap)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	text_vprintf(out, fmt, ap);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static void add_cell(struct table *t, char *text)
{
	if (!text || t->failed) {
		t->failed = true;
		free(text);
		return;
	}
	t->cells[t->ncells++] = text;
	if (t->ncells == ROWS_HELD * t->ncolumns)
		print_held(t);
}

void table_cell(struct table *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_cell(t, format_cell(fmt, ap));
	va_end(ap);
}

void table_pair(struct table *t, const char *key, const char *fmt, ...)
{
	va_list ap;

	table_cell(t, "%s:", key);
	va_start(ap, fmt);
	add_cell(t, format_cell(fmt, ap));
	va_end(ap);
}

int table_finish(struct table *t)
{
	/* A row that was begun is completed with empty cells. */
	while (!t->failed && t->ncells % t->ncolumns)
		table_cell(t, "%s", "");
	if (t->failed)
		t->ncells -= t->ncells % t->ncolumns;
	if (t->cells)
		print_held(t);
	free(t->cells);
	t->cells = NULL;
	return t->failed ? IMGFMT_E_NOMEM : IMGFMT_OK;
}
