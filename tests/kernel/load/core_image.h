/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A resumable image as an ELF core in the jump view: what is loaded from it. */
#ifndef KERNEL_CORE_IMAGE_H
#define KERNEL_CORE_IMAGE_H

#include "load_plan.h"
#include "memory_map.h"

/*
 * Adds to @plan a segment for each PT_LOAD of the core in the @bytes bytes at
 * @core, which stays, and sets its entry. Those that lie next to one another become
 * one. Returns 0, or -1 with errno: ENOEXEC if it is no such core.
 */
int core_image_plan(const void *core, size_t bytes, struct load_plan *plan);

/*
 * Makes no more than @max segments of @plan's: joins those with the shortest gaps
 * between them that are RAM by @memory, and fills the gaps with zeros: no page
 * there matters to the resumed system. The joined segments have new buffers, which stay until
 * the program ends. Returns 0, or -1 with errno: E2BIG if too few can be joined.
 */
int core_image_join(struct load_plan *plan, size_t max,
		    const struct memory_map *memory);

#endif
