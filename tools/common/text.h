/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that came from an image or a file name, made safe for a terminal.
 */
#ifndef TOOLS_COMMON_TEXT_H
#define TOOLS_COMMON_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Decode the character at @s.  Returns its length in bytes, 1 to 4, or 0
 * when the bytes are not valid UTF-8 (overlong forms and surrogates are not).
 */
size_t utf8_decode(const char *s, size_t len, uint32_t *ret);

/* Whether all of @s is valid UTF-8. */
bool utf8_valid(const char *s, size_t len);

/* The number of characters of valid UTF-8 text. */
size_t utf8_length(const char *s);

/*
 * Write text; what could move the cursor, change the direction of the line
 * or is not UTF-8 appears as \n, \x1b, \u202e.
 */
void text_escape(FILE *out, const char *s, size_t len);

/* The same for a formatted text of any length. */
void text_vprintf(FILE *out, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

#endif /* TOOLS_COMMON_TEXT_H */
