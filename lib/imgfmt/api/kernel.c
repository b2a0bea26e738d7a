/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The saved kernel.
 */
#include <stdlib.h>

#include "api/options.h"
#include "kernel/log.h"
#include "kernel/recover.h"
#include "view/memory.h"

struct imgfmt_kernel {
	struct imgfmt_image *image;
	struct view_memory memory;
	bool	 has_kernel;
	struct kernel kernel;
	struct vec text;	/* of a VMCOREINFO from the memory */
	int	 origin;
	uint64_t pfn;
};

/*
 * Without the memory, because the input is a pipe or in the other view, what
 * the note says is still worth something.
 */
static int describe_only(struct imgfmt_kernel *k, const struct vmcoreinfo *note,
			 const struct imgfmt_error *why,
			 struct imgfmt_error *err)
{
	int rc;

	k->memory.memory.frames = &k->memory.own_frames;
	rc = kernel_init(&k->kernel, &k->memory.memory, note, err);
	k->kernel.why_not = *why;
	return rc;
}

static int find_kernel(struct imgfmt_kernel *k,
		       const struct imgfmt_kernel_opts *o,
		       struct imgfmt_error *err)
{
	struct view_memory *v = &k->memory;
	const struct recover_opts search = {
		.frames = o->search_frames,
		.progress = o->progress,
	};
	bool has_note;
	struct vmcoreinfo note;
	struct imgfmt_error why;
	int rc = view_memory_init(v, k->image, k->image->info.view,
				  &k->image->backup_map, &why);

	has_note = vmcoreinfo_find(&k->image->notes, &note);
	k->origin = IMGFMT_VMCOREINFO_NOTE;
	if (o->vmcoreinfo) {
		has_note = true;
		note.text = o->vmcoreinfo;
		note.size = o->vmcoreinfo_size;
		k->origin = IMGFMT_VMCOREINFO_GIVEN;
	}
	if (has_note) {
		if (rc == IMGFMT_E_SEEK || rc == IMGFMT_E_ABSENT)
			return describe_only(k, &note, &why, err);
	}
	if (rc) {
		if (err)
			*err = why;
		return rc;
	}
	if (has_note)
		return kernel_init(&k->kernel, &v->memory, &note, err);
	if (o->flags & IMGFMT_KERNEL_QUICK && !k->image->ops->recover)
		return err_set(err, IMGFMT_E_ABSENT, "there is no VMCOREINFO");
	k->origin = IMGFMT_VMCOREINFO_MEMORY;
	return recover_kernel(&v->memory, &search, &k->kernel, &k->text,
			      &k->pfn, err);
}

int imgfmt_kernel_new(struct imgfmt_image *image,
		      const struct imgfmt_kernel_opts *opts,
		      struct imgfmt_kernel **ret, struct imgfmt_error *err)
{
	struct imgfmt_kernel_opts o;
	struct imgfmt_kernel *k;
	int rc = options_take(&o, sizeof(o), opts, err);

	*ret = NULL;
	if (rc)
		return rc;
	k = calloc(1, sizeof(*k));
	if (!k)
		return err_nomem(err, "the kernel");
	k->image = source_ref(image);
	k->pfn = IMGFMT_NOWHERE;
	vec_init(&k->text, 1);
	rc = find_kernel(k, &o, err);
	k->has_kernel = !rc;
	if (rc) {
		imgfmt_kernel_free(k);
		return rc;
	}
	*ret = k;
	return IMGFMT_OK;
}

int imgfmt_vmcoreinfo_load(const char *path, char **ret, size_t *size_ret,
			   struct imgfmt_error *err)
{
	struct vec text;
	int rc;

	vec_init(&text, 1);
	rc = vmcoreinfo_load(path, &text, err);
	*ret = NULL;
	*size_ret = 0;
	if (rc) {
		vec_fini(&text);
		return rc;
	}
	*ret = text.data;
	*size_ret = text.len;
	return IMGFMT_OK;
}

void imgfmt_kernel_free(struct imgfmt_kernel *k)
{
	if (!k)
		return;
	if (k->has_kernel)
		kernel_fini(&k->kernel);
	vec_fini(&k->text);
	view_memory_fini(&k->memory);
	source_unref(k->image);
	free(k);
}

void imgfmt_kernel_info(const struct imgfmt_kernel *kernel,
			struct imgfmt_kernel_info *ret)
{
	const struct kernel *k = &kernel->kernel;
	const struct kernel_layout *l = &k->layout;
	struct imgfmt_kernel_info info = {
		.release = k->release,
		.version = k->uts.version,
		.nodename = k->uts.nodename,
		.origin = (uint32_t)kernel->origin,
		.translates = k->translates,
		.has_kaslr_offset = k->has_kaslr_offset,
		.has_phys_base = l->has_phys_base,
		.has_page_offset = l->has_direct,
		.vmcoreinfo_pfn = kernel->pfn,
		.kaslr_offset = k->kaslr_offset,
		.phys_base = l->phys_base,
		.page_offset = l->has_direct ? l->direct_offset : 0,
		.address_bits = k->translates ? l->paging.address_bits : 0,
		.table_levels = k->translates ? l->paging.levels : 0,
	};

	options_give(ret, &info, sizeof(info));
}

void imgfmt_kernel_vmcoreinfo(const struct imgfmt_kernel *kernel,
			      const char **text_ret, size_t *size_ret)
{
	*text_ret = kernel->kernel.info.text;
	*size_ret = kernel->kernel.info.size;
}

int imgfmt_kernel_translate(struct imgfmt_kernel *kernel, uint64_t vaddr,
			    uint64_t *paddr_ret, uint64_t *page_bytes_ret,
			    struct imgfmt_error *err)
{
	struct paging_page page;
	int rc = kernel_find_page(&kernel->kernel, vaddr, &page, err);

	*paddr_ret = rc ? 0 : page.paddr + (vaddr - page.vaddr);
	if (page_bytes_ret)
		*page_bytes_ret = page.bytes;
	return rc;
}

int imgfmt_read_virt(struct imgfmt_kernel *kernel, uint64_t vaddr, void *buf,
		     size_t len, struct imgfmt_error *err)
{
	return kernel_read(&kernel->kernel, vaddr, buf, len, err);
}

int imgfmt_kernel_log(struct imgfmt_kernel *kernel, imgfmt_log_fn *fn,
		      void *ctx, struct imgfmt_error *err)
{
	return log_read(&kernel->kernel, fn, ctx, err);
}
