/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text files, in memory or line by line.
 */
#include "io/text.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"
#include "io/io.h"

#define LOAD_STEP ((size_t)64 << 10)
#define STREAM_BUF ((size_t)64 << 10)

/* The size a file tells may be none (a pipe, /proc) or too much (/sys). */
static int load_all(struct io *io, size_t max, struct vec *bytes,
		    struct imgfmt_error *err)
{
	size_t got;

	do {
		size_t left = max - bytes->len;
		int rc = vec_reserve(bytes, LOAD_STEP, err);

		if (rc < 0)
			return rc;
		/* One byte more than allowed shows that there is more. */
		rc = io_read(io, bytes->len, (char *)bytes->data + bytes->len,
			     min_u64(LOAD_STEP, left + 1), &got, err);
		if (rc < 0)
			return rc;
		if (got > left)
			return err_set(err, IMGFMT_E_LIMIT,
				       "a text of more than %zu bytes", max);
		bytes->len += got;
	} while (got);
	return IMGFMT_OK;
}

int text_load(const char *path, size_t max, struct text *ret,
	      struct imgfmt_error *err)
{
	struct vec bytes;
	struct io *io;
	int rc = io_open_path(path, &io, err);

	*ret = (struct text){ 0 };
	if (rc < 0)
		return rc;
	vec_init(&bytes, 1);
	rc = load_all(io, max, &bytes, err);
	io_free(io);
	if (rc < 0) {
		vec_fini(&bytes);
		return rc;
	}
	ret->data = bytes.data;
	ret->len = bytes.len;
	return IMGFMT_OK;
}

void text_fini(struct text *t)
{
	free(t->data);
	*t = (struct text){ 0 };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct line *l)
{
	while (l->pos < l->end && is_blank(*l->pos))
		l->pos++;
}

/* Without comment and blanks at either end; false if nothing is left. */
static bool trim(struct line *l)
{
	const char *comment = memchr(l->pos, '#', (size_t)(l->end - l->pos));

	if (comment)
		l->end = comment;
	while (l->end > l->pos && is_blank(l->end[-1]))
		l->end--;
	skip_blanks(l);
	return !line_is_empty(l);
}

bool text_next_line(struct text *t, struct line *ret)
{
	while (t->pos < t->len) {
		const char *from = t->data + t->pos;
		const char *end = memchr(from, '\n', t->len - t->pos);

		if (!end)
			end = t->data + t->len;
		t->end = (size_t)(end - t->data);
		t->pos = min_u64(t->end + 1, t->len);
		t->line++;
		*ret = (struct line){ from, end };
		if (trim(ret))
			return true;
	}
	return false;
}

void text_uncut(const struct text *t, struct line *l)
{
	l->end = t->data + t->end;
	while (l->end > l->pos && is_blank(l->end[-1]))
		l->end--;
	skip_blanks(l);
}

int text_stream_open(const char *path, uint64_t max, struct text_stream *ret,
		     struct imgfmt_error *err)
{
	int rc;

	*ret = (struct text_stream){ .max = max };
	rc = io_open_path(path, &ret->io, err);
	if (rc < 0)
		return rc;
	ret->buf = malloc(STREAM_BUF);
	if (ret->buf)
		return IMGFMT_OK;
	text_stream_fini(ret);
	return err_nomem(err, "a text");
}

void text_stream_fini(struct text_stream *t)
{
	io_free(t->io);
	free(t->buf);
	*t = (struct text_stream){ 0 };
}

/* Read on behind what is left in the buffer, which is less than a line. */
static int fill(struct text_stream *t, struct imgfmt_error *err)
{
	uint64_t left = t->max - t->read;
	size_t got;
	int rc;

	memmove(t->buf, t->buf + t->pos, t->len - t->pos);
	t->len -= t->pos;
	t->pos = 0;
	/* One byte more than allowed shows that there is more. */
	rc = io_read(t->io, t->read, t->buf + t->len,
		     min_u64(STREAM_BUF - t->len, left + 1), &got, err);
	if (rc < 0)
		return rc;
	if (got > left)
		return err_set(err, IMGFMT_E_LIMIT,
			       "a text of more than %llu bytes",
			       (unsigned long long)t->max);
	t->read += got;
	t->len += got;
	t->end = !got;
	return IMGFMT_OK;
}

/* The next line as it stands, without its newline; IMGFMT_END behind it. */
static int take_line(struct text_stream *t, struct line *ret,
		     struct imgfmt_error *err)
{
	const char *end;
	size_t len;
	int rc;

	for (;;) {
		len = t->len - t->pos;
		end = memchr(t->buf + t->pos, '\n', len);
		if (end)
			len = (size_t)(end - t->buf) - t->pos;
		if (end || t->end || len > TEXT_LINE_MAX)
			break;
		rc = fill(t, err);
		if (rc < 0)
			return rc;
	}
	if (!end && !len)
		return IMGFMT_END;
	t->line++;
	if (len > TEXT_LINE_MAX)
		return err_set(err, IMGFMT_E_USAGE,
			       "line %zu: longer than %u bytes", t->line,
			       TEXT_LINE_MAX);
	*ret = (struct line){ t->buf + t->pos, t->buf + t->pos + len };
	t->pos += len + (end ? 1 : 0);
	return IMGFMT_OK;
}

int text_stream_next_line(struct text_stream *t, struct line *ret,
			  struct imgfmt_error *err)
{
	int rc;

	do
		rc = take_line(t, ret, err);
	while (!rc && !trim(ret));
	return rc;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool line_take_hex(struct line *l, uint64_t *ret)
{
	const char *p = l->pos;
	const char *digits;
	uint64_t value = 0;

	if (l->end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x')
		p += 2;
	for (digits = p; p < l->end; p++) {
		int digit = hex_digit(*p);

		if (digit < 0)
			break;
		if (value >> 60)
			return false;
		value = value << 4 | (unsigned int)digit;
	}
	if (p == digits)
		return false;
	*ret = value;
	l->pos = p;
	skip_blanks(l);
	return true;
}

bool line_take_number(struct line *l, uint64_t *ret)
{
	const char *p = l->pos;
	uint64_t value = 0;

	if (l->end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x')
		return line_take_hex(l, ret);
	for (; p < l->end && *p >= '0' && *p <= '9'; p++)
		if (mul_overflow(value, (uint64_t)10, &value) ||
		    add_overflow(value, (uint64_t)(*p - '0'), &value))
			return false;
	if (p == l->pos)
		return false;
	*ret = value;
	l->pos = p;
	skip_blanks(l);
	return true;
}

bool line_take_char(struct line *l, char c)
{
	if (line_is_empty(l) || *l->pos != c)
		return false;
	l->pos++;
	skip_blanks(l);
	return true;
}

bool line_take_word(struct line *l, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(l->end - l->pos) < len || memcmp(l->pos, word, len))
		return false;
	if (l->pos + len < l->end && !is_blank(l->pos[len]))
		return false;
	l->pos += len;
	skip_blanks(l);
	return true;
}
