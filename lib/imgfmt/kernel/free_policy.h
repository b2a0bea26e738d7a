/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the saved kernel expects free pages to hold (spec 6.1, free policy).
 */
#ifndef IMGFMT_KERNEL_FREE_POLICY_H
#define IMGFMT_KERNEL_FREE_POLICY_H

#include "kernel/kernel.h"

/*
 * By the kernel's own switches, init_on_free and page poisoning, or else by
 * what its log says of them; IMGFMT_FREE_UNKNOWN where neither tells.  @poison
 * is 0 unless pages are poisoned.  Fails only for lack of memory or a failed
 * read.
 */
int free_policy_find(struct kernel *k, uint8_t *policy, uint8_t *poison,
		     struct imgfmt_error *err);

#endif /* IMGFMT_KERNEL_FREE_POLICY_H */
