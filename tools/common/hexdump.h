/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hexadecimal dump of memory, fed piece by piece.
 *
 * Sixteen bytes to a line: address, bytes, printable ASCII.  Lines that
 * repeat the one before are shown as one '*'.  The last line is the address
 * behind the last byte.
 */
#ifndef TOOLS_COMMON_HEXDUMP_H
#define TOOLS_COMMON_HEXDUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define HEXDUMP_LINE 16

struct hexdump {
	FILE		*out;
	uint64_t	 addr;		/* of line[0] */
	size_t		 fill;
	bool		 repeats;	/* last[] holds a full line */
	bool		 starred;
	uint8_t		 line[HEXDUMP_LINE], last[HEXDUMP_LINE];
};

void hexdump_start(struct hexdump *h, FILE *out, uint64_t addr);

/* Bytes that follow those of the last call. */
void hexdump_feed(struct hexdump *h, const void *data, size_t len);

void hexdump_finish(struct hexdump *h);

#endif /* TOOLS_COMMON_HEXDUMP_H */
