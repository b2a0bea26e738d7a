/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The backup map (spec 6.4).
 */
#ifndef IMGFMT_RECORD_BACKUP_MAP_H
#define IMGFMT_RECORD_BACKUP_MAP_H

#include "base/vec.h"
#include "record/record.h"

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
