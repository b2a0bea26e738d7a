/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening an image on swap, or a bare stream.
 */
#include "source/swsusp.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "machine/identity.h"

#define PAGE_SIZE_MAX 65536u

static const uint32_t page_sizes[] = { 4096, 16384, 65536 };

bool swsusp_bear(struct imgfmt_image *image, int rc,
		 const struct imgfmt_error *err)
{
	bool damage = rc == IMGFMT_E_CORRUPT || rc == IMGFMT_E_TRUNCATED;

	if (!rc)
		return true;
	/* What this build cannot read may still have a header to show. */
	if (rc == IMGFMT_E_UNSUPPORTED)
		damage = !image->salvage && swsusp_of(image)->has_header;
	if ((!image->salvage && !image->tolerant) || !damage)
		return false;
	if (!image->damage.status)
		image->damage = *err;
	return true;
}

/* ---- Recognising ------------------------------------------------------ */

/* A page that ends in a signature, of any size that there may be. */
static enum swsusp_signature find_signature(const uint8_t *head, size_t len,
					    uint32_t *page_size_ret,
					    const char **other_ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(page_sizes); i++) {
		enum swsusp_signature found;

		*page_size_ret = page_sizes[i];
		if (len < page_sizes[i])
			break;
		found = swsusp_recognise(head, page_sizes[i], other_ret);
		if (found != SWSUSP_NONE)
			return found;
	}
	*other_ret = NULL;
	return SWSUSP_NONE;
}

/*
 * The header page, which resume_offset counts in pages: their size is known
 * with the page.  @buf has room for PAGE_SIZE_MAX bytes.
 */
static int find_header(struct imgfmt_image *image, uint8_t *buf,
		       enum swsusp_signature *found_ret, const char **other_ret,
		       struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);

	*found_ret = SWSUSP_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(page_sizes); i++) {
		uint32_t size = page_sizes[i];
		uint64_t at;
		size_t len;
		int rc;

		if (mul_overflow(image->resume_offset, (uint64_t)size, &at))
			break;
		rc = io_read(image->io, at, buf, size, &len, err);
		if (rc)
			return rc;
		s->page_size = size;
		if (len == size)
			*found_ret = swsusp_recognise(buf, size, other_ret);
		if (*found_ret != SWSUSP_NONE)
			break;
	}
	return IMGFMT_OK;
}

static int swsusp_probe(struct io *io, const uint8_t *head, size_t len,
			bool *ret, struct imgfmt_error *err)
{
	const char *other;
	uint32_t page_size;

	(void)io;
	(void)err;
	*ret = find_signature(head, len, &page_size, &other) != SWSUSP_NONE;
	return IMGFMT_OK;
}

static int snapshot_probe(struct io *io, const uint8_t *head, size_t len,
			  bool *ret, struct imgfmt_error *err)
{
	(void)io;
	(void)err;
	*ret = len >= page_sizes[0] && swsusp_info_has_magic(head);
	for (size_t i = 0; i < ARRAY_SIZE(page_sizes) && !*ret; i++)
		*ret = len >= page_sizes[i] &&
		       swsusp_info_is_one(head, page_sizes[i]);
	return IMGFMT_OK;
}

/* ---- Opening ---------------------------------------------------------- */

static int swsusp_new(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = calloc(1, sizeof(*s));

	if (!s)
		return err_nomem(err, "the image");
	vec_init(&s->extents, sizeof(struct io_extent));
	vec_init(&s->map, sizeof(struct map_run));
	vec_init(&s->map_pages, sizeof(struct map_run));
	vec_init(&s->clusters, sizeof(struct cluster));
	vec_init(&s->runs, sizeof(struct page_run));
	vec_init(&s->parts, sizeof(struct list_part));
	image->priv = s;
	return IMGFMT_OK;
}

static void swsusp_close(struct imgfmt_image *image)
{
	struct swsusp *s = swsusp_of(image);

	if (!s)
		return;
	vec_fini(&s->parts);
	vec_fini(&s->runs);
	vec_fini(&s->clusters);
	vec_fini(&s->map_pages);
	vec_fini(&s->map);
	vec_fini(&s->extents);
	free(s);
}

/* The codec of an image, by name; flag LZ4 is younger than flag CRC32. */
static void choose_codec(struct swsusp *s)
{
	if (swsusp_is_compressed(&s->header))
		s->codec = s->header.flags & SWSUSP_LZ4 ?
				   codec_by_id(CODEC_LZ4) : &codec_lzo;
}

static int take_header(struct imgfmt_image *image, const uint8_t *page,
		       enum swsusp_signature found, const char *other,
		       struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	uint64_t at = image->resume_offset * s->page_size;

	if (found == SWSUSP_NONE)
		return err_set(err, IMGFMT_E_NOT_IMAGE,
			       image->resume_offset ?
				       "there is no swap area at that resume offset" :
				       "not a swap area");
	if (found == SWSUSP_OTHER)
		return err_rule(err, IMGFMT_E_UNSUPPORTED, "SWS-01",
				at + s->page_size - SWSUSP_SIGNATURE_SIZE,
				"an image of %s, which this does not read",
				other);
	s->header_page = image->resume_offset;
	s->pages = io_size(image->io) / s->page_size;
	s->consumed = found == SWSUSP_SWAP;
	swsusp_header_load(page, s->page_size, &s->header);
	swsusp_area_load(page, &s->area);
	if (s->consumed && (!s->header.image ||
			    strcmp(s->header.original, s->header.signature)))
		return err_set(err, IMGFMT_E_NOT_IMAGE,
			       "swap area without a hibernation image");
	s->has_header = true;
	choose_codec(s);
	return swsusp_header_check(&s->header, s->page_size, at, err);
}

static int open_header(struct imgfmt_image *image, struct imgfmt_error *err)
{
	enum swsusp_signature found;
	const char *other = NULL;
	uint8_t *page;
	int rc;

	if (io_is_sequential(image->io))
		return err_set(err, IMGFMT_E_SEEK,
			       "a hibernation image on swap needs random access, and this is a pipe; use a file or the device");
	page = malloc(PAGE_SIZE_MAX);
	if (!page)
		return err_nomem(err, "the swap header");
	rc = find_header(image, page, &found, &other, err);
	if (!rc)
		rc = take_header(image, page, found, other, err);
	if (!rc)
		rc = swsusp_pin(image, image->resume_offset *
				swsusp_of(image)->page_size, page, err);
	free(page);
	return rc;
}

/* The texts of the header are terminated, and shorter than the fields. */
static void take_info(struct imgfmt_image *image)
{
	const struct swsusp *s = swsusp_of(image);
	struct info *i = &image->info;

	*i = (struct info){
		.version_major = IMGFMT_VERSION_MAJOR,
		.level = IMGFMT_BARE,
		.profile = IMGFMT_PLAIN,
		.kind = IMGFMT_HIBERNATED_SYSTEM,
		.view = IMGFMT_VIEW_ORIGINAL,
		.page_size = s->page_size,
	};
	switch (s->info.arch) {
	case SWSUSP_ARCH_X86_64:
		image->machine = EM_X86_64;
		break;
	case SWSUSP_ARCH_ARM64:
		image->machine = EM_AARCH64;
		strcpy(i->version, s->info.arm64.uts_version);
		break;
	case SWSUSP_ARCH_GENERIC:
		if (!s->has_info)
			break;
		image->machine = identity_machine(s->info.uts[4]);
		strcpy(i->release, s->info.uts[2]);
		strcpy(i->version, s->info.uts[3]);
		break;
	case SWSUSP_ARCH_UNKNOWN:
		break;
	}
}

static int add_regions(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);
	const struct map_run *r;
	int rc;

	if (s->bare)
		return source_add_region(image, "info page", 0, s->page_size,
					 err);
	rc = source_add_region(image, "swap header",
			       s->header_page * s->page_size, s->page_size,
			       err);
	r = vec_array(&s->map_pages, const struct map_run);
	if (!rc && s->map_pages.len)
		rc = source_add_region(image, "first map page",
				       r[0].page * s->page_size, s->page_size,
				       err);
	if (!rc && s->entries)
		rc = source_add_region(image, "info page",
				       swsusp_entry_offset(s, 0), s->page_size,
				       err);
	return rc;
}

/* What is known of an image, which may be damaged, and is opened so. */
static int settle(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	int rc = add_regions(image, err);

	take_info(image);
	image->info.max_pfn = image->frames.max_pfn;
	if (s->info_is_right)
		image->plan.data_size = swsusp_body_pages(s) * s->page_size;
	image->has_checksum = s->header.flags & SWSUSP_CRC32;
	image->zero_pages = s->zero;
	image->stored_pages = image->frames.present - s->zero;
	image->has_resume = true;
	image->resume.state = s->consumed ? IMGFMT_RESUME_CLAIMED :
					    IMGFMT_RESUME_PENDING;
	if (s->info_is_right && s->unlisted)
		image->lost_unknown = s->info.image_pages -
				      (s->listed - s->zero);
	if (image->damage.status && image->salvage) {
		image->info.not_resumable |= IMGFMT_NOT_RESUMABLE_SALVAGED;
		image->unverified = true;
	}
	if (!rc)
		rc = swsusp_make_note(image, err);
	return rc ? rc : swsusp_tell_facts(image, err);
}

/* Each step as far as it goes; one that fails leaves what it had found. */
static int open_stream(struct imgfmt_image *image,
		       int (*const steps[])(struct imgfmt_image *,
					    struct imgfmt_error *),
		       struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);

	for (size_t i = 0; steps[i]; i++) {
		struct imgfmt_error e = { 0 };
		int rc = steps[i](image, &e);

		if (!swsusp_bear(image, rc, &e)) {
			if (err)
				*err = e;
			return rc;
		}
		/* Without a right info page nothing else is known. */
		if (rc && !s->info_is_right)
			break;
	}
	image->info.page_size = s->page_size;
	if (!image->frames.rank) {
		int rc = frames_build(&image->frames, IMGFMT_MAX_BLOCK_PAGES,
				      err);

		if (rc)
			return rc;
	}
	return settle(image, err);
}

/*
 * Where a signature was asked for, an image that was resumed and whose pages
 * swap has used again is not one that somebody changed.
 */
static int judge_consumed(const struct imgfmt_image *image, int rc,
			  struct imgfmt_error *err)
{
	char why[sizeof(err->message)];

	if (!image->judge || !swsusp_of(image) ||
	    !swsusp_of(image)->consumed ||
	    (rc != IMGFMT_E_CORRUPT && rc != IMGFMT_E_TRUNCATED &&
	     rc != IMGFMT_E_SIGNATURE))
		return rc;
	snprintf(why, sizeof(why), "%s", err ? err->message : "");
	return err_rule(err, IMGFMT_E_UNFIT, "SWS-27",
			image->resume_offset * swsusp_of(image)->page_size,
			"the image was consumed, and is no longer the one that was signed: %s",
			why);
}

static int swsusp_open(struct imgfmt_image *image, struct imgfmt_error *err)
{
	static int (*const steps[])(struct imgfmt_image *,
				    struct imgfmt_error *) = {
		open_header, swsusp_find_extents, swsusp_read_map, swsusp_find_clusters,
		swsusp_prove, swsusp_read_frames, NULL
	};
	int rc = swsusp_new(image, err);

	if (!rc)
		rc = open_stream(image, steps, err);
	return rc ? judge_consumed(image, rc, err) : IMGFMT_OK;
}

/* The info page of a bare stream: its page size is the one that fits. */
static int open_info(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	uint8_t *head = malloc(PAGE_SIZE_MAX);
	size_t len;
	int rc;

	if (!head)
		return err_nomem(err, "the info page");
	s->page_size = page_sizes[0];
	rc = io_read(image->io, 0, head, PAGE_SIZE_MAX, &len, err);
	for (size_t i = 0; i < ARRAY_SIZE(page_sizes) && !rc; i++)
		if (len >= page_sizes[i] &&
		    swsusp_info_is_one(head, page_sizes[i]))
			s->page_size = page_sizes[i];
	if (!rc && len < s->page_size)
		rc = err_rule(err, IMGFMT_E_TRUNCATED, "SWS-26", len,
			      "the stream ends within its info page");
	if (!rc) {
		rc = swsusp_info_decode(head, s->page_size, 0, &s->info, err);
		s->has_info = true;
		s->info_is_right = !rc;
	}
	if (!rc)
		rc = swsusp_hash_info(s, head, err);
	if (!rc)
		rc = swsusp_pin(image, 0, head, err);
	free(head);
	return rc;
}

static int check_size(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	uint64_t size = io_size(image->io);

	s->available = swsusp_body_pages(s);
	if (size == IO_SIZE_UNKNOWN || size == s->info.size)
		return IMGFMT_OK;
	if (size > s->info.size) {
		if (io_is_device(image->io))
			return IMGFMT_OK;
		return err_rule(err, IMGFMT_E_CORRUPT, "SWS-26", s->info.size,
				"something follows the stream's %" PRIu64 " bytes",
				s->info.size);
	}
	s->available = size / s->page_size - 1;
	return err_rule(err, IMGFMT_E_TRUNCATED, "SWS-26", size,
			"the stream has %" PRIu64 " bytes, not %" PRIu64, size,
			s->info.size);
}

static int snapshot_open(struct imgfmt_image *image, struct imgfmt_error *err)
{
	static int (*const steps[])(struct imgfmt_image *,
				    struct imgfmt_error *) = {
		open_info, check_size, swsusp_prove, swsusp_read_frames, NULL
	};
	int rc = swsusp_new(image, err);

	if (rc)
		return rc;
	swsusp_of(image)->bare = true;
	return open_stream(image, steps, err);
}

const struct source_ops source_swsusp = {
	.name = "swsusp",
	.description = "hibernation image of Linux on swap",
	.resumes = true,
	.recover = true,
	.places = true,
	.probe = swsusp_probe,
	.open = swsusp_open,
	.close = swsusp_close,
	.reader_new = swsusp_reader_new,
	.reader_free = swsusp_reader_free,
	.read = swsusp_read,
	.masks = swsusp_masks,
	.units = swsusp_units,
	.sum = swsusp_sum,
	.join = swsusp_join,
	.prove = swsusp_prove_crc,
	.describe = swsusp_describe,
	.attest = swsusp_attest,
	.check_host = swsusp_check_host,
	.remark = swsusp_remark,
};

const struct source_ops source_snapshot = {
	.name = "snapshot",
	.description = "hibernation image of Linux as a bare stream",
	.resumes = true,
	.recover = true,
	.probe = snapshot_probe,
	.open = snapshot_open,
	.close = swsusp_close,
	.reader_new = swsusp_reader_new,
	.reader_free = swsusp_reader_free,
	.read = swsusp_read,
	.masks = swsusp_masks,
	.describe = swsusp_describe,
	.attest = swsusp_attest,
	.check_host = swsusp_check_host,
	.finish = swsusp_finish,
};
