/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page list: which frame each data page belongs to.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "source/swsusp.h"

#define CHARGE_RUNS 4096u
#define PARTS_MAX   4096u

/* Where the list is read, and what comes next in it. */
struct list {
	struct imgfmt_image *image;
	struct swsusp *s;
	void *reader;
	uint8_t *page;
	uint64_t data;		/* data page of the next stored frame */
	uint64_t stored;	/* frames that have one, so far */
	bool ended;		/* the end marker was met */
	bool counting;		/* only count them */
	bool unordered;		/* the frames do not rise throughout */
	uint64_t next;		/* the frame behind the last one */
};

static int add_run(struct list *l, const struct page_run *add,
		   struct imgfmt_error *err)
{
	struct vec *runs = &l->s->runs;
	struct page_run *last;
	int rc;

	if (runs->len) {
		last = &vec_array(runs, struct page_run)[runs->len - 1];
		if (last->pfn + last->pages == add->pfn &&
		    (add->data >= PAGE_RUN_LOST ?
			     last->data == add->data :
			     last->data < PAGE_RUN_LOST &&
				     last->data + last->pages == add->data)) {
			last->pages++;
			return IMGFMT_OK;
		}
	}
	/* With what a vector grows by, and the frame table's own. */
	if (runs->len % CHARGE_RUNS == 0) {
		rc = source_charge(l->image, 5 * CHARGE_RUNS * sizeof(*add),
				   err);
		if (rc)
			return rc;
	}
	return vec_push(runs, add, err);
}

static uint64_t max_frames(const struct swsusp *s)
{
	return IMGFMT_MAX_ADDRESS / s->page_size;
}

static int take_frame(struct list *l, uint64_t entry, uint64_t at,
		      struct imgfmt_error *err)
{
	struct swsusp *s = l->s;
	bool zero = entry & SWSUSP_LIST_ZERO;
	uint64_t pfn = entry & ~SWSUSP_LIST_ZERO;
	struct page_run run = { .pfn = pfn, .pages = 1 };
	uint64_t body = swsusp_meta_pages(&s->info) + l->data;

	l->stored += !zero;
	if (l->counting)
		return IMGFMT_OK;
	if (pfn >= max_frames(s))
		return err_rule(err, IMGFMT_E_CORRUPT, "SWS-16", at,
				"frame 0x%" PRIx64 " is beyond 2^52 bytes of memory",
				pfn);
	if (s->listed == s->info.num_physpages)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "SWS-21", at, pfn,
				    "more frames are listed than the machine has, %" PRIu64,
				    s->info.num_physpages);
	if (!zero && l->data == s->info.image_pages)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "SWS-20", at, pfn,
				    "more frames without zero flag than %" PRIu64 " data pages",
				    s->info.image_pages);
	l->unordered |= l->next > pfn;
	l->next = pfn + 1;
	s->listed++;
	s->zero += zero;
	if (zero)
		run.data = PAGE_RUN_ZERO;
	else
		run.data = swsusp_body_available(s, body) ? l->data :
							    PAGE_RUN_LOST;
	l->data += !zero;
	return add_run(l, &run, err);
}

/* Nothing but zeros follows the end marker, which is in the last page. */
static int check_end(const struct list *l, uint64_t meta, uint32_t i,
		     struct imgfmt_error *err)
{
	const struct swsusp *s = l->s;

	if (meta + 1 == swsusp_meta_pages(&s->info) &&
	    mem_is_zero(l->page + (size_t)i * 8 + 8,
			s->page_size - (size_t)i * 8 - 8))
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_CORRUPT, "SWS-19", IMGFMT_NOWHERE,
			"page list: something follows its end in meta page %" PRIu64,
			meta);
}

static int take_page(struct list *l, uint64_t meta, struct imgfmt_error *err)
{
	uint32_t count = l->s->page_size / 8;
	int rc = swsusp_read_body(l->reader, meta, 1, l->page, err);

	for (uint32_t i = 0; i < count && !rc; i++) {
		uint64_t entry = get_le64(l->page + (size_t)i * 8);

		if (entry == SWSUSP_LIST_END) {
			l->ended = true;
			return check_end(l, meta, i, err);
		}
		rc = take_frame(l, entry, IMGFMT_NOWHERE, err);
	}
	return rc;
}

static int take_pages(struct list *l, uint64_t from, uint64_t to,
		      struct imgfmt_error *err)
{
	int rc = IMGFMT_OK;

	for (uint64_t m = from; m < to && !rc && !l->ended; m++)
		rc = take_page(l, m, err);
	return rc;
}

/*
 * Of a damaged image the list may have gaps.  The frames before the first one
 * have the first data pages, those behind the last one the last.
 */
static int take_around_gaps(struct list *l, struct imgfmt_error *err)
{
	struct swsusp *s = l->s;
	uint64_t meta = swsusp_meta_pages(&s->info);
	uint64_t head = swsusp_available_head(s, meta);
	uint64_t tail = max_u64(head, swsusp_available_tail(s, meta));
	int rc;

	s->unlisted = tail - head;
	rc = take_pages(l, 0, head, err);
	if (rc || head == meta || tail == meta)
		return rc;
	l->counting = true;
	l->stored = 0;
	rc = take_pages(l, tail, meta, err);
	if (rc || l->stored > s->info.image_pages - l->data)
		return rc;
	l->counting = l->ended = false;
	l->data = s->info.image_pages - l->stored;
	return take_pages(l, tail, meta, err);
}

static int read_list(struct imgfmt_image *image, bool *unordered_ret,
		     struct imgfmt_error *err)
{
	const struct reader_opts opts = { 0 };
	struct swsusp *s = swsusp_of(image);
	struct list l = { .image = image, .s = s };
	int rc = swsusp_reader_new(image, &opts, &l.reader, err);

	if (rc)
		return rc;
	l.page = malloc(s->page_size);
	rc = l.page ? take_around_gaps(&l, err) :
		      err_nomem(err, "the page list");
	if (!rc && !s->unlisted && l.data != s->info.image_pages)
		rc = err_rule(err, IMGFMT_E_CORRUPT, "SWS-20", IMGFMT_NOWHERE,
			      "%" PRIu64 " frames without zero flag are listed, the image has %" PRIu64 " data pages",
			      l.data, s->info.image_pages);
	*unordered_ret = l.unordered;
	free(l.page);
	swsusp_reader_free(l.reader);
	return rc;
}

/* A run, and its number in the list. */
struct placed_run {
	struct page_run run;
	uint64_t number;
};

static int placed_order(const void *a, const void *b)
{
	const struct placed_run *x = a, *y = b;

	return (x->run.pfn > y->run.pfn) - (x->run.pfn < y->run.pfn);
}

static int listed_twice(uint64_t pfn, struct imgfmt_error *err)
{
	return err_rule_pfn(err, IMGFMT_E_CORRUPT, "SWS-17", IMGFMT_NOWHERE,
			    pfn, "frame 0x%" PRIx64 " is listed twice", pfn);
}

/* A part ends where the next run of the list is not the next higher one. */
static int find_parts(struct swsusp *s, const uint64_t *rank,
		      struct imgfmt_error *err)
{
	const struct page_run *r = vec_array(&s->runs, const struct page_run);
	struct list_part part = { 0 };
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < s->runs.len && !rc; i++) {
		if (!i || rank[i] != rank[i - 1] + 1)
			part.first = r[i].pfn;
		part.last = r[i].pfn + r[i].pages - 1;
		if (i + 1 < s->runs.len && rank[i + 1] == rank[i] + 1)
			continue;
		if (s->parts.len == PARTS_MAX)
			return err_rule_pfn(err, IMGFMT_E_CORRUPT, "SWS-18",
					    IMGFMT_NOWHERE, r[i].pfn,
					    "the page list has more than %u parts",
					    PARTS_MAX);
		rc = vec_push(&s->parts, &part, err);
	}
	return rc;
}

static int sort_runs(struct swsusp *s, struct placed_run *sorted,
		     uint64_t *rank, struct imgfmt_error *err)
{
	struct page_run *r = vec_array(&s->runs, struct page_run);
	size_t count = s->runs.len;
	int rc;

	for (size_t i = 0; i < count; i++)
		sorted[i] = (struct placed_run){ .run = r[i], .number = i };
	qsort(sorted, count, sizeof(*sorted), placed_order);
	for (size_t i = 0; i < count; i++) {
		if (i && sorted[i].run.pfn <
				 sorted[i - 1].run.pfn + sorted[i - 1].run.pages)
			return listed_twice(sorted[i].run.pfn, err);
		rank[sorted[i].number] = i;
	}
	rc = find_parts(s, rank, err);
	for (size_t i = 0; i < count; i++)
		r[i] = sorted[i].run;
	return rc;
}

/* Zones may come in any order: only then is there something to sort. */
static int order_list(struct imgfmt_image *image, bool unordered,
		      struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	const struct page_run *r = vec_array(&s->runs, const struct page_run);
	size_t count = s->runs.len;
	struct placed_run *sorted;
	struct list_part whole;
	uint64_t *rank, bytes = count * (sizeof(*sorted) + sizeof(*rank));
	int rc;

	if (!count)
		return IMGFMT_OK;
	if (!unordered) {
		whole.first = r[0].pfn;
		whole.last = r[count - 1].pfn + r[count - 1].pages - 1;
		return vec_push(&s->parts, &whole, err);
	}
	rc = source_charge(image, bytes, err);
	if (rc)
		return rc;
	sorted = calloc(count, sizeof(*sorted));
	rank = calloc(count, sizeof(*rank));
	rc = sorted && rank ? sort_runs(s, sorted, rank, err) :
			      err_nomem(err, "the page list");
	free(sorted);
	free(rank);
	image->memused -= bytes;
	return rc;
}

static int add_frames(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);
	const struct page_run *r = vec_array(&s->runs, const struct page_run);
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < s->runs.len && !rc; i++) {
		struct imgfmt_run run = {
			.pfn = r[i].pfn,
			.pages = r[i].pages,
			.state = r[i].data == PAGE_RUN_LOST ? IMGFMT_EXCLUDED :
							      IMGFMT_STORED,
		};

		rc = frames_add(&image->frames, &run, err);
		if (!rc && run.state == IMGFMT_EXCLUDED)
			rc = vec_push(&image->lost, &run, err);
	}
	return rc;
}

int swsusp_read_frames(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	struct imgfmt_error e = { 0 };
	bool unordered = false;
	int rc = read_list(image, &unordered, &e);

	if (!rc)
		rc = order_list(image, unordered, &e);
	if (rc && !swsusp_bear(image, rc, &e)) {
		if (err)
			*err = e;
		return rc;
	}
	/* One wrong entry moves the pages of all others: none can be trusted. */
	if (rc) {
		vec_clear(&s->runs);
		vec_clear(&s->parts);
		s->listed = s->zero = 0;
		s->unlisted = swsusp_meta_pages(&s->info);
	}
	rc = add_frames(image, err);
	return rc ? rc : frames_build(&image->frames, IMGFMT_MAX_BLOCK_PAGES,
				      err);
}

const struct page_run *swsusp_find_run(const struct swsusp *s, uint64_t pfn)
{
	const struct page_run *r = vec_array(&s->runs, const struct page_run);
	size_t lo = 0, hi = s->runs.len;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (r[mid].pfn <= pfn)
			lo = mid;
		else
			hi = mid;
	}
	return &r[lo];
}

uint64_t swsusp_cluster_pfn(const struct swsusp *s, uint64_t cluster)
{
	const struct page_run *r = vec_array(&s->runs, const struct page_run);
	uint64_t meta = swsusp_meta_pages(&s->info);
	uint64_t first = cluster * SWSUSP_CLUSTER_PAGES;
	uint64_t data = first > meta ? first - meta : 0;

	for (size_t i = 0; i < s->runs.len; i++)
		if (r[i].data < PAGE_RUN_LOST && r[i].data <= data &&
		    data - r[i].data < r[i].pages)
			return r[i].pfn + (data - r[i].data);
	return IMGFMT_NOWHERE;
}
