/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/swap_note.h"

#include <inttypes.h>
#include <stdlib.h>

#include "record/swsusp.h"

#define FLAGS (IMGFMT_SWAP_ZERO_ELIDED | IMGFMT_SWAP_FROM_STREAM | \
	       IMGFMT_SWAP_CONSUMED | IMGFMT_SWAP_IN_USE)
/* No device has a page of a higher number. */
#define PAGE_MAX ((uint64_t)1 << 52)
#define FIELD(name) offsetof(struct imgfmt_swap_head, name)

void swap_note_init(struct swap_note *n)
{
	*n = (struct swap_note){ 0 };
	vec_init(&n->info, 1);
	vec_init(&n->parts, sizeof(struct swap_part));
	vec_init(&n->runs, sizeof(struct swap_run));
}

void swap_note_fini(struct swap_note *n)
{
	vec_fini(&n->runs);
	vec_fini(&n->parts);
	vec_fini(&n->info);
}

int swap_note_copy(const struct swap_note *n, struct swap_note *to,
		   struct imgfmt_error *err)
{
	struct vec info = to->info, parts = to->parts, runs = to->runs;
	int rc;

	*to = *n;
	to->info = info;
	to->parts = parts;
	to->runs = runs;
	rc = vec_append(&to->info, n->info.data, n->info.len, err);
	if (!rc && n->parts.len)
		rc = vec_append(&to->parts, n->parts.data, n->parts.len, err);
	if (!rc && n->runs.len)
		rc = vec_append(&to->runs, n->runs.data, n->runs.len, err);
	return rc;
}

int swap_note_set_info(struct swap_note *n, const void *page,
		       uint32_t page_size, struct imgfmt_error *err)
{
	const uint8_t *b = page;
	size_t len = page_size;

	while (len && !b[len - 1])
		len--;
	vec_clear(&n->info);
	return vec_append(&n->info, b, len, err);
}

void swap_note_info_page(const struct swap_note *n, uint32_t page_size,
			 void *page)
{
	memset(page, 0, page_size);
	memcpy(page, n->info.data, n->info.len);
}

/* The parts of the descriptor, by what its head says of their sizes. */
struct shape {
	uint64_t info, parts, runs, size;
};

static void measure(const struct imgfmt_swap_head *head, struct shape *ret)
{
	ret->info = sizeof(*head);
	ret->parts = ret->info + align_up(get_le32(&head->info_size), 8);
	ret->runs = ret->parts + (uint64_t)get_le32(&head->part_count) *
					 sizeof(struct imgfmt_swap_part);
	ret->size = ret->runs + (uint64_t)get_le32(&head->run_count) *
					sizeof(struct imgfmt_swap_run);
}

static int check_size(const struct imgfmt_swap_head *head, size_t size,
		      uint64_t offset, struct imgfmt_error *err)
{
	struct shape shape;

	if (size < sizeof(*head))
		return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-01", offset,
				"write-back note of %zu bytes", size);
	measure(head, &shape);
	if (size != shape.size)
		return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-01", offset,
				"write-back note of %zu bytes does not fit its counts",
				size);
	if (record_crc(head, size, FIELD(crc32c)) != get_le32(&head->crc32c))
		return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-01", offset,
				"write-back note: the CRC is wrong");
	return IMGFMT_OK;
}

static int check_head(const struct imgfmt_swap_head *head, uint64_t offset,
		      uint32_t page_size, struct imgfmt_error *err)
{
	uint32_t flags = get_le32(&head->flags);
	uint32_t header_flags = get_le32(&head->header_flags);

	if (get_le32(&head->page_size) != page_size)
		return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-02",
				offset + FIELD(page_size),
				"write-back note of pages of %u bytes in an image of %u",
				get_le32(&head->page_size), page_size);
	if (flags & ~(uint32_t)FLAGS || header_flags & ~SWSUSP_FLAGS ||
	    (header_flags & SWSUSP_NOCOMPRESS &&
	     header_flags & (SWSUSP_CRC32 | SWSUSP_LZ4)))
		return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-03",
				offset + FIELD(flags),
				"write-back note: flags 0x%x, header flags 0x%x",
				flags, header_flags);
	if (flags & IMGFMT_SWAP_FROM_STREAM &&
	    (flags & IMGFMT_SWAP_CONSUMED || header_flags ||
	     get_le32(&head->hardware_signature) ||
	     get_le32(&head->crc32)))
		return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-03",
				offset + FIELD(flags),
				"write-back note of a bare stream has fields of a swap header");
	return IMGFMT_OK;
}

static int take_info(const uint8_t *info, size_t size, uint64_t offset,
		     uint32_t page_size, struct swap_note *ret,
		     struct imgfmt_error *err)
{
	bool sound = size >= IMGFMT_SWAP_INFO_MIN && size <= page_size &&
		     info[size - 1];
	uint8_t *page;
	int rc;

	if (sound) {
		rc = vec_append(&ret->info, info, size, err);
		page = rc ? NULL : malloc(page_size);
		if (!page)
			return rc ? rc : err_nomem(err, "the info page");
		swap_note_info_page(ret, page_size, page);
		sound = swsusp_info_is_one(page, page_size);
		free(page);
	}
	if (!sound)
		return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-04", offset,
				"write-back note: its %zu bytes of an info page are not of one",
				size);
	return record_reserved(info + size, -size % 8, offset + size,
			       "the write-back note", err);
}

static int compare_parts(const void *a, const void *b)
{
	const struct swap_part *l = a, *r = b;

	return l->first < r->first ? -1 : l->first > r->first;
}

/* Spans in the order of the list: none overlaps another, not all rise. */
static int check_parts(const struct vec *parts, uint64_t offset,
		       struct imgfmt_error *err)
{
	const struct swap_part *p = parts->data;
	struct swap_part *sorted = malloc(parts->len * sizeof(*sorted));
	bool rises = true, overlap = false;

	if (!sorted)
		return err_nomem(err, "the parts of the page list");
	for (size_t i = 1; i < parts->len; i++)
		rises &= p[i].first > p[i - 1].last;
	memcpy(sorted, p, parts->len * sizeof(*sorted));
	qsort(sorted, parts->len, sizeof(*sorted), compare_parts);
	for (size_t i = 1; i < parts->len; i++)
		overlap |= sorted[i].first <= sorted[i - 1].last;
	free(sorted);
	if (!rises && !overlap)
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-05", offset,
			"write-back note: parts of the page list %s",
			overlap ? "overlap" : "rise as a whole");
}

static int take_parts(const struct imgfmt_swap_part *part, uint32_t count,
		      uint64_t offset, uint32_t page_size,
		      struct swap_note *ret, struct imgfmt_error *err)
{
	uint64_t limit = IMGFMT_MAX_ADDRESS / page_size;
	int rc = IMGFMT_OK;

	if (!count)
		return IMGFMT_OK;
	if (count == 1 || count > IMGFMT_SWAP_MAX_PARTS)
		return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-05", offset,
				"write-back note: %u parts of the page list",
				count);
	for (uint32_t i = 0; i < count && !rc; i++) {
		struct swap_part p = {
			.first = get_le64(&part[i].first),
			.last = get_le64(&part[i].last),
		};

		if (p.first > p.last || p.last >= limit)
			return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-05",
					offset + i * sizeof(*part),
					"write-back note: part 0x%" PRIx64 " to 0x%" PRIx64 " of the page list",
					p.first, p.last);
		rc = vec_push(&ret->parts, &p, err);
	}
	return rc ? rc : check_parts(&ret->parts, offset, err);
}

/* What a bare stream cannot know. */
static bool has_place(const struct imgfmt_swap_head *head)
{
	return get_le32(&head->flags) & IMGFMT_SWAP_IN_USE ||
	       get_le32(&head->run_count) || get_le32(&head->last_page) ||
	       get_le64(&head->header_page) ||
	       !mem_is_zero(head->uuid, sizeof(head->uuid));
}

static int check_place(const struct imgfmt_swap_head *head, uint64_t offset,
		       struct imgfmt_error *err)
{
	if (get_le32(&head->run_count) > IMGFMT_SWAP_MAX_RUNS)
		return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-07",
				offset + FIELD(run_count),
				"write-back note: %u runs of pages",
				get_le32(&head->run_count));
	if (get_le32(&head->flags) & IMGFMT_SWAP_FROM_STREAM &&
	    has_place(head))
		return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-07",
				offset + FIELD(run_count),
				"write-back note of a bare stream has a place in swap");
	return IMGFMT_OK;
}

static int take_runs(const struct imgfmt_swap_run *run, uint32_t count,
		     uint64_t offset, struct swap_note *ret,
		     struct imgfmt_error *err)
{
	uint64_t from = 0;	/* where the next one may begin */
	int rc = IMGFMT_OK;

	for (uint32_t i = 0; i < count && !rc; i++) {
		struct swap_run r = {
			.first = get_le64(&run[i].first),
			.pages = get_le64(&run[i].pages),
		};

		if (r.first < from || !r.pages || r.first > PAGE_MAX ||
		    r.pages > PAGE_MAX - r.first ||
		    (ret->header_page >= r.first &&
		     ret->header_page - r.first < r.pages))
			return err_rule(err, IMGFMT_E_CORRUPT, "SWAP-07",
					offset + i * sizeof(*run),
					"write-back note: a run of %" PRIu64 " pages at page %" PRIu64,
					r.pages, r.first);
		from = r.first + r.pages + 1;
		rc = vec_push(&ret->runs, &r, err);
	}
	return rc;
}

int swap_note_decode(const void *desc, size_t size, uint64_t offset,
		     uint32_t page_size, struct swap_note *ret,
		     struct imgfmt_error *err)
{
	const struct imgfmt_swap_head *head = desc;
	const uint8_t *b = desc;
	struct shape shape;
	int rc = check_size(head, size, offset, err);

	if (!rc)
		rc = check_head(head, offset, page_size, err);
	if (!rc)
		rc = check_place(head, offset, err);
	if (rc)
		return rc;
	measure(head, &shape);
	ret->header_flags = get_le32(&head->header_flags);
	ret->hardware_signature = get_le32(&head->hardware_signature);
	ret->crc32 = get_le32(&head->crc32);
	ret->zero_elided = get_le32(&head->flags) & IMGFMT_SWAP_ZERO_ELIDED;
	ret->from_stream = get_le32(&head->flags) & IMGFMT_SWAP_FROM_STREAM;
	ret->consumed = get_le32(&head->flags) & IMGFMT_SWAP_CONSUMED;
	ret->in_use = get_le32(&head->flags) & IMGFMT_SWAP_IN_USE;
	ret->last_page = get_le32(&head->last_page);
	ret->header_page = get_le64(&head->header_page);
	memcpy(ret->uuid, head->uuid, sizeof(ret->uuid));
	rc = take_info(b + shape.info, get_le32(&head->info_size),
		       offset + shape.info, page_size, ret, err);
	if (!rc)
		rc = take_parts((const void *)(b + shape.parts),
				get_le32(&head->part_count),
				offset + shape.parts, page_size, ret, err);
	return rc ? rc : take_runs((const void *)(b + shape.runs),
				   get_le32(&head->run_count),
				   offset + shape.runs, ret, err);
}

int swap_note_encode(const struct swap_note *n, uint32_t page_size,
		     struct vec *bytes, struct imgfmt_error *err)
{
	static const uint8_t zeros[8];
	const struct swap_part *p = vec_array(&n->parts, struct swap_part);
	const struct swap_run *r = vec_array(&n->runs, struct swap_run);
	struct imgfmt_swap_head head = {
		.page_size = htole32(page_size),
		.header_flags = htole32(n->header_flags),
		.hardware_signature = htole32(n->hardware_signature),
		.crc32 = htole32(n->crc32),
		.flags = htole32((uint32_t)(
			(n->zero_elided ? IMGFMT_SWAP_ZERO_ELIDED : 0) |
			(n->from_stream ? IMGFMT_SWAP_FROM_STREAM : 0) |
			(n->consumed ? IMGFMT_SWAP_CONSUMED : 0) |
			(n->in_use ? IMGFMT_SWAP_IN_USE : 0))),
		.info_size = htole32((uint32_t)n->info.len),
		.part_count = htole32((uint32_t)n->parts.len),
		.run_count = htole32((uint32_t)n->runs.len),
		.last_page = htole32(n->last_page),
		.header_page = htole64(n->header_page),
	};
	size_t start = bytes->len;
	uint8_t *at;
	int rc;

	memcpy(head.uuid, n->uuid, sizeof(head.uuid));
	rc = vec_append(bytes, &head, sizeof(head), err);

	if (!rc)
		rc = vec_append(bytes, n->info.data, n->info.len, err);
	if (!rc)
		rc = vec_append(bytes, zeros, -n->info.len % 8, err);
	for (size_t i = 0; i < n->parts.len && !rc; i++) {
		struct imgfmt_swap_part part = {
			.first = htole64(p[i].first),
			.last = htole64(p[i].last),
		};

		rc = vec_append(bytes, &part, sizeof(part), err);
	}
	for (size_t i = 0; i < n->runs.len && !rc; i++) {
		struct imgfmt_swap_run run = {
			.first = htole64(r[i].first),
			.pages = htole64(r[i].pages),
		};

		rc = vec_append(bytes, &run, sizeof(run), err);
	}
	if (rc)
		return rc;
	at = (uint8_t *)bytes->data + start;
	put_le32(at, record_crc(at, bytes->len - start, FIELD(crc32c)));
	return IMGFMT_OK;
}
