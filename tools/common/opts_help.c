/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The option table as text.  One form for all rows, so that scripts can read
 * the options of a tool from its help:
 *
 *	 -o, --output=FILE  write to FILE, - is standard output
 *	     --json         write one JSON document
 */
#include "common/opts.h"

#include <string.h>

#define NAME_COLUMNS_MAX 28

static size_t name_length(const struct opt *o)
{
	size_t len = strlen(o->long_name);

	if (o->arg)
		len += 1 + strlen(o->arg) + (o->fallback ? 2 : 0);
	return len;
}

/* Names longer than the limit put their help on a line of its own. */
static size_t name_columns(const struct opt *opts)
{
	size_t columns = 0;

	for (const struct opt *o = opts; o->kind != OPT_KIND_END; o++) {
		size_t len = o->long_name ? name_length(o) : 0;

		if (len > columns && len <= NAME_COLUMNS_MAX)
			columns = len;
	}
	return columns;
}

static void print_name(const struct opt *o, FILE *out)
{
	if (o->short_name)
		fprintf(out, " -%c, --%s", o->short_name, o->long_name);
	else
		fprintf(out, "     --%s", o->long_name);
	if (o->arg)
		fprintf(out, o->fallback ? "[=%s]" : "=%s", o->arg);
}

static void print_words(const struct opt_name *words, FILE *out)
{
	const char *before = " (";

	for (; words->name; words++) {
		fprintf(out, "%s%s", before, words->name);
		before = ", ";
	}
	fputc(')', out);
}

/* A row more begins where the first one does. */
static void print_text(const char *text, size_t columns, FILE *out)
{
	for (; *text; text++) {
		fputc(*text, out);
		if (*text == '\n')
			fprintf(out, "%*s", (int)columns + 9, "");
	}
}

static void print_row(const struct opt *o, size_t columns, FILE *out)
{
	size_t len = name_length(o);

	print_name(o, out);
	if (len > columns)
		fprintf(out, "\n%*s", (int)columns + 9, "");
	else
		fprintf(out, "%*s", (int)(columns - len) + 2, "");
	print_text(o->help, columns, out);
	if (o->words)
		print_words(o->words, out);
	fputc('\n', out);
}

void opts_print(const struct opt *opts, FILE *out)
{
	size_t columns = name_columns(opts);

	if (opts->kind != OPT_KIND_HEADING)
		fputs("\nOptions:\n", out);
	for (const struct opt *o = opts; o->kind != OPT_KIND_END; o++) {
		if (o->kind == OPT_KIND_HEADING)
			fprintf(out, "\n%s\n", o->help);
		else
			print_row(o, columns, out);
	}
}
