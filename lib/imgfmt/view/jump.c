/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view/jump.h"

#include "base/error.h"
#include "view/memory.h"

int view_jump_read(struct jump *ret, struct imgfmt_image *image,
		   const struct vmcoreinfo *v, uint64_t entry,
		   struct imgfmt_error *err)
{
	static const struct vec no_map;
	struct view_memory memory;
	int rc;

	*ret = (struct jump){ 0 };
	/* As if it were the original one: nothing is exchanged. */
	rc = view_memory_init(&memory, image, IMGFMT_VIEW_ORIGINAL, &no_map,
			      err);
	if (!rc)
		rc = kernel_memory_init(&memory.memory, err);
	if (!rc)
		rc = jump_read(ret, &memory.memory, v, entry,
			       image->memlimit - image->memused, err);
	kernel_memory_fini(&memory.memory);
	view_memory_fini(&memory);
	return rc;
}

int view_jump_walk(const struct jump *j, struct imgfmt_image *image,
		   int source_view, const struct jump_visitor *visitor,
		   struct imgfmt_error *err)
{
	struct view_memory memory;
	int rc = view_memory_init(&memory, image, source_view, &j->list.runs,
				  err);

	if (!rc)
		rc = kernel_memory_init(&memory.memory, err);
	if (!rc)
		rc = jump_walk(j, &memory.memory, visitor, err);
	kernel_memory_fini(&memory.memory);
	view_memory_fini(&memory);
	return rc;
}
