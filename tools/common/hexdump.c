/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canonical hexadecimal dump, with 64-bit addresses.
 */
#include "common/hexdump.h"

#include <inttypes.h>
#include <string.h>

void hexdump_start(struct hexdump *h, FILE *out, uint64_t addr)
{
	*h = (struct hexdump){ .out = out, .addr = addr };
}

/* Put two digits at @p, return the end. */
static char *put_byte(char *p, uint8_t byte)
{
	static const char digits[] = "0123456789abcdef";

	*p++ = digits[byte >> 4];
	*p++ = digits[byte & 15];
	return p;
}

/* Memory dumps are long: a line is built by hand and written at once. */
static void print_line(const struct hexdump *h)
{
	char text[HEXDUMP_LINE * 4 + 32];
	char *p = text;

	for (int shift = 56; shift >= 0; shift -= 8)
		p = put_byte(p, (uint8_t)(h->addr >> shift));
	*p++ = ' ';
	for (size_t i = 0; i < HEXDUMP_LINE; i++) {
		*p++ = ' ';
		if (i == HEXDUMP_LINE / 2)
			*p++ = ' ';
		if (i < h->fill) {
			p = put_byte(p, h->line[i]);
		} else {
			*p++ = ' ';
			*p++ = ' ';
		}
	}
	*p++ = ' ';
	*p++ = ' ';
	*p++ = '|';
	for (size_t i = 0; i < h->fill; i++)
		*p++ = h->line[i] >= ' ' && h->line[i] < 0x7f ?
			       (char)h->line[i] : '.';
	*p++ = '|';
	*p++ = '\n';
	fwrite(text, 1, (size_t)(p - text), h->out);
}

static void end_full_line(struct hexdump *h)
{
	if (!h->repeats || memcmp(h->line, h->last, HEXDUMP_LINE)) {
		print_line(h);
		memcpy(h->last, h->line, HEXDUMP_LINE);
		h->repeats = true;
		h->starred = false;
	} else if (!h->starred) {
		fputs("*\n", h->out);
		h->starred = true;
	}
	h->addr += HEXDUMP_LINE;
	h->fill = 0;
}

void hexdump_feed(struct hexdump *h, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len) {
		size_t n = HEXDUMP_LINE - h->fill;

		n = n < len ? n : len;
		memcpy(h->line + h->fill, p, n);
		h->fill += n;
		p += n;
		len -= n;
		if (h->fill == HEXDUMP_LINE)
			end_full_line(h);
	}
}

void hexdump_finish(struct hexdump *h)
{
	if (h->fill)
		print_line(h);
	fprintf(h->out, "%016" PRIx64 "\n", h->addr + h->fill);
}
