/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the jump view has what a resume needs there (spec 6.7).
 */
#ifndef IMGFMT_VIEW_PLACEMENT_H
#define IMGFMT_VIEW_PLACEMENT_H

#include "base/vec.h"
#include "layout/frames.h"
#include "record/info.h"

/*
 * The frames of the jump view, from @f in the view and of the kind that @info
 * says; @map has struct imgfmt_backup_run and was checked.  @ret is initialised.
 */
int placement_frames(const struct frames *f, const struct info *info,
		     const struct vec *map, struct frames *ret,
		     struct imgfmt_error *err);

/* Backup pages, without those in place. */
struct placement {
	uint64_t backups, missing;
	uint64_t first_missing;		/* frame, if any is missing */
};

/*
 * Count the backup pages of @map that are neither in @jump nor left out with a
 * class that no resume needs [RSM-02].
 */
void placement_check(const struct frames *jump, const struct vec *map,
		     struct placement *ret);

#endif /* IMGFMT_VIEW_PLACEMENT_H */
