/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Swap areas and what is written to them: headers, extents, the order of the
 * page list, whether an image fits, and what is refused.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "layout/page_list.h"
#include "record/swsusp.h"
#include "sink/swap_area.h"
#include "support/swap.h"

/* It has a macro of the name of a function of ours: last. */
#include <check.h>

#define PAGES 300u

static int area = -1;

static void make_area(void)
{
	area = memfd_create("area", MFD_CLOEXEC);
	ck_assert_int_ge(area, 0);
}

static void drop_area(void)
{
	close(area);
}

static uint8_t *bytes_of(int fd, size_t *size)
{
	off_t end = lseek(fd, 0, SEEK_END);
	uint8_t *b = malloc((size_t)end);

	ck_assert_ptr_nonnull(b);
	ck_assert_int_eq(pread(fd, b, (size_t)end, 0), end);
	*size = (size_t)end;
	return b;
}

/* ---- The swap header ------------------------------------------------------ */

START_TEST(header_says_what_can_be)
{
	static const struct {
		uint32_t version, last, count, bad[3];
		int status;
	} row[] = {
		{ 1, 10, 0, { 0 }, IMGFMT_OK },
		{ 1, 10, 3, { 10, 1, 4 }, IMGFMT_OK },
		{ 2, 10, 0, { 0 }, IMGFMT_E_CORRUPT },
		{ 0x01000000, 10, 0, { 0 }, IMGFMT_E_CORRUPT },
		{ 1, 0, 0, { 0 }, IMGFMT_E_CORRUPT },
		{ 1, 10, 1, { 0 }, IMGFMT_E_CORRUPT },
		{ 1, 10, 1, { 11 }, IMGFMT_E_CORRUPT },
		{ 1, 10, 2, { 4, 4 }, IMGFMT_E_CORRUPT },
		{ 1, 1000, 631, { 0 }, IMGFMT_E_CORRUPT },
		{ 1, 1000, UINT32_MAX, { 0 }, IMGFMT_E_CORRUPT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		uint8_t page[4096] = { 0 };
		struct swap_header h;

		put_le32(page + 1024, row[i].version);
		put_le32(page + 1028, row[i].last);
		put_le32(page + 1032, row[i].count);
		for (size_t j = 0; j < 3; j++)
			put_le32(page + 1536 + j * 4, row[i].bad[j]);
		ck_assert_int_eq(swap_header_decode(page, sizeof(page), 0, &h,
						    NULL), row[i].status);
		if (row[i].status || !row[i].count)
			continue;
		ck_assert(swap_header_is_bad(&h, 4));
		ck_assert(!swap_header_is_bad(&h, 5));
	}
}
END_TEST

/* As many as there is room for, which the image's fields end. */
START_TEST(header_takes_630_bad_pages)
{
	uint8_t page[4096] = { 0 };
	struct swap_header h;

	put_le32(page + 1024, 1);
	put_le32(page + 1028, 1000);
	put_le32(page + 1032, 630);
	for (uint32_t j = 0; j < 630; j++)
		put_le32(page + 1536 + j * 4, j + 1);
	ck_assert_int_eq(swap_header_decode(page, sizeof(page), 0, &h, NULL),
			 IMGFMT_OK);
	ck_assert(swap_header_is_bad(&h, 630));
	ck_assert(!swap_header_is_bad(&h, 631));
}
END_TEST

/* ---- Extents ---------------------------------------------------------------- */

START_TEST(extents_cover_the_area)
{
	static const struct {
		struct swap_extent e[3];
		uint64_t last, device;
		int status;
	} row[] = {
		{ { { 0, 100, 5 }, { 5, 7, 3 }, { 8, 50, 2 } }, 9, 200,
		  IMGFMT_OK },
		{ { { 0, 100, 5 }, { 5, 7, 3 }, { 8, 50, 2 } }, 9, 0,
		  IMGFMT_OK },
		{ { { 0, 100, 5 }, { 5, 7, 3 }, { 8, 50, 2 } }, 10, 200,
		  IMGFMT_E_USAGE },
		{ { { 0, 100, 5 }, { 5, 7, 3 }, { 8, 50, 2 } }, 9, 104,
		  IMGFMT_E_USAGE },
		{ { { 0, 100, 5 }, { 6, 7, 3 }, { 9, 50, 2 } }, 9, 200,
		  IMGFMT_E_USAGE },
		{ { { 1, 100, 5 }, { 6, 7, 3 }, { 9, 50, 2 } }, 9, 200,
		  IMGFMT_E_USAGE },
		{ { { 0, 100, 5 }, { 5, 98, 3 }, { 8, 50, 2 } }, 9, 200,
		  IMGFMT_E_USAGE },
		{ { { 0, 100, 5 }, { 5, 0, 3 }, { 8, 50, 2 } }, 9, 200,
		  IMGFMT_E_USAGE },
		{ { { 0, 100, 5 }, { 5, 7, 0 }, { 5, 50, 9 } }, 9, 200,
		  IMGFMT_E_USAGE },
		{ { { 0, 100, 5 }, { 5, UINT64_MAX, 3 }, { 8, 50, 2 } }, 9, 0,
		  IMGFMT_E_USAGE },
		{ { { 0, 100, 5 }, { 5, 7, UINT64_MAX }, { 4, 50, 9 } }, 9, 0,
		  IMGFMT_E_USAGE },
	};
	uint64_t run;

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct vec v;

		vec_init(&v, sizeof(struct swap_extent));
		ck_assert_int_eq(vec_append(&v, row[i].e, 3, NULL), IMGFMT_OK);
		ck_assert_int_eq(swap_extents_check(&v, row[i].last,
						    row[i].device, NULL),
				 row[i].status);
		if (!row[i].status) {
			ck_assert_uint_eq(swap_extents_page(&v, 0, &run), 100);
			ck_assert_uint_eq(run, 5);
			ck_assert_uint_eq(swap_extents_page(&v, 6, &run), 8);
			ck_assert_uint_eq(run, 2);
			ck_assert_uint_eq(swap_extents_page(&v, 9, &run), 51);
			ck_assert_uint_eq(run, 1);
		}
		vec_fini(&v);
	}
}
END_TEST

START_TEST(extents_are_three_numbers_a_line)
{
	static const struct {
		const char *text;
		int status;
		size_t count;
	} row[] = {
		{ "# file device count\n0 100 5\n 5\t0x7 3 # more\n\n",
		  IMGFMT_OK, 2 },
		{ "", IMGFMT_OK, 0 },
		{ "0 100\n", IMGFMT_E_USAGE, 0 },
		{ "0 100 5 6\n", IMGFMT_E_USAGE, 0 },
		{ "0 -1 5\n", IMGFMT_E_USAGE, 0 },
		{ "0 18446744073709551616 5\n", IMGFMT_E_USAGE, 0 },
		{ "0: 1..2: 5\n", IMGFMT_E_USAGE, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		int fd = memfd_create("text", MFD_CLOEXEC);
		char path[32];
		struct vec v;

		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(write(fd, row[i].text, strlen(row[i].text)),
				 (ssize_t)strlen(row[i].text));
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		vec_init(&v, sizeof(struct swap_extent));
		ck_assert_int_eq(swap_extents_load(path, &v, NULL),
				 row[i].status);
		if (!row[i].status)
			ck_assert_uint_eq(v.len, row[i].count);
		vec_fini(&v);
		close(fd);
	}
}
END_TEST

/* ---- The order of the list ----------------------------------------------------- */

START_TEST(list_has_the_order_of_its_parts)
{
	static const struct imgfmt_run runs[] = {
		{ 10, 4, IMGFMT_STORED, IMGFMT_NONE },
		{ 20, 2, IMGFMT_EXCLUDED, IMGFMT_FREE },
		{ 22, 3, IMGFMT_STORED, IMGFMT_NONE },
		{ 40, 1, IMGFMT_STORED, IMGFMT_NONE },
	};
	static const struct swap_part part[] = {
		{ 23, 39 }, { 40, 90 }, { 0, 11 }, { 12, 22 },
	};
	static const uint64_t wanted[] = { 23, 24, 40, 10, 11, 12, 13, 22 };
	struct list_cursor c = { 0 };
	struct page_list list;
	struct frames f;
	struct vec parts;
	uint64_t pfn, rank, n = 0;

	frames_init(&f);
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++)
		ck_assert_int_eq(frames_add(&f, &runs[i], NULL), IMGFMT_OK);
	ck_assert_int_eq(frames_build(&f, 4, NULL), IMGFMT_OK);
	vec_init(&parts, sizeof(struct swap_part));
	ck_assert_int_eq(vec_append(&parts, part, 4, NULL), IMGFMT_OK);
	page_list_init(&list);
	ck_assert_int_eq(page_list_build(&list, &f, &parts, NULL), IMGFMT_OK);
	ck_assert_uint_eq(list.count, ARRAY_SIZE(wanted));
	for (; page_list_at(&list, &c, &pfn, &rank); n++) {
		struct list_cursor found = page_list_find(&list, n);

		ck_assert_uint_eq(pfn, wanted[n]);
		ck_assert_uint_eq(rank, frames_page_rank(&f, pfn));
		ck_assert(found.run == c.run && found.skip == c.skip);
		page_list_move(&list, &c, 1);
	}
	ck_assert_uint_eq(n, ARRAY_SIZE(wanted));
	page_list_fini(&list);
	parts.len = 3;
	page_list_init(&list);
	ck_assert_int_eq(page_list_build(&list, &f, &parts, NULL),
			 IMGFMT_E_CORRUPT);
	page_list_fini(&list);
	vec_fini(&parts);
	frames_fini(&f);
}
END_TEST

/* ---- Whether it fits -------------------------------------------------------------- */

static const struct swap_sample samples[] = {
	{ { .to = "packed", .groups = 40 }, "none" },
	{ { .to = "packed", .groups = 40 }, "lzo" },
	{ { .to = "plain", .groups = 40 }, "lz4",
	  SWSUSP_LZ4 | SWSUSP_CRC32, .zero_elided = true },
	{ { .to = "elf", .groups = 40 }, "none", .backwards = true,
	  .zero_elided = true },
	{ { .to = "packed", .groups = 40 }, NULL, SWSUSP_HW_SIG,
	  .backwards = true },
};

/* Into the least area, and not into one that is a page smaller. */
START_TEST(fits_exactly)
{
	const uint32_t bad[] = { 2, 3 };
	struct imgfmt_convert_result r = { .struct_size = sizeof(r) };
	uint32_t pages;
	uint8_t *before, *after;
	struct imgfmt_error err;
	size_t size;

	swap_make(area, PAGES, NULL, 0, 1);
	must(swap_write(&samples[_i], area, 0, NULL, &r, &err), &err, "a sample");
	pages = (uint32_t)(r.bytes_written / SAMPLE_PAGE) + 2;
	ck_assert_int_eq(ftruncate(area, 0), 0);
	swap_make(area, pages, bad, 2, 1);
	must(swap_write(&samples[_i], area, 0, NULL, &r, &err), &err, "a sample");
	ck_assert_int_eq(ftruncate(area, 0), 0);
	swap_make(area, pages - 1, bad, 2, 1);
	before = bytes_of(area, &size);
	ck_assert_int_eq(swap_write(&samples[_i], area, 0, NULL, &r, &err),
			 IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, ENOSPC);
	after = bytes_of(area, &size);
	ck_assert_mem_eq(before, after, size);
	free(before);
	free(after);
}
END_TEST

/* Any number of threads writes the same, and the image is right. */
START_TEST(threads_write_the_same)
{
	static const uint32_t threads[] = { 0, 1, 2, 8 };
	uint8_t *first = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		struct swap_sample s = samples[_i];
		struct imgfmt_error err;
		struct memory m;
		uint8_t *b;
		size_t size;

		s.threads = threads[i];
		swap_make(area, PAGES, NULL, 0, 1);
		must(swap_write(&s, area, 0, NULL, NULL, &err), &err,
		     "a sample");
		b = bytes_of(area, &size);
		m = (struct memory){ .data = b, .size = size, .fail_at = -1 };
		must(sample_verify(&m, false, &err), &err, "what was written");
		if (first)
			ck_assert_mem_eq(first, b, size);
		else
			first = b;
		free(first == b ? NULL : b);
	}
	free(first);
}
END_TEST

/* ---- What is refused ---------------------------------------------------------------- */

/* Bytes at an offset of a good area, and what comes of it. */
START_TEST(refuses_what_is_no_plain_area)
{
	static const struct {
		size_t at;
		const char *bytes;
		const char *says;
	} row[] = {
		{ 4086, "S1SUSPEND\0", "old kind" },
		{ 4086, "SWAP-SPACE", "old kind" },
		{ 4086, "ULSUSPEND\0", "uswsusp" },
		{ 4086, "S2SUSPEND\0", "S2SUSPEND" },
		{ 4086, "nothing at", "no swap area" },
		{ 4076, "SWAPSPACE2S1SUSPEND\0", "waits to be resumed" },
		{ 1024, "\2\0\0\0\0\0\0\0\0\0", "version" },
		{ 1028, "\xff\xff\xff\0\0\0\0\0\0\0", "shorter" },
		{ 1032, "\xff\xff\0\0\0\0\0\0\0\0", "no room" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		size_t len = row[i].at == 4076 ? 20 : 10;
		struct imgfmt_error err;

		swap_make(area, PAGES, NULL, 0, 1);
		ck_assert_int_eq(pwrite(area, row[i].bytes, len,
					(off_t)row[i].at), (ssize_t)len);
		ck_assert_int_eq(swap_write(&samples[0], area, 0, NULL, NULL,
					    &err), IMGFMT_E_OS);
		ck_assert_msg(strstr(err.message, row[i].says), "%s",
			      err.message);
	}
}
END_TEST

/* Pages of 16 KiB, for an image of pages of 4 KiB. */
START_TEST(refuses_another_page_size)
{
	struct imgfmt_error err;

	swap_make(area, PAGES, NULL, 0, 1);
	ck_assert_int_eq(pwrite(area, "\0\0\0\0\0\0\0\0\0", 10, 4086), 10);
	ck_assert_int_eq(pwrite(area, "\x20\0\0\0\0\0\0\0", 8, 1028), 8);
	ck_assert_int_eq(pwrite(area, "SWAPSPACE2", 10, 16374), 10);
	ck_assert_int_eq(swap_write(&samples[0], area, 0, NULL, NULL, &err),
			 IMGFMT_E_OS);
	ck_assert_ptr_nonnull(strstr(err.message, "16384"));
}
END_TEST

/* A sink of bytes leaves an area alone, and a file is no area. */
START_TEST(goes_to_areas_only)
{
	const struct imgfmt_swap_opts opts = { 0 };
	const struct sample packed = { .to = "packed" };
	struct imgfmt_convert_opts to = {
		.struct_size = sizeof(to), .to = "swsusp",
	};
	struct imgfmt_image *image;
	struct imgfmt_output *out;
	struct swap_area *a;
	struct place *place;
	struct imgfmt_error err;
	struct vec bytes, file;
	struct memory m;
	uint8_t *before, *after;
	size_t size;

	swap_make(area, PAGES, NULL, 0, 1);
	before = bytes_of(area, &size);
	must(place_open_fd(area, "swap", NULL, &place, &err), &err, "a place");
	must(swap_area_open(place, &opts, &a, &err), &err, "an area");
	ck_assert_int_eq(sample_write(&packed, swap_area_output(a), &err),
			 IMGFMT_E_USAGE);
	imgfmt_output_free(swap_area_output(a));
	after = bytes_of(area, &size);
	ck_assert_mem_eq(before, after, size);
	must(sample_make(&packed, &bytes, &err), &err, "a sample");
	m = memory_of(&bytes);
	must(memory_open(&m, false, 0, &image, &err), &err, "a sample");
	vec_init(&file, 1);
	must(memory_output(&file, false, -1, &out, &err), &err, "a file");
	ck_assert_int_eq(imgfmt_convert(image, &to, out, NULL, &err),
			 IMGFMT_E_UNFIT);
	ck_assert_ptr_nonnull(strstr(err.message, "note"));
	ck_assert_uint_eq(file.len, 0);
	imgfmt_output_free(out);
	imgfmt_image_unref(image);
	vec_fini(&bytes);
	vec_fini(&file);
	free(before);
	free(after);
}
END_TEST

START_TEST(refuses_a_codec_its_kernel_lacks)
{
	static const struct {
		const char *codec;
		uint32_t flags;
		int status;
	} row[] = {
		{ "lz4", SWSUSP_CRC32, IMGFMT_OK },	/* of 6.16.1 */
		{ "zstd", SWSUSP_CRC32, IMGFMT_E_USAGE },
		{ "lzo:9", SWSUSP_CRC32, IMGFMT_E_USAGE },
		{ "none", SWSUSP_CRC32, IMGFMT_OK },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct swap_sample s = samples[0];

		s.codec = row[i].codec;
		s.header_flags = row[i].flags;
		swap_make(area, PAGES, NULL, 0, 1);
		ck_assert_int_eq(swap_write(&s, area, 0, NULL, NULL, NULL),
				 row[i].status);
	}
}
END_TEST

/* ---- Taking it back --------------------------------------------------------------------- */

START_TEST(invalidate_changes_ten_bytes)
{
	struct imgfmt_error err;
	uint8_t *before, *after;
	char path[32];
	size_t size;

	swap_make(area, PAGES, NULL, 0, 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", area);
	ck_assert_int_eq(imgfmt_swap_invalidate(path, NULL, &err),
			 IMGFMT_E_NOT_IMAGE);
	must(swap_write(&samples[0], area, 0, NULL, NULL, &err), &err,
	     "a sample");
	before = bytes_of(area, &size);
	must(imgfmt_swap_invalidate(path, NULL, &err), &err, "invalidating");
	after = bytes_of(area, &size);
	ck_assert_mem_eq(before, after, 4086);
	ck_assert_mem_eq(after + 4086, "SWAPSPACE2", 10);
	ck_assert_mem_eq(before + 4096, after + 4096, size - 4096);
	ck_assert_int_eq(imgfmt_swap_invalidate(path, NULL, &err),
			 IMGFMT_E_NOT_IMAGE);
	free(before);
	free(after);
}
END_TEST

/* ---- One writer at a time ---------------------------------------------- */

START_TEST(is_held_while_it_is_open)
{
	const struct imgfmt_swap_opts opts = {
		.struct_size = sizeof(opts),
		.flags = IMGFMT_OUTPUT_FORCE | IMGFMT_SWAP_DISK_IMAGE,
	};
	struct imgfmt_output *out, *other;
	struct imgfmt_error err;
	char path[32];

	swap_make(area, PAGES, NULL, 0, 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", area);
	must(imgfmt_output_swap(path, &opts, &out, &err), &err, "the first");
	ck_assert_int_eq(imgfmt_output_swap(path, &opts, &other, &err),
			 IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, EBUSY);
	ck_assert_ptr_nonnull(strstr(err.message, "is in use"));
	ck_assert_int_eq(imgfmt_swap_invalidate(path, NULL, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, EBUSY);
	imgfmt_output_free(out);
	must(imgfmt_output_swap(path, &opts, &other, &err), &err, "the next");
	imgfmt_output_free(other);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("swap");
	TCase *tc = tcase_create("swap");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, make_area, drop_area);
	tcase_add_test(tc, header_says_what_can_be);
	tcase_add_test(tc, header_takes_630_bad_pages);
	tcase_add_test(tc, extents_cover_the_area);
	tcase_add_test(tc, extents_are_three_numbers_a_line);
	tcase_add_test(tc, list_has_the_order_of_its_parts);
	tcase_add_loop_test(tc, fits_exactly, 0, ARRAY_SIZE(samples));
	tcase_add_loop_test(tc, threads_write_the_same, 0,
			    ARRAY_SIZE(samples));
	tcase_add_test(tc, refuses_what_is_no_plain_area);
	tcase_add_test(tc, refuses_another_page_size);
	tcase_add_test(tc, goes_to_areas_only);
	tcase_add_test(tc, refuses_a_codec_its_kernel_lacks);
	tcase_add_test(tc, invalidate_changes_ten_bytes);
	tcase_add_test(tc, is_held_while_it_is_open);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
