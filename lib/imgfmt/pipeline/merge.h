/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fewer segments for an output that has one for each run of frames: frames
 * that were left out between two of them are taken back.
 */
#ifndef IMGFMT_PIPELINE_MERGE_H
#define IMGFMT_PIPELINE_MERGE_H

#include "pipeline/target.h"

/*
 * Take frames of c->target back, in the shortest gaps first, until it has no
 * more than @max segments; those of aliases count.  A gap of a frame that is no
 * memory, or of one that a resume needs and the source has not, is never
 * closed.  c->taken_back becomes the number of frames.  IMGFMT_E_USAGE: it
 * cannot be done.
 */
int segments_merge(struct conversion *c, uint32_t max,
		   struct imgfmt_error *err);

/*
 * Whether the source has frame @pfn, in its own view; *@pages is cut to the
 * frames of which the same is true.
 */
bool source_has(const struct conversion *c, uint64_t pfn, uint64_t *pages);

#endif /* IMGFMT_PIPELINE_MERGE_H */
