/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Backup maps read from text.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base.h"
#include "imgfmt.h"
#include "io/text.h"
#include "prng.h"
#include "record/backup_map.h"
#include "view/backup_text.h"

static char path[] = "/tmp/test_backup_text.XXXXXX";
static FILE *file;

static void enter(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	file = fdopen(fd, "w");
	ck_assert_ptr_nonnull(file);
}

static void leave(void)
{
	fclose(file);
	unlink(path);
	memset(path + sizeof(path) - 7, 'X', 6);
}

static int load(const char *text, size_t len, struct imgfmt_backup_run **ret,
		size_t *count_ret, struct imgfmt_error *err)
{
	rewind(file);
	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	fflush(file);
	ck_assert_int_eq(ftruncate(fileno(file), (off_t)len), 0);
	return imgfmt_backup_map_load(path, 0, ret, count_ret, err);
}

START_TEST(reads_and_merges)
{
	static const char text[] =
		"# destination backup\r\n"
		"100 a00\n"
		"0x101 0xA01\n"
		"\t103   a03  # two pages on\n"
		"\n"
		"50\t50\r\n"
		"102 a02\n"
		"104 b00\n"
		"51 51";
	static const struct imgfmt_backup_run want[] = {
		{ 0x50, 0x50, 2 }, { 0x100, 0xa00, 4 }, { 0x104, 0xb00, 1 },
	};
	struct imgfmt_error err = { .message = "" };
	struct imgfmt_backup_run *runs;
	size_t count;

	ck_assert_msg(!load(text, strlen(text), &runs, &count, &err), "%s",
		      err.message);
	ck_assert_uint_eq(count, ARRAY_SIZE(want));
	ck_assert_mem_eq(runs, want, sizeof(want));
	free(runs);
}
END_TEST

START_TEST(refuses_bad_text)
{
	static const struct {
		const char *text, *message;
	} row[] = {
		{ "", "backup map has no entries" },
		{ "# nothing\n\n", "backup map has no entries" },
		{ "1 2\n\n3\n", "line 3: not two hex" },
		{ "1 2 3\n", "line 1: not two hex" },
		{ "1,2\n", "line 1: not two hex" },
		{ "1 -2\n", "line 1: not two hex" },
		{ "0x 2\n", "line 1: not two hex" },
		{ "1 10000000000000002\n", "line 1: not two hex" },
		{ "10000000000 1\n", "line 1: a frame number above" },
		{ "1 ffffffffffffffff\n", "line 1: a frame number above" },
	};
	struct imgfmt_backup_run *runs = (void *)path;
	struct imgfmt_error err;
	size_t count = 9;

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		ck_assert_int_eq(load(row[i].text, strlen(row[i].text), &runs,
				      &count, &err), IMGFMT_E_USAGE);
		ck_assert_msg(!strncmp(err.message, row[i].message,
				       strlen(row[i].message)),
			      "%s", err.message);
		ck_assert_ptr_null(runs);
		ck_assert_uint_eq(count, 0);
	}
	ck_assert_int_eq(load("1 2\0\n", 5, &runs, &count, &err),
			 IMGFMT_E_USAGE);
}
END_TEST

START_TEST(checks_the_rules)
{
	static const struct {
		const char *text, *rule;
	} row[] = {
		{ "1 2\n2 3\n1 2\n", "BMAP-03" },
		{ "1 8\n1 9\n", "BMAP-03" },
		{ "1 8\n2 8\n", "BMAP-04" },
		{ "1 2\n2 9\n", "BMAP-05" },
	};
	struct imgfmt_backup_run *runs;
	struct imgfmt_error err;
	size_t count;

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		ck_assert_int_eq(load(row[i].text, strlen(row[i].text), &runs,
				      &count, &err), IMGFMT_E_CORRUPT);
		ck_assert_str_eq(err.rule, row[i].rule);
	}
	ck_assert_int_eq(imgfmt_backup_map_load("/nothing/here", 0, &runs,
						&count, &err), IMGFMT_E_OS);
}
END_TEST

/* Pages of a kernel that was loaded all over the place, shuffled. */
START_TEST(reads_many)
{
	enum { PAGES = 100000 };
	uint32_t *order = malloc(PAGES * sizeof(*order));
	struct imgfmt_backup_run *runs;
	uint64_t state = 41, pages = 0;
	size_t count;

	ck_assert_ptr_nonnull(order);
	for (uint32_t i = 0; i < PAGES; i++) {
		uint32_t at = (uint32_t)prng_below(&state, i + 1);

		order[i] = order[at];
		order[at] = i;
	}
	for (uint32_t i = 0; i < PAGES; i++)
		fprintf(file, "%x %x\n", 0x1000 + order[i],
			0x100000 + order[i] + order[i] / 64);
	fflush(file);
	ck_assert_int_eq(imgfmt_backup_map_load(path, 0, &runs, &count, NULL),
			 0);
	ck_assert_uint_eq(count, (PAGES + 63) / 64);
	for (size_t i = 0; i < count; i++)
		pages += runs[i].pages;
	ck_assert_uint_eq(pages, PAGES);
	free(runs);
	free(order);
}
END_TEST

/* Lines as long as allowed, across the reader's buffer, and one that is not. */
START_TEST(bounds_lines)
{
	struct imgfmt_backup_run *runs;
	struct imgfmt_error err;
	size_t count;

	for (int i = 0; i < 100; i++)
		fprintf(file, "%x %*x\n", 2 * i, (int)TEXT_LINE_MAX - 4,
			0x1000 + 2 * i);
	for (int i = 0; i < 100; i++)
		fprintf(file, "%*s# %x\n", i * 37, "", i);
	fflush(file);
	rewind(file);
	ck_assert_int_eq(imgfmt_backup_map_load(path, 0, &runs, &count, &err),
			 IMGFMT_OK);
	ck_assert_uint_eq(count, 100);
	for (size_t i = 0; i < count; i++)
		ck_assert_uint_eq(runs[i].backup, 0x1000 + 2 * i);
	free(runs);
	fseek(file, 0, SEEK_END);
	fprintf(file, "# %*s", (int)TEXT_LINE_MAX - 1, "");
	fflush(file);
	ck_assert_int_eq(imgfmt_backup_map_load(path, 0, &runs, &count, &err),
			 IMGFMT_E_USAGE);
	ck_assert_str_eq(err.message, "line 201: longer than 4096 bytes");
	ck_assert_int_eq(imgfmt_backup_map_load("/dev/zero", 0, &runs, &count,
						&err), IMGFMT_E_USAGE);
	ck_assert_str_eq(err.message, "line 1: longer than 4096 bytes");
}
END_TEST

START_TEST(bounds_memory)
{
	enum { RUNS = 1000 };
	struct imgfmt_backup_run *runs;
	struct imgfmt_error err;
	size_t count;

	for (int i = 0; i < RUNS; i++)
		fprintf(file, "%x %x\n", 2 * i, 0x1000 + 2 * i);
	fflush(file);
	ck_assert_int_eq(imgfmt_backup_map_load(path, RUNS * BACKUP_RUN_COST,
						&runs, &count, &err),
			 IMGFMT_OK);
	ck_assert_uint_eq(count, RUNS);
	free(runs);
	ck_assert_int_eq(imgfmt_backup_map_load(path,
						RUNS * BACKUP_RUN_COST - 1,
						&runs, &count, &err),
			 IMGFMT_E_LIMIT);
	ck_assert_ptr_null(runs);
	ck_assert_ptr_nonnull(strstr(err.message, "memory limit"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("backup_text");
	TCase *tc = tcase_create("backup_text");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, enter, leave);
	tcase_add_test(tc, reads_and_merges);
	tcase_add_test(tc, refuses_bad_text);
	tcase_add_test(tc, checks_the_rules);
	tcase_add_test(tc, reads_many);
	tcase_add_test(tc, bounds_lines);
	tcase_add_test(tc, bounds_memory);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
