/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening an image, and its tables row by row.
 */
#include "api/options.h"
#include "kernel/vmcoreinfo.h"
#include "source/source.h"

static int open_with(struct io *io, const struct imgfmt_open_opts *opts,
		     struct imgfmt_image **ret, struct imgfmt_error *err)
{
	struct imgfmt_open_opts o;
	int rc = options_take(&o, sizeof(o), opts, err);

	if (rc) {
		io_free(io);
		return rc;
	}
	if (o.flags & ~(IMGFMT_OPEN_SALVAGE | IMGFMT_OPEN_DAMAGED |
			IMGFMT_OPEN_REQUIRE_SIGNATURE)) {
		io_free(io);
		return err_set(err, IMGFMT_E_USAGE, "unknown flags 0x%x",
			       o.flags);
	}
	if (o.threads > IMGFMT_THREADS_MAX) {
		io_free(io);
		return err_set(err, IMGFMT_E_USAGE, "more than %u threads",
			       IMGFMT_THREADS_MAX);
	}
	return source_open_trusting(io, &o, ret, err);
}

int imgfmt_image_open(const char *path, const struct imgfmt_open_opts *opts,
		      struct imgfmt_image **ret, struct imgfmt_error *err)
{
	struct io *io;
	int rc;

	*ret = NULL;
	rc = io_open_path(path, &io, err);
	return rc ? rc : open_with(io, opts, ret, err);
}

int imgfmt_image_open_fd(int fd, const char *name,
			 const struct imgfmt_open_opts *opts,
			 struct imgfmt_image **ret, struct imgfmt_error *err)
{
	struct io *io;
	int rc;

	*ret = NULL;
	rc = io_open_fd(fd, name, &io, err);
	return rc ? rc : open_with(io, opts, ret, err);
}

int imgfmt_image_open_io(const struct imgfmt_io *user,
			 const struct imgfmt_open_opts *opts,
			 struct imgfmt_image **ret, struct imgfmt_error *err)
{
	struct io *io;
	int rc;

	*ret = NULL;
	rc = io_open_user(user, &io, err);
	return rc ? rc : open_with(io, opts, ret, err);
}

struct imgfmt_image *imgfmt_image_ref(struct imgfmt_image *image)
{
	return source_ref(image);
}

void imgfmt_image_unref(struct imgfmt_image *image)
{
	source_unref(image);
}

static void add_manifest(const struct imgfmt_image *image,
			 struct imgfmt_info *info)
{
	info->stored_pages = image->manifest.stored_pages;
	info->zero_pages = image->manifest.zero_pages;
	info->data_size = image->plan.data_size;
	info->image_size = image->plan.image_size;
	memcpy(info->root, image->manifest.root, sizeof(info->root));
	memcpy(info->uuid, info->root, sizeof(info->uuid));
}

void imgfmt_image_info(const struct imgfmt_image *image,
		       struct imgfmt_info *ret)
{
	const struct info *i = &image->info;
	struct imgfmt_info info = {
		.format = image->ops->name,
		.description = image->has_info ? NULL : image->ops->description,
		.version_major = i->version_major,
		.version_minor = i->version_minor,
		.machine = image->machine,
		.big_endian = image->big_endian,
		.sequential = io_is_sequential(image->io),
		.level = i->level,
		.profile = i->profile,
		.kind = i->kind,
		.view = i->view,
		.free_policy = i->free_policy,
		.poison = i->poison,
		.has_info = image->has_info,
		.has_content_digests =
			!!(i->ignorable & IMGFMT_FEATURE_CONTENT_DIGESTS),
		.page_size = i->page_size,
		.block_pages = i->block_pages,
		.not_resumable = i->not_resumable,
		.segments = (uint32_t)image->segments.len,
		.notes = (uint32_t)image->notes.len,
		.entry = image->entry,
		.time = i->time,
		.max_pfn = i->max_pfn,
		.incompatible = i->incompatible,
		.read_compatible = i->read_compatible,
		.ignorable = i->ignorable,
		.present_pages = image->frames.present,
		.excluded_pages = image->frames.excluded,
		.block_count = i->level ? image->frames.blocks : 0,
		.release = i->release,
		.version = i->version,
		.memory_from_segments =
			!!(image->memory.flags & IMGFMT_MEMORY_FROM_SEGMENTS),
		.resumes = image->ops->resumes,
		.stored_pages = image->stored_pages,
		.zero_pages = image->zero_pages,
		.has_checksum = image->has_checksum,
		.authenticity = (uint8_t)image->authenticity,
	};

	memcpy(info.excluded_by_class, image->frames.excluded_by_class,
	       sizeof(info.excluded_by_class));
	memcpy(info.uuid, i->uuid, sizeof(info.uuid));
	memcpy(info.firmware_digest, image->memory.firmware,
	       sizeof(info.firmware_digest));
	if (image->has_tables)
		add_manifest(image, &info);
	else if (io_size(image->io) != IO_SIZE_UNKNOWN)
		info.image_size = io_size(image->io);
	options_give(ret, &info, sizeof(info));
}

/* Row @i of a vector of @type. */
#define GIVE_ROW(vector, type, i, ret)                     \
	do {                                               \
		if ((i) >= (vector)->len)                  \
			return IMGFMT_END;                 \
		*(ret) = vec_array(vector, const type)[i]; \
		return IMGFMT_OK;                          \
	} while (0)

int imgfmt_image_note(const struct imgfmt_image *image, size_t i,
		      struct imgfmt_note *ret)
{
	GIVE_ROW(&image->notes, struct imgfmt_note, i, ret);
}

int imgfmt_image_segment(const struct imgfmt_image *image, size_t i,
			 struct imgfmt_segment *ret)
{
	GIVE_ROW(&image->segments, struct imgfmt_segment, i, ret);
}

int imgfmt_image_region(const struct imgfmt_image *image, size_t i,
			struct imgfmt_region *ret)
{
	GIVE_ROW(&image->regions, struct imgfmt_region, i, ret);
}

int imgfmt_image_fact(const struct imgfmt_image *image, size_t i,
		      struct imgfmt_fact *ret)
{
	GIVE_ROW(&image->facts, struct imgfmt_fact, i, ret);
}

int imgfmt_image_damage(const struct imgfmt_image *image,
			struct imgfmt_error *ret)
{
	*ret = image->damage;
	return image->damage.status ? IMGFMT_OK : IMGFMT_END;
}

int imgfmt_image_backup_run(const struct imgfmt_image *image, size_t i,
			    struct imgfmt_backup_run *ret)
{
	GIVE_ROW(&image->backup_map, struct imgfmt_backup_run, i, ret);
}

int imgfmt_image_memory_range(const struct imgfmt_image *image, size_t i,
			      struct imgfmt_memory_range *ret)
{
	GIVE_ROW(&image->memory.ranges, struct imgfmt_memory_range, i, ret);
}

int imgfmt_image_mapping(const struct imgfmt_image *image, size_t i,
			 struct imgfmt_mapping *ret)
{
	GIVE_ROW(&image->mappings, struct imgfmt_mapping, i, ret);
}

int imgfmt_image_vmcoreinfo(const struct imgfmt_image *image,
			    const char **text_ret, size_t *size_ret)
{
	struct vmcoreinfo v;
	bool found = vmcoreinfo_find(&image->notes, &v);

	*text_ret = v.text;
	*size_ret = v.size;
	return found ? IMGFMT_OK : IMGFMT_END;
}

int imgfmt_image_manifest(const struct imgfmt_image *image,
			  const void **data_ret, size_t *size_ret)
{
	*data_ret = image->has_tables ? image->manifest_bytes : NULL;
	*size_ret = image->has_tables ? image->plan.tables.manifest_size : 0;
	return image->has_tables ? IMGFMT_OK : IMGFMT_END;
}

int imgfmt_image_resume(const struct imgfmt_image *image,
			struct imgfmt_resume *ret)
{
	*ret = (struct imgfmt_resume){
		.state = image->resume.state,
		.count = image->resume.count,
		.time = image->resume.time,
		.who = image->resume.who,
		.reason = image->resume.reason,
	};
	return image->has_mutable || image->has_resume ? IMGFMT_OK : IMGFMT_END;
}

int imgfmt_image_slot(const struct imgfmt_image *image, size_t i,
		      struct imgfmt_slot *ret)
{
	const uint8_t *slot;

	*ret = (struct imgfmt_slot){ 0 };
	if (!image->has_mutable || i >= IMGFMT_SLOTS)
		return IMGFMT_END;
	slot = image->slots + (1 + i) * IMGFMT_MUTABLE_UNIT;
	slot_decode(slot, 0, &ret->kind, &ret->size, NULL);
	ret->signature = slot + IMGFMT_SLOT_HEADER;
	return IMGFMT_OK;
}
