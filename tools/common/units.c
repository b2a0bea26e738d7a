/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes, rates, times and shares, in both directions.
 */
#include "common/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define NS_PER_S UINT64_C(1000000000)

/* 9999-12-31T23:59:59Z, where dates with four digits end. */
#define TIME_MOST UINT64_C(253402300799)

static const char prefixes[] = "KMGTPE";

/* Tenths of the unit 1024^@power, rounded; @bytes is below 1024^(@power + 1). */
static uint64_t tenths_of(uint64_t bytes, unsigned int power)
{
	return ((bytes >> (10 * power - 10)) * 10 + 512) >> 10;
}

const char *units_size(char *buf, uint64_t bytes, bool exact)
{
	unsigned int power = 1;
	uint64_t tenths;

	if (exact) {
		snprintf(buf, UNITS_MAX, "%" PRIu64, bytes);
		return buf;
	}
	if (bytes < 1024) {
		snprintf(buf, UNITS_MAX, "%" PRIu64 " B", bytes);
		return buf;
	}
	while (bytes >> (10 * power) >= 1024)
		power++;
	tenths = tenths_of(bytes, power);
	/* 1023.96 MiB reads as 1.0 GiB, not as 1024.0 MiB. */
	if (tenths == 10240)
		tenths = tenths_of(bytes, ++power);
	snprintf(buf, UNITS_MAX, "%" PRIu64 ".%" PRIu64 " %ciB", tenths / 10,
		 tenths % 10, prefixes[power - 1]);
	return buf;
}

const char *units_rate(char *buf, uint64_t bytes, uint64_t ns)
{
	double rate = ns ? (double)bytes * (double)NS_PER_S / (double)ns : 0;

	if (!ns)
		strcpy(buf, "- B");
	else
		units_size(buf, rate < 0x1p63 ? (uint64_t)rate : INT64_MAX,
			   false);
	return strcat(buf, "/s");
}

const char *units_duration(char *buf, uint64_t ns)
{
	uint64_t s = ns / NS_PER_S;

	if (s < 60)
		snprintf(buf, UNITS_MAX, "%" PRIu64 ".%02" PRIu64 " s", s,
			 ns % NS_PER_S / (NS_PER_S / 100));
	else if (s < 3600)
		snprintf(buf, UNITS_MAX, "%" PRIu64 ":%02" PRIu64, s / 60,
			 s % 60);
	else
		snprintf(buf, UNITS_MAX,
			 "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600,
			 s / 60 % 60, s % 60);
	return buf;
}

/*
 * Parts in a thousand, rounded: 1000 only for all of it, more where an image is
 * larger than the memory in it.
 */
static unsigned int permille(uint64_t part, uint64_t whole)
{
	double share;

	if (part == whole || !whole)
		return 1000;
	share = (double)part / (double)whole * 1000 + 0.5;
	if (part > whole)
		return share < UINT32_MAX ? (unsigned int)share : UINT32_MAX;
	return share < 999 ? (unsigned int)share : 999;
}

const char *units_percent(char *buf, uint64_t part, uint64_t whole)
{
	unsigned int n = part ? permille(part, whole) : 0;

	if (part && !n)
		strcpy(buf, "<0.1 %");
	else
		snprintf(buf, UNITS_MAX, "%u.%u %%", n / 10, n % 10);
	return buf;
}

const char *units_share(char *buf, uint64_t part, uint64_t whole)
{
	snprintf(buf, UNITS_MAX, "%" PRIu64 " (%s)", part,
		 units_percent(UNITS_BUF, part, whole));
	return buf;
}

const char *units_time(char *buf, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	/* A year that does not fit in struct tm leaves the plain count. */
	if (!gmtime_r(&t, &tm) ||
	    !strftime(buf, UNITS_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(buf, UNITS_MAX, "@%" PRId64, seconds);
	return buf;
}

static int digit_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	if (isxdigit((unsigned char)c))
		return tolower((unsigned char)c) - 'a' + 10;
	return 16;
}

/* Digits of @base at @text; at least one.  @end_ret is what follows them. */
static int parse_digits(const char *text, unsigned int base,
			const char **end_ret, uint64_t *ret)
{
	const char *p = text;
	uint64_t v = 0;
	unsigned int digit;

	for (; (digit = (unsigned int)digit_value(*p)) < base; p++)
		if (__builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, digit, &v))
			return -ERANGE;
	if (p == text)
		return -EINVAL;
	*end_ret = p;
	*ret = v;
	return 0;
}

int units_parse_number(const char *text, uint64_t *ret)
{
	const char *end;
	uint64_t v;
	int status = parse_digits(text, 10, &end, &v);

	if (status)
		return status;
	if (*end)
		return -EINVAL;
	*ret = v;
	return 0;
}

int units_parse_address(const char *text, uint64_t *ret)
{
	const char *end;
	uint64_t v;
	int status;

	if (strncasecmp(text, "0x", 2))
		return units_parse_number(text, ret);
	status = parse_digits(text + 2, 16, &end, &v);
	if (status)
		return status;
	if (*end)
		return -EINVAL;
	*ret = v;
	return 0;
}

/* What a suffix multiplies with, 0 if it is none of ours. */
static uint64_t suffix_factor(const char *suffix)
{
	const char *prefix;
	uint64_t base = 1024, factor = 1;

	if (!*suffix || !strcmp(suffix, "B"))
		return 1;
	prefix = strchr(prefixes, toupper((unsigned char)*suffix));
	if (!prefix)
		return 0;
	if (!strcmp(suffix + 1, "B"))
		base = 1000;
	else if (suffix[1] && strcmp(suffix + 1, "iB"))
		return 0;
	for (const char *p = prefixes; p <= prefix; p++)
		factor *= base;
	return factor;
}

int units_parse_size(const char *text, uint64_t *ret)
{
	const char *end;
	uint64_t v, factor;
	int status = parse_digits(text, 10, &end, &v);

	if (status)
		return status;
	factor = suffix_factor(end);
	if (!factor)
		return -EINVAL;
	if (__builtin_mul_overflow(v, factor, &v))
		return -ERANGE;
	*ret = v;
	return 0;
}

/* @count digits at the beginning of @text, at most @max; NULL if not. */
static const char *take_digits(const char *text, int count, int max, int *ret)
{
	*ret = 0;
	for (int i = 0; i < count; i++, text++) {
		if (*text < '0' || *text > '9')
			return NULL;
		*ret = *ret * 10 + (*text - '0');
	}
	return *ret <= max ? text : NULL;
}

/* The fields of @form, in which '#' stands for the next one. */
static const char *take_fields(const char *text, const char *form,
			       int *const *fields, const int *most)
{
	size_t i = 0;

	for (; text && *form; form++) {
		if (*form == '#') {
			text = take_digits(text, most[i] > 99 ? 4 : 2, most[i],
					   fields[i]);
			i++;
		} else {
			text = *text == *form ? text + 1 : NULL;
		}
	}
	return text;
}

int units_parse_time(const char *text, int64_t *ret)
{
	static const int most[] = { 9999, 12, 31, 23, 59, 59 };
	struct tm tm = { 0 }, again;
	int *const fields[] = { &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
				&tm.tm_hour, &tm.tm_min, &tm.tm_sec };
	const char *rest;
	uint64_t seconds;
	time_t t;
	int rc;

	if (*text == '@') {
		rc = units_parse_number(text + 1, &seconds);
		if (!rc && seconds > TIME_MOST)
			rc = -ERANGE;
		*ret = rc ? 0 : (int64_t)seconds;
		return rc;
	}
	rest = take_fields(text, "#-#-#", fields, most);
	if (rest && *rest)
		rest = take_fields(rest, "T#:#:#Z", fields + 3, most + 3);
	if (!rest || *rest)
		return -EINVAL;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	again = tm;
	t = timegm(&again);
	/* The 31st of June is the 1st of July to timegm(). */
	if (again.tm_mday != tm.tm_mday || again.tm_mon != tm.tm_mon)
		return -EINVAL;
	*ret = (int64_t)t;
	return 0;
}
