/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's log, in the form of dmesg: each line with the time, also
 * those that came as one record.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/signals.h"
#include "common/text.h"
#include "kernel.h"

#define NS_PER_S 1000000000u
#define NS_PER_US 1000u

/* In a caller's number: it is a processor's. */
#define CALLER_CPU UINT32_C(0x80000000)
#define CALLER_MAX 16

static int read_log(struct dump *d, imgfmt_log_fn *fn, struct imgfmt_error *err)
{
	struct imgfmt_kernel *kernel;
	int rc = kernel_need(d, &kernel, err);

	return rc ? rc : imgfmt_kernel_log(kernel, fn, d, err);
}

/* "T1" for a thread, "C0" for a processor that ran none, as the kernel says. */
static const char *caller_name(const struct imgfmt_log_record *r, char *buf)
{
	if (!r->has_caller)
		return NULL;
	snprintf(buf, CALLER_MAX, "%c%" PRIu32,
		 r->caller & CALLER_CPU ? 'C' : 'T', r->caller & ~CALLER_CPU);
	return buf;
}

static void print_front(const struct dump *d, const struct imgfmt_log_record *r)
{
	char buf[CALLER_MAX];
	const char *caller = caller_name(r, buf);

	printf("[%5" PRIu64 ".%06" PRIu64 "]", r->time_ns / NS_PER_S,
	       r->time_ns % NS_PER_S / NS_PER_US);
	if (d->tool.common.verbose && caller)
		printf("[%6s]", caller);
	putchar(' ');
}

/* Tabs are all that may move the cursor. */
static void print_line(const struct dump *d, const char *line, size_t len)
{
	if (d->raw) {
		fwrite(line, 1, len, stdout);
		return;
	}
	for (;;) {
		const char *tab = memchr(line, '\t', len);
		size_t part = tab ? (size_t)(tab - line) : len;

		text_escape(stdout, line, part);
		if (!tab)
			return;
		putchar('\t');
		line += part + 1;
		len -= part + 1;
	}
}

static int print_record(void *ctx, const struct imgfmt_log_record *r)
{
	const struct dump *d = ctx;
	const char *line = r->text, *end = r->text + r->size;

	for (;;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		print_front(d, r);
		print_line(d, line, (size_t)((stop ? stop : end) - line));
		putchar('\n');
		if (!stop)
			return signals_caught();
		line = stop + 1;
	}
}

int text_dmesg(struct dump *d, struct imgfmt_error *err)
{
	return read_log(d, print_record, err);
}

int raw_dmesg(struct dump *d, struct imgfmt_error *err)
{
	return read_log(d, print_record, err);
}

static int put_record(void *ctx, const struct imgfmt_log_record *r)
{
	struct dump *d = ctx;
	struct json *j = &d->tool.json;
	char buf[CALLER_MAX];

	json_object(j, NULL);
	json_uint(j, "seq", r->seq);
	json_uint(j, "time_ns", r->time_ns);
	if (r->level < 0)
		json_null(j, "level");
	else
		json_uint(j, "level", (uint64_t)r->level);
	json_string(j, "caller", caller_name(r, buf));
	json_text(j, "text", r->text, r->size);
	json_end(j);
	return signals_caught();
}

int json_dmesg(struct dump *d, struct imgfmt_error *err)
{
	struct imgfmt_kernel *kernel;
	int rc = kernel_need(d, &kernel, err);

	if (rc)
		return rc;
	json_array(&d->tool.json, "dmesg");
	rc = read_log(d, put_record, err);
	if (!rc)
		json_end(&d->tool.json);
	return rc;
}
