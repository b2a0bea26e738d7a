/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aligned columns, and "key: value" blocks.
 *
 * Rows are held back until some hundreds are known, then printed with widths
 * that fit them; a table of any length takes bounded memory.
 */
#ifndef TOOLS_COMMON_TABLE_H
#define TOOLS_COMMON_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 16

struct table_column {
	const char	*title;		/* NULL in all columns: no head line */
	bool		 right;		/* align right, for numbers */
};

struct table {
	FILE			  *out;
	const struct table_column *columns;
	size_t			   ncolumns;
	bool			   bold;	/* the head line */
	bool			   started, failed;
	char			 **cells;	/* row by row */
	size_t			   ncells;
	size_t			   width[TABLE_COLUMNS_MAX];
};

/* @columns, at most TABLE_COLUMNS_MAX of them, must live as long as @t. */
void table_start(struct table *t, FILE *out,
		 const struct table_column *columns, size_t ncolumns,
		 bool bold);

/* A table of two columns for table_pair(). */
void table_start_pairs(struct table *t, FILE *out);

/* The next cell; the row is full after as many as there are columns. */
void table_cell(struct table *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A line "key:  value". */
void table_pair(struct table *t, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Print what is left and free; IMGFMT_E_NOMEM if rows were lost, else 0. */
int table_finish(struct table *t);

#endif /* TOOLS_COMMON_TABLE_H */
