/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory_map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How /proc/iomem calls what matters here. */
static const struct {
	const char *name;
	enum memory_kind kind;
} names[] = {
	{ "System RAM", MEMORY_RAM },
	{ "Reserved", MEMORY_RESERVED },
	{ "ACPI Tables", MEMORY_ACPI },
	{ "ACPI Non-volatile Storage", MEMORY_NVS },
};

static int insert(struct memory_map *map, size_t at, struct memory_range range)
{
	struct memory_range *more = reallocarray(map->ranges, map->count + 1,
						 sizeof(*more));

	if (!more)
		return -1;
	map->ranges = more;
	memmove(more + at + 1, more + at, (map->count - at) * sizeof(*more));
	more[at] = range;
	map->count++;
	return 0;
}

static void remove_range(struct memory_map *map, size_t at)
{
	map->count--;
	memmove(map->ranges + at, map->ranges + at + 1,
		(map->count - at) * sizeof(*map->ranges));
}

int memory_map_cut(struct memory_map *map, uint64_t start, uint64_t end)
{
	size_t i = 0;

	while (i < map->count) {
		struct memory_range *range = &map->ranges[i];
		struct memory_range rest = *range;

		if (range->end <= start || range->start >= end) {
			i++;
			continue;
		}
		if (range->start >= start && range->end <= end) {
			remove_range(map, i);
			continue;
		}
		if (range->start < start)
			range->end = start;
		else
			range->start = end;
		if (rest.start < start && rest.end > end) {
			rest.start = end;
			if (insert(map, i + 1, rest))
				return -1;
		}
		i++;
	}
	return 0;
}

int memory_map_set(struct memory_map *map, uint64_t start, uint64_t end,
		   enum memory_kind kind)
{
	const struct memory_range range = { start, end, kind };
	size_t at = 0;

	if (start >= end)
		return 0;
	if (memory_map_cut(map, start, end))
		return -1;
	while (at < map->count && map->ranges[at].start < start)
		at++;
	return insert(map, at, range);
}

/* A line is "START-END : NAME", with blanks in front by its depth. */
static int take_line(struct memory_map *map, const char *line)
{
	uint64_t start, last;
	char name[64];
	size_t i;

	if (sscanf(line, " %" SCNx64 "-%" SCNx64 " : %63[^\n]", &start, &last,
		   name) != 3)
		return 0;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i].name))
			continue;
		if (!last && names[i].kind == MEMORY_RAM) {
			errno = EPERM;
			return -1;
		}
		return memory_map_set(map, start, last + 1, names[i].kind);
	}
	return 0;
}

int memory_map_read(struct memory_map *map, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[256];
	int status = 0;

	*map = (struct memory_map){ 0 };
	if (!file)
		return -1;
	while (!status && fgets(line, sizeof(line), file))
		status = take_line(map, line);
	if (ferror(file))
		status = -1;
	fclose(file);
	return status;
}

void memory_map_fini(struct memory_map *map)
{
	free(map->ranges);
	*map = (struct memory_map){ 0 };
}

int memory_map_is_ram(const struct memory_map *map, uint64_t start,
		      uint64_t end)
{
	size_t i;

	for (i = 0; i < map->count && start < end; i++) {
		const struct memory_range *range = &map->ranges[i];

		if (range->kind == MEMORY_RAM && range->start <= start &&
		    range->end > start)
			start = range->end;
	}
	return start >= end;
}

uint64_t memory_map_find(const struct memory_map *map, uint64_t size,
			 uint64_t align, uint64_t limit)
{
	size_t i;

	for (i = map->count; i-- > 0;) {
		const struct memory_range *range = &map->ranges[i];
		uint64_t end = range->end < limit ? range->end : limit;
		uint64_t start;

		if (range->kind != MEMORY_RAM || end < size)
			continue;
		start = (end - size) & ~(align - 1);
		if (start >= range->start)
			return start;
	}
	return UINT64_MAX;
}
