/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-8 and escapes for terminals.
 */
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

/* Bytes that a character starting with @first takes, 0 for none. */
static size_t utf8_size(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc0)
		return 0;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf8 ? 4 : 0;
}

size_t utf8_decode(const char *s, size_t len, uint32_t *ret)
{
	/* The least value that needs so many bytes. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *p = (const uint8_t *)s;
	size_t size = len ? utf8_size(p[0]) : 0;
	uint32_t c;

	*ret = 0;
	if (!size || size > len)
		return 0;
	c = size == 1 ? p[0] : p[0] & (0x7fu >> size);
	for (size_t i = 1; i < size; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[size] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return size;
}

bool utf8_valid(const char *s, size_t len)
{
	uint32_t c;
	size_t size;

	for (; len; s += size, len -= size) {
		size = utf8_decode(s, len, &c);
		if (!size)
			return false;
	}
	return true;
}

size_t utf8_length(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

/* Control characters, and those that reorder what stands around them. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	       c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

static void put_escape(FILE *out, uint32_t c)
{
	if (c == '\n')
		fputs("\\n", out);
	else if (c == '\t')
		fputs("\\t", out);
	else
		fprintf(out, c < 0x80 ? "\\x%02x" : "\\u%04x", c);
}

void text_escape(FILE *out, const char *s, size_t len)
{
	uint32_t c;
	size_t size;

	for (; len; s += size, len -= size) {
		size = utf8_decode(s, len, &c);
		if (!size) {
			fprintf(out, "\\x%02x", (uint8_t)*s);
			size = 1;
		} else if (is_control(c)) {
			put_escape(out, c);
		} else {
			fwrite(s, 1, size, out);
		}
	}
}

void text_vprintf(FILE *out, const char *fmt, va_list ap)
{
	char *text;
	int len = vasprintf(&text, fmt, ap);

	if (len < 0) {
		/* Without memory the bare sentence is better than nothing. */
		fputs(fmt, out);
		return;
	}
	text_escape(out, text, (size_t)len);
	free(text);
}
