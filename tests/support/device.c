/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/device.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/sample.h"

void device_log_init(struct device_log *log)
{
	*log = (struct device_log){ .fail_at = -1 };
}

void device_log_fini(struct device_log *log)
{
	for (int i = 0; i < log->count; i++)
		free(log->calls[i].data);
	device_log_init(log);
}

static struct device_call *log_call(struct device_log *log)
{
	if (log->count == log->fail_at) {
		errno = EIO;
		return NULL;
	}
	if (log->count == DEVICE_CALLS)
		fail("device: more than %d calls", DEVICE_CALLS);
	return &log->calls[log->count++];
}

static ssize_t log_pwrite(void *ctx, int fd, const void *buf, size_t len,
			  off_t off)
{
	struct device_log *log = ctx;
	struct device_call *c = log_call(log);

	if (!c)
		return -1;
	if (log->most && len > log->most)
		len = log->most;
	*c = (struct device_call){ malloc(len ? len : 1), len, (uint64_t)off };
	if (!c->data)
		fail("device: out of memory");
	memcpy(c->data, buf, len);
	return pwrite(fd, buf, len, off);
}

static int log_flush(void *ctx, int fd)
{
	(void)fd;
	return log_call(ctx) ? 0 : -1;
}

struct output_calls device_log_calls(struct device_log *log)
{
	return (struct output_calls){ log_pwrite, log_flush, log };
}

void device_log_cut(const struct device_log *log, int count, uint64_t mask,
		    uint8_t *disk)
{
	const struct device_call *c = log->calls;
	int flushed = 0;

	for (int i = 0; i < count; i++)
		if (!c[i].data)
			flushed = i;
	for (int i = 0; i < count; i++)
		if (c[i].data && (i < flushed || mask >> (i - flushed) % 64 & 1))
			memcpy(disk + c[i].off, c[i].data, c[i].len);
}
