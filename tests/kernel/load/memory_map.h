/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lies where in the physical memory of a machine. */
#ifndef KERNEL_MEMORY_MAP_H
#define KERNEL_MEMORY_MAP_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_SIZE UINT64_C(4096)
#define PAGE_START(address) ((address) & ~(PAGE_SIZE - 1))
#define PAGE_END(address) PAGE_START((address) + PAGE_SIZE - 1)

/* The numbers are those of the firmware's map (ACPI 6.5, table 15.3). */
enum memory_kind {
	MEMORY_RAM = 1,
	MEMORY_RESERVED = 2,
	MEMORY_ACPI = 3,
	MEMORY_NVS = 4,
};

/* Bytes @start to @end, the latter not included. */
struct memory_range {
	uint64_t start;
	uint64_t end;
	enum memory_kind kind;
};

/* Ranges of rising addresses, none of which overlap. */
struct memory_map {
	struct memory_range *ranges;
	size_t count;
};

/*
 * What the running kernel takes for RAM and what the firmware keeps, from @path,
 * which is /proc/iomem or a copy. The caller ends @map with memory_map_fini(),
 * also after a failure. Returns 0, or -1 with errno: EPERM if the addresses are
 * hidden from this user.
 */
int memory_map_read(struct memory_map *map, const char *path);
void memory_map_fini(struct memory_map *map);

/* Makes bytes @start to @end of @map @kind, whatever they were. 0, or -1 with errno. */
int memory_map_set(struct memory_map *map, uint64_t start, uint64_t end,
		   enum memory_kind kind);

/* Leaves out of @map what it says of bytes @start to @end. 0, or -1 with errno. */
int memory_map_cut(struct memory_map *map, uint64_t start, uint64_t end);

/* Whether all of bytes @start to @end is RAM. */
int memory_map_is_ram(const struct memory_map *map, uint64_t start,
		      uint64_t end);

/*
 * The highest address, a multiple of @align (a power of two), at which @size bytes
 * below @limit are RAM; UINT64_MAX if there is none.
 */
uint64_t memory_map_find(const struct memory_map *map, uint64_t size,
			 uint64_t align, uint64_t limit);

#endif
