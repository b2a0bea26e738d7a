/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where an image lies in its swap area, for the note that it is written back
 * by, and whether the saved system has memory of its own in that area: pages
 * that were swapped out, which the image does not hold.
 */
#include <stdlib.h>

#include "base/error.h"
#include "record/swap_header.h"
#include "source/swsusp.h"

/*
 * The page of the device that page @page of the input is, and how many follow
 * in a row.
 */
static uint64_t device_page(const struct swsusp *s, uint64_t page,
			    uint64_t *run_ret)
{
	const struct io_extent *e =
		vec_array(&s->extents, const struct io_extent);
	uint64_t at = page * s->page_size;

	*run_ret = UINT64_MAX;
	for (size_t i = 0; i < s->extents.len; i++) {
		if (at < e[i].logical || at - e[i].logical >= e[i].bytes)
			continue;
		*run_ret = (e[i].bytes - (at - e[i].logical)) / s->page_size;
		return (e[i].physical + (at - e[i].logical)) / s->page_size;
	}
	return page;
}

/* The runs of the map, in pages of the input. */
static int add_runs(const struct vec *map, uint64_t entries, struct vec *ret,
		    struct imgfmt_error *err)
{
	const struct map_run *r = vec_array(map, const struct map_run);
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < map->len && !rc; i++) {
		uint64_t end = i + 1 < map->len ? r[i + 1].entry : entries;
		const struct swap_run run = {
			.first = r[i].page, .pages = end - r[i].entry,
		};

		rc = vec_push(ret, &run, err);
	}
	return rc;
}

/* The same in pages of the device, where these are others. */
static int translate(const struct swsusp *s, const struct vec *runs,
		     struct vec *ret, struct imgfmt_error *err)
{
	const struct swap_run *r = vec_array(runs, const struct swap_run);
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < runs->len && !rc; i++) {
		uint64_t done = 0, row;

		while (done < r[i].pages && !rc) {
			struct swap_run part = {
				.first = device_page(s, r[i].first + done,
						     &row),
			};

			part.pages = min_u64(r[i].pages - done,
					     max_u64(row, 1));
			done += part.pages;
			rc = vec_push(ret, &part, err);
		}
	}
	return rc;
}

static int compare(const void *a, const void *b)
{
	const struct swap_run *l = a, *r = b;

	return l->first < r->first ? -1 : l->first > r->first;
}

static void merge(struct vec *runs)
{
	struct swap_run *r = vec_array(runs, struct swap_run);
	size_t n = 0;

	if (!runs->len)
		return;
	qsort(r, runs->len, sizeof(*r), compare);
	for (size_t i = 0; i < runs->len; i++) {
		if (n && r[n - 1].first + r[n - 1].pages == r[i].first)
			r[n - 1].pages += r[i].pages;
		else
			r[n++] = r[i];
	}
	runs->len = n;
}

/* Whether all pages from 1 on were taken, but bad ones. */
static bool only_bad_between(const struct vec *runs,
			     const struct swap_header *h)
{
	const struct swap_run *r = vec_array(runs, const struct swap_run);
	uint64_t page = 1;

	for (size_t i = 0; i < runs->len; i++) {
		/* More of them than there can be bad ones. */
		if (r[i].first < page || r[i].first - page > h->bad_count)
			return false;
		for (; page < r[i].first; page++)
			if (!swap_header_is_bad(h, (uint32_t)page))
				return false;
		page = r[i].first + r[i].pages;
	}
	return true;
}

/*
 * The kernel fills an area from its beginning.  What an image did not get
 * there was taken: by pages of the system that are swapped out.  Of a swap
 * file somewhere on a device only its first page is known.
 */
static bool is_in_use(const struct swsusp *s, const struct vec *runs,
		      const struct swap_header *h)
{
	const struct swap_run *r = vec_array(runs, const struct swap_run);
	size_t i = 0;

	if (!s->header_page)
		return !only_bad_between(runs, h);
	while (i < runs->len && r[i].first + r[i].pages <= s->header_page + 1)
		i++;
	return i == runs->len || r[i].first > s->header_page + 1;
}

static int read_area(struct imgfmt_image *image, struct swap_header *ret,
		     struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);
	uint64_t at = s->header_page * s->page_size;
	uint8_t *page = malloc(s->page_size);
	int rc;

	if (!page)
		return err_nomem(err, "the swap header");
	rc = io_read_full(image->io, at, page, s->page_size, "the swap header",
			  err);
	/* The rest of the page is no part of the image: it may be anything. */
	if (!rc && swap_header_decode(page, s->page_size, at, ret, NULL))
		ret->last_page = ret->bad_count = 0;
	free(page);
	return rc;
}

int swsusp_note_place(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);
	struct swap_note *note = &image->swap;
	struct swap_header *header = calloc(1, sizeof(*header));
	struct vec runs;
	uint64_t row;
	int rc;

	if (!header)
		return err_nomem(err, "the swap header");
	rc = read_area(image, header, err);
	if (!rc)
		rc = source_charge(image, (s->map.len + s->map_pages.len) * 2 *
					  sizeof(struct swap_run), err);
	vec_init(&runs, sizeof(struct swap_run));
	if (!rc)
		rc = add_runs(&s->map, s->entries, &runs, err);
	if (!rc)
		rc = add_runs(&s->map_pages, s->map_count, &runs, err);
	if (!rc) {
		merge(&runs);
		note->in_use = is_in_use(s, &runs, header);
		note->last_page = header->last_page;
		note->header_page = device_page(s, s->header_page, &row);
		memcpy(note->uuid, s->area.uuid, sizeof(note->uuid));
		rc = translate(s, &runs, &note->runs, err);
	}
	merge(&note->runs);
	if (note->runs.len > IMGFMT_SWAP_MAX_RUNS)
		vec_clear(&note->runs);
	vec_fini(&runs);
	free(header);
	return rc;
}

/*
 * The kernel resumes such an image: it looks at no page but the image's own.
 * What the system has swapped out behind the cut is missing afterwards, and
 * swapon() takes an area that is shorter than its header says no more
 * (read_swap_header() of mm/swapfile.c).
 */
void swsusp_remark(const struct imgfmt_image *image, host_tell *tell,
		   void *ctx)
{
	const struct swsusp *s = swsusp_of(image);
	struct imgfmt_error e;

	/* Of a swap file somewhere on a device its end is not known. */
	if (!image->has_swap || s->header_page ||
	    image->swap.last_page < s->pages)
		return;
	err_set(&e, IMGFMT_E_TRUNCATED,
		"cut behind the image: the swap area has %llu pages, of which %llu are there; what the system has swapped out behind them is lost",
		(unsigned long long)image->swap.last_page + 1,
		(unsigned long long)s->pages);
	tell(ctx, IMGFMT_FINDING_NOTE, &e);
}
