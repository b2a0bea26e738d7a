/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image read at random: tables, runs and pages in both views, the full
 * check.
 */
#include "fuzz/fuzz.h"

#define RUNS_MAX	2000u
#define PAGES_MAX	64u

static void read_some(struct imgfmt_cursor *c, const struct imgfmt_run *run,
		      uint32_t page_size, unsigned int *pages)
{
	uint8_t *page = malloc(page_size);
	struct imgfmt_error err;
	int rc;

	FUZZ_ASSERT(page);
	for (uint64_t i = 0; i < run->pages && i < 3 && *pages; i++, --*pages) {
		rc = imgfmt_read_pfn(c, run->pfn + i, page, &err);
		if (rc)
			fuzz_check_error(rc, &err);
		FUZZ_ASSERT((rc == IMGFMT_E_ABSENT) ==
			    (run->state == IMGFMT_EXCLUDED));
		if (!rc && run->state == IMGFMT_ZERO)
			FUZZ_ASSERT(mem_is_zero(page, page_size));
	}
	rc = imgfmt_read_phys(c, (run->pfn + run->pages) * page_size - 8, page,
			      16, &err);
	if (rc)
		fuzz_check_error(rc, &err);
	free(page);
}

static void walk_view(struct imgfmt_image *image, uint32_t view)
{
	const struct imgfmt_cursor_opts opts = {
		.struct_size = sizeof(opts), .view = view, .cache = 1 << 20,
	};
	struct imgfmt_info info = { .struct_size = sizeof(info) };
	unsigned int pages = PAGES_MAX;
	struct imgfmt_cursor *c;
	struct imgfmt_error err;
	struct imgfmt_run run;
	uint64_t pfn = 0;
	int rc = imgfmt_cursor_new(image, &opts, &c, &err);

	if (rc) {
		fuzz_check_error(rc, &err);
		return;
	}
	imgfmt_image_info(image, &info);
	for (unsigned int i = 0; i < RUNS_MAX; i++) {
		rc = imgfmt_cursor_run(c, pfn, &run, &err);
		if (rc)
			break;
		FUZZ_ASSERT(run.pages && run.pfn >= pfn && run.state &&
			    imgfmt_state_name((int)run.state) &&
			    imgfmt_class_name((int)run.class_id));
		read_some(c, &run, info.page_size, &pages);
		pfn = run.pfn + run.pages;
	}
	if (rc < 0)
		fuzz_check_error(rc, &err);
	imgfmt_cursor_free(c);
}

static void use(struct imgfmt_image *image)
{
	struct imgfmt_error err;

	fuzz_walk_tables(image);
	walk_view(image, 0);
	walk_view(image, IMGFMT_VIEW_ORIGINAL);
	walk_view(image, IMGFMT_VIEW_JUMP);
	fuzz_verify(image, IMGFMT_DEPTH_DEEP, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_open(data, size, false, 0, use);
	fuzz_open_repaired(data, size, false, 0, use);
	return 0;
}
