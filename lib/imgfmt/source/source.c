/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/source.h"

#include <stdlib.h>

#include "base/error.h"
#include "layout/page_list.h"
#include "source/attest.h"
#include "source/others.h"
#include "source/partitions.h"
#include "source/swap_facts.h"

#define PROBE_SIZE 65536u	/* the largest page: marks at its end too */
#define PROBE_LEAST 4096u	/* of a disk that cannot read all of these */
#define MEMLIMIT_DEFAULT (1ULL << 30)

static const struct source_ops *const sources[] = {
	&source_native,
	&source_elf,
	&source_swsusp,
	&source_snapshot,
};

const struct source_ops *source_at(unsigned int position)
{
	return position < ARRAY_SIZE(sources) ? sources[position] : NULL;
}

static int find_named(const char *name, const struct source_ops **ret,
		      struct imgfmt_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		if (!strcmp(sources[i]->name, name)) {
			*ret = sources[i];
			return IMGFMT_OK;
		}
	}
	return err_set(err, IMGFMT_E_USAGE, "unknown input format \"%s\"", name);
}

/* A resume offset says that there is a swap area, and where. */
static int recognise(struct io *io, bool places, const struct source_ops **ret,
		     struct imgfmt_error *err)
{
	uint8_t *head = malloc(PROBE_SIZE);
	bool match = false;
	size_t len;
	int rc;

	if (places) {
		free(head);
		*ret = &source_swsusp;
		return IMGFMT_OK;
	}
	if (!head)
		return err_nomem(err, "recognising the format");
	rc = io_read(io, 0, head, PROBE_SIZE, &len, err);
	if (rc == IMGFMT_E_OS && !io_is_sequential(io))
		rc = io_read(io, 0, head, PROBE_LEAST, &len, err);
	for (size_t i = 0; i < ARRAY_SIZE(sources) && !rc && !match; i++) {
		rc = sources[i]->probe(io, head, len, &match, err);
		*ret = sources[i];
	}
	if (!rc && !match)
		rc = others_refuse(head, len, err);
	free(head);
	if (rc || match)
		return rc;
	rc = partitions_refuse(io, err);
	return rc ? rc : err_set(err, IMGFMT_E_NOT_IMAGE,
				 len ? "not an image" : "not an image, it is empty");
}

static struct imgfmt_image *image_new(struct io *io)
{
	struct imgfmt_image *image = calloc(1, sizeof(*image));

	if (!image)
		return NULL;
	atomic_init(&image->refs, 1);
	image->io = io;
	image->memlimit = MEMLIMIT_DEFAULT;
	frames_init(&image->frames);
	vec_init(&image->lost, sizeof(struct imgfmt_run));
	vec_init(&image->facts, sizeof(struct imgfmt_fact));
	vec_init(&image->segments, sizeof(struct imgfmt_segment));
	vec_init(&image->note_bytes, 1);
	vec_init(&image->notes, sizeof(struct imgfmt_note));
	vec_init(&image->spans, sizeof(struct note_span));
	vec_init(&image->owners, 1);
	vec_init(&image->backup_map, sizeof(struct imgfmt_backup_run));
	memory_map_init(&image->memory);
	vec_init(&image->mappings, sizeof(struct imgfmt_mapping));
	swap_note_init(&image->swap);
	vec_init(&image->regions, sizeof(struct imgfmt_region));
	return image;
}

static void image_free(struct imgfmt_image *image)
{
	if (image->ops && image->ops->close)
		image->ops->close(image);
	free(image->slots);
	free(image->units);
	vec_fini(&image->regions);
	swap_note_fini(&image->swap);
	vec_fini(&image->mappings);
	memory_map_fini(&image->memory);
	vec_fini(&image->backup_map);
	vec_fini(&image->owners);
	vec_fini(&image->spans);
	vec_fini(&image->notes);
	vec_fini(&image->note_bytes);
	vec_fini(&image->segments);
	vec_fini(&image->facts);
	vec_fini(&image->lost);
	frames_fini(&image->frames);
	io_free(image->io);
	free(image);
}

static int choose_source(struct imgfmt_image *image,
			 const struct imgfmt_open_opts *opts,
			 struct imgfmt_error *err)
{
	int rc = io_skip_front(image->io, opts->offset, err);

	if (!rc)
		rc = opts->format ? find_named(opts->format, &image->ops, err) :
				    recognise(image->io, opts->resume_offset,
					      &image->ops, err);
	if (!rc && opts->resume_offset && !image->ops->places)
		rc = err_set(err, IMGFMT_E_USAGE,
			     "format \"%s\" has no resume offset",
			     image->ops->name);
	if (rc)
		image->ops = NULL;
	return rc;
}

/*
 * What came with a write-back note: every page has its place in the kernel's
 * page list [SWAP-06].  A hibernation image tells its own facts.
 */
static int take_swap_note(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct page_list list;
	int rc;

	if (!image->has_swap || image->facts.len)
		return IMGFMT_OK;
	page_list_init(&list);
	rc = page_list_build(&list, &image->frames, &image->swap.parts, err);
	page_list_fini(&list);
	return rc ? rc : swap_facts_tell(image, err);
}

/* What cannot be asked for together with a judgement. */
static int check_judged(const struct imgfmt_image *image,
			struct imgfmt_error *err)
{
	if (!image->judge)
		return IMGFMT_OK;
	if (image->salvage)
		return err_set(err, IMGFMT_E_USAGE,
			       "a damaged image cannot be verified: salvage goes without trust");
	/* What a foreign format has in front of it proves nothing in time. */
	if (io_is_sequential(image->io) && image->ops != &source_native)
		return err_set(err, IMGFMT_E_UNSUPPORTED,
			       "only a sealed image can be verified in a pipe; use a file");
	return IMGFMT_OK;
}

int source_open(struct io *io, const struct imgfmt_open_opts *opts,
		struct imgfmt_image **ret, struct imgfmt_error *err)
{
	return source_open_judged(io, opts, NULL, NULL, ret, err);
}

int source_open_judged(struct io *io, const struct imgfmt_open_opts *opts,
		       const struct judge *judge,
		       const struct trust_blob *detached,
		       struct imgfmt_image **ret, struct imgfmt_error *err)
{
	struct imgfmt_image *image = image_new(io);
	int rc;

	*ret = NULL;
	if (!image) {
		io_free(io);
		return err_nomem(err, "the image");
	}
	if (opts->memlimit)
		image->memlimit = opts->memlimit;
	image->salvage = opts->flags & IMGFMT_OPEN_SALVAGE;
	image->progress = opts->progress;
	/* A damaged image is not what was signed. */
	image->tolerant = opts->flags & IMGFMT_OPEN_DAMAGED && !judge;
	image->resume_offset = opts->resume_offset;
	image->judge = judge;
	image->threads = opts->threads;
	if (detached)
		image->detached = *detached;
	rc = choose_source(image, opts, err);
	if (!rc)
		rc = check_judged(image, err);
	if (!rc)
		rc = image->ops->open(image, err);
	if (!rc && judge && image->authenticity == IMGFMT_AUTHENTICITY_UNASKED)
		rc = attest_prove(image, err);
	if (!rc)
		rc = take_swap_note(image, err);
	if (rc) {
		image_free(image);
		return rc;
	}
	image->progress = (struct imgfmt_progress){ 0 };
	image->judge = NULL;
	image->detached = (struct trust_blob){ 0 };
	io_unpin(io);
	*ret = image;
	return IMGFMT_OK;
}

struct imgfmt_image *source_ref(struct imgfmt_image *image)
{
	atomic_fetch_add_explicit(&image->refs, 1, memory_order_relaxed);
	return image;
}

void source_unref(struct imgfmt_image *image)
{
	if (!image)
		return;
	if (atomic_fetch_sub_explicit(&image->refs, 1, memory_order_acq_rel) == 1)
		image_free(image);
}

int source_charge(struct imgfmt_image *image, uint64_t bytes,
		  struct imgfmt_error *err)
{
	if (bytes > image->memlimit - image->memused)
		return err_set(err, IMGFMT_E_LIMIT,
			       "needs more than the memory limit of %llu bytes",
			       (unsigned long long)image->memlimit);
	image->memused += bytes;
	return IMGFMT_OK;
}

int source_report(const struct imgfmt_image *image, uint64_t done,
		  uint64_t total, struct imgfmt_error *err)
{
	const struct imgfmt_progress *p = &image->progress;

	if (p->fn && p->fn(p->ctx, done, total))
		return err_set(err, IMGFMT_E_CANCELLED, "stopped");
	return IMGFMT_OK;
}

int source_add_region(struct imgfmt_image *image, const char *name,
		      uint64_t offset, uint64_t size, struct imgfmt_error *err)
{
	struct imgfmt_region r = {
		.name = name, .offset = offset, .size = size,
	};

	return size ? vec_push(&image->regions, &r, err) : IMGFMT_OK;
}
