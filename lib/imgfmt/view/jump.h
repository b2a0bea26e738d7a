/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kexec jump that an image waits in, out of its own memory.
 */
#ifndef IMGFMT_VIEW_JUMP_H
#define IMGFMT_VIEW_JUMP_H

#include "kernel/jump.h"
#include "source/source.h"

/*
 * Control page and page list, for the kernel that @v describes and that is
 * re-entered at @entry.
 * IMGFMT_E_SEEK on a pipe; else it fails as jump_read() does.  @ret is
 * initialised also where this fails.
 */
int view_jump_read(struct jump *ret, struct imgfmt_image *image,
		   const struct vmcoreinfo *v, uint64_t entry,
		   struct imgfmt_error *err);

/*
 * All that a resume needs, in frames of the original view: see jump_walk().
 * @source_view is the view that the image is in.
 */
int view_jump_walk(const struct jump *j, struct imgfmt_image *image,
		   int source_view, const struct jump_visitor *visitor,
		   struct imgfmt_error *err);

#endif /* IMGFMT_VIEW_JUMP_H */
