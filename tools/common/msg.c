/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One form for everything that a tool has to say.
 */
#include "common/msg.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/exitcode.h"
#include "common/progress.h"
#include "common/text.h"

/* A line under construction; without memory it goes straight out. */
struct line {
	FILE	*out;
	char	*text;
	size_t	 len;
};

static void put_part(FILE *out, const char *text)
{
	if (!text)
		return;
	text_escape(out, text, strlen(text));
	fputs(": ", out);
}

static void line_begin(struct line *line, struct msg *m, const char *file,
		       const char *kind)
{
	if (m->progress)
		progress_clear(m->progress);
	*line = (struct line){ 0 };
	line->out = open_memstream(&line->text, &line->len);
	if (!line->out)
		line->out = m->out;
	put_part(line->out, m->tool);
	put_part(line->out, file);
	put_part(line->out, kind);
}

static void line_end(struct line *line, struct msg *m)
{
	fputc('\n', line->out);
	if (line->out == m->out)
		return;
	if (!fclose(line->out))
		fwrite(line->text, 1, line->len, m->out);
	fflush(m->out);
	free(line->text);
}

static void put_message(struct msg *m, const char *file, const char *kind,
			const char *fmt, va_list ap)
{
	struct line line;

	line_begin(&line, m, file, kind);
	text_vprintf(line.out, fmt, ap);
	line_end(&line, m);
}

void msg_error(struct msg *m, const char *file, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_message(m, file, NULL, fmt, ap);
	va_end(ap);
}

void msg_warning(struct msg *m, const char *file, const char *fmt, ...)
{
	va_list ap;

	if (m->level < MSG_NORMAL)
		return;
	va_start(ap, fmt);
	put_message(m, file, "warning", fmt, ap);
	va_end(ap);
}

void msg_summary(struct msg *m, const char *file, const char *fmt, ...)
{
	va_list ap;

	if (m->level < MSG_NORMAL)
		return;
	va_start(ap, fmt);
	put_message(m, file, NULL, fmt, ap);
	va_end(ap);
}

void msg_note(struct msg *m, const char *file, const char *fmt, ...)
{
	va_list ap;

	if (m->level < MSG_VERBOSE)
		return;
	va_start(ap, fmt);
	put_message(m, file, NULL, fmt, ap);
	va_end(ap);
}

void msg_hint(struct msg *m, const char *fmt, ...)
{
	va_list ap;

	if (m->level < MSG_NORMAL)
		return;
	va_start(ap, fmt);
	put_message(m, NULL, "hint", fmt, ap);
	va_end(ap);
}

int msg_usage(struct msg *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->usage, sizeof(m->usage), fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	put_message(m, NULL, NULL, fmt, ap);
	va_end(ap);
	fprintf(m->out, "Try '%s --help' for more information.\n", m->tool);
	return EXIT_TROUBLE;
}

void msg_describe(FILE *out, const struct imgfmt_error *err)
{
	if (err->offset != IMGFMT_NOWHERE)
		fprintf(out, "offset 0x%" PRIx64 ": ", err->offset);
	if (err->pfn != IMGFMT_NOWHERE)
		fprintf(out, "frame 0x%" PRIx64 ": ", err->pfn);
	text_escape(out, err->message, strlen(err->message));
	if (*err->rule) {
		fputs(" [", out);
		text_escape(out, err->rule, strlen(err->rule));
		fputc(']', out);
	}
}

void msg_failure(struct msg *m, const char *file,
		 const struct imgfmt_error *err)
{
	struct line line;

	line_begin(&line, m, file, NULL);
	msg_describe(line.out, err);
	line_end(&line, m);
}

void msg_caution(struct msg *m, const char *file,
		 const struct imgfmt_error *err)
{
	struct line line;

	if (m->level < MSG_NORMAL)
		return;
	line_begin(&line, m, file, "warning");
	msg_describe(line.out, err);
	line_end(&line, m);
}

/* What follows @name in a message, whose middle may be cut out if it is long. */
static const char *behind_name(const char *message, const char *name)
{
	size_t len = strlen(name), same = 0;
	const char *rest;

	while (same < len && message[same] == name[same])
		same++;
	rest = message + same;
	if (same == len)
		return strncmp(rest, ": ", 2) ? NULL : rest + 2;
	if (strncmp(rest, "...", 3))
		return NULL;
	rest += 3;
	for (const char *end = name + same; *end; end++)
		if (!strncmp(rest, end, strlen(end)) &&
		    !strncmp(rest + strlen(end), ": ", 2))
			return rest + strlen(end) + 2;
	return NULL;
}

bool msg_is_about(const struct imgfmt_error *err, const char *name,
		  struct imgfmt_error *ret)
{
	const char *rest = behind_name(err->message, name);

	if (!rest)
		return false;
	*ret = *err;
	memmove(ret->message, ret->message + (rest - err->message),
		strlen(rest) + 1);
	return true;
}
