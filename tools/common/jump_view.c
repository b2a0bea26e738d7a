/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/jump_view.h"

#include <elf.h>
#include <stdbool.h>

static bool is_likely(struct imgfmt_image *image,
		      const struct imgfmt_info *info)
{
	const struct imgfmt_kernel_opts opts = {
		.struct_size = sizeof(opts),
		.flags = IMGFMT_KERNEL_QUICK,
	};
	struct imgfmt_kernel_info found = { .struct_size = sizeof(found) };
	struct imgfmt_backup_run run;
	struct imgfmt_kernel *kernel;

	/* Others have no kexec jump, or would not be found in any view. */
	if (!info->entry || info->resumes || info->sequential ||
	    info->machine != EM_X86_64 ||
	    info->kind != IMGFMT_HIBERNATED_SYSTEM ||
	    !imgfmt_image_backup_run(image, 0, &run) ||
	    imgfmt_kernel_new(image, &opts, &kernel, NULL))
		return false;
	imgfmt_kernel_info(kernel, &found);
	imgfmt_kernel_free(kernel);
	return !found.translates;
}

void jump_view_hint(struct msg *m, struct imgfmt_image *image)
{
	struct imgfmt_info info = { .struct_size = sizeof(info) };

	imgfmt_image_info(image, &info);
	if (!is_likely(image, &info))
		return;
	/* An image has said of itself which view it has. */
	if (info.has_info)
		msg_hint(m, "its kernel is not at its addresses: was it made from a core in the jump view? make it anew with imgmake --backup-map=auto");
	else
		msg_hint(m, "its kernel is not at its addresses: an image in the jump view? try imgmake --backup-map=auto");
}
