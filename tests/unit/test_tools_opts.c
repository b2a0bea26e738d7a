/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Option tables: what is accepted, what is refused in which words, and the
 * help text that comes from the same rows.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/opts.h"

/* One option of each kind, and the common groups. */
struct args {
	bool flag, has_address;
	unsigned int number;
	uint64_t size, address;
	const char *string, *optional;
	struct opt_list list;
	struct common_opts common;

	const char *other;	/* first given that is neither flag nor exclude */
	int operands;
	char *said;	/* on standard error */
};

#define MAX_ARGS 16

static enum opts_outcome parse(struct args *a, const char *line)
{
	const struct opt opts[] = {
		OPT_FLAG('F', "flag", &a->flag, "be so"),
		OPT_UINT('d', "dump-level", "N", &a->number, 31, "take N"),
		OPT_SIZE(0, "size", "SIZE", &a->size, "take SIZE"),
		OPT_ADDRESS_GIVEN(0, "entry", "ADDR", &a->address,
				  &a->has_address, "enter at ADDR"),
		OPT_STRING('s', "string", "TEXT", &a->string, "take TEXT"),
		OPT_STRING_OR(0, "machine", "FILE", &a->optional, "",
			      "compare with FILE"),
		OPT_LIST('x', "exclude", "CLASS", &a->list, "leave out CLASS"),
		OPT_HEADING("Common:"),
		OPTS_OUTPUT(&a->common),
		OPTS_INPUT(&a->common),
		OPTS_THREADS(&a->common),
		OPTS_PROGRESS(&a->common),
		OPTS_REPORT(&a->common),
		OPTS_COLOR(&a->common),
		OPTS_COMMON(&a->common),
		OPTS_END
	};
	static const char *const some[] = { "flag", "exclude", NULL };
	static char words[512];
	static char *argv[MAX_ARGS + 1];
	struct msg m = { .tool = "tool" };
	enum opts_outcome outcome;
	size_t len;
	int argc = 0, first = 0;
	uint64_t given;

	snprintf(words, sizeof(words), "tool %s", line);
	for (char *p = strtok(words, " "); p; p = strtok(NULL, " "))
		argv[argc++] = p;
	argv[argc] = NULL;
	m.out = open_memstream(&a->said, &len);
	outcome = opts_parse(opts, argc, argv, &m, &first, &given);
	a->other = opts_find_other(opts, given, some);
	fclose(m.out);
	/* Operands come last, whatever the order was. */
	a->operands = argc - first;
	return outcome;
}

static void fini(struct args *a)
{
	opt_list_fini(&a->list);
	free(a->said);
}

START_TEST(nothing_given_leaves_all_as_it_was)
{
	struct args a = { .number = 7, .address = UINT64_MAX };

	ck_assert_int_eq(parse(&a, ""), OPTS_RUN);
	ck_assert(!a.flag);
	ck_assert_uint_eq(a.number, 7);
	ck_assert_uint_eq(a.address, UINT64_MAX);
	ck_assert(!a.has_address);
	ck_assert_ptr_null(a.optional);
	ck_assert_int_eq(a.operands, 0);
	ck_assert_str_eq(a.said, "");
	fini(&a);
}
END_TEST

START_TEST(every_kind_is_stored)
{
	struct args a = { 0 };

	ck_assert_int_eq(parse(&a, "in -F -d31 --size=2M --entry 0x1000 -s a "
				   "--string=b --machine out -x zero "
				   "--exclude free"), OPTS_RUN);
	ck_assert(a.flag);
	ck_assert_uint_eq(a.number, 31);
	ck_assert_uint_eq(a.size, 2 << 20);
	ck_assert_uint_eq(a.address, 0x1000);
	ck_assert(a.has_address);
	ck_assert_str_eq(a.string, "b");
	ck_assert_str_eq(a.optional, "");
	ck_assert_uint_eq(a.list.count, 2);
	ck_assert_str_eq(a.list.items[0], "zero");
	ck_assert_str_eq(a.list.items[1], "free");
	ck_assert_int_eq(a.operands, 2);
	fini(&a);
}
END_TEST

START_TEST(what_was_given_is_known)
{
	struct args a = { 0 };

	ck_assert_int_eq(parse(&a, "in"), OPTS_RUN);
	ck_assert_ptr_null(a.other);
	fini(&a);
	a = (struct args){ 0 };
	ck_assert_int_eq(parse(&a, "-F in -x free"), OPTS_RUN);
	ck_assert_ptr_null(a.other);
	fini(&a);
	/* Its value may be that without it. */
	a = (struct args){ 0 };
	ck_assert_int_eq(parse(&a, "-F in --dump-level=0"), OPTS_RUN);
	ck_assert_str_eq(a.other, "dump-level");
	fini(&a);
	a = (struct args){ 0 };
	ck_assert_int_eq(parse(&a, "-v in"), OPTS_RUN);
	ck_assert_str_eq(a.other, "verbose");
	fini(&a);
}
END_TEST

START_TEST(common_options_are_stored)
{
	struct args a = { 0 };

	ck_assert_int_eq(parse(&a, "-qfvv -o - -T 3 --json --bytes --from=elf "
				   "--memlimit=1G --color=always "
				   "--progress=never -- -q"), OPTS_RUN);
	ck_assert(a.common.quiet && a.common.force && a.common.json &&
		  a.common.bytes);
	ck_assert_uint_eq(a.common.verbose, 2);
	ck_assert_str_eq(a.common.output, "-");
	ck_assert_uint_eq(a.common.threads, 3);
	ck_assert_str_eq(a.common.from, "elf");
	ck_assert_uint_eq(a.common.memlimit, 1 << 30);
	ck_assert_int_eq(a.common.color, WHEN_ALWAYS);
	ck_assert_int_eq(a.common.progress, WHEN_NEVER);
	ck_assert_int_eq(a.operands, 1);
	fini(&a);
}
END_TEST

START_TEST(names_may_be_abbreviated)
{
	struct args a = { 0 };

	ck_assert_int_eq(parse(&a, "--mach=x --out=y"), OPTS_RUN);
	ck_assert_str_eq(a.optional, "x");
	ck_assert_str_eq(a.common.output, "y");
	fini(&a);
}
END_TEST

START_TEST(help_and_version_come_first)
{
	struct args a = { 0 }, b = { 0 };

	ck_assert_int_eq(parse(&a, "-h --nonsense"), OPTS_HELP);
	ck_assert_int_eq(parse(&b, "operand --version"), OPTS_VERSION);
	fini(&a);
	fini(&b);
}
END_TEST

static const struct {
	const char *line, *said;
} refusals[] = {
	{ "--nonsense=1", "unknown option '--nonsense=1'" },
	{ "-Z", "unknown option '-Z'" },
	{ "-FZ", "unknown option '-Z'" },
	{ "--f", "option '--f' is ambiguous" },
	{ "--flag=1", "--flag takes no argument" },
	{ "--string=", "--string: the argument is empty" },
	{ "--machine=", "--machine: the argument is empty" },
	{ "-d", "--dump-level needs an argument" },
	{ "--dump-level", "--dump-level needs an argument" },
	{ "-d 32", "--dump-level: '32' is above 31" },
	{ "-d x", "--dump-level: 'x' is not a number" },
	{ "-d -1", "--dump-level: '-1' is not a number" },
	{ "--size=1Q", "--size: '1Q' is not a size such as 512M" },
	{ "--size=16E", "--size: '16E' is too large" },
	{ "--entry=c0de",
	  "--entry: 'c0de' is not an address such as 0x1000" },
	{ "--color=red", "--color: 'red' is none of auto, always, never" },
	{ "--x\033[2J", "unknown option '--x\\x1b[2J'" },
};

START_TEST(bad_options_get_one_line_and_a_pointer)
{
	struct args a = { 0 };
	char want[256];

	ck_assert_int_eq(parse(&a, refusals[_i].line), OPTS_BAD);
	snprintf(want, sizeof(want),
		 "tool: %s\nTry 'tool --help' for more information.\n",
		 refusals[_i].said);
	ck_assert_str_eq(a.said, want);
	fini(&a);
}
END_TEST

START_TEST(help_has_one_regular_line_for_each_row)
{
	struct common_opts common = { 0 };
	const char *machine, *text;
	const struct opt opts[] = {
		OPT_STRING_OR(0, "machine", "FILE", &machine, "",
			      "compare with FILE"),
		OPT_STRING(0, "a-name-longer-than-others", "LONG-ARGUMENT",
			   &text, "stand alone"),
		OPT_HEADING("Output:"),
		OPTS_OUTPUT(&common),
		OPTS_PROGRESS(&common),
		OPTS_END
	};
	char *got;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	opts_print(opts, out);
	fclose(out);
	ck_assert_str_eq(got,
		"\nOptions:\n"
		"     --machine[=FILE]  compare with FILE\n"
		"     --a-name-longer-than-others=LONG-ARGUMENT\n"
		"                       stand alone\n"
		"\nOutput:\n"
		" -o, --output=FILE     write to FILE, - is standard output\n"
		" -f, --force           overwrite an existing file\n"
		"     --progress=WHEN   show the progress "
		"(auto, always, never)\n");
	free(got);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tools/opts");
	TCase *tc = tcase_create("opts");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, nothing_given_leaves_all_as_it_was);
	tcase_add_test(tc, every_kind_is_stored);
	tcase_add_test(tc, what_was_given_is_known);
	tcase_add_test(tc, common_options_are_stored);
	tcase_add_test(tc, names_may_be_abbreviated);
	tcase_add_test(tc, help_and_version_come_first);
	tcase_add_loop_test(tc, bad_options_get_one_line_and_a_pointer, 0,
			    sizeof(refusals) / sizeof(refusals[0]));
	tcase_add_test(tc, help_has_one_regular_line_for_each_row);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
