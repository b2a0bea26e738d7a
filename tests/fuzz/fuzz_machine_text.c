/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts of a machine as text: what loads has memory, in order.
 */
#include "fuzz/text_file.h"
#include "machine/machine.h"

static int discard(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	(void)text;
	(void)len;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text_file f = text_file_new(data, size);
	const struct imgfmt_memory_range *ram;
	struct imgfmt_machine *machine;
	struct imgfmt_error err;
	uint64_t end = 0;
	size_t count;
	int rc = imgfmt_machine_load(f.path, &machine, &err);

	text_file_free(&f);
	if (rc) {
		FUZZ_ASSERT(!machine);
		fuzz_check_error(rc, &err);
		return 0;
	}
	ram = machine_ram(machine, &count);
	FUZZ_ASSERT(count);
	for (size_t i = 0; i < count; i++) {
		FUZZ_ASSERT(ram[i].bytes && ram[i].first >= end);
		end = ram[i].first + ram[i].bytes;
		FUZZ_ASSERT(end <= IMGFMT_MAX_ADDRESS);
	}
	FUZZ_ASSERT(!imgfmt_machine_print(machine, discard, NULL));
	imgfmt_machine_free(machine);
	return 0;
}
