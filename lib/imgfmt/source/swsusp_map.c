/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The swap map: which pages of the device hold the stream, in its order.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "source/swsusp.h"

/* Memory is accounted for in pieces of so many runs. */
#define CHARGE_RUNS 256u

static int not_in_device(const struct swsusp *s, uint64_t page,
			 const char *what, struct imgfmt_error *err)
{
	return err_rule(err, IMGFMT_E_TRUNCATED, "SWS-06", IMGFMT_NOWHERE,
			"%s leads to page %" PRIu64 ", which is not in the %s",
			what, page,
			s->extents.len ? "swap file" : "device");
}

int swsusp_translate(const struct swsusp *s, uint64_t page, const char *what,
		     uint64_t *ret, struct imgfmt_error *err)
{
	const struct io_extent *e =
		vec_array(&s->extents, const struct io_extent);
	uint64_t at;

	*ret = page;
	if (!s->extents.len)
		return page < s->pages ? IMGFMT_OK :
					 not_in_device(s, page, what, err);
	if (mul_overflow(page, (uint64_t)s->page_size, &at))
		return not_in_device(s, page, what, err);
	for (size_t i = 0; i < s->extents.len; i++) {
		if (at < e[i].physical || at - e[i].physical >= e[i].bytes)
			continue;
		*ret = (e[i].logical + (at - e[i].physical)) / s->page_size;
		return *ret < s->pages ? IMGFMT_OK :
					 not_in_device(s, page, what, err);
	}
	return not_in_device(s, page, what, err);
}

/* ---- A swap file given as such ---------------------------------------- */

/* Page @page of the device, if there is one. */
static bool peek(const struct imgfmt_image *image, uint64_t page, uint8_t *buf)
{
	const struct swsusp *s = swsusp_of(image);
	uint64_t where;
	size_t got;

	return !swsusp_translate(s, page, "it", &where, NULL) &&
	       !io_read(image->io, where * s->page_size, buf, s->page_size,
			&got, NULL) &&
	       got == s->page_size;
}

/* Whether the header leads to an info page, with the extents set. */
static bool leads_to_info(const struct imgfmt_image *image, uint8_t *buf)
{
	const struct swsusp *s = swsusp_of(image);

	return peek(image, s->header.image, buf) &&
	       peek(image, swsusp_map_entry(buf, 0), buf) &&
	       swsusp_info_is_one(buf, s->page_size);
}

int swsusp_find_extents(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	uint8_t *buf;

	if (image->resume_offset || io_is_device(image->io) ||
	    !s->header.image)
		return IMGFMT_OK;
	buf = malloc(s->page_size);
	if (!buf)
		return err_nomem(err, "the swap map");
	/* Of a partition's content the device's pages are the file's own. */
	if (!leads_to_info(image, buf) &&
	    (io_extents(image->io, &s->extents, &s->no_extents) ||
	     !leads_to_info(image, buf)))
		vec_clear(&s->extents);
	free(buf);
	return IMGFMT_OK;
}

/* Append page @page as number @index of @runs. */
static int add_page(struct imgfmt_image *image, struct vec *runs,
		    uint64_t index, uint64_t page, struct imgfmt_error *err)
{
	struct map_run r = { .entry = index, .page = page };
	const struct map_run *last;

	if (runs->len) {
		last = &vec_array(runs, const struct map_run)[runs->len - 1];
		if (last->page + (index - last->entry) == page)
			return IMGFMT_OK;
	}
	/* Growing, and once more to sort them. */
	if (runs->len % CHARGE_RUNS == 0) {
		int rc = source_charge(image, 3 * CHARGE_RUNS * sizeof(r), err);

		if (rc) {
			err_prefix(err, "the image is in too many pieces on its device");
			return rc;
		}
	}
	return vec_push(runs, &r, err);
}

/* Entries that the stream may have at most, once its info page is known. */
static uint64_t most_entries(const struct swsusp *s)
{
	uint32_t limit = swsusp_cluster_limit(s->page_size);

	if (!s->codec)
		return s->info.pages;
	return 1 + swsusp_cluster_count(s) *
			   swsusp_cluster_entries(limit, s->page_size);
}

static int read_page(const struct imgfmt_image *image, uint64_t page,
		     const char *what, void *buf, struct imgfmt_error *err)
{
	uint32_t size = swsusp_of(image)->page_size;

	return io_read_full(image->io, page * size, buf, size, what, err);
}

static int read_info(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	uint64_t at = swsusp_entry_offset(s, 0);
	uint8_t *page = malloc(s->page_size);
	int rc;

	if (!page)
		return err_nomem(err, "the info page");
	rc = io_read_full(image->io, at, page, s->page_size, "the info page",
			  err);
	if (!rc) {
		rc = swsusp_info_decode(page, s->page_size, at, &s->info, err);
		s->has_info = true;
		s->info_is_right = !rc;
	}
	if (!rc)
		rc = swsusp_hash_info(s, page, err);
	if (!rc)
		rc = swsusp_pin(image, at, page, err);
	free(page);
	return rc;
}

/* The entries of one map page; *@end_ret: the list is over. */
static int take_entries(struct imgfmt_image *image, const uint8_t *page,
			uint64_t at, bool *end_ret, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	uint32_t count = swsusp_map_entries(s->page_size);

	for (uint32_t i = 0; i < count; i++) {
		uint64_t entry = swsusp_map_entry(page, i), where;
		int rc;

		*end_ret = !entry;
		if (!entry && mem_is_zero(page + (size_t)i * 8,
					  (size_t)(count - i) * 8 + 8))
			return IMGFMT_OK;
		if (!entry)
			return err_rule(err, IMGFMT_E_CORRUPT, "SWS-11",
					at + (size_t)i * 8,
					"something follows the end of the swap map");
		if (s->has_info && s->entries >= most_entries(s))
			return err_rule(err, IMGFMT_E_CORRUPT, "SWS-11",
					at + (size_t)i * 8,
					"the swap map runs on behind the last page of the stream");
		rc = swsusp_translate(s, entry, "an entry of the swap map",
				      &where, err);
		if (rc && err)
			err->offset = at + (size_t)i * 8;
		if (!rc)
			rc = add_page(image, &s->map, s->entries, where, err);
		if (rc)
			return rc;
		if (!s->entries++)
			rc = read_info(image, err);
		if (rc)
			return rc;
	}
	return IMGFMT_OK;
}

/* Brent's way to notice that the chain came back: no memory, few steps. */
struct cycle {
	uint64_t mark, steps, limit;
};

static bool came_back(struct cycle *c, uint64_t page)
{
	if (c->mark == page)
		return true;
	if (++c->steps > c->limit) {
		c->mark = page;
		c->steps = 0;
		c->limit *= 2;
	}
	return false;
}

/* The page of the chain's end, among those before it. */
static bool is_earlier(const struct swsusp *s, uint64_t page)
{
	const struct map_run *r =
		vec_array(&s->map_pages, const struct map_run);

	for (size_t i = 0; i < s->map_pages.len; i++) {
		uint64_t end = i + 1 < s->map_pages.len ? r[i + 1].entry :
							  s->map_count - 1;

		if (page >= r[i].page && page - r[i].page < end - r[i].entry)
			return true;
	}
	return false;
}

static int chain_comes_back(uint64_t page, uint64_t at,
			    struct imgfmt_error *err)
{
	return err_rule(err, IMGFMT_E_CORRUPT, "SWS-09", at,
			"the chain of map pages comes back to page %" PRIu64,
			page);
}

static int walk_chain(struct imgfmt_image *image, uint8_t *buf,
		      struct sha256 *sha, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	struct cycle cycle = { .mark = s->header_page, .limit = 1 };
	uint64_t next = s->header.image, page, at = IMGFMT_NOWHERE;
	bool end = false;

	while (next && !end) {
		int rc = swsusp_translate(s, next, "the chain of map pages",
					  &page, err);

		if (!rc && (page == s->header_page || came_back(&cycle, page)))
			rc = chain_comes_back(next, at, err);
		if (!rc)
			rc = add_page(image, &s->map_pages, s->map_count, page,
				      err);
		if (!rc)
			rc = read_page(image, page, "a map page", buf, err);
		if (!rc)
			rc = sha256_update(sha, buf, s->page_size, err);
		if (rc)
			return rc;
		s->map_count++;
		at = page * s->page_size;
		rc = take_entries(image, buf, at, &end, err);
		/* A map that never ends may be one that comes back. */
		if (rc == IMGFMT_E_CORRUPT && is_earlier(s, page))
			return chain_comes_back(next, at, err);
		if (rc)
			return rc;
		next = swsusp_map_next(buf, s->page_size);
	}
	return IMGFMT_OK;
}

/* What takes pages of the device; in rising order none may meet another. */
struct span {
	uint64_t first, end;
	enum span_kind { SPAN_ENTRIES, SPAN_MAP, SPAN_HEADER } kind;
};

static int span_order(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

static size_t put_spans(struct span *to, const struct vec *runs,
			uint64_t entries, enum span_kind kind)
{
	const struct map_run *r = vec_array(runs, const struct map_run);

	for (size_t i = 0; i < runs->len; i++) {
		uint64_t end = i + 1 < runs->len ? r[i + 1].entry : entries;

		to[i] = (struct span){
			.first = r[i].page,
			.end = r[i].page + (end - r[i].entry),
			.kind = kind,
		};
	}
	return runs->len;
}

static int they_meet(const struct span *a, const struct span *b,
		     uint32_t page_size, struct imgfmt_error *err)
{
	uint64_t at = b->first * page_size;

	if (a->kind == SPAN_ENTRIES && b->kind == SPAN_ENTRIES)
		return err_rule(err, IMGFMT_E_CORRUPT, "SWS-08", at,
				"page %" PRIu64 " is twice in the swap map",
				b->first);
	if (a->kind != SPAN_ENTRIES && b->kind != SPAN_ENTRIES)
		return err_rule(err, IMGFMT_E_CORRUPT, "SWS-09", at,
				"page %" PRIu64 " is twice in the chain of map pages",
				b->first);
	return err_rule(err, IMGFMT_E_CORRUPT, "SWS-07", at,
			"page %" PRIu64 " of the stream is the header or a map page",
			b->first);
}

static int check_distinct(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	size_t count = s->map.len + s->map_pages.len + 1, n = 0;
	struct span *span;
	int rc = source_charge(image, count * sizeof(*span), err);

	if (rc)
		return rc;
	span = calloc(count, sizeof(*span));
	if (!span)
		return err_nomem(err, "the swap map");
	span[n++] = (struct span){ s->header_page, s->header_page + 1,
				   SPAN_HEADER };
	n += put_spans(span + n, &s->map, s->entries, SPAN_ENTRIES);
	n += put_spans(span + n, &s->map_pages, s->map_count, SPAN_MAP);
	qsort(span, n, sizeof(*span), span_order);
	for (size_t i = 1; i < n && !rc; i++)
		if (span[i].first < span[i - 1].end)
			rc = they_meet(&span[i - 1], &span[i], s->page_size,
				       err);
	free(span);
	image->memused -= count * sizeof(*span);
	return rc;
}

/* A swap file whose place is not known looks like one that is damaged. */
static void add_hint(const struct swsusp *s, struct imgfmt_error *err)
{
	size_t len = err ? strlen(err->message) : 0;

	if (s->info_is_right || !s->no_extents.status || !err)
		return;
	snprintf(err->message + len, sizeof(err->message) - len,
		 "; if it is a swap file, give its device and --resume-offset: %s",
		 s->no_extents.message);
}

int swsusp_read_map(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	uint8_t *buf = malloc(s->page_size);
	struct sha256 sha = { 0 };
	int rc;

	if (!buf)
		return err_nomem(err, "the swap map");
	rc = sha256_init(&sha, err);
	if (!rc)
		rc = sha256_reset(&sha, IMGFMT_DOMAIN_PAGE_MAP, err);
	if (!rc)
		rc = walk_chain(image, buf, &sha, err);
	if (!rc)
		rc = sha256_final(&sha, s->map_digest, err);
	sha256_fini(&sha);
	free(buf);
	if (rc)
		add_hint(s, err);
	if (!rc && !s->has_info)
		rc = err_rule(err, IMGFMT_E_TRUNCATED, "SWS-10",
			      s->header_page * s->page_size,
			      "the swap map is empty");
	return rc ? rc : check_distinct(image, err);
}

/* Index of the run that has entry @entry. */
static size_t find_run(const struct vec *map, uint64_t entry)
{
	const struct map_run *r = vec_array(map, const struct map_run);
	size_t lo = 0, hi = map->len;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (r[mid].entry <= entry)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

uint64_t swsusp_entry_offset(const struct swsusp *s, uint64_t entry)
{
	const struct map_run *r = vec_array(&s->map, const struct map_run);
	size_t i = find_run(&s->map, entry);

	return (r[i].page + (entry - r[i].entry)) * s->page_size;
}

int swsusp_read_entries(const struct imgfmt_image *image, uint64_t entry,
			uint64_t count, void *buf, struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);
	const struct map_run *r = vec_array(&s->map, const struct map_run);
	uint8_t *to = buf;

	for (size_t i = find_run(&s->map, entry); count; i++) {
		uint64_t end = i + 1 < s->map.len ? r[i + 1].entry :
						    s->entries;
		uint64_t n = min_u64(count, end - entry);
		uint64_t page = r[i].page + (entry - r[i].entry);
		int rc = io_read_full(image->io, page * s->page_size, to,
				      n * s->page_size, "the image", err);

		if (rc)
			return rc;
		to += n * s->page_size;
		entry += n;
		count -= n;
	}
	return IMGFMT_OK;
}
