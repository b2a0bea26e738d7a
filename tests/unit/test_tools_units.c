/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes, times and shares as the tools print and read them.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "common/units.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define S UINT64_C(1000000000)

START_TEST(sizes_are_rounded_to_a_tenth)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" },
		{ (UINT64_C(1) << 20) - 1, "1.0 MiB" },
		{ UINT64_C(3) << 29, "1.5 GiB" },
		{ UINT64_C(1) << 60, "1.0 EiB" },
		{ UINT64_MAX, "16.0 EiB" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_str_eq(units_size(UNITS_BUF, cases[i].bytes, false),
				 cases[i].text);
	ck_assert_str_eq(units_size(UNITS_BUF, UINT64_MAX, true),
			 "18446744073709551615");
}
END_TEST

START_TEST(rates_and_durations)
{
	ck_assert_str_eq(units_rate(UNITS_BUF, 3 << 20, 2 * S), "1.5 MiB/s");
	ck_assert_str_eq(units_rate(UNITS_BUF, 5, 0), "- B/s");
	ck_assert_str_eq(units_rate(UNITS_BUF, UINT64_MAX, 1), "8.0 EiB/s");
	ck_assert_str_eq(units_duration(UNITS_BUF, 0), "0.00 s");
	ck_assert_str_eq(units_duration(UNITS_BUF, S / 4), "0.25 s");
	ck_assert_str_eq(units_duration(UNITS_BUF, 60 * S - 1), "59.99 s");
	ck_assert_str_eq(units_duration(UNITS_BUF, 123 * S), "2:03");
	ck_assert_str_eq(units_duration(UNITS_BUF, 3723 * S), "1:02:03");
}
END_TEST

START_TEST(shares_never_claim_more_than_is_there)
{
	ck_assert_str_eq(units_percent(UNITS_BUF, 0, 0), "0.0 %");
	ck_assert_str_eq(units_percent(UNITS_BUF, 1, 10000), "<0.1 %");
	ck_assert_str_eq(units_percent(UNITS_BUF, 47, 1000), "4.7 %");
	ck_assert_str_eq(units_percent(UNITS_BUF, 9999, 10000), "99.9 %");
	ck_assert_str_eq(units_percent(UNITS_BUF, UINT64_MAX - 1, UINT64_MAX),
			 "99.9 %");
	ck_assert_str_eq(units_percent(UNITS_BUF, 7, 7), "100.0 %");
	ck_assert_str_eq(units_share(UNITS_BUF, 3, 4), "3 (75.0 %)");
}
END_TEST

START_TEST(times_are_utc)
{
	setenv("TZ", "Asia/Tokyo", 1);
	ck_assert_str_eq(units_time(UNITS_BUF, 0), "1970-01-01T00:00:00Z");
	ck_assert_str_eq(units_time(UNITS_BUF, 1787229296),
			 "2026-08-20T12:34:56Z");
	ck_assert_str_eq(units_time(UNITS_BUF, -1), "1969-12-31T23:59:59Z");
	ck_assert_str_eq(units_time(UNITS_BUF, INT64_MAX),
			 "@9223372036854775807");
}
END_TEST

struct parse_case {
	const char *text;
	int status;
	uint64_t value;
};

static void check_parser(int (*parse)(const char *, uint64_t *),
			 const struct parse_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t v = 77;
		int status = parse(cases[i].text, &v);

		ck_assert_msg(status == cases[i].status, "'%s': %d",
			      cases[i].text, status);
		/* A failure leaves the result alone. */
		ck_assert_uint_eq(v, status ? 77 : cases[i].value);
	}
}

START_TEST(numbers_are_read_whole_or_not)
{
	static const struct parse_case cases[] = {
		{ "0", 0, 0 },
		{ "010", 0, 10 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "99999999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ "1.5", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
	};

	check_parser(units_parse_number, cases, COUNT(cases));
}
END_TEST

START_TEST(addresses_are_hexadecimal_after_0x)
{
	static const struct parse_case cases[] = {
		{ "0x1a000", 0, 0x1a000 },
		{ "0XFFFFffff81000000", 0, UINT64_C(0xffffffff81000000) },
		{ "4096", 0, 4096 },
		{ "0x", -EINVAL, 0 },
		{ "1a", -EINVAL, 0 },
		{ "0x1g", -EINVAL, 0 },
		{ "0x-1", -EINVAL, 0 },
		{ "0x10000000000000000", -ERANGE, 0 },
	};

	check_parser(units_parse_address, cases, COUNT(cases));
}
END_TEST

START_TEST(size_suffixes)
{
	static const struct parse_case cases[] = {
		{ "4096", 0, 4096 },
		{ "512B", 0, 512 },
		{ "64K", 0, 65536 },
		{ "64k", 0, 65536 },
		{ "64KiB", 0, 65536 },
		{ "64KB", 0, 64000 },
		{ "64kB", 0, 64000 },
		{ "2M", 0, UINT64_C(2) << 20 },
		{ "3GiB", 0, UINT64_C(3) << 30 },
		{ "3GB", 0, UINT64_C(3000000000) },
		{ "1T", 0, UINT64_C(1) << 40 },
		{ "15E", 0, UINT64_C(15) << 60 },
		{ "16E", -ERANGE, 0 },
		{ "18446744073709551615K", -ERANGE, 0 },
		{ "K", -EINVAL, 0 },
		{ "1X", -EINVAL, 0 },
		{ "1Ki", -EINVAL, 0 },
		{ "1KiBs", -EINVAL, 0 },
		{ "1.5G", -EINVAL, 0 },
		{ "1 K", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
	};

	check_parser(units_parse_size, cases, COUNT(cases));
}
END_TEST

START_TEST(dates_are_utc)
{
	static const struct {
		const char *text;
		int rc;
		int64_t value;
	} cases[] = {
		{ "1970-01-01", 0, 0 },
		{ "2026-08-20", 0, 1787184000 },
		{ "2026-08-20T12:34:56Z", 0, 1787229296 },
		{ "2024-02-29", 0, 1709164800 },
		{ "@1787184000", 0, 1787184000 },
		{ "@0", 0, 0 },
		{ "@253402300799", 0, 253402300799 },
		{ "@253402300800", -ERANGE, 0 },
		{ "@9223372036854775807", -ERANGE, 0 },
		{ "@9223372036854775808", -ERANGE, 0 },
		{ "2026-02-29", -EINVAL, 0 },
		{ "2026-13-01", -EINVAL, 0 },
		{ "2026-00-01", -EINVAL, 0 },
		{ "2026-01-00", -EINVAL, 0 },
		{ "2026-1-1", -EINVAL, 0 },
		{ "2026-08-20T12:34:56", -EINVAL, 0 },
		{ "2026-08-20 12:34:56Z", -EINVAL, 0 },
		{ "2026-08-20T24:00:00Z", -EINVAL, 0 },
		{ "26-08-20", -EINVAL, 0 },
		{ "@-1", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "tomorrow", -EINVAL, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t value = 0;

		ck_assert_msg(units_parse_time(cases[i].text, &value) ==
				      cases[i].rc, "%s", cases[i].text);
		if (!cases[i].rc)
			ck_assert_int_eq(value, cases[i].value);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tools/units");
	TCase *tc = tcase_create("units");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, sizes_are_rounded_to_a_tenth);
	tcase_add_test(tc, rates_and_durations);
	tcase_add_test(tc, shares_never_claim_more_than_is_there);
	tcase_add_test(tc, times_are_utc);
	tcase_add_test(tc, numbers_are_read_whole_or_not);
	tcase_add_test(tc, addresses_are_hexadecimal_after_0x);
	tcase_add_test(tc, size_suffixes);
	tcase_add_test(tc, dates_are_utc);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
