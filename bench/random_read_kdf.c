/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random_read_kdf FRAMES DUMP [CACHE]
 *
 * Reads the frames that the file FRAMES lists, in its order, with libkdumpfile.
 * CACHE is what the library may keep decompressed, in bytes; without it its own
 * default holds.
 */
#include <fcntl.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdio.h>
#include <stdlib.h>

#include "reads.h"

static void check(kdump_ctx_t *dump, kdump_status status, const char *what)
{
	if (status == KDUMP_OK)
		return;
	fprintf(stderr, "random_read_kdf: %s: %s\n", what, kdump_get_err(dump));
	exit(2);
}

static void read_frames(kdump_ctx_t *dump, size_t page_size,
			struct reads *reads)
{
	void *page = malloc(page_size);

	for (size_t i = 0; page && i < reads->count; i++) {
		size_t size = page_size;

		check(dump, kdump_read(dump, KDUMP_MACHPHYSADDR,
				       reads->pfns[i] * page_size, page, &size),
		      "read");
		reads_add(reads, page, page_size);
	}
	free(page);
}

int main(int argc, char **argv)
{
	kdump_ctx_t *dump = kdump_new();
	struct reads reads;
	kdump_num_t size;
	int fd;

	if (argc < 3 || argc > 4 || !dump) {
		fprintf(stderr, "usage: random_read_kdf FRAMES DUMP [CACHE]\n");
		return 2;
	}
	fd = open(argv[2], O_RDONLY);
	if (fd < 0) {
		perror(argv[2]);
		return 2;
	}
	check(dump, kdump_open_fd(dump, fd), argv[2]);
	check(dump, kdump_get_number_attr(dump, KDUMP_ATTR_PAGE_SIZE, &size),
	      "page size");
	/* makedumpfile -d 1 leaves out the zero pages. */
	check(dump, kdump_set_number_attr(dump, KDUMP_ATTR_ZERO_EXCLUDED, 1),
	      "zero pages");
	if (argc > 3)
		check(dump, kdump_set_number_attr(dump, "cache.size",
				strtoull(argv[3], NULL, 10) / size),
		      "cache");
	reads_load(&reads, argv[1]);
	read_frames(dump, size, &reads);
	reads_report(&reads);
	reads_free(&reads);
	kdump_free(dump);
	return 0;
}
