/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An image as the memory of its kernel: a reader, and the original view.
 */
#ifndef IMGFMT_VIEW_MEMORY_H
#define IMGFMT_VIEW_MEMORY_H

#include "kernel/memory.h"
#include "source/source.h"
#include "view/view.h"

struct view_memory {
	struct imgfmt_image *image;	/* borrowed */
	void *reader;
	struct view view;
	struct frames own_frames;
	struct kernel_memory memory;	/* for kernel_init() */
};

/*
 * @source_view is the view that the image is in, @runs the backup map that
 * leads from it to the other one.  IMGFMT_E_SEEK on a pipe; IMGFMT_E_ABSENT if
 * the original view cannot be had.  Initialised also where this fails.
 */
int view_memory_init(struct view_memory *v, struct imgfmt_image *image,
		     int source_view, const struct vec *runs,
		     struct imgfmt_error *err);
void view_memory_fini(struct view_memory *v);

#endif /* IMGFMT_VIEW_MEMORY_H */
