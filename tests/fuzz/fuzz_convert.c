/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image converted to every format and either view: what comes out is
 * without fault.
 */
#include "fuzz/fuzz.h"
#include "fuzz/result.h"

static void use(struct imgfmt_image *image)
{
	fuzz_convert(image, "elf", 0, 0, false);
	fuzz_convert(image, "packed", IMGFMT_VIEW_JUMP,
		     IMGFMT_CONVERT_CONTENT_DIGESTS, true);
	fuzz_convert(image, "plain", IMGFMT_VIEW_ORIGINAL, 0, false);
	fuzz_convert(image, "packed", 0, 0, false);
	fuzz_convert(image, "snapshot", 0, 0, true);
	fuzz_write_back(image);
}

static void use_pipe(struct imgfmt_image *image)
{
	fuzz_convert(image, "plain", 0, 0, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_open(data, size, false, 0, use);
	fuzz_open_repaired(data, size, false, 0, use);
	fuzz_open_repaired(data, size, true, 0, use_pipe);
	return 0;
}
