/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The memory map (spec 6.5) and the mappings (spec 6.6).
 */
#ifndef IMGFMT_RECORD_MEMORY_H
#define IMGFMT_RECORD_MEMORY_H

#include "base/vec.h"
#include "record/record.h"

struct memory_map {
	uint32_t flags;		/* IMGFMT_MEMORY_FROM_SEGMENTS */
	uint8_t	 firmware[IMGFMT_DIGEST_SIZE];	/* zero: unknown */
	struct vec ranges;	/* of struct imgfmt_memory_range */
};

void memory_map_init(struct memory_map *map);
void memory_map_fini(struct memory_map *map);

int memory_map_decode(const void *desc, size_t size, uint64_t offset,
		      struct memory_map *ret, struct imgfmt_error *err);
int memory_map_encode(const struct memory_map *map, struct vec *bytes,
		      struct imgfmt_error *err);

/* The rules about mappings [VMAP-01, VMAP-02]. */
int mappings_check(const struct imgfmt_mapping *m, size_t count,
		   uint32_t page_size, struct imgfmt_error *err);
/* A vector of struct imgfmt_mapping. */
int mappings_decode(const void *desc, size_t size, uint64_t offset,
		    uint32_t page_size, struct vec *ret,
		    struct imgfmt_error *err);
int mappings_encode(const struct vec *mappings, struct vec *bytes,
		    struct imgfmt_error *err);

#endif /* IMGFMT_RECORD_MEMORY_H */
