/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/power.h"

#include <stdlib.h>
#include <unistd.h>

#include "support/sample.h"
#include "unit/prng.h"

#define SECTOR 512u

struct power *power_new(int fd, size_t size)
{
	struct power *p = calloc(1, sizeof(*p));

	if (!p)
		fail("power: out of memory");
	device_log_init(&p->log);
	p->size = size;
	p->old = malloc(size);
	p->disk = malloc(size);
	if (!p->old || !p->disk ||
	    pread(fd, p->old, size, 0) != (ssize_t)size)
		fail("power: cannot read the device");
	return p;
}

void power_free(struct power *p)
{
	device_log_fini(&p->log);
	free(p->old);
	free(p->disk);
	free(p);
}

struct output_calls power_calls(struct power *p)
{
	return device_log_calls(&p->log);
}

static void cut(struct power *p, int count, uint64_t mask)
{
	memcpy(p->disk, p->old, p->size);
	device_log_cut(&p->log, count, mask, p->disk);
}

/* Of the last of @count calls only the sectors that @mask has. */
static void tear(struct power *p, int count, uint64_t mask)
{
	const struct device_call *c = &p->log.calls[count - 1];

	cut(p, count - 1, UINT64_MAX);
	for (size_t at = 0; c->data && at < c->len; at += SECTOR)
		if (mask >> at / SECTOR % 64 & 1)
			memcpy(p->disk + c->off + at, c->data + at,
			       min_u64(SECTOR, c->len - at));
}

void power_cut_everywhere(struct power *p, unsigned int effort,
			  void (*judge)(struct power *p, int count, void *ctx),
			  void *ctx)
{
	uint64_t state = 5;

	for (int count = 0; count <= p->log.count; count++) {
		cut(p, count, 0);
		judge(p, count, ctx);
		cut(p, count, UINT64_MAX);
		judge(p, count, ctx);
		for (unsigned int i = 0; i < effort; i++) {
			cut(p, count, prng_next(&state));
			judge(p, count, ctx);
		}
		for (uint64_t mask = 0; count && mask < 6 * effort; mask++) {
			tear(p, count, mask * 0x0101010101010101);
			judge(p, count, ctx);
		}
	}
}
