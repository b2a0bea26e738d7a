/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log of the writes and flushes of an output device, and from it each state
 * that the device can be in when the power goes: it may have lost any write
 * that no flush followed.
 */
#ifndef TESTS_SUPPORT_DEVICE_H
#define TESTS_SUPPORT_DEVICE_H

#include "io/output.h"

#define DEVICE_CALLS	512

/* One call; a flush has no data. */
struct device_call {
	uint8_t *data;
	size_t len;
	uint64_t off;
};

struct device_log {
	struct device_call calls[DEVICE_CALLS];
	int count;
	int fail_at;	/* the number of the call that fails; below 0: none */
	size_t most;	/* bytes that one write takes; 0: all */
};

void device_log_init(struct device_log *log);
void device_log_fini(struct device_log *log);

/* Calls that are logged in @log and reach the system. */
struct output_calls device_log_calls(struct device_log *log);

/*
 * What the first @count calls make of @disk: all up to the last flush, and of
 * the writes behind it those that @mask has, the bits taken over and over.
 */
void device_log_cut(const struct device_log *log, int count, uint64_t mask,
		    uint8_t *disk);

#endif /* TESTS_SUPPORT_DEVICE_H */
