/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The backup map (spec 6.4).
 */
#ifndef IMGFMT_RECORD_BACKUP_MAP_H
#define IMGFMT_RECORD_BACKUP_MAP_H

#include "base/vec.h"
#include "record/record.h"

/* What a run takes at most while a map is put together: it grows, and is
   sorted. */
#define BACKUP_RUN_COST (2 * sizeof(struct imgfmt_backup_run) + sizeof(void *))

/*
 * Put a map together, in any order: append a run to a vector of struct
 * imgfmt_backup_run, or lengthen the last one; IMGFMT_E_LIMIT beyond the
 * format's runs or @memlimit bytes.
 */
int backup_map_add(struct vec *runs, const struct imgfmt_backup_run *run,
		   uint64_t memlimit, struct imgfmt_error *err);
/* Then sort it and merge what has become neighbours. */
void backup_map_sort(struct vec *runs);

/*
 * The rules about runs: sorted by destination, a bijection, and destinations
 * that are no backup frames unless in place [BMAP-02 to BMAP-05].
 */
int backup_map_check(const struct imgfmt_backup_run *runs, size_t count,
		     uint32_t page_size, struct imgfmt_error *err);

/* A descriptor at @offset into a vector of struct imgfmt_backup_run. */
int backup_map_decode(const void *desc, size_t size, uint64_t offset,
		      uint32_t page_size, struct vec *ret,
		      struct imgfmt_error *err);
/* Append the descriptor to a vector of bytes. */
int backup_map_encode(const struct imgfmt_backup_run *runs, size_t count,
		      struct vec *bytes, struct imgfmt_error *err);

#endif /* IMGFMT_RECORD_BACKUP_MAP_H */
