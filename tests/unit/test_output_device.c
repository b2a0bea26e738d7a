/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output to a device, on a file that plays one, and what the power leaves of it
 * whenever it goes.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "prng.h"
#include "support/device.h"

#define DEVICE_LEN	((size_t)96 << 10)
#define HEAD_LEN	OUTPUT_DEVICE_HEAD

static int device = -1;
static uint8_t old[DEVICE_LEN];
static uint8_t new[DEVICE_LEN];

static void free_log(struct device_log *log)
{
	device_log_fini(log);
	free(log);
}

static struct device_log *new_log(void)
{
	struct device_log *log = malloc(sizeof(*log));

	ck_assert_ptr_nonnull(log);
	device_log_init(log);
	return log;
}

static void make_device(void)
{
	uint64_t state = 3;

	prng_fill(&state, old, sizeof(old));
	memcpy(new, old, sizeof(new));
	device = memfd_create("device", MFD_CLOEXEC);
	ck_assert_int_ge(device, 0);
	ck_assert_int_eq(pwrite(device, old, sizeof(old), 0), sizeof(old));
}

static void drop_device(void)
{
	close(device);
}

static struct imgfmt_output *open_device(struct device_log *log)
{
	struct output_calls calls = device_log_calls(log);
	struct imgfmt_output *out;

	ck_assert_int_eq(output_open_device_fd(device, "disk",
					       IMGFMT_OUTPUT_FORCE, &calls,
					       &out, NULL), IMGFMT_OK);
	ck_assert(output_is_seekable(out));
	return out;
}

/* Sealed images are written in such an order: front reserved, data, front. */
static int write_image(struct imgfmt_output *out, struct imgfmt_error *err)
{
	static const struct {
		uint64_t off;
		size_t len;
		bool hole;
	} piece[] = {
		{ 20000, 30000, false },
		{ 50000, 6000, true },
		{ 56000, 5000, false },
		{ 1000, 19000, false },
		{ 0, 1000, false },
	};
	uint64_t state = 17;
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < ARRAY_SIZE(piece) && !rc; i++) {
		uint8_t *at = new + piece[i].off;

		if (piece[i].hole) {
			memset(at, 0, piece[i].len);
			rc = output_hole(out, piece[i].off, piece[i].len, err);
			continue;
		}
		prng_fill(&state, at, piece[i].len);
		rc = output_write(out, piece[i].off, at, piece[i].len, err);
	}
	return rc ? rc : output_commit(out, 61000, err);
}

/* Untouched, without a head, or complete. */
static bool is_safe(const uint8_t *disk)
{
	if (mem_is_zero(disk, HEAD_LEN))
		return true;
	return !memcmp(disk, old, DEVICE_LEN) || !memcmp(disk, new, DEVICE_LEN);
}

/* The power goes after @count calls; what no flush followed is as @mask says. */
static void cut(const struct device_log *log, int count, uint64_t mask)
{
	static uint8_t disk[DEVICE_LEN];

	memcpy(disk, old, sizeof(disk));
	device_log_cut(log, count, mask, disk);
	ck_assert_msg(is_safe(disk), "cut after %d calls, mask %#llx", count,
		      (unsigned long long)mask);
}

START_TEST(survives_every_cut)
{
	struct device_log *log = new_log();
	struct imgfmt_output *out = open_device(log);
	uint64_t state = 29;

	ck_assert_int_eq(write_image(out, NULL), IMGFMT_OK);
	imgfmt_output_free(out);
	ck_assert_int_ge(log->count, 8);
	for (int count = 0; count <= log->count; count++) {
		cut(log, count, 0);
		cut(log, count, UINT64_MAX);
		for (int i = 0; i < count; i++) {
			cut(log, count, UINT64_C(1) << i);
			cut(log, count, ~(UINT64_C(1) << i));
		}
		for (int i = 0; i < 50; i++)
			cut(log, count, prng_next(&state));
	}
	free_log(log);
}
END_TEST

START_TEST(ends_complete)
{
	static uint8_t disk[DEVICE_LEN];
	struct device_log *log = new_log();
	struct imgfmt_output *out;

	log->most = _i;
	out = open_device(log);
	ck_assert_int_eq(write_image(out, NULL), IMGFMT_OK);
	imgfmt_output_free(out);
	ck_assert_int_eq(pread(device, disk, sizeof(disk), 0), sizeof(disk));
	ck_assert_mem_eq(disk, new, sizeof(disk));
	ck_assert(!mem_is_zero(disk, HEAD_LEN));
	free_log(log);
}
END_TEST

START_TEST(reports_every_failure)
{
	static uint8_t disk[DEVICE_LEN];
	struct imgfmt_error err;
	int rc = IMGFMT_E_OS;

	for (int n = 0; rc < 0; n++) {
		struct device_log *log = new_log();
		struct imgfmt_output *out = open_device(log);

		ck_assert_int_eq(pwrite(device, old, sizeof(old), 0),
				 sizeof(old));
		log->fail_at = n;
		rc = write_image(out, &err);
		if (rc < 0) {
			ck_assert_int_eq(err.os_errno, EIO);
			ck_assert_int_eq(strncmp(err.message, "disk: ", 6), 0);
			ck_assert_int_eq(output_commit(out, 61000, NULL),
					 IMGFMT_E_USAGE);
		}
		imgfmt_output_free(out);
		ck_assert_int_eq(pread(device, disk, sizeof(disk), 0),
				 sizeof(disk));
		ck_assert(is_safe(disk));
		free_log(log);
	}
}
END_TEST

START_TEST(leaves_no_image_without_commit)
{
	static uint8_t head[HEAD_LEN];
	struct device_log *log = new_log();
	struct imgfmt_output *out = open_device(log);

	imgfmt_output_free(out);
	ck_assert_int_eq(log->count, 0);
	out = open_device(log);
	ck_assert_int_eq(output_write(out, 0, "head", 4, NULL), IMGFMT_OK);
	imgfmt_output_free(out);
	ck_assert_int_eq(pread(device, head, sizeof(head), 0), sizeof(head));
	ck_assert(mem_is_zero(head, sizeof(head)));
	free_log(log);
}
END_TEST

/* From the first write that the device takes, to the last call. */
START_TEST(tells_when_the_old_content_is_gone)
{
	bool fails = true;

	for (int n = 0; fails; n++) {
		struct device_log *log = new_log();
		struct imgfmt_output *out = open_device(log);

		log->fail_at = n;
		ck_assert(!imgfmt_output_wiped(out));
		fails = write_image(out, NULL) < 0;
		ck_assert_int_eq(imgfmt_output_wiped(out), fails && n > 0);
		imgfmt_output_free(out);
		free_log(log);
	}
}
END_TEST

/* A write that fails in its midst has changed what it has reached. */
START_TEST(tells_when_a_part_of_it_is_gone)
{
	struct device_log *log = new_log();
	struct imgfmt_output *out;

	log->most = 512;
	log->fail_at = 1;
	out = open_device(log);
	ck_assert_int_lt(write_image(out, NULL), 0);
	ck_assert(imgfmt_output_wiped(out));
	imgfmt_output_free(out);
	free_log(log);
}
END_TEST

START_TEST(says_what_does_not_fit)
{
	struct device_log *log = new_log();
	struct imgfmt_output *out = open_device(log);
	struct imgfmt_error err;

	ck_assert_int_eq(output_hole(out, 0, DEVICE_LEN + 1, &err),
			 IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, ENOSPC);
	ck_assert_ptr_nonnull(strstr(err.message, "disk: has 98304 bytes"));
	ck_assert(!imgfmt_output_wiped(out));
	imgfmt_output_free(out);
	out = open_device(log);
	ck_assert_int_eq(output_write(out, DEVICE_LEN - 1, "ab", 2, &err),
			 IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, ENOSPC);
	imgfmt_output_free(out);
	ck_assert_int_eq(log->count, 0);
	free_log(log);
}
END_TEST

START_TEST(overwrites_only_what_is_blank)
{
	static const struct {
		off_t size, at;
		int status;
	} row[] = {
		{ 4 << 20, 3 << 19, IMGFMT_OK },
		{ 4 << 20, 0, IMGFMT_E_OS },
		{ 4 << 20, 65536, IMGFMT_E_OS },
		{ 4 << 20, (1 << 20) - 1, IMGFMT_E_OS },
		{ 4 << 20, 1 << 20, IMGFMT_OK },
		{ 4 << 20, (3 << 20) - 1, IMGFMT_OK },
		{ 4 << 20, 3 << 20, IMGFMT_E_OS },
		{ 4 << 20, (4 << 20) - 1, IMGFMT_E_OS },
		{ 1000, 999, IMGFMT_E_OS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct imgfmt_output *out;
		struct imgfmt_error err;

		ck_assert_int_eq(ftruncate(device, 0), 0);
		ck_assert_int_eq(ftruncate(device, row[i].size), 0);
		ck_assert_int_eq(pwrite(device, "x", 1, row[i].at), 1);
		ck_assert_int_eq(output_open_device_fd(device, "disk", 0, NULL,
						       &out, &err),
				 row[i].status);
		if (row[i].status)
			ck_assert_int_eq(err.os_errno, EEXIST);
		imgfmt_output_free(out);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("output_device");
	TCase *tc = tcase_create("output_device");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, make_device, drop_device);
	tcase_add_test(tc, survives_every_cut);
	tcase_add_test(tc, ends_complete);
	tcase_add_loop_test(tc, ends_complete, 3001, 3002);
	tcase_add_test(tc, reports_every_failure);
	tcase_add_test(tc, leaves_no_image_without_commit);
	tcase_add_test(tc, tells_when_the_old_content_is_gone);
	tcase_add_test(tc, tells_when_a_part_of_it_is_gone);
	tcase_add_test(tc, says_what_does_not_fit);
	tcase_add_test(tc, overwrites_only_what_is_blank);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
