/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs that read random pages share: which frames, and a sum over
 * what was read, so that two of them can be seen to have read the same.
 */
#ifndef BENCH_READS_H
#define BENCH_READS_H

#include <stddef.h>
#include <stdint.h>

struct reads {
	uint64_t *pfns;
	size_t	  count;
	uint64_t  sum;
};

/* Frame numbers from a text file, one to a line; the program ends if it cannot. */
void reads_load(struct reads *reads, const char *path);
void reads_free(struct reads *reads);

/* Add a page of @size bytes, a multiple of 8, to the sum. */
void reads_add(struct reads *reads, const void *page, size_t size);
/* One line: how many pages, and their sum. */
void reads_report(const struct reads *reads);

#endif /* BENCH_READS_H */
