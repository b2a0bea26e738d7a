/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sink/swap_area.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/range.h"
#include "base/vec.h"
#include "io/output_kinds.h"

RANGE_CHECK(struct swap_run, first, pages);

static const uint32_t page_sizes[] = { 4096, 16384, 65536 };
static const char swap_signature[] = "SWAPSPACE2";
static const char image_signature[] = "S1SUSPEND";

struct swap_area {
	struct imgfmt_output out;
	struct place *place;
	uint64_t base;		/* byte of @place where the device begins */
	uint64_t header_page;	/* of the device */
	uint32_t page_size;
	struct vec extents;	/* struct swap_extent; none: slots are pages */
	bool is_file;		/* a swap file, written through itself */
	bool maybe_file;	/* nobody has said that it is none */
	bool whole;		/* to be written */
	bool force;
	bool disarmed;		/* the first write is to take away an image */
	bool clean;		/* no image, and no trace of one */
	struct swsusp_header tail;
	struct swap_header header;
	struct swsusp_area identity;
	struct vec own;		/* struct swap_run: that the image had before */
	uint64_t own_slots;
	bool own_only;
};

static uint64_t device_pages(const struct swap_area *a, uint32_t page_size)
{
	return (place_size(a->place) - a->base) / page_size;
}

static uint64_t header_offset(const struct swap_area *a)
{
	return a->base + a->header_page * a->page_size;
}

/* ---- Opening ---------------------------------------------------------- */

/* No place for an image; of an area that is only looked at, @status. */
static int refuse(const struct swap_area *a, int status, const char *why,
		  struct imgfmt_error *err)
{
	if (a->whole)
		return err_refuse(err, EINVAL, "%s: %s", a->out.name, why);
	return err_set(err, status, "%s: %s", a->out.name, why);
}

static int refuse_format(const struct swap_area *a, const char *other,
			 struct imgfmt_error *err)
{
	char why[80];

	snprintf(why, sizeof(why), "has the mark of %s, which is not touched",
		 other);
	return refuse(a, IMGFMT_E_UNSUPPORTED, why, err);
}

/* Read what would be the header page if pages had @page_size bytes. */
static int try_size(struct swap_area *a, uint32_t page_size, uint8_t *page,
		    bool *found_ret, struct imgfmt_error *err)
{
	const char *other;
	uint64_t at;
	int rc;

	*found_ret = false;
	if (a->header_page >= device_pages(a, page_size))
		return IMGFMT_OK;
	at = a->base + a->header_page * page_size;
	rc = place_read(a->place, at, page, page_size, err);
	if (rc)
		return rc;
	switch (swsusp_recognise(page, page_size, &other)) {
	case SWSUSP_SWAP:
	case SWSUSP_IMAGE:
		a->page_size = page_size;
		*found_ret = true;
		return IMGFMT_OK;
	case SWSUSP_OTHER:
		return refuse_format(a, other, err);
	default:
		return IMGFMT_OK;
	}
}

static int find_header(struct swap_area *a, uint8_t *page,
		       struct imgfmt_error *err)
{
	bool found = false;
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < ARRAY_SIZE(page_sizes) && !found && !rc; i++)
		rc = try_size(a, page_sizes[i], page, &found, err);
	if (rc || found)
		return rc;
	return refuse(a, IMGFMT_E_NOT_IMAGE,
		      place_is_blank_file(a->place) ?
			      "no swap area begins there, it is blank; mkswap makes one" :
			      "no swap area begins there",
		      err);
}

/* What stands at the end of the header page. */
static int read_tail(struct swap_area *a, const uint8_t *page,
		     struct imgfmt_error *err)
{
	const char *signature;

	swsusp_header_load(page, a->page_size, &a->tail);
	signature = swap_area_pending(a) ? a->tail.original :
					   a->tail.signature;
	if (strcmp(signature, swap_signature))
		return refuse(a, IMGFMT_E_UNSUPPORTED,
			      "a swap area of an old kind: its signature is not SWAPSPACE2",
			      err);
	a->clean = !swap_area_pending(a) &&
		   mem_is_zero(page + a->page_size - SWSUSP_TAIL_SIZE,
			       SWSUSP_TAIL_SIZE - SWSUSP_SIGNATURE_SIZE);
	return IMGFMT_OK;
}

static int read_header(struct swap_area *a, const uint8_t *page,
		       struct imgfmt_error *err)
{
	struct imgfmt_error why;
	int rc = swap_header_decode(page, a->page_size, header_offset(a),
				    &a->header, &why);

	if (rc)
		return refuse(a, rc, why.message, err);
	swsusp_area_load(page, &a->identity);
	/* A file in a device is held to its extents. */
	if (a->header_page ||
	    a->header.last_page < device_pages(a, a->page_size))
		return IMGFMT_OK;
	return refuse(a, IMGFMT_E_TRUNCATED,
		      "is shorter than the swap area that it has a header of",
		      err);
}

/*
 * Where the slots are.  Of a swap file in a device the header page alone does
 * not tell.
 */
static int find_slots(struct swap_area *a, const struct imgfmt_swap_opts *opts,
		      struct imgfmt_error *err)
{
	uint64_t run, pages = device_pages(a, a->page_size);
	int rc;

	if (a->is_file)
		rc = swap_file_extents(a->place, a->page_size, &a->extents,
				       err);
	else if (opts->extents)
		rc = swap_extents_load(opts->extents, &a->extents, err);
	else
		return IMGFMT_OK;
	if (!rc)
		rc = swap_extents_check(&a->extents, a->header.last_page,
					a->is_file ? 0 : pages, err);
	if (rc || a->is_file)
		return rc;
	if (swap_extents_page(&a->extents, 0, &run) == a->header_page)
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_USAGE,
		       "%s: %s is of another swap file: its first page is not the resume offset",
		       a->out.name, opts->extents);
}

static void area_fini(struct imgfmt_output *out)
{
	struct swap_area *a = (struct swap_area *)out;

	vec_fini(&a->own);
	vec_fini(&a->extents);
	place_free(a->place);
}

/* ---- No output for bytes at any offset --------------------------------- */

static int not_for_bytes(const struct imgfmt_output *out,
			 struct imgfmt_error *err)
{
	return err_set(err, IMGFMT_E_USAGE,
		       "%s: a swap area takes hibernation images of the kernel's own form only",
		       out->name);
}

static int area_write(struct imgfmt_output *out, uint64_t off, const void *buf,
		      size_t len, struct imgfmt_error *err)
{
	(void)off;
	(void)buf;
	(void)len;
	return not_for_bytes(out, err);
}

static int area_hole(struct imgfmt_output *out, uint64_t off, uint64_t len,
		     struct imgfmt_error *err)
{
	(void)off;
	(void)len;
	return not_for_bytes(out, err);
}

static int area_commit(struct imgfmt_output *out, uint64_t size,
		       struct imgfmt_error *err)
{
	(void)size;
	return not_for_bytes(out, err);
}

static bool area_wiped(const struct imgfmt_output *out)
{
	const struct swap_area *a = (const struct swap_area *)out;

	return a->disarmed && place_changed(a->place);
}

static const struct output_ops area_ops = {
	.write = area_write,
	.hole = area_hole,
	.commit = area_commit,
	.wiped = area_wiped,
	.fini = area_fini,
};

static int new_area(struct place *place, const struct imgfmt_swap_opts *opts,
		    struct swap_area **ret, struct imgfmt_error *err)
{
	struct swap_area *a;
	int rc = output_new(&area_ops, sizeof(*a), place_name(place), &a, err);

	*ret = NULL;
	if (rc) {
		place_free(place);
		return rc;
	}
	a->place = place;
	a->base = opts->offset;
	a->header_page = opts->resume_offset;
	a->force = opts->flags & IMGFMT_OUTPUT_FORCE;
	a->is_file = opts->flags & IMGFMT_SWAP_FILE;
	a->maybe_file = !place_is_device(place) && !opts->offset &&
			!opts->extents &&
			!(opts->flags & (IMGFMT_SWAP_FILE |
					 IMGFMT_SWAP_DISK_IMAGE));
	vec_init(&a->extents, sizeof(struct swap_extent));
	vec_init(&a->own, sizeof(struct swap_run));
	*ret = a;
	return IMGFMT_OK;
}

static int open_area(struct swap_area *a, const struct imgfmt_swap_opts *opts,
		     struct imgfmt_error *err)
{
	uint8_t *page;
	int rc;

	if (a->base > place_size(a->place))
		return err_set(err, IMGFMT_E_USAGE,
			       "%s: has no byte %" PRIu64, a->out.name,
			       a->base);
	page = malloc(page_sizes[ARRAY_SIZE(page_sizes) - 1]);
	if (!page)
		return err_nomem(err, "the swap header");
	rc = find_header(a, page, err);
	if (!rc)
		rc = read_tail(a, page, err);
	if (!rc && a->whole)
		rc = read_header(a, page, err);
	free(page);
	return rc || !a->whole ? rc : find_slots(a, opts, err);
}

static int open_either(struct place *place, const struct imgfmt_swap_opts *opts,
		       bool whole, struct swap_area **ret,
		       struct imgfmt_error *err)
{
	struct swap_area *a;
	int rc = new_area(place, opts, &a, err);

	*ret = NULL;
	if (rc)
		return rc;
	a->whole = whole;
	rc = open_area(a, opts, err);
	if (rc) {
		imgfmt_output_free(&a->out);
		return rc;
	}
	*ret = a;
	return IMGFMT_OK;
}

int swap_area_open(struct place *place, const struct imgfmt_swap_opts *opts,
		   struct swap_area **ret, struct imgfmt_error *err)
{
	struct swap_area *a;
	int rc = open_either(place, opts, true, &a, err);

	*ret = a;
	if (rc || !swap_area_pending(a) || a->force)
		return rc;
	rc = output_refuse(a->out.name,
			   "holds an image that waits to be resumed", err);
	imgfmt_output_free(&a->out);
	*ret = NULL;
	return rc;
}

int swap_area_find(struct place *place, const struct imgfmt_swap_opts *opts,
		   struct swap_area **ret, struct imgfmt_error *err)
{
	return open_either(place, opts, false, ret, err);
}

struct imgfmt_output *swap_area_output(struct swap_area *a)
{
	return &a->out;
}

struct swap_area *swap_area_of(struct imgfmt_output *out)
{
	return out->ops == &area_ops ? (struct swap_area *)out : NULL;
}

/* ---- Its slots --------------------------------------------------------- */

uint32_t swap_area_page_size(const struct swap_area *a)
{
	return a->page_size;
}

bool swap_area_pending(const struct swap_area *a)
{
	return !strcmp(a->tail.signature, image_signature);
}

uint64_t swap_area_slots(const struct swap_area *a)
{
	return a->own_only ? a->own_slots :
			     a->header.last_page - a->header.bad_count;
}

bool swap_area_has_others(const struct swap_area *a)
{
	return a->own_only;
}

/* Whether the image had the slot before. */
static bool is_own(const struct swap_area *a, uint64_t slot)
{
	uint64_t page = swap_area_page(a, slot);
	size_t i = range_find(&a->own, page);

	return i < a->own.len &&
	       vec_array(&a->own, struct swap_run)[i].first <= page;
}

bool swap_area_next(const struct swap_area *a, struct swap_walk *w)
{
	bool own = a->own.len;

	for (;;) {
		if (w->slot >= a->header.last_page) {
			if (!own || w->others || a->own_only)
				return false;
			*w = (struct swap_walk){ .others = true };
		}
		w->slot++;
		if (!swap_header_is_bad(&a->header, (uint32_t)w->slot) &&
		    (!own || is_own(a, w->slot) != w->others))
			return true;
	}
}

/* ---- Where the image was before ---------------------------------------- */

static bool is_home(const struct swap_area *a, const struct swap_note *n)
{
	return n->runs.len && !mem_is_zero(n->uuid, sizeof(n->uuid)) &&
	       n->last_page == a->header.last_page &&
	       n->header_page == swap_area_page(a, 0) &&
	       !memcmp(n->uuid, a->identity.uuid, sizeof(n->uuid));
}

bool swap_area_misses_memory(const struct swap_area *a,
			     const struct swap_note *note)
{
	return note->in_use && !is_home(a, note);
}

bool swap_area_has_uuid(const struct swap_area *a,
			const struct swap_note *note)
{
	return note->header_page || swap_area_page(a, 0) ||
	       mem_is_zero(note->uuid, sizeof(note->uuid)) ||
	       !memcmp(note->uuid, a->identity.uuid, sizeof(note->uuid));
}

static void count_own(struct swap_area *a)
{
	struct swap_walk walk = { 0 };

	a->own_only = true;
	a->own_slots = 0;
	while (swap_area_next(a, &walk))
		a->own_slots++;
}

/*
 * A swap file that is written as if it were a disk has all the looks of an
 * image, and no kernel finds its pages: who could mean either is asked.
 */
static bool is_swap_file(const struct swap_area *a)
{
	struct vec extents;
	int rc;

	vec_init(&extents, sizeof(struct swap_extent));
	rc = swap_file_extents(a->place, a->page_size, &extents, NULL);
	vec_fini(&extents);
	return !rc;
}

int swap_area_take_home(struct swap_area *a, const struct swap_note *note,
			bool elsewhere, struct imgfmt_error *err)
{
	int rc;

	if (!is_home(a, note)) {
		if (a->maybe_file && is_swap_file(a))
			return err_set(err, IMGFMT_E_USAGE,
				       "%s: a swap file of this system or the image of a disk? say --to-swap-file or --to-disk-image",
				       a->out.name);
		if (elsewhere || !swap_area_misses_memory(a, note))
			return IMGFMT_OK;
		return err_rule(err, IMGFMT_E_UNFIT, "SWS-38", IMGFMT_NOWHERE,
				"%s: not the area that the image was in, where the saved system has memory that the image lacks; --elsewhere does without it",
				a->out.name);
	}
	vec_clear(&a->own);
	rc = vec_append(&a->own, note->runs.data, note->runs.len, err);
	if (rc)
		return rc;
	count_own(a);
	a->own_only = note->in_use;
	return IMGFMT_OK;
}

uint64_t swap_area_page(const struct swap_area *a, uint64_t slot)
{
	uint64_t run;

	return a->extents.len ? swap_extents_page(&a->extents, slot, &run) :
				a->header_page + slot;
}

/* The byte of the place where a slot lies, and how many lie there in a row. */
static uint64_t slot_offset(const struct swap_area *a, uint64_t slot,
			    uint64_t *run_ret)
{
	uint64_t page = a->header_page + slot;

	*run_ret = UINT64_MAX;
	if (a->extents.len && !a->is_file)
		page = swap_extents_page(&a->extents, slot, run_ret);
	return a->base + page * a->page_size;
}

/* ---- Writing ------------------------------------------------------------ */

/* The last bytes of the header page, which one sector holds [SWS-35]. */
static int write_tail(struct swap_area *a, size_t len,
		      struct imgfmt_error *err)
{
	uint8_t tail[SWSUSP_TAIL_SIZE];
	uint64_t end = header_offset(a) + a->page_size;
	int rc;

	swsusp_header_store(&a->tail, sizeof(tail), tail);
	rc = place_write(a->place, end - len, tail + sizeof(tail) - len, len,
			 err);
	return rc ? rc : place_flush(a->place, err);
}

/*
 * The area becomes plain swap.  A consumed image goes too: its fields would
 * lead a reader to slots that hold something else from now on.
 */
static int disarm(struct swap_area *a, struct imgfmt_error *err)
{
	int rc;

	if (a->clean)
		return IMGFMT_OK;
	a->tail = (struct swsusp_header){ 0 };
	memcpy(a->tail.signature, swap_signature, SWSUSP_SIGNATURE_SIZE);
	a->disarmed = true;
	rc = write_tail(a, SWSUSP_TAIL_SIZE, err);
	a->clean = !rc;
	return rc;
}

int swap_area_write(struct swap_area *a, uint64_t slot, uint64_t pages,
		    const void *buf, struct imgfmt_error *err)
{
	const uint8_t *from = buf;
	int rc = disarm(a, err);

	while (pages && !rc) {
		uint64_t run;
		uint64_t at = slot_offset(a, slot, &run);
		uint64_t n = min_u64(pages, run);

		rc = place_write(a->place, at, from, (size_t)n * a->page_size,
				 err);
		from += n * a->page_size;
		slot += n;
		pages -= n;
	}
	return rc;
}

/*
 * A file system that writes to new places (f2fs, for one) has moved what was
 * written: the map would lead the kernel to what was there before.
 */
static int check_unmoved(struct swap_area *a, struct imgfmt_error *err)
{
	struct vec now;
	int rc;

	if (!a->is_file)
		return IMGFMT_OK;
	vec_init(&now, sizeof(struct swap_extent));
	rc = swap_file_extents(a->place, a->page_size, &now, err);
	if (!rc && (now.len != a->extents.len ||
		    memcmp(now.data, a->extents.data, now.len * now.elem)))
		rc = err_set(err, IMGFMT_E_UNSUPPORTED,
			     "%s: cannot be resumed from: its file system moved it while it was written",
			     a->out.name);
	vec_fini(&now);
	return rc;
}

/* The image is there; on a file that moved with that it must not stay. */
static int check_header(struct swap_area *a, struct imgfmt_error *err)
{
	int rc = check_unmoved(a, err);

	if (rc)
		swap_area_invalidate(a, NULL);
	return rc;
}

int swap_area_commit(struct swap_area *a, struct swsusp_header *header,
		     struct imgfmt_error *err)
{
	int rc = disarm(a, err);

	if (!rc)
		rc = place_flush(a->place, err);
	if (!rc)
		rc = check_unmoved(a, err);
	if (rc)
		return rc;
	memcpy(header->original, swap_signature, SWSUSP_SIGNATURE_SIZE);
	memcpy(header->signature, image_signature, sizeof(image_signature));
	a->tail = *header;
	a->clean = false;
	rc = write_tail(a, SWSUSP_TAIL_SIZE, err);
	if (!rc)
		rc = check_header(a, err);
	a->out.committed = !rc;
	return rc;
}

int swap_area_invalidate(struct swap_area *a, struct imgfmt_error *err)
{
	memcpy(a->tail.signature, swap_signature, SWSUSP_SIGNATURE_SIZE);
	return write_tail(a, SWSUSP_SIGNATURE_SIZE, err);
}
