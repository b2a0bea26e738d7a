/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a conversion takes from the control page of a kexec jump: the backup map,
 * and the pages without which nobody resumes the image.
 */
#ifndef IMGFMT_PIPELINE_PLACING_H
#define IMGFMT_PIPELINE_PLACING_H

#include "pipeline/target.h"

/*
 * The backup map of the target, out of the memory of its source.  Fails as
 * view_jump_read() does.
 */
int placing_find_map(struct conversion *c, struct imgfmt_error *err);

/*
 * The pages that the jump takes into c->needed, frames of the target's view.
 * None of an image that waits in no jump, or in one whose control page is not
 * known: that is no failure.
 */
int placing_find_needed(struct conversion *c, struct imgfmt_error *err);

/*
 * Bring what is known by frames of the original view into the target's.  With
 * @foreign, the hibernating kernel's pages get their class.
 */
int placing_move(const struct conversion *c, bool foreign, struct frames *f,
		 struct imgfmt_error *err);

#endif /* IMGFMT_PIPELINE_PLACING_H */
