/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is on a device when the power goes: of the writes since the last flush
 * any may have come through, or a part of one.
 */
#ifndef TESTS_SUPPORT_POWER_H
#define TESTS_SUPPORT_POWER_H

#include "io/output.h"

#define POWER_CALLS 512

/* One call; a flush has no data. */
struct power_call {
	uint8_t *data;
	size_t len;
	uint64_t off;
};

/* All writes and flushes of a device of @size bytes that held @old. */
struct power {
	uint8_t *old;
	size_t size;
	uint8_t *disk;		/* what is on it, in each case */
	struct power_call calls[POWER_CALLS];
	int count;
};

/* With what @fd holds now. */
struct power *power_new(int fd, size_t size);
void power_free(struct power *p);
/* The calls to write to @fd by. */
struct output_calls power_calls(struct power *p);

/*
 * Put each state on the disk in turn, and have it judged: the power goes
 * after each number of calls.  @effort says how many states after each.
 */
void power_cut_everywhere(struct power *p, unsigned int effort,
			  void (*judge)(struct power *p, int count, void *ctx),
			  void *ctx);

#endif /* TESTS_SUPPORT_POWER_H */
