/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images in the jump view that nobody said to be such.
 */
#ifndef TOOLS_COMMON_JUMP_VIEW_H
#define TOOLS_COMMON_JUMP_VIEW_H

#include "common/msg.h"

/*
 * Hint at --backup-map=auto if the image looks like one of a system that waits
 * in a kexec jump, taken without its backup map: it has an entry, and its
 * kernel, which VMCOREINFO describes, is not where it should be.  A short look.
 */
void jump_view_hint(struct msg *m, struct imgfmt_image *image);

#endif /* TOOLS_COMMON_JUMP_VIEW_H */
