/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tools print for people: messages, tables, dumps, and the exit
 * status that goes with an error.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/color.h"
#include "common/exitcode.h"
#include "common/hexdump.h"
#include "common/msg.h"
#include "common/progress.h"
#include "common/table.h"
#include "common/text.h"

struct capture {
	FILE *out;
	char *text;
	size_t len;
};

static FILE *capture_begin(struct capture *c)
{
	*c = (struct capture){ 0 };
	c->out = open_memstream(&c->text, &c->len);
	ck_assert_ptr_nonnull(c->out);
	return c->out;
}

static void capture_expect(struct capture *c, const char *want)
{
	ck_assert_int_eq(fclose(c->out), 0);
	ck_assert_str_eq(c->text, want);
	free(c->text);
}

START_TEST(controls_and_foreign_bytes_are_escaped)
{
	static const char text[] =
		"a\tb\n\x1b[2J\x7f\xc2\x9b\xff\xc0\xaf\xe2\x80\xae\xd8\x9c-"
		"\xc3\xa9";
	struct capture c;

	text_escape(capture_begin(&c), text, strlen(text));
	capture_expect(&c, "a\\tb\\n\\x1b[2J\\x7f\\u009b\\xff\\xc0\\xaf"
			   "\\u202e\\u061c-\xc3\xa9");
}
END_TEST

START_TEST(messages_say_file_where_what_and_rule)
{
	struct imgfmt_error err = {
		.status = IMGFMT_E_CORRUPT,
		.offset = 0x1a000,
		.pfn = 0x17,
		.rule = "BLK-03",
		.message = "block is bad",
	};
	struct capture c;
	struct msg m = { .tool = "tool", .out = capture_begin(&c) };

	msg_failure(&m, "a\nb", &err);
	err.offset = IMGFMT_NOWHERE;
	err.pfn = IMGFMT_NOWHERE;
	err.rule[0] = '\0';
	msg_caution(&m, NULL, &err);
	msg_error(&m, "f", "%d%%", 5);
	msg_hint(&m, "try again");
	capture_expect(&c,
		"tool: a\\nb: offset 0x1a000: frame 0x17: block is bad "
		"[BLK-03]\n"
		"tool: warning: block is bad\n"
		"tool: f: 5%\n"
		"tool: hint: try again\n");
}
END_TEST

START_TEST(long_messages_are_whole)
{
	struct capture c;
	struct msg m = { .tool = "tool", .out = capture_begin(&c) };
	char name[5000], want[5020];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	msg_error(&m, name, "x");
	snprintf(want, sizeof(want), "tool: %s: x\n", name);
	capture_expect(&c, want);
}
END_TEST

START_TEST(levels_choose_what_is_said)
{
	static const char *const want[] = {
		"tool: e\n",
		"tool: e\ntool: warning: w\n",
		"tool: e\ntool: warning: w\ntool: n\n",
	};
	struct capture c;
	struct msg m = { .tool = "tool", .level = _i - 1 };

	m.out = capture_begin(&c);
	msg_error(&m, NULL, "e");
	msg_warning(&m, NULL, "w");
	msg_note(&m, NULL, "n");
	capture_expect(&c, want[_i]);
}
END_TEST

START_TEST(a_log_gets_the_last_state_of_the_progress)
{
	struct progress p;
	FILE *log = tmpfile();
	char line[128] = "";

	ck_assert_ptr_nonnull(log);
	progress_init(&p, "tool", log, true);
	progress_start(&p, "reading");
	ck_assert_int_eq(progress_update(&p, 1024, 4096), 0);
	ck_assert_int_eq(progress_update(&p, 4096, 4096), 0);
	progress_finish(&p);
	rewind(log);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), log));
	ck_assert_ptr_nonnull(strstr(line, "tool: reading: 4.0 KiB of "
					   "4.0 KiB, 100.0 %, "));
	ck_assert_ptr_null(fgets(line, sizeof(line), log));
	fclose(log);
}
END_TEST

START_TEST(columns_fit_their_content)
{
	static const struct table_column columns[] = {
		{ "name", false }, { "size", true }, { "note", false },
	};
	struct capture c;
	struct table t;

	table_start(&t, capture_begin(&c), columns, 3, false);
	table_cell(&t, "caf\xc3\xa9s");
	table_cell(&t, "%d", 5);
	table_cell(&t, "%s", "");
	table_cell(&t, "a\nb");
	table_cell(&t, "%d", 12345);
	table_cell(&t, "x");
	table_cell(&t, "end");
	ck_assert_int_eq(table_finish(&t), IMGFMT_OK);
	capture_expect(&c,
		"name    size  note\n"
		"caf\xc3\xa9s      5\n"
		"a\\nb   12345  x\n"
		"end\n");
}
END_TEST

START_TEST(a_long_table_keeps_all_rows)
{
	static const struct table_column columns[] = {
		{ NULL, true }, { NULL, true },
	};
	struct capture c;
	struct table t;
	size_t lines = 0;

	table_start(&t, capture_begin(&c), columns, 2, true);
	for (int i = 0; i < 5000; i++) {
		table_cell(&t, "%d", i);
		table_cell(&t, "%d", 2 * i);
	}
	ck_assert_int_eq(table_finish(&t), IMGFMT_OK);
	fclose(c.out);
	for (size_t i = 0; i < c.len; i++)
		lines += c.text[i] == '\n';
	ck_assert_uint_eq(lines, 5000);
	ck_assert_ptr_nonnull(strstr(c.text, "\n4999  9998\n"));
	free(c.text);
}
END_TEST

START_TEST(pairs_and_bold_heads)
{
	static const struct table_column columns[] = { { "head", false } };
	struct capture c;
	struct table t;

	table_start_pairs(&t, capture_begin(&c));
	table_pair(&t, "page size", "%d", 4096);
	table_pair(&t, "view", "original");
	ck_assert_int_eq(table_finish(&t), IMGFMT_OK);
	table_start(&t, c.out, columns, 1, true);
	ck_assert_int_eq(table_finish(&t), IMGFMT_OK);
	capture_expect(&c, "page size:  4096\nview:       original\n"
			   COLOR_BOLD "head" COLOR_RESET "\n");
}
END_TEST

START_TEST(hexdump_squeezes_repeated_lines)
{
	uint8_t data[16 * 4 + 3] = { 0 };
	struct capture c;
	struct hexdump h;

	memcpy(data, "\x7f" "ELF", 4);
	data[sizeof(data) - 1] = '~';
	hexdump_start(&h, capture_begin(&c), UINT64_C(0xffff888000000000));
	/* Any division into pieces gives the same text. */
	hexdump_feed(&h, data, 1);
	hexdump_feed(&h, data + 1, 40);
	hexdump_feed(&h, data + 41, sizeof(data) - 41);
	hexdump_finish(&h);
	capture_expect(&c,
		"ffff888000000000  7f 45 4c 46 00 00 00 00  "
		"00 00 00 00 00 00 00 00  |.ELF............|\n"
		"ffff888000000010  00 00 00 00 00 00 00 00  "
		"00 00 00 00 00 00 00 00  |................|\n"
		"*\n"
		"ffff888000000040  00 00 7e                 "
		"                         |..~|\n"
		"ffff888000000043\n");
}
END_TEST

START_TEST(color_is_for_terminals_or_on_demand)
{
	FILE *out = tmpfile();

	ck_assert(color_wanted(WHEN_ALWAYS, out));
	ck_assert(!color_wanted(WHEN_NEVER, out));
	ck_assert(!color_wanted(WHEN_AUTO, out));
	fclose(out);
}
END_TEST

START_TEST(statuses_become_exit_statuses)
{
	ck_assert_int_eq(exit_from_status(IMGFMT_OK), 0);
	ck_assert_int_eq(exit_from_status(IMGFMT_END), 0);
	ck_assert_int_eq(exit_from_status(IMGFMT_E_CORRUPT), 1);
	ck_assert_int_eq(exit_from_status(IMGFMT_E_UNSIGNED), 1);
	ck_assert_int_eq(exit_from_status(IMGFMT_E_ABSENT), 1);
	ck_assert_int_eq(exit_from_status(IMGFMT_E_OS), 2);
	ck_assert_int_eq(exit_from_status(IMGFMT_E_SEEK), 2);
	ck_assert_int_eq(exit_from_status(IMGFMT_E_CANCELLED), 2);
	ck_assert_int_eq(exit_from_status(IMGFMT_E_NOT_IMAGE), 3);
	ck_assert_int_eq(exit_from_status(IMGFMT_E_UNSUPPORTED), 4);
	ck_assert_int_eq(exit_from_status(-1000), 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tools/text");
	TCase *tc = tcase_create("text");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, controls_and_foreign_bytes_are_escaped);
	tcase_add_test(tc, messages_say_file_where_what_and_rule);
	tcase_add_test(tc, long_messages_are_whole);
	tcase_add_loop_test(tc, levels_choose_what_is_said, 0, 3);
	tcase_add_test(tc, a_log_gets_the_last_state_of_the_progress);
	tcase_add_test(tc, columns_fit_their_content);
	tcase_add_test(tc, a_long_table_keeps_all_rows);
	tcase_add_test(tc, pairs_and_bold_heads);
	tcase_add_test(tc, hexdump_squeezes_repeated_lines);
	tcase_add_test(tc, color_is_for_terminals_or_on_demand);
	tcase_add_test(tc, statuses_become_exit_statuses);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
