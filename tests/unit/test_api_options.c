/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options that mean nothing are refused by the library, not ignored, and
 * nothing is written.
 */
/* Before check.h, which has a macro fail(). */
#include "support/sample.h"

#include <check.h>
#include <stdlib.h>

static struct vec bytes;
static struct memory memory;
static struct imgfmt_image *image;

static void make_image(void)
{
	const struct sample s = { .to = "packed", .block_pages = 4 };
	struct imgfmt_error err;

	must(sample_make(&s, &bytes, &err), &err, "an image");
	memory = memory_of(&bytes);
	must(memory_open(&memory, false, 0, &image, &err), &err, "opening it");
}

static void drop_image(void)
{
	imgfmt_image_unref(image);
	vec_fini(&bytes);
}

static const struct {
	struct imgfmt_convert_opts opts;
	bool good;
	const char *message;
	bool both;	/* of the writer too */
} rows[] = {
	{ .good = true },
	{ { .exclude = IMGFMT_EXCLUDE(IMGFMT_KEXEC) |
		       IMGFMT_EXCLUDE(IMGFMT_HUGETLB) }, true },
	{ { .to = "plain", .block_pages = 8,
	    .flags = IMGFMT_CONVERT_CONTENT_DIGESTS }, true, .both = true },
	{ { .entry = (UINT64_C(1) << 52) - 1, .has_entry = 1 }, true,
	  .both = true },
	{ { .flags = 1U << 31 }, false, "unknown flags 0x80000000", true },
	{ { .exclude = IMGFMT_EXCLUDE(IMGFMT_NONE) }, false,
	  "no classes to exclude: 0x1" },
	{ { .exclude = IMGFMT_EXCLUDE(IMGFMT_CLASSES) }, false,
	  "no classes to exclude: 0x400" },
	{ { .to = "plain", .codec = "zlib" }, false,
	  "output format \"plain\" has no codec", true },
	{ { .to = "packed", .max_segments = 3 }, false,
	  "output format \"packed\" has no segments", true },
	{ { .vmcoreinfo = "", .vmcoreinfo_size = 65537 }, false,
	  "a VMCOREINFO is at most 65536 bytes" },
	{ { .to = "elf", .codec = "zlib" }, false,
	  "output format \"elf\" has no codec", true },
	{ { .to = "elf", .block_pages = 8 }, false,
	  "output format \"elf\" has no blocks", true },
	{ { .to = "elf", .flags = IMGFMT_CONVERT_CONTENT_DIGESTS }, false,
	  "output format \"elf\" has no content digests", true },
	{ { .entry = UINT64_C(1) << 52, .has_entry = 1 }, false,
	  "entry 0x10000000000000 is beyond the highest address, 2^52", true },
};

START_TEST(of_a_conversion)
{
	struct imgfmt_convert_opts opts = rows[_i].opts;
	struct imgfmt_output *out;
	struct imgfmt_error err;
	struct vec made;
	int rc;

	opts.struct_size = sizeof(opts);
	vec_init(&made, 1);
	ck_assert_int_eq(memory_output(&made, false, -1, &out, &err), 0);
	rc = imgfmt_convert(image, &opts, out, NULL, &err);
	imgfmt_output_free(out);
	ck_assert_int_eq(rc, rows[_i].good ? IMGFMT_OK : IMGFMT_E_USAGE);
	if (rc) {
		ck_assert_str_eq(err.message, rows[_i].message);
		ck_assert_uint_eq(made.len, 0);
	}
	vec_fini(&made);
}
END_TEST

START_TEST(of_a_writer)
{
	const struct imgfmt_run run = { 1, 1, IMGFMT_STORED, IMGFMT_NONE };
	struct imgfmt_write_opts opts = {
		.struct_size = sizeof(opts),
		.convert = rows[_i].opts,
		.page_size = 4096,
		.runs = &run,
		.run_count = 1,
	};
	struct imgfmt_writer *writer;
	struct imgfmt_output *out;
	struct imgfmt_error err;
	struct vec made;
	int rc;

	if (!rows[_i].both)
		return;
	vec_init(&made, 1);
	ck_assert_int_eq(memory_output(&made, false, -1, &out, &err), 0);
	rc = imgfmt_writer_new(&opts, out, &writer, &err);
	imgfmt_writer_free(writer);
	imgfmt_output_free(out);
	ck_assert_int_eq(rc, rows[_i].good ? IMGFMT_OK : IMGFMT_E_USAGE);
	if (rc)
		ck_assert_str_eq(err.message, rows[_i].message);
	vec_fini(&made);
}
END_TEST

START_TEST(of_a_check_and_a_cursor)
{
	struct imgfmt_verify_opts verify = {
		.struct_size = sizeof(verify), .depth = IMGFMT_DEPTH_DEEP,
	};
	struct imgfmt_cursor_opts cursor = {
		.struct_size = sizeof(cursor), .flags = IMGFMT_CURSOR_VERIFY,
	};
	struct imgfmt_cursor *c;

	ck_assert_int_eq(imgfmt_verify(image, &verify, NULL, NULL), 0);
	verify.depth = IMGFMT_DEPTH_DEEP + 1;
	ck_assert_int_eq(imgfmt_verify(image, &verify, NULL, NULL),
			 IMGFMT_E_USAGE);
	verify.depth = 0;
	verify.flags = 2;
	ck_assert_int_eq(imgfmt_verify(image, &verify, NULL, NULL),
			 IMGFMT_E_USAGE);
	ck_assert_int_eq(imgfmt_cursor_new(image, &cursor, &c, NULL), 0);
	imgfmt_cursor_free(c);
	cursor.flags = 2;
	ck_assert_int_eq(imgfmt_cursor_new(image, &cursor, &c, NULL),
			 IMGFMT_E_USAGE);
	ck_assert_ptr_null(c);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("api/options");
	TCase *tc = tcase_create("options");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, make_image, drop_image);
	tcase_add_loop_test(tc, of_a_conversion, 0, (int)ARRAY_SIZE(rows));
	tcase_add_loop_test(tc, of_a_writer, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(tc, of_a_check_and_a_cursor);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
