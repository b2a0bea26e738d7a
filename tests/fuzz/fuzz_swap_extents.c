/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pieces of a swap file as text: those that are accepted give each page of
 * the file a page of the device, and no two the same.
 */
#include "fuzz/text_file.h"
#include "record/swap_extents.h"

#define LAST_PAGE	9u
#define DEVICE_PAGES	1000u

static void check_pages(const struct vec *extents)
{
	uint64_t pages[LAST_PAGE + 1], run;

	for (uint64_t slot = 0; slot <= LAST_PAGE; slot++) {
		pages[slot] = swap_extents_page(extents, slot, &run);
		FUZZ_ASSERT(run && pages[slot] &&
			    pages[slot] + run <= DEVICE_PAGES);
		for (uint64_t other = 0; other < slot; other++)
			FUZZ_ASSERT(pages[other] != pages[slot]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text_file f = text_file_new(data, size);
	struct imgfmt_error err;
	struct vec extents;
	int rc;

	vec_init(&extents, sizeof(struct swap_extent));
	rc = swap_extents_load(f.path, &extents, &err);
	text_file_free(&f);
	if (!rc)
		rc = swap_extents_check(&extents, LAST_PAGE, DEVICE_PAGES,
					&err);
	if (rc)
		fuzz_check_error(rc, &err);
	else
		check_pages(&extents);
	vec_fini(&extents);
	return 0;
}
