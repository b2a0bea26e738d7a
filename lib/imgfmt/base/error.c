/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Error objects: filled in place, never allocated, never empty.
 */
#include "base/error.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void err_init(struct imgfmt_error *err, int status)
{
	*err = (struct imgfmt_error){
		.status = status,
		.offset = IMGFMT_NOWHERE,
		.pfn = IMGFMT_NOWHERE,
	};
}

/*
 * The text into @room bytes.  One that is too long loses its middle: a long
 * name, which comes first, must not hide what is said of it.
 */
static int print_text(char *to, size_t room, const char *fmt, va_list ap)
{
	static const char dots[] = "...";
	char text[PATH_MAX + 256];
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	size_t len = strlen(text), head = room / 3;
	size_t tail = room - head - sizeof(dots);

	if (n > 0 && len >= room)
		snprintf(to, room, "%.*s%s%s", (int)head, text, dots,
			 text + len - tail);
	else
		memcpy(to, text, len + 1);
	return n;
}

static void err_text(struct imgfmt_error *err, size_t room, const char *fmt,
		     va_list ap)
{
	if (print_text(err->message, room, fmt, ap) <= 0)
		snprintf(err->message, sizeof(err->message), "%s",
			 imgfmt_status_name(err->status));
}

int err_set(struct imgfmt_error *err, int status, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return status;
	err_init(err, status);
	va_start(ap, fmt);
	err_text(err, sizeof(err->message), fmt, ap);
	va_end(ap);
	return status;
}

static int err_vrule(struct imgfmt_error *err, int status, const char *rule,
		     uint64_t offset, uint64_t pfn, const char *fmt, va_list ap)
{
	if (!err)
		return status;
	err_init(err, status);
	err->offset = offset;
	err->pfn = pfn;
	snprintf(err->rule, sizeof(err->rule), "%s", rule);
	err_text(err, sizeof(err->message), fmt, ap);
	return status;
}

int err_rule(struct imgfmt_error *err, int status, const char *rule,
	     uint64_t offset, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vrule(err, status, rule, offset, IMGFMT_NOWHERE, fmt, ap);
	va_end(ap);
	return status;
}

int err_rule_pfn(struct imgfmt_error *err, int status, const char *rule,
		 uint64_t offset, uint64_t pfn, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vrule(err, status, rule, offset, pfn, fmt, ap);
	va_end(ap);
	return status;
}

/* For the longest text of an errno. */
#define REASON_ROOM 56u

int err_os(struct imgfmt_error *err, int os_errno, const char *fmt, ...)
{
	const char *text;
	size_t used;
	va_list ap;

	if (!err)
		return IMGFMT_E_OS;
	err_init(err, IMGFMT_E_OS);
	err->os_errno = os_errno;
	va_start(ap, fmt);
	err_text(err, sizeof(err->message) - REASON_ROOM, fmt, ap);
	va_end(ap);
	used = strlen(err->message);
	text = strerrordesc_np(os_errno);
	snprintf(err->message + used, sizeof(err->message) - used, ": %s",
		 text ? text : "unknown error");
	return IMGFMT_E_OS;
}

int err_refuse(struct imgfmt_error *err, int os_errno, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return IMGFMT_E_OS;
	err_init(err, IMGFMT_E_OS);
	err->os_errno = os_errno;
	va_start(ap, fmt);
	err_text(err, sizeof(err->message), fmt, ap);
	va_end(ap);
	return IMGFMT_E_OS;
}

int err_nomem(struct imgfmt_error *err, const char *what)
{
	return err_set(err, IMGFMT_E_NOMEM, "out of memory for %s", what);
}

void err_prefix(struct imgfmt_error *err, const char *fmt, ...)
{
	char tail[sizeof(err->message)];
	size_t used;
	va_list ap;

	if (!err)
		return;
	memcpy(tail, err->message, sizeof(tail));
	va_start(ap, fmt);
	/* The context may take half of the room, the cause keeps the rest. */
	print_text(err->message, sizeof(err->message) / 2, fmt, ap);
	va_end(ap);
	used = strlen(err->message);
	snprintf(err->message + used, sizeof(err->message) - used, ": %s",
		 tail);
}
