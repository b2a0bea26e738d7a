/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Input: the same bytes from every kind, and what a pipe can and cannot do.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/base.h"
#include "io/io.h"
#include "prng.h"

#define CONTENT_LEN ((size_t)300000)

static uint8_t *make_content(void)
{
	uint8_t *content = malloc(CONTENT_LEN);
	uint64_t state = 7;

	ck_assert_ptr_nonnull(content);
	prng_fill(&state, content, CONTENT_LEN);
	return content;
}

static int make_file(const void *content, size_t len)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, content, len), (ssize_t)len);
	return fd;
}

/* A caller's input that gives what it likes: few bytes, or a failure. */
struct giver {
	const uint8_t *content;
	size_t pos;
	uint64_t random;
	int64_t answer;	/* given instead, if not 0 */
};

static int64_t give(void *ctx, void *buf, size_t len)
{
	struct giver *g = ctx;
	size_t n = min_u64(len, CONTENT_LEN - g->pos);

	if (g->answer)
		return g->answer;
	n = min_u64(n, 1 + prng_below(&g->random, 9000));
	memcpy(buf, g->content + g->pos, n);
	g->pos += n;
	return (int64_t)n;
}

static int64_t give_at(void *ctx, void *buf, size_t len, uint64_t off)
{
	struct giver *g = ctx;

	if (g->answer)
		return g->answer;
	g->pos = off;
	return give(ctx, buf, len);
}

static struct io *open_giver(struct giver *g, bool sequential)
{
	struct imgfmt_io user = {
		.struct_size = sizeof(user),
		.ctx = g,
		.size = CONTENT_LEN,
	};
	struct io *io;

	if (sequential)
		user.read = give;
	else
		user.read_at = give_at;
	ck_assert_int_eq(io_open_user(&user, &io, NULL), IMGFMT_OK);
	return io;
}

static void check_read(struct io *io, const uint8_t *content, uint64_t off,
		       size_t len)
{
	static uint8_t buf[CONTENT_LEN];
	size_t want = off < CONTENT_LEN ? min_u64(len, CONTENT_LEN - off) : 0;
	size_t got;

	ck_assert_int_eq(io_read(io, off, buf, len, &got, NULL), IMGFMT_OK);
	ck_assert_uint_eq(got, want);
	ck_assert(!want || !memcmp(buf, content + off, want));
}

static void check_random_access(struct io *io, const uint8_t *content)
{
	uint64_t state = 11;
	bool end;

	ck_assert(!io_is_sequential(io));
	ck_assert(!io_is_device(io));
	ck_assert_uint_eq(io_size(io), CONTENT_LEN);
	for (int i = 0; i < 300; i++)
		check_read(io, content, prng_below(&state, CONTENT_LEN + 99),
			   prng_below(&state, 20000));
	check_read(io, content, UINT64_MAX, 10);
	ck_assert_int_eq(io_at_end(io, CONTENT_LEN - 1, &end, NULL), 0);
	ck_assert(!end);
	ck_assert_int_eq(io_at_end(io, CONTENT_LEN, &end, NULL), 0);
	ck_assert(end);
	io_free(io);
}

START_TEST(same_from_every_kind)
{
	uint8_t *content = make_content();
	struct giver g = { .content = content, .random = 5 };
	int fd = make_file(content, CONTENT_LEN);
	off_t stand = lseek(fd, 1234, SEEK_SET);
	char path[64];
	struct io *io;

	ck_assert_int_eq(io_open_memory(content, CONTENT_LEN, "m", &io, NULL),
			 IMGFMT_OK);
	ck_assert_str_eq(io_name(io), "m");
	check_random_access(io, content);

	ck_assert_int_eq(io_open_fd(fd, NULL, &io, NULL), IMGFMT_OK);
	ck_assert_str_eq(io_name(io), "input");
	check_random_access(io, content);
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), stand);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ck_assert_int_eq(io_open_path(path, &io, NULL), IMGFMT_OK);
	check_random_access(io, content);

	check_random_access(open_giver(&g, false), content);
	close(fd);
	free(content);
}
END_TEST

START_TEST(size_is_fixed_at_opening)
{
	char buf[8];
	int fd = make_file("abc", 3);
	struct io *io;
	size_t got;

	ck_assert_int_eq(io_open_fd(fd, NULL, &io, NULL), IMGFMT_OK);
	ck_assert_int_eq(write(fd, "def", 3), 3);
	ck_assert_int_eq(io_read(io, 0, buf, 8, &got, NULL), IMGFMT_OK);
	ck_assert_uint_eq(got, 3);
	ck_assert_int_eq(ftruncate(fd, 1), 0);
	ck_assert_int_eq(io_read(io, 0, buf, 8, &got, NULL), IMGFMT_OK);
	ck_assert_uint_eq(got, 1);
	io_free(io);
	close(fd);
}
END_TEST

START_TEST(says_where_it_ends)
{
	struct imgfmt_error err;
	struct io *io;
	char buf[8];

	ck_assert_int_eq(io_open_memory("abcdef", 6, NULL, &io, NULL), 0);
	ck_assert_int_eq(io_read_full(io, 2, buf, 4, "x", &err), IMGFMT_OK);
	ck_assert_mem_eq(buf, "cdef", 4);
	ck_assert_int_eq(io_read_full(io, 2, buf, 5, "the head", &err),
			 IMGFMT_E_TRUNCATED);
	ck_assert_uint_eq(err.offset, 6);
	ck_assert_str_eq(err.message, "input ends within the head");
	io_free(io);
}
END_TEST

/* Any way forward, and any way back into the head, against the content. */
START_TEST(goes_forward)
{
	uint8_t *content = make_content();
	uint64_t state = 23;

	for (int round = 0; round < 20; round++) {
		struct giver g = { .content = content, .random = 1 + round };
		struct io *io = open_giver(&g, true);
		uint64_t pos = 0;

		ck_assert(io_is_sequential(io));
		ck_assert_uint_eq(io_size(io), IO_SIZE_UNKNOWN);
		while (pos < CONTENT_LEN) {
			size_t len = prng_below(&state, 30000);
			uint64_t known = min_u64(pos, IO_HEAD_SIZE);
			uint64_t off = prng_below(&state, known + 1);
			bool end;

			check_read(io, content, off,
				   prng_below(&state, known - off + 1));
			pos += prng_below(&state, 3) * 1000;
			ck_assert_int_eq(io_at_end(io, pos, &end, NULL), 0);
			ck_assert_int_eq(end, pos >= CONTENT_LEN);
			check_read(io, content, pos, len);
			pos += len;
		}
		io_free(io);
	}
	free(content);
}
END_TEST

START_TEST(reads_across_the_end_of_the_head)
{
	uint8_t *content = make_content();
	struct giver g = { .content = content, .random = 9 };
	struct io *io = open_giver(&g, true);

	check_read(io, content, 0, IO_HEAD_SIZE);
	check_read(io, content, 100, IO_HEAD_SIZE);
	check_read(io, content, 0, IO_HEAD_SIZE);
	io_free(io);
	free(content);
}
END_TEST

START_TEST(refuses_the_way_back)
{
	uint8_t *content = make_content();
	struct giver g = { .content = content, .random = 3 };
	struct io *io = open_giver(&g, true);
	struct imgfmt_error err;
	uint8_t byte[2];
	size_t got;

	check_read(io, content, 0, 100000);
	ck_assert_int_eq(io_read(io, 99999, byte, 1, &got, &err),
			 IMGFMT_E_SEEK);
	ck_assert_uint_eq(err.offset, 99999);
	ck_assert_uint_eq(got, 0);
	/* The second byte is out of reach, so the first is not given either. */
	ck_assert_int_eq(io_read(io, IO_HEAD_SIZE - 1, byte, 2, &got, &err),
			 IMGFMT_E_SEEK);
	ck_assert_uint_eq(got, 0);
	check_read(io, content, IO_HEAD_SIZE - 1, 1);
	check_read(io, content, 100000, 5);
	io_free(io);
	free(content);
}
END_TEST

START_TEST(reads_a_real_pipe)
{
	struct imgfmt_error err;
	int fds[2];
	struct io *io;
	char buf[16];
	bool end;

	ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
	ck_assert_int_eq(write(fds[1], "hello world", 11), 11);
	ck_assert_int_eq(io_open_fd(fds[0], "-", &io, &err), IMGFMT_OK);
	ck_assert(io_is_sequential(io));
	ck_assert_int_eq(io_read_full(io, 6, buf, 5, "x", &err), IMGFMT_OK);
	ck_assert_mem_eq(buf, "world", 5);
	close(fds[1]);
	ck_assert_int_eq(io_at_end(io, 11, &end, &err), IMGFMT_OK);
	ck_assert(end);
	ck_assert_int_eq(io_read_full(io, 0, buf, 12, "x", &err),
			 IMGFMT_E_TRUNCATED);
	ck_assert_uint_eq(err.offset, 11);
	io_free(io);
	close(fds[0]);
}
END_TEST

static void note(int sig)
{
	(void)sig;
}

/*
 * The timer repeats: its first signal may come before the wait begins.  The
 * loop index says whether the pipe is non-blocking.
 */
START_TEST(a_signal_ends_a_wait)
{
	struct sigaction sa = { .sa_handler = note };
	struct itimerval often = { { 0, 10000 }, { 0, 10000 } };
	struct itimerval never = { 0 };
	struct io *io;
	int fds[2];
	size_t got;
	char byte;

	ck_assert_int_eq(pipe2(fds, _i ? O_NONBLOCK : 0), 0);
	ck_assert_int_eq(io_open_fd(fds[0], "-", &io, NULL), IMGFMT_OK);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	ck_assert_int_eq(io_read(io, 0, &byte, 1, &got, NULL),
			 IMGFMT_E_CANCELLED);
	setitimer(ITIMER_REAL, &never, NULL);
	io_free(io);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/*
 * The thread sanitizer holds a handler back until read() returns, which waits
 * here for what the handler writes.
 */
#ifdef __SANITIZE_THREAD__
#define FIRST_TO_RESTART 1
#else
#define FIRST_TO_RESTART 0
#endif

static int noted, feed_to;

/* After some signals there is something to read. */
static void note_and_feed(int sig)
{
	(void)sig;
	if (++noted == 5)
		(void)!write(feed_to, "x", 1);
}

/* All of them come, and late ones do no harm. */
START_TEST(a_restarting_signal_ends_no_wait)
{
	struct sigaction sa = {
		.sa_handler = note_and_feed, .sa_flags = SA_RESTART,
	};
	struct itimerval often = { { 0, 10000 }, { 0, 10000 } };
	struct itimerval never = { 0 };
	struct io *io;
	int fds[2];
	size_t got;
	char byte;

	ck_assert_int_eq(pipe2(fds, _i ? O_NONBLOCK : 0), 0);
	feed_to = fds[1];
	noted = 0;
	ck_assert_int_eq(io_open_fd(fds[0], "-", &io, NULL), IMGFMT_OK);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	ck_assert_int_eq(io_read(io, 0, &byte, 1, &got, NULL), IMGFMT_OK);
	setitimer(ITIMER_REAL, &never, NULL);
	ck_assert_uint_eq(got, 1);
	ck_assert_int_ge(noted, 5);
	io_free(io);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(takes_no_zero_size_for_true)
{
	struct io *io;
	char buf[4];

	ck_assert_int_eq(io_open_path("/proc/self/stat", &io, NULL), IMGFMT_OK);
	ck_assert(io_is_sequential(io));
	ck_assert_int_eq(io_read_full(io, 0, buf, 4, "x", NULL), IMGFMT_OK);
	io_free(io);
}
END_TEST

START_TEST(refuses_what_cannot_be_read)
{
	struct imgfmt_io user = { .struct_size = sizeof(user) };
	struct imgfmt_error err;
	struct io *io = (struct io *)&err;

	ck_assert_int_eq(io_open_path("/", &io, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, EISDIR);
	ck_assert_ptr_null(io);
	ck_assert_int_eq(io_open_path("/nothing/here", &io, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, ENOENT);
	ck_assert_int_eq(io_open_fd(-1, NULL, &io, &err), IMGFMT_E_OS);
	ck_assert_int_eq(io_open_user(&user, &io, &err), IMGFMT_E_USAGE);
	io_free(NULL);
}
END_TEST

START_TEST(passes_failures_on)
{
	static const struct {
		int64_t answer;
		bool sequential;
		int status;
	} row[] = {
		{ -EIO, true, IMGFMT_E_OS },
		{ -EIO, false, IMGFMT_E_OS },
		{ -EINTR, true, IMGFMT_E_CANCELLED },
		{ 9, true, IMGFMT_E_USAGE },
		{ 9, false, IMGFMT_E_USAGE },
	};
	struct imgfmt_error err;
	char buf[8];
	size_t got = 1;

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct giver g = { .answer = row[i].answer };
		struct io *io = open_giver(&g, row[i].sequential);

		ck_assert_int_eq(io_read(io, 0, buf, 8, &got, &err),
				 row[i].status);
		ck_assert_int_eq(err.status, row[i].status);
		ck_assert_uint_eq(got, 0);
		if (row[i].status == IMGFMT_E_OS)
			ck_assert_uint_eq(err.offset, 0);
		io_free(io);
	}
}
END_TEST

static void pin(struct io *io, uint64_t off, size_t len, int byte)
{
	uint8_t *data = malloc(len);
	struct imgfmt_error err;

	ck_assert_ptr_nonnull(data);
	memset(data, byte, len);
	ck_assert_int_eq(io_pin(io, off, data, len, &err), IMGFMT_OK);
}

/* Reads that begin and end anywhere, against a copy that was changed. */
START_TEST(gives_pinned_bytes_whatever_the_input_has)
{
	uint8_t *content = make_content(), *want = make_content();
	uint8_t *buf = malloc(CONTENT_LEN);
	uint64_t state = 11;
	struct imgfmt_error err;
	struct io *io;
	size_t got;

	ck_assert_ptr_nonnull(buf);
	ck_assert_int_eq(io_open_memory(content, CONTENT_LEN, NULL, &io, &err),
			 IMGFMT_OK);
	pin(io, 70000, 5000, 1);
	pin(io, 0, 100, 2);
	pin(io, 75000, 1, 3);
	memset(want + 70000, 1, 5000);
	memset(want, 2, 100);
	want[75000] = 3;
	for (int i = 0; i < 2000; i++) {
		uint64_t off = i % 2 ? prng_below(&state, 200) :
				       69000 + prng_below(&state, 7000);
		size_t len = prng_below(&state, 8000);

		ck_assert_int_eq(io_read(io, off, buf, len, &got, &err),
				 IMGFMT_OK);
		ck_assert_uint_eq(got, len);
		ck_assert(!memcmp(buf, want + off, len));
	}
	ck_assert_int_eq(io_read(io, CONTENT_LEN - 10, buf, 20, &got, &err),
			 IMGFMT_OK);
	ck_assert_uint_eq(got, 10);
	io_unpin(io);
	ck_assert_int_eq(io_read(io, 0, buf, CONTENT_LEN, &got, &err),
			 IMGFMT_OK);
	ck_assert(!memcmp(buf, content, CONTENT_LEN));
	io_free(io);
	free(buf);
	free(want);
	free(content);
}
END_TEST

/* What went by in a pipe can be had again as far as it is pinned. */
START_TEST(pins_what_a_pipe_has_given)
{
	uint8_t *content = make_content();
	struct giver g = { .content = content, .random = 5 };
	struct io *io = open_giver(&g, true);
	uint8_t *copy = malloc(200000), *buf = malloc(CONTENT_LEN);
	struct imgfmt_error err;

	ck_assert(copy && buf);
	ck_assert_int_eq(io_read_full(io, 0, copy, 200000, "it", &err),
			 IMGFMT_OK);
	ck_assert_int_eq(io_pin(io, 0, copy, 200000, &err), IMGFMT_OK);
	for (size_t off = 0; off < 200000; off += 9999) {
		ck_assert_int_eq(io_read_full(io, off, buf, 200000 - off, "it",
					      &err), IMGFMT_OK);
		ck_assert(!memcmp(buf, content + off, 200000 - off));
	}
	ck_assert_int_eq(io_read_full(io, 150000, buf, CONTENT_LEN - 150000,
				      "it", &err), IMGFMT_OK);
	ck_assert(!memcmp(buf, content + 150000, CONTENT_LEN - 150000));
	io_free(io);
	free(buf);
	free(content);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("io");
	TCase *tc = tcase_create("io");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, same_from_every_kind);
	tcase_add_test(tc, size_is_fixed_at_opening);
	tcase_add_test(tc, says_where_it_ends);
	tcase_add_test(tc, goes_forward);
	tcase_add_test(tc, reads_across_the_end_of_the_head);
	tcase_add_test(tc, refuses_the_way_back);
	tcase_add_test(tc, reads_a_real_pipe);
	tcase_add_loop_test(tc, a_signal_ends_a_wait, 0, 2);
	tcase_add_loop_test(tc, a_restarting_signal_ends_no_wait,
			    FIRST_TO_RESTART, 2);
	tcase_add_test(tc, takes_no_zero_size_for_true);
	tcase_add_test(tc, refuses_what_cannot_be_read);
	tcase_add_test(tc, passes_failures_on);
	tcase_add_test(tc, gives_pinned_bytes_whatever_the_input_has);
	tcase_add_test(tc, pins_what_a_pipe_has_given);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
