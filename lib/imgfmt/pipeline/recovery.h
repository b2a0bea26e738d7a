/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a conversion takes from the saved kernel's own memory.
 */
#ifndef IMGFMT_PIPELINE_RECOVERY_H
#define IMGFMT_PIPELINE_RECOVERY_H

#include "pipeline/target.h"

/*
 * The kernel's version, and what it expects of free pages, into the target,
 * where the input does not tell them; of an input whose format has no notes
 * VMCOREINFO and the mappings too; of what can be written back to swap, how
 * much of that its system used.  What is
 * not found is no failure: c->recovery tells.  @progress is asked whether to
 * go on.
 */
int recover(struct conversion *c, const struct imgfmt_progress *progress,
	    struct imgfmt_error *err);

#endif /* IMGFMT_PIPELINE_RECOVERY_H */
