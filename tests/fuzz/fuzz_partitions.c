/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disks of any bytes: partitions that are found lie inside of them.
 *
 *	size of the disk in sectors (1), then
 *		sector (1), offset (2), length (1), bytes
 */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "source/partitions.h"

#define SECTOR 512u

static void put_bytes(uint8_t *disk, size_t size, struct fuzz_bytes *b)
{
	size_t at = (size_t)fuzz_take(b, 1) * SECTOR;
	uint64_t len;

	at += (size_t)fuzz_take(b, 2) % SECTOR;
	len = fuzz_take(b, 1);
	for (uint64_t i = 0; i < len && b->size; i++) {
		uint8_t byte = (uint8_t)fuzz_take(b, 1);

		if (at + i < size)
			disk[at + i] = byte;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes b = { data, size };
	size_t bytes = (size_t)fuzz_take(&b, 1) * SECTOR;
	uint8_t *disk = calloc(1, bytes + 1);
	struct imgfmt_error err;
	struct vec found;
	struct io *io;
	int rc;

	FUZZ_ASSERT(disk);
	while (b.size)
		put_bytes(disk, bytes, &b);
	FUZZ_ASSERT(!io_open_memory(disk, bytes, "disk", &io, NULL));
	vec_init(&found, sizeof(struct partition));
	FUZZ_ASSERT(!partitions_read(io, &found, NULL));
	FUZZ_ASSERT(found.len <= PARTITIONS_MAX);
	for (size_t i = 0; i < found.len; i++) {
		const struct partition *p =
			&vec_array(&found, const struct partition)[i];

		FUZZ_ASSERT(p->bytes && p->offset < bytes &&
			    p->bytes <= bytes - p->offset);
	}
	rc = partitions_refuse(io, &err);
	FUZZ_ASSERT(!rc == !found.len);
	if (rc)
		fuzz_check_error(rc, &err);
	vec_fini(&found);
	io_free(io);
	free(disk);
	return 0;
}
