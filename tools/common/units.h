/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as people read and write them.
 *
 * Printing functions fill the caller's buffer and return it, so that
 * UNITS_BUF can stand directly among the arguments of printf().  They do not
 * depend on the locale.
 */
#ifndef TOOLS_COMMON_UNITS_H
#define TOOLS_COMMON_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#define UNITS_MAX 48
#define UNITS_BUF ((char[UNITS_MAX]){ 0 })

/* "512 B", "1.5 GiB"; the bare number of bytes if @exact. */
const char *units_size(char *buf, uint64_t bytes, bool exact);

/* "850.3 MiB/s"; "- B/s" if no time has passed. */
const char *units_rate(char *buf, uint64_t bytes, uint64_t ns);

/* "0.25 s", "2:03", "1:02:03". */
const char *units_duration(char *buf, uint64_t ns);

/*
 * "4.7 %", rounded down: 100.0 is all of it, and a part that would show as
 * 0.0 is "<0.1 %".
 */
const char *units_percent(char *buf, uint64_t part, uint64_t whole);

/* "12345 (4.7 %)" */
const char *units_share(char *buf, uint64_t part, uint64_t whole);

/* Seconds since 1970 as "2026-08-20T12:34:56Z". */
const char *units_time(char *buf, int64_t seconds);

/*
 * Parsers take the whole text or fail: no sign, no white space, no rest.
 * They return 0, -EINVAL for text of another form and -ERANGE for a value
 * above 64 bits.
 */

/* A decimal number. */
int units_parse_number(const char *text, uint64_t *ret);

/* A decimal number, or a hexadecimal one after 0x. */
int units_parse_address(const char *text, uint64_t *ret);

/* A number of bytes: 4096, 64K = 64KiB = 65536, 1MB = 1000000. */
int units_parse_size(const char *text, uint64_t *ret);

/*
 * A point in time: 2026-08-20 (its first second), 2026-08-20T12:34:56Z, both
 * UTC, or @SECONDS since 1970; up to the end of 9999.
 */
int units_parse_time(const char *text, int64_t *ret);

#endif /* TOOLS_COMMON_UNITS_H */
