/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole tool, in a process of its own: exit status, signals, lost output.
 */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/tool.h"

static const struct tool_info info = {
	.name = "tool",
	.synopsis = "[options] WHAT\n--other",
	.description = "Do what the test asks for",
	.manual = "tool(1)",
	.version = "0.1.0",
	.features = "format 1.0; codecs: none",
	.operands_min = 1,
	.operands_max = 1,
};

/* The work is chosen by the operand. */
static int work(struct tool *t, const char *what)
{
	const struct imgfmt_error err = {
		.status = IMGFMT_E_CANCELLED,
		.offset = IMGFMT_NOWHERE,
		.pfn = IMGFMT_NOWHERE,
		.message = "cancelled",
	};

	json_array(&t->json, "list");
	if (!strcmp(what, "print") && !t->json.out)
		puts("data");
	else if (!strcmp(what, "stop"))
		raise(SIGTERM);
	else if (!strcmp(what, "report"))
		raise(SIGUSR1);
	else if (!strcmp(what, "fds"))
		return open("/dev/null", O_RDONLY) > 2 ? EXIT_YES : EXIT_NO;
	else if (!strcmp(what, "output"))
		return tool_output(t) ? EXIT_YES : EXIT_TROUBLE;
	if (progress_update(&t->progress, 1024, 4096))
		return tool_fail(t, what, &err);
	return EXIT_YES;
}

static int tool_main(int argc, char **argv)
{
	struct tool tool = { 0 };
	int status;
	const struct opt opts[] = {
		OPTS_OUTPUT(&tool.common),
		OPTS_REPORT(&tool.common),
		OPTS_COMMON(&tool.common),
		OPTS_END
	};

	if (!tool_start(&tool, &info, opts, argc, argv, &status))
		return status;
	status = work(&tool, tool.operands[0]);
	return tool_finish(&tool, status);
}

struct run {
	const char *option, *operand;	/* or NULL */
	const char *out;	/* file for standard output, NULL for the pipe */
	int ignored;		/* a signal to ignore from the start, or 0 */
	bool closed;		/* start without standard streams */

	int status;		/* of wait() */
	char said[1024];	/* on standard error, and on the pipe */
};

static void run_child(const struct run *r, int fd)
{
	char *argv[4] = { (char *)"tool" };
	int argc = 1;

	if (r->option)
		argv[argc++] = (char *)r->option;
	if (r->operand)
		argv[argc++] = (char *)r->operand;
	if (r->ignored)
		signal(r->ignored, SIG_IGN);
	dup2(fd, STDERR_FILENO);
	dup2(r->out ? open(r->out, O_WRONLY) : fd, STDOUT_FILENO);
	for (int i = 0; r->closed && i < 3; i++)
		close(i);
	_exit(tool_main(argc, argv));
}

static void run(struct run *r)
{
	int fds[2];
	ssize_t n;
	size_t len = 0;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid)
		run_child(r, fds[1]);
	close(fds[1]);
	while ((n = read(fds[0], r->said + len,
			 sizeof(r->said) - 1 - len)) > 0)
		len += (size_t)n;
	close(fds[0]);
	ck_assert_int_eq(waitpid(pid, &r->status, 0), pid);
}

static void expect_exit(struct run *r, int status, const char *said)
{
	run(r);
	ck_assert(WIFEXITED(r->status));
	ck_assert_int_eq(WEXITSTATUS(r->status), status);
	ck_assert_str_eq(r->said, said);
}

START_TEST(work_is_done)
{
	struct run r = { .operand = "print" };

	expect_exit(&r, 0, "data\n");
}
END_TEST

START_TEST(help_lists_every_form)
{
	struct run r = { .option = "--help" };

	run(&r);
	ck_assert_int_eq(r.status, 0);
	ck_assert_ptr_eq(strstr(r.said, "Usage:\n tool [options] WHAT\n"
					" tool --other\n\n"), r.said);
	ck_assert_ptr_nonnull(strstr(r.said, "\n -o, --output=FILE  "));
	ck_assert_ptr_nonnull(strstr(r.said, "see tool(1).\n"));
}
END_TEST

START_TEST(version_has_two_lines)
{
	struct run r = { .option = "-V" };

	expect_exit(&r, 0, "tool (imgfmt) 0.1.0\n"
			   "format 1.0; codecs: none\n");
}
END_TEST

START_TEST(operands_are_counted)
{
	struct run r = { 0 }, s = { .option = "a", .operand = "b" };

	expect_exit(&r, 2, "tool: missing operand\nTry 'tool --help' for "
			   "more information.\n");
	expect_exit(&s, 2, "tool: extra operand 'b'\nTry 'tool --help' for "
			   "more information.\n");
}
END_TEST

START_TEST(lost_output_is_trouble)
{
	struct run r = { .operand = "print", .out = "/dev/full" };
	struct run help = { .option = "--help", .out = "/dev/full" };
	const char *said = "tool: standard output: No space left on device\n";

	expect_exit(&r, 2, said);
	expect_exit(&help, 2, said);
}
END_TEST

START_TEST(files_never_land_on_standard_streams)
{
	struct run r = { .operand = "fds", .closed = true };
	struct run lost = { .operand = "print", .closed = true };

	expect_exit(&r, 0, "");
	expect_exit(&lost, 2, "");
}
END_TEST

START_TEST(a_signal_stops_and_ends_the_tool)
{
	struct run r = { .operand = "stop" };

	run(&r);
	ck_assert(WIFSIGNALED(r.status));
	ck_assert_int_eq(WTERMSIG(r.status), SIGTERM);
	ck_assert_str_eq(r.said, "");
}
END_TEST

START_TEST(a_stopped_tool_closes_its_document)
{
	struct run r = { .option = "--json", .operand = "stop" };

	run(&r);
	ck_assert(WIFSIGNALED(r.status));
	ck_assert_ptr_nonnull(strstr(r.said, "\"list\": [],\n  \"error\": {\n"));
	ck_assert_ptr_nonnull(strstr(r.said, "\n  }\n}\n"));
}
END_TEST

START_TEST(ignored_signals_stay_ignored)
{
	struct run r = { .operand = "stop", .ignored = SIGTERM };

	expect_exit(&r, 0, "");
}
END_TEST

START_TEST(a_wish_for_progress_is_answered_once)
{
	struct run r = { .operand = "report" };

	run(&r);
	ck_assert_int_eq(r.status, 0);
	ck_assert_ptr_eq(strstr(r.said, "tool: 1.0 KiB of 4.0 KiB, 25.0 %, "),
			 r.said);
	ck_assert_ptr_eq(strchr(r.said, '\n'), r.said + strlen(r.said) - 1);
}
END_TEST

START_TEST(image_and_report_do_not_share_standard_output)
{
	struct run plain = { .operand = "output" };
	struct run json = { .option = "--json", .operand = "output",
			    .out = "/dev/null" };

	expect_exit(&plain, 0, "");
	expect_exit(&json, 2,
		    "tool: --json and the image both want standard output, "
		    "give -o FILE\n"
		    "Try 'tool --help' for more information.\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tools/tool");
	TCase *tc = tcase_create("tool");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, work_is_done);
	tcase_add_test(tc, help_lists_every_form);
	tcase_add_test(tc, version_has_two_lines);
	tcase_add_test(tc, operands_are_counted);
	tcase_add_test(tc, lost_output_is_trouble);
	tcase_add_test(tc, files_never_land_on_standard_streams);
	tcase_add_test(tc, a_signal_stops_and_ends_the_tool);
	tcase_add_test(tc, a_stopped_tool_closes_its_document);
	tcase_add_test(tc, ignored_signals_stay_ignored);
	tcase_add_test(tc, a_wish_for_progress_is_answered_once);
	tcase_add_test(tc, image_and_report_do_not_share_standard_output);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
