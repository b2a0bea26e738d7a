/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

#include <inttypes.h>

#include "common/progress.h"

/* A summary is a look: 1 GiB of pages of 4 KiB. */
#define QUICK_FRAMES (UINT64_C(1) << 18)

static int update(void *ctx, uint64_t done, uint64_t total)
{
	struct dump *d = ctx;

	return progress_update(&d->tool.progress, dump_pages_size(d, done),
			       dump_pages_size(d, total));
}

static void tell_origin(struct dump *d)
{
	struct imgfmt_kernel_info info = { .struct_size = sizeof(info) };

	imgfmt_kernel_info(d->kernel, &info);
	if (info.origin == IMGFMT_VMCOREINFO_MEMORY)
		msg_note(&d->tool.msg, d->file,
			 "VMCOREINFO was found in the memory, frame 0x%" PRIx64,
			 info.vmcoreinfo_pfn);
}

static int open_kernel(struct dump *d, const struct imgfmt_kernel_opts *opts,
		       struct imgfmt_error *err)
{
	int rc;

	progress_start(&d->tool.progress, "searching");
	rc = imgfmt_kernel_new(d->image, opts, &d->kernel, err);
	progress_finish(&d->tool.progress);
	if (!rc)
		tell_origin(d);
	return rc;
}

int kernel_need(struct dump *d, struct imgfmt_kernel **ret,
		struct imgfmt_error *err)
{
	const struct imgfmt_kernel_opts opts = {
		.struct_size = sizeof(opts),
		.vmcoreinfo = d->vmcoreinfo,
		.vmcoreinfo_size = d->vmcoreinfo_size,
		.progress = { .fn = update, .ctx = d },
	};
	int rc = d->kernel ? IMGFMT_OK : open_kernel(d, &opts, err);

	*ret = d->kernel;
	return rc;
}

bool kernel_quick(struct dump *d, struct imgfmt_kernel_info *ret)
{
	const struct imgfmt_kernel_opts opts = {
		.struct_size = sizeof(opts),
		.flags = IMGFMT_KERNEL_QUICK,
		.vmcoreinfo = d->vmcoreinfo,
		.vmcoreinfo_size = d->vmcoreinfo_size,
		.search_frames = QUICK_FRAMES,
		.progress = { .fn = update, .ctx = d },
	};

	*ret = (struct imgfmt_kernel_info){ .struct_size = sizeof(*ret) };
	if (!d->kernel && open_kernel(d, &opts, NULL))
		return false;
	imgfmt_kernel_info(d->kernel, ret);
	return true;
}

int kernel_vmcoreinfo(struct dump *d, const char **text, size_t *size,
		      struct imgfmt_error *err)
{
	struct imgfmt_kernel *kernel;
	int rc;

	if (!d->vmcoreinfo && !imgfmt_image_vmcoreinfo(d->image, text, size))
		return IMGFMT_OK;
	rc = kernel_need(d, &kernel, err);
	if (!rc)
		imgfmt_kernel_vmcoreinfo(kernel, text, size);
	if (rc == IMGFMT_E_SEEK)
		err->status = rc = IMGFMT_E_ABSENT;
	return rc;
}
