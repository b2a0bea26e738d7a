/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hibernating kernel: a kernel that is jumped into, runs in a part of the
 * memory, and finds all the rest in its /proc/vmcore.
 */
#ifndef KERNEL_HIBERNATOR_H
#define KERNEL_HIBERNATOR_H

#include "load_plan.h"
#include "memory_map.h"

struct hibernator {
	/* What it is: a bzImage, an initramfs, a command line. */
	const void *kernel;
	size_t kernel_bytes;
	const void *initrd;
	size_t initrd_bytes;
	const char *command_line;

	/* Where it lives; whole pages. What lies below 640 KiB is added to it. */
	uint64_t start;
	uint64_t end;

	/* Of the hibernated system: its memory, and /proc/kcore. */
	const struct memory_map *machine;
	const char *kcore;

	/* What hibernator_plan() makes of it. */
	struct load_plan plan;
	struct memory_map memory; /* what it is told to have */
	char *first; /* its first pages: stub, parameters, command line */
	void *headers;
};

/*
 * Makes the plan of @hibernator, whose first three groups of members are set and
 * whose rest is zero: all of its memory, so that nothing it does can touch the
 * hibernated system. Returns 0, or -1 with errno and @what, a word on what could not
 * be done. hibernator_fini() afterwards in any case.
 */
int hibernator_plan(struct hibernator *hibernator, const char **what);

void hibernator_fini(struct hibernator *hibernator);

#endif
