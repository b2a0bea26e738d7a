/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON writer: exact texts, and documents that another parser accepts.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"

struct doc {
	struct json json;
	FILE *out;
	char *text;
	size_t len;
};

static void doc_begin(struct doc *d)
{
	*d = (struct doc){ 0 };
	d->out = open_memstream(&d->text, &d->len);
	ck_assert_ptr_nonnull(d->out);
	json_start(&d->json, d->out, "test/1");
}

static void doc_end(struct doc *d)
{
	json_finish(&d->json);
	ck_assert_int_eq(fclose(d->out), 0);
}

static void doc_expect(struct doc *d, const char *members)
{
	char *want;

	doc_end(d);
	ck_assert_int_ge(asprintf(&want, "{\n  \"format\": \"test/1\"%s\n}\n",
				  members), 0);
	ck_assert_str_eq(d->text, want);
	free(want);
	free(d->text);
}

START_TEST(an_empty_document_is_valid)
{
	struct doc d;

	doc_begin(&d);
	doc_expect(&d, "");
}
END_TEST

START_TEST(a_zeroed_writer_writes_nothing)
{
	struct json j = { 0 };

	json_object(&j, "a");
	json_uint(&j, "b", 1);
	json_text(&j, "c", "\xff", 1);
	json_end(&j);
	json_finish(&j);
}
END_TEST

START_TEST(containers_nest_and_may_be_empty)
{
	struct doc d;

	doc_begin(&d);
	json_array(&d.json, "none");
	json_end(&d.json);
	json_object(&d.json, "nothing");
	json_end(&d.json);
	json_array(&d.json, "some");
	json_uint(&d.json, NULL, 1);
	json_object(&d.json, NULL);
	json_bool(&d.json, "yes", true);
	json_end(&d.json);
	json_end(&d.json);
	doc_expect(&d, ",\n  \"none\": [],\n  \"nothing\": {},\n"
		       "  \"some\": [\n    1,\n    {\n"
		       "      \"yes\": true\n    }\n  ]");
}
END_TEST

START_TEST(values_keep_their_digits)
{
	static const uint8_t digest[] = { 0x00, 0xab, 0xff };
	struct doc d;

	doc_begin(&d);
	json_uint(&d.json, "exact", (UINT64_C(1) << 53) - 1);
	json_uint(&d.json, "large", UINT64_C(1) << 53);
	json_int(&d.json, "level", -5);
	json_hex64(&d.json, "addr", UINT64_MAX);
	json_hex(&d.json, "digest", digest, sizeof(digest));
	json_string(&d.json, "missing", NULL);
	doc_expect(&d, ",\n  \"exact\": 9007199254740991"
		       ",\n  \"large\": \"0x20000000000000\""
		       ",\n  \"level\": -5"
		       ",\n  \"addr\": \"0xffffffffffffffff\""
		       ",\n  \"digest\": \"00abff\""
		       ",\n  \"missing\": null");
}
END_TEST

START_TEST(texts_are_escaped)
{
	static const char text[] = "a\"b\\c\n\x01\x7f\xc2\x85/\xc3\xa9";
	struct doc d;

	doc_begin(&d);
	json_text(&d.json, "t", text, strlen(text));
	json_text(&d.json, "nul", "x\0y", 3);
	doc_expect(&d, ",\n  \"t\": \"a\\\"b\\\\c\\n\\u0001\\u007f\\u0085/\xc3\xa9\""
		       ",\n  \"nul\": \"x\\u0000y\"");
}
END_TEST

START_TEST(raw_bytes_have_a_sibling)
{
	/* A stray byte, an overlong slash, a surrogate, a cut sequence. */
	static const char text[] = "\xff\xc0\xaf\xed\xa0\x80\xe2\x82";
	struct doc d;

	doc_begin(&d);
	json_text(&d.json, "name", text, strlen(text));
	json_array(&d.json, "list");
	json_text(&d.json, NULL, "\xff", 1);
	json_end(&d.json);
	doc_expect(&d, ",\n  \"name\": \"\\u00ff\\u00c0\\u00af\\u00ed\\u00a0"
		       "\\u0080\\u00e2\\u0082\""
		       ",\n  \"name_raw_hex\": \"ffc0afeda080e282\""
		       ",\n  \"list\": [\n    \"\\u00ff\"\n  ]");
}
END_TEST

START_TEST(a_failure_closes_up_to_the_top)
{
	const struct imgfmt_error err = {
		.status = IMGFMT_E_NOMEM,
		.offset = 4096,
		.pfn = IMGFMT_NOWHERE,
		.rule = "BLK-03",
		.message = "too bad",
	};
	struct doc d;
	char *want;

	doc_begin(&d);
	json_array(&d.json, "blocks");
	json_object(&d.json, NULL);
	json_fail(&d.json, "image", &err);
	json_fail(&d.json, "other", &err);
	ck_assert_int_ge(asprintf(&want,
				  ",\n  \"blocks\": [\n    {}\n  ]"
				  ",\n  \"error\": {\n    \"status\": \"%s\""
				  ",\n    \"rule\": \"BLK-03\""
				  ",\n    \"offset\": 4096"
				  ",\n    \"pfn\": null"
				  ",\n    \"message\": \"too bad\""
				  ",\n    \"file\": \"image\"\n  }",
				  imgfmt_status_name(IMGFMT_E_NOMEM)), 0);
	doc_expect(&d, want);
	free(want);
}
END_TEST

/* Have python3 parse the document and print what @expr finds in "d". */
static void expect_parsed(const struct doc *d, const char *expr,
			  const char *want)
{
	char path[] = "/tmp/test_tools_json.XXXXXX";
	char command[512], got[512] = "";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w"), *pipe;
	size_t len;

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(d->text, 1, d->len, file), d->len);
	ck_assert_int_eq(fclose(file), 0);
	snprintf(command, sizeof(command),
		 "python3 -c 'import json; d = json.load(open(\"%s\", "
		 "encoding=\"utf-8\")); print(%s)'", path, expr);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	len = fread(got, 1, sizeof(got) - 1, pipe);
	ck_assert_int_eq(pclose(pipe), 0);
	unlink(path);
	ck_assert_uint_gt(len, 0);
	got[len - 1] = '\0';	/* the newline of print() */
	ck_assert_str_eq(got, want);
}

START_TEST(every_byte_is_parsed_back)
{
	char bytes[256];
	struct doc d;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	doc_begin(&d);
	json_text(&d.json, "all", bytes, sizeof(bytes));
	doc_end(&d);
	expect_parsed(&d, "[ord(c) for c in d[\"all\"]] == list(range(256)), "
			  "bytes.fromhex(d[\"all_raw_hex\"]) == "
			  "bytes(range(256))", "True True");
	free(d.text);
}
END_TEST

START_TEST(too_deep_is_null)
{
	struct doc d;

	doc_begin(&d);
	for (int i = 0; i < 2 * JSON_DEPTH_MAX; i++) {
		json_object(&d.json, "d");
		json_uint(&d.json, "i", (uint64_t)i);
	}
	for (int i = 0; i < 2 * JSON_DEPTH_MAX; i++)
		json_end(&d.json);
	/* One more than was opened: the document stays open. */
	json_end(&d.json);
	json_uint(&d.json, "after", 5);
	doc_end(&d);
	expect_parsed(&d, "d[\"after\"], str(d).count(\"{\"), "
			  "str(d).count(\"None\")", "5 32 1");
	free(d.text);
}
END_TEST

START_TEST(an_unfinished_document_is_closed)
{
	struct doc d;

	doc_begin(&d);
	json_array(&d.json, "a");
	json_object(&d.json, NULL);
	json_array(&d.json, "b");
	json_null(&d.json, NULL);
	doc_end(&d);
	expect_parsed(&d, "d[\"a\"][0][\"b\"]", "[None]");
	free(d.text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tools/json");
	TCase *tc = tcase_create("json");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, an_empty_document_is_valid);
	tcase_add_test(tc, a_zeroed_writer_writes_nothing);
	tcase_add_test(tc, containers_nest_and_may_be_empty);
	tcase_add_test(tc, values_keep_their_digits);
	tcase_add_test(tc, texts_are_escaped);
	tcase_add_test(tc, raw_bytes_have_a_sibling);
	tcase_add_test(tc, a_failure_closes_up_to_the_top);
	tcase_add_test(tc, every_byte_is_parsed_back);
	tcase_add_test(tc, too_deep_is_null);
	tcase_add_test(tc, an_unfinished_document_is_closed);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
