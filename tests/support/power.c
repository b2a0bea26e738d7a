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
	for (int i = 0; i < p->count; i++)
		free(p->calls[i].data);
	free(p->old);
	free(p->disk);
	free(p);
}

static struct power_call *next_call(struct power *p)
{
	if (p->count == POWER_CALLS)
		fail("power: more than %d calls", POWER_CALLS);
	return &p->calls[p->count++];
}

static ssize_t log_pwrite(void *ctx, int fd, const void *buf, size_t len,
			  off_t off)
{
	struct power_call *c = next_call(ctx);

	*c = (struct power_call){ malloc(len ? len : 1), len, (uint64_t)off };
	if (!c->data)
		fail("power: out of memory");
	memcpy(c->data, buf, len);
	return pwrite(fd, buf, len, off);
}

static int log_flush(void *ctx, int fd)
{
	(void)fd;
	*next_call(ctx) = (struct power_call){ 0 };
	return 0;
}

struct output_calls power_calls(struct power *p)
{
	return (struct output_calls){ log_pwrite, log_flush, p };
}

/* All calls up to the last flush, and those that @mask has of the others. */
static void cut(struct power *p, int count, uint64_t mask)
{
	const struct power_call *c = p->calls;
	int flushed = 0;

	memcpy(p->disk, p->old, p->size);
	for (int i = 0; i < count; i++)
		if (!c[i].data)
			flushed = i;
	for (int i = 0; i < count; i++)
		if (c[i].data && (i < flushed || mask >> (i - flushed) % 64 & 1))
			memcpy(p->disk + c[i].off, c[i].data, c[i].len);
}

/* Of the last of @count calls only the sectors that @mask has. */
static void tear(struct power *p, int count, uint64_t mask)
{
	const struct power_call *c = &p->calls[count - 1];

	memcpy(p->disk, p->old, p->size);
	for (int i = 0; i < count - 1; i++)
		if (p->calls[i].data)
			memcpy(p->disk + p->calls[i].off, p->calls[i].data,
			       p->calls[i].len);
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

	for (int count = 0; count <= p->count; count++) {
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
