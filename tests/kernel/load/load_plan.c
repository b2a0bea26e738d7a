/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load_plan.h"

#include "memory_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t start_of(const struct kexec_segment *segment)
{
	return (uintptr_t)segment->mem;
}

static uint64_t end_of(const struct kexec_segment *segment)
{
	return start_of(segment) + segment->memsz;
}

/* The first segment that ends above @address. */
static size_t find(const struct load_plan *plan, uint64_t address)
{
	size_t low = 0, high = plan->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (end_of(&plan->segments[middle]) > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static int make_room(struct load_plan *plan)
{
	size_t room = plan->room ? plan->room * 2 : 16;
	struct kexec_segment *more;

	if (plan->count < plan->room)
		return 0;
	more = reallocarray(plan->segments, room, sizeof(*more));
	if (!more)
		return -1;
	plan->segments = more;
	plan->room = room;
	return 0;
}

int load_plan_add(struct load_plan *plan, uint64_t address, uint64_t size,
		  const void *data, size_t bytes)
{
	size_t at = find(plan, address);

	if (address % PAGE_SIZE || size % PAGE_SIZE || bytes > size ||
	    address + size < address) {
		errno = EINVAL;
		return -1;
	}
	if (at < plan->count && start_of(&plan->segments[at]) < address + size) {
		errno = EEXIST;
		return -1;
	}
	if (make_room(plan))
		return -1;
	memmove(plan->segments + at + 1, plan->segments + at,
		(plan->count - at) * sizeof(*plan->segments));
	plan->segments[at] = (struct kexec_segment){
		.buf = data,
		.bufsz = bytes,
		.mem = (void *)(uintptr_t)address,
		.memsz = size,
	};
	plan->count++;
	return 0;
}

int load_plan_cover(struct load_plan *plan, uint64_t start, uint64_t end)
{
	while (start < end) {
		size_t at = find(plan, start);
		uint64_t next = at < plan->count ?
			start_of(&plan->segments[at]) : end;
		struct kexec_segment *before = at ?
			&plan->segments[at - 1] : NULL;

		if (next > end)
			next = end;
		if (next <= start)
			start = end_of(&plan->segments[at]);
		else if (before && end_of(before) == start)
			before->memsz += next - start;
		else if (load_plan_add(plan, start, next - start, NULL, 0))
			return -1;
	}
	return 0;
}

uint64_t load_plan_pages(const struct load_plan *plan)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < plan->count; i++)
		pages += plan->segments[i].memsz / PAGE_SIZE;
	return pages;
}

void load_plan_fini(struct load_plan *plan)
{
	free(plan->segments);
	*plan = (struct load_plan){ 0 };
}
