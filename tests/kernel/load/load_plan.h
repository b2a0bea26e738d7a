/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be loaded, and where: the segments of kexec_load(2). */
#ifndef KERNEL_LOAD_PLAN_H
#define KERNEL_LOAD_PLAN_H

#include <linux/kexec.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Segments of rising addresses, none of which overlap. Their buffers are the
 * caller's, and stay until the plan was loaded.
 */
struct load_plan {
	struct kexec_segment *segments;
	size_t count;
	size_t room;
	uint64_t entry; /* physical */
};

/*
 * Adds a segment: @size bytes of memory at @address, both in whole pages. They
 * begin with @bytes bytes of @data, the rest are zero. Not every kernel takes a
 * segment of no size. Returns 0, or -1 with
 * errno: EINVAL if it is not in whole pages or too small, EEXIST if it overlaps.
 */
int load_plan_add(struct load_plan *plan, uint64_t address, uint64_t size,
		  const void *data, size_t bytes);

/*
 * Covers what no segment covers of bytes @start to @end, in whole pages: a segment
 * grows up to the next one, for a kernel may take few segments only. 0, or -1 with
 * errno.
 */
int load_plan_cover(struct load_plan *plan, uint64_t start, uint64_t end);

/* Of all segments. */
uint64_t load_plan_pages(const struct load_plan *plan);

void load_plan_fini(struct load_plan *plan);

#endif
