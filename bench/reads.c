/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reads.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *path)
{
	perror(path);
	exit(2);
}

static void add_frame(struct reads *r, uint64_t pfn, const char *path)
{
	/* Room is doubled whenever a power of two is full. */
	if (!(r->count & (r->count - 1))) {
		size_t room = r->count ? 2 * r->count : 1;
		uint64_t *pfns = realloc(r->pfns, room * sizeof(*pfns));

		if (!pfns)
			die(path);
		r->pfns = pfns;
	}
	r->pfns[r->count++] = pfn;
}

void reads_load(struct reads *r, const char *path)
{
	FILE *file = fopen(path, "r");
	uint64_t pfn;

	*r = (struct reads){ 0 };
	if (!file)
		die(path);
	while (fscanf(file, "%" SCNu64, &pfn) == 1)
		add_frame(r, pfn, path);
	if (ferror(file))
		die(path);
	if (!feof(file) || !r->count) {
		fprintf(stderr, "%s: not a list of frame numbers\n", path);
		exit(2);
	}
	fclose(file);
}

void reads_free(struct reads *r)
{
	free(r->pfns);
}

/* The order of the pages counts; within a page it does not. */
void reads_add(struct reads *r, const void *page, size_t size)
{
	const uint8_t *at = page;
	uint64_t sum = 0;

	for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, at + i, sizeof(word));
		sum += word;
	}
	r->sum = (r->sum ^ sum) * 0x100000001b3;
}

void reads_report(const struct reads *r)
{
	printf("%zu pages %016" PRIx64 "\n", r->count, r->sum);
}
