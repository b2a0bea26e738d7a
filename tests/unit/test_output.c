/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output to files and in one pass: complete under its name, or not there.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "io/output.h"
#include "io/output_kinds.h"

static char dir[] = "/tmp/test_output.XXXXXX";
static char path[PATH_MAX];

static void enter(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/out", dir);
}

static int count_files(void)
{
	DIR *d = opendir(dir);
	int count = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d))
		count++;
	closedir(d);
	return count - 2;
}

static void leave(void)
{
	unlink(path);
	rmdir(dir);
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void check_content(const char *name, const char *text)
{
	char buf[64] = "";
	FILE *f = fopen(name, "r");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fread(buf, 1, sizeof(buf) - 1, f), strlen(text));
	ck_assert_str_eq(buf, text);
	fclose(f);
}

/* Both ways to make a file; the loop index of a test is the second. */
static struct imgfmt_output *open_file(uint32_t flags, bool named)
{
	struct imgfmt_output *out;

	ck_assert_int_eq(output_open_file(path, path, flags, named, &out,
					  NULL),
			 IMGFMT_OK);
	ck_assert(output_is_seekable(out));
	ck_assert_str_eq(output_name(out), path);
	return out;
}

static void write_text(struct imgfmt_output *out, uint64_t off,
		       const char *text)
{
	ck_assert_int_eq(output_write(out, off, text, strlen(text), NULL),
			 IMGFMT_OK);
}

START_TEST(appears_complete)
{
	struct imgfmt_output *out = open_file(0, _i);
	struct stat st;

	write_text(out, 4, "efgh");
	write_text(out, 0, "abcd");
	ck_assert(access(path, F_OK) < 0);
	ck_assert_int_eq(output_commit(out, 6, NULL), IMGFMT_OK);
	ck_assert_int_eq(output_write(out, 0, "x", 1, NULL), IMGFMT_E_USAGE);
	ck_assert_int_eq(output_commit(out, 6, NULL), IMGFMT_E_USAGE);
	imgfmt_output_free(out);
	check_content(path, "abcdef");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

/* All at once, with the mode that its content allows. */
START_TEST(puts_bytes)
{
	static const mode_t modes[] = { 0600, 0644 };
	mode_t mask = umask(022);
	struct imgfmt_output *out;
	struct stat st;

	ck_assert_int_eq(imgfmt_output_path(path,
					    _i ? IMGFMT_OUTPUT_PUBLIC : 0, &out,
					    NULL), IMGFMT_OK);
	ck_assert(access(path, F_OK) < 0);
	ck_assert_int_eq(imgfmt_output_put(out, "abcd", 4, NULL), IMGFMT_OK);
	ck_assert_int_eq(imgfmt_output_put(out, "abcd", 4, NULL),
			 IMGFMT_E_USAGE);
	imgfmt_output_free(out);
	umask(mask);
	check_content(path, "abcd");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, modes[_i]);
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(leaves_nothing_behind)
{
	struct imgfmt_output *out = open_file(0, _i);

	write_text(out, 0, "abcd");
	imgfmt_output_free(out);
	ck_assert_int_eq(count_files(), 0);
}
END_TEST

START_TEST(leaves_the_old_file_alone)
{
	struct imgfmt_output *out;

	put(path, "old");
	out = open_file(IMGFMT_OUTPUT_FORCE, _i);
	write_text(out, 0, "new");
	imgfmt_output_free(out);
	check_content(path, "old");
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(replaces_with_force)
{
	struct imgfmt_output *out;
	int old;

	put(path, "old");
	old = open(path, O_RDONLY);
	out = open_file(IMGFMT_OUTPUT_FORCE, _i);
	write_text(out, 0, "new");
	check_content(path, "old");
	ck_assert_int_eq(output_commit(out, 3, NULL), IMGFMT_OK);
	imgfmt_output_free(out);
	check_content(path, "new");
	ck_assert_int_eq(count_files(), 1);
	ck_assert_int_eq(lseek(old, 0, SEEK_END), 3);
	close(old);
}
END_TEST

/* The file came into being after the output was opened. */
START_TEST(never_overwrites_by_a_race)
{
	struct imgfmt_output *out = open_file(0, _i);
	struct imgfmt_error err;

	write_text(out, 0, "new");
	put(path, "other");
	ck_assert_int_eq(output_commit(out, 3, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, EEXIST);
	imgfmt_output_free(out);
	check_content(path, "other");
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(holes_take_no_room)
{
	struct imgfmt_output *out = open_file(0, _i);
	const uint64_t size = (uint64_t)64 << 20;
	struct stat st;

	ck_assert_int_eq(output_hole(out, 0, size / 2, NULL), IMGFMT_OK);
	write_text(out, size / 2, "x");
	ck_assert_int_eq(output_hole(out, size / 2 + 1, size / 2 - 1, NULL),
			 IMGFMT_OK);
	ck_assert_int_eq(output_commit(out, size, NULL), IMGFMT_OK);
	imgfmt_output_free(out);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq((uint64_t)st.st_size, size);
	ck_assert_uint_lt((uint64_t)st.st_blocks * 512, size / 2);
}
END_TEST

START_TEST(says_no_when_opened)
{
	struct imgfmt_output *out = (void *)path;
	struct imgfmt_error err;
	char to[PATH_MAX + 8];

	put(path, "old");
	ck_assert_int_eq(imgfmt_output_path(path, 0, &out, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, EEXIST);
	ck_assert_ptr_null(out);
	ck_assert_int_eq(imgfmt_output_path(dir, IMGFMT_OUTPUT_FORCE, &out,
					    &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, EISDIR);
	snprintf(to, sizeof(to), "%s/no/out", dir);
	ck_assert_int_eq(imgfmt_output_path(to, 0, &out, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, ENOENT);
	snprintf(to, sizeof(to), "%s/new/", dir);
	ck_assert_int_eq(imgfmt_output_path(to, 0, &out, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, EISDIR);
	ck_assert_int_eq(imgfmt_output_path("", 0, &out, &err), IMGFMT_E_OS);
	ck_assert_int_eq(imgfmt_output_path(path, 1U << 9, &out, &err),
			 IMGFMT_E_USAGE);
	check_content(path, "old");
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(follows_symbolic_links)
{
	struct imgfmt_output *out;
	char link[PATH_MAX + 8];
	struct stat st;

	put(path, "old");
	snprintf(link, sizeof(link), "%s/link", dir);
	ck_assert_int_eq(symlink("out", link), 0);
	ck_assert_int_eq(imgfmt_output_path(link, IMGFMT_OUTPUT_FORCE, &out,
					    NULL), IMGFMT_OK);
	write_text(out, 0, "new");
	ck_assert_int_eq(output_commit(out, 3, NULL), IMGFMT_OK);
	imgfmt_output_free(out);
	check_content(path, "new");
	ck_assert_int_eq(lstat(link, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	unlink(path);
	ck_assert_int_eq(imgfmt_output_path(link, 0, &out, NULL), IMGFMT_E_OS);
	unlink(link);
}
END_TEST

/* Whatever the path leads to, and however it was spelt. */
START_TEST(is_called_as_the_caller_does)
{
	char link[PATH_MAX + 8], twisted[PATH_MAX + 8];
	const char *name[] = { link, twisted };
	struct imgfmt_output *out;
	struct imgfmt_error err;

	put(path, "old");
	snprintf(link, sizeof(link), "%s/link", dir);
	snprintf(twisted, sizeof(twisted), "%s/.//out", dir);
	ck_assert_int_eq(symlink("out", link), 0);
	for (size_t i = 0; i < ARRAY_SIZE(name); i++) {
		size_t len = strlen(name[i]);

		ck_assert_int_eq(imgfmt_output_path(name[i],
						    IMGFMT_OUTPUT_FORCE, &out,
						    NULL), IMGFMT_OK);
		ck_assert_str_eq(output_name(out), name[i]);
		ck_assert_int_eq(output_commit(out, UINT64_MAX, &err),
				 IMGFMT_E_OS);
		ck_assert_int_eq(strncmp(err.message, name[i], len), 0);
		ck_assert_int_eq(err.message[len], ':');
		imgfmt_output_free(out);
	}
	check_content(path, "old");
	unlink(link);
}
END_TEST

START_TEST(takes_one_pass)
{
	struct imgfmt_output *out;
	char buf[16];
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(imgfmt_output_fd(fds[0], NULL, &out, NULL),
			 IMGFMT_E_OS);
	ck_assert_int_eq(imgfmt_output_fd(fds[1], "-", &out, NULL), IMGFMT_OK);
	ck_assert(!output_is_seekable(out));
	write_text(out, 0, "abc");
	ck_assert_int_eq(output_hole(out, 3, 2, NULL), IMGFMT_OK);
	ck_assert_int_eq(output_write(out, 4, "x", 1, NULL), IMGFMT_E_USAGE);
	write_text(out, 5, "def");
	ck_assert_int_eq(output_commit(out, 9, NULL), IMGFMT_E_USAGE);
	ck_assert_int_eq(output_commit(out, 8, NULL), IMGFMT_OK);
	imgfmt_output_free(out);
	ck_assert_int_eq(read(fds[0], buf, sizeof(buf)), 8);
	ck_assert_mem_eq(buf, "abc\0\0def", 8);
	ck_assert_int_eq(fcntl(fds[1], F_GETFD), 0);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

static void note(int sig)
{
	(void)sig;
}

/* A full pipe, non-blocking or not; the timer repeats. */
START_TEST(a_signal_ends_a_wait)
{
	struct sigaction sa = { .sa_handler = note };
	struct itimerval often = { { 0, 10000 }, { 0, 10000 } };
	struct itimerval never = { 0 };
	static char much[1 << 20];
	struct imgfmt_output *out;
	struct imgfmt_error err;
	int fds[2];

	ck_assert_int_eq(pipe2(fds, _i ? O_NONBLOCK : 0), 0);
	ck_assert_int_eq(imgfmt_output_fd(fds[1], "-", &out, NULL), IMGFMT_OK);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	ck_assert_int_eq(output_write(out, 0, much, sizeof(much), &err),
			 IMGFMT_E_CANCELLED);
	setitimer(ITIMER_REAL, &never, NULL);
	imgfmt_output_free(out);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(writes_streams_by_path)
{
	struct imgfmt_output *out;

	ck_assert_int_eq(imgfmt_output_path("/dev/null", 0, &out, NULL), 0);
	ck_assert(!output_is_seekable(out));
	write_text(out, 0, "abc");
	ck_assert_int_eq(output_commit(out, 3, NULL), IMGFMT_OK);
	imgfmt_output_free(out);
}
END_TEST

START_TEST(names_what_failed)
{
	struct imgfmt_output *out;
	struct imgfmt_error err;
	int fds[2];

	ck_assert_int_eq(imgfmt_output_path("/dev/full", 0, &out, NULL), 0);
	ck_assert_int_eq(output_write(out, 0, "x", 1, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, ENOSPC);
	ck_assert_ptr_nonnull(strstr(err.message, "/dev/full"));
	ck_assert_int_eq(output_commit(out, 1, &err), IMGFMT_E_USAGE);
	imgfmt_output_free(out);

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(fds), 0);
	close(fds[0]);
	ck_assert_int_eq(imgfmt_output_fd(fds[1], "-", &out, NULL), IMGFMT_OK);
	ck_assert_int_eq(output_write(out, 0, "x", 1, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, EPIPE);
	imgfmt_output_free(out);
	close(fds[1]);
	imgfmt_output_free(NULL);
}
END_TEST

static int take(void *ctx, const void *buf, size_t len)
{
	size_t *left = ctx;

	(void)buf;
	if (len > *left)
		return -EDQUOT;
	*left -= len;
	return 0;
}

START_TEST(calls_the_callers_function)
{
	size_t left = 5;
	struct imgfmt_output *out;
	struct imgfmt_error err;

	ck_assert_int_eq(imgfmt_output_fn(NULL, NULL, NULL, &out, NULL),
			 IMGFMT_E_USAGE);
	ck_assert_int_eq(imgfmt_output_fn(take, &left, NULL, &out, NULL), 0);
	write_text(out, 0, "abcd");
	ck_assert_uint_eq(left, 1);
	ck_assert_int_eq(output_write(out, 4, "ef", 2, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, EDQUOT);
	imgfmt_output_free(out);
}
END_TEST

START_TEST(refuses_offsets_of_no_file)
{
	struct imgfmt_output *out = open_file(0, _i);

	ck_assert_int_eq(output_write(out, INT64_MAX, "x", 1, NULL),
			 IMGFMT_E_OS);
	ck_assert_int_eq(output_hole(out, 1, UINT64_MAX, NULL), IMGFMT_E_OS);
	ck_assert_int_eq(output_commit(out, UINT64_MAX, NULL), IMGFMT_E_OS);
	imgfmt_output_free(out);
	ck_assert_int_eq(count_files(), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("output");
	TCase *tc = tcase_create("output");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, enter, leave);
	tcase_add_loop_test(tc, appears_complete, 0, 2);
	tcase_add_loop_test(tc, puts_bytes, 0, 2);
	tcase_add_loop_test(tc, leaves_nothing_behind, 0, 2);
	tcase_add_loop_test(tc, leaves_the_old_file_alone, 0, 2);
	tcase_add_loop_test(tc, replaces_with_force, 0, 2);
	tcase_add_loop_test(tc, never_overwrites_by_a_race, 0, 2);
	tcase_add_loop_test(tc, holes_take_no_room, 0, 2);
	tcase_add_test(tc, says_no_when_opened);
	tcase_add_test(tc, follows_symbolic_links);
	tcase_add_test(tc, is_called_as_the_caller_does);
	tcase_add_test(tc, takes_one_pass);
	tcase_add_loop_test(tc, a_signal_ends_a_wait, 0, 2);
	tcase_add_test(tc, writes_streams_by_path);
	tcase_add_test(tc, names_what_failed);
	tcase_add_test(tc, calls_the_callers_function);
	tcase_add_loop_test(tc, refuses_offsets_of_no_file, 0, 2);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
