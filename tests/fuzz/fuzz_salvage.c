/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a salvage makes of an image is an image without fault.
 */
#include "fuzz/fuzz.h"
#include "fuzz/result.h"

static void use(struct imgfmt_image *image)
{
	fuzz_walk_tables(image);
	fuzz_convert(image, "packed", 0, IMGFMT_CONVERT_SALVAGE, false);
	fuzz_convert(image, "plain", 0, IMGFMT_CONVERT_SALVAGE, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_open(data, size, false, IMGFMT_OPEN_SALVAGE, use);
	fuzz_open_repaired(data, size, false, IMGFMT_OPEN_SALVAGE, use);
	return 0;
}
