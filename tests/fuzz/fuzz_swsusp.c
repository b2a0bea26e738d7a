/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image of Linux's own hibernation, or a bare stream: as it should be, as
 * far as it can be understood, as a salvage takes it, and through a pipe.  No
 * checksum stands before anything but the verdict, so nothing is repaired.
 */
#include "fuzz/fuzz.h"
#include "fuzz/result.h"
#include "record/swsusp.h"

#define RUNS_MAX	500u
#define PAGES_MAX	64u

static const uint32_t page_sizes[] = { 4096, 16384, 65536 };

/* What is decoded encodes to the same bytes. */
static void check_records(const uint8_t *page, uint32_t page_size)
{
	uint8_t *copy = fuzz_copy(page, page_size);
	uint8_t *again = fuzz_copy(page, page_size);
	struct swsusp_header header;
	struct swsusp_info info;
	struct imgfmt_error err;
	const char *other;
	int rc;

	FUZZ_ASSERT((swsusp_recognise(page, page_size, &other) ==
		     SWSUSP_OTHER) == !!other);
	swsusp_header_load(page, page_size, &header);
	rc = swsusp_header_check(&header, page_size, 0, &err);
	if (rc)
		fuzz_check_error(rc, &err);
	memset(copy + page_size - SWSUSP_TAIL_SIZE, 0, SWSUSP_TAIL_SIZE);
	swsusp_header_store(&header, page_size, copy);
	FUZZ_ASSERT(!memcmp(copy, page, page_size));
	rc = swsusp_info_decode(page, page_size, 0, &info, &err);
	if (rc) {
		fuzz_check_error(rc, &err);
	} else {
		swsusp_info_encode(&info, page_size, copy);
		FUZZ_ASSERT(!swsusp_info_decode(copy, page_size, 0, &info,
						&err));
		swsusp_info_encode(&info, page_size, again);
		FUZZ_ASSERT(!memcmp(again, copy, page_size));
	}
	free(again);
	free(copy);
}

static void read_pages(struct imgfmt_cursor *c, const struct imgfmt_run *run,
		       uint32_t page_size, unsigned int *pages)
{
	uint8_t *page = malloc(page_size);
	struct imgfmt_error err;

	FUZZ_ASSERT(page);
	for (uint64_t i = 0; i < run->pages && *pages; i += 7, --*pages) {
		int rc = imgfmt_read_pfn(c, run->pfn + i, page, &err);

		if (rc)
			fuzz_check_error(rc, &err);
		FUZZ_ASSERT((rc == IMGFMT_E_ABSENT) ==
			    (run->state == IMGFMT_EXCLUDED));
		if (run->state == IMGFMT_ZERO)
			FUZZ_ASSERT(!rc && mem_is_zero(page, page_size));
	}
	free(page);
}

/* Every run, with the counts of the summary, and some pages of each. */
static void walk(struct imgfmt_image *image)
{
	struct imgfmt_info info = { .struct_size = sizeof(info) };
	uint64_t pfn = 0, counts[4] = { 0 };
	unsigned int pages = PAGES_MAX, i;
	struct imgfmt_cursor *c;
	struct imgfmt_error err;
	struct imgfmt_run run;

	fuzz_walk_tables(image);
	imgfmt_image_info(image, &info);
	if (imgfmt_cursor_new(image, NULL, &c, &err)) {
		fuzz_check_error(err.status, &err);
		return;
	}
	for (i = 0; i < RUNS_MAX; i++) {
		int rc = imgfmt_cursor_run(c, pfn, &run, &err);

		if (rc == IMGFMT_END)
			break;
		FUZZ_ASSERT(!rc && run.pages && run.pfn >= pfn);
		counts[run.state & 3] += run.pages;
		read_pages(c, &run, info.page_size, &pages);
		pfn = run.pfn + run.pages;
	}
	if (i < RUNS_MAX && info.resumes) {
		FUZZ_ASSERT(counts[IMGFMT_STORED] == info.stored_pages);
		FUZZ_ASSERT(counts[IMGFMT_ZERO] == info.zero_pages);
		FUZZ_ASSERT(counts[IMGFMT_EXCLUDED] == info.excluded_pages);
	}
	imgfmt_cursor_free(c);
}

static void use(struct imgfmt_image *image)
{
	struct imgfmt_error err;

	walk(image);
	fuzz_verify(image, IMGFMT_DEPTH_FULL, &err);
	fuzz_write_back(image);
}

static void save(struct imgfmt_image *image)
{
	walk(image);
	fuzz_convert(image, "packed", 0, IMGFMT_CONVERT_SALVAGE, false);
}

static void check(struct imgfmt_image *image)
{
	struct imgfmt_error err;

	fuzz_verify(image, IMGFMT_DEPTH_FULL, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(page_sizes); i++)
		if (size >= page_sizes[i])
			check_records(data, page_sizes[i]);
	fuzz_open(data, size, false, 0, use);
	fuzz_open(data, size, false, IMGFMT_OPEN_DAMAGED, use);
	fuzz_open(data, size, false, IMGFMT_OPEN_SALVAGE, save);
	fuzz_open(data, size, true, 0, check);
	return 0;
}
