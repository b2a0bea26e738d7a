/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is on a device when the power goes: of the writes since the last flush
 * any may have come through, or a part of one.
 */
#ifndef TESTS_SUPPORT_POWER_H
#define TESTS_SUPPORT_POWER_H

#include "support/device.h"

/* All writes and flushes of a device of @size bytes that held @old. */
struct power {
	uint8_t *old;
	size_t size;
	uint8_t *disk;		/* what is on it, in each case */
	struct device_log log;
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
