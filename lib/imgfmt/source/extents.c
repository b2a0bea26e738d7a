/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/extents.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/range.h"
#include "format.h"
#include "source/source.h"

static bool is_memory(const struct imgfmt_segment *s)
{
	return s->type == PT_LOAD && s->paddr != UINT64_MAX;
}

static int extent_order(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	if (x->paddr != y->paddr)
		return x->paddr > y->paddr ? 1 : -1;
	return (x->bytes < y->bytes) - (x->bytes > y->bytes);
}

/* Candidates in any order; @file: what lies in the file, else in memory. */
static int collect(const struct vec *segments, bool file, struct vec *ret,
		   struct imgfmt_error *err)
{
	const struct imgfmt_segment *s =
		vec_array(segments, struct imgfmt_segment);

	for (size_t i = 0; i < segments->len; i++) {
		struct extent e = {
			.paddr = s[i].paddr,
			.bytes = file ? s[i].file_size : s[i].memory_size,
			.offset = s[i].offset,
		};
		int rc;

		if (!is_memory(&s[i]) || !e.bytes)
			continue;
		if (e.bytes > IMGFMT_MAX_ADDRESS ||
		    e.paddr > IMGFMT_MAX_ADDRESS - e.bytes)
			return err_rule(err, IMGFMT_E_CORRUPT, "LIM-01",
					IMGFMT_NOWHERE,
					"program header %zu: memory at 0x%llx, 0x%llx bytes, is beyond 2^52",
					i, (unsigned long long)e.paddr,
					(unsigned long long)e.bytes);
		rc = vec_push(ret, &e, err);
		if (rc)
			return rc;
	}
	return IMGFMT_OK;
}

void extents_make_disjoint(struct vec *v)
{
	struct extent *e = v->data;
	uint64_t covered = 0;
	size_t kept = 0;

	if (v->len)
		qsort(e, v->len, v->elem, extent_order);
	for (size_t i = 0; i < v->len; i++) {
		struct extent x = e[i];
		uint64_t end = x.paddr + x.bytes;

		if (end <= covered)
			continue;
		if (x.paddr < covered) {
			x.offset += covered - x.paddr;
			x.bytes = end - covered;
			x.paddr = covered;
		}
		covered = end;
		e[kept++] = x;
	}
	v->len = kept;
}

int extents_build(const struct vec *segments, struct vec *ret,
		  struct imgfmt_error *err)
{
	int rc = collect(segments, true, ret, err);

	if (!rc)
		extents_make_disjoint(ret);
	return rc;
}

struct frame_range {
	uint64_t first, end;
};

static struct frame_range touched(const struct extent *e, uint32_t page_size)
{
	return (struct frame_range){
		.first = e->paddr / page_size,
		.end = div_round_up(e->paddr + e->bytes, page_size),
	};
}

/* Append [from, to) as excluded, unless it is empty. */
static int add_excluded(struct frames *f, uint64_t from, uint64_t to,
			struct imgfmt_error *err)
{
	struct imgfmt_run r = {
		.pfn = from, .pages = to > from ? to - from : 0,
		.state = IMGFMT_EXCLUDED,
	};

	return frames_add(f, &r, err);
}

/* The memory of @m in rising order, without what is present already. */
static int fill_memory(struct frames *f, const struct vec *memory, size_t *m,
		       uint64_t until, uint32_t page_size,
		       struct imgfmt_error *err)
{
	const struct extent *e = vec_array(memory, struct extent);

	for (; *m < memory->len; ++*m) {
		struct frame_range r = touched(&e[*m], page_size);
		int rc;

		if (r.first >= until)
			break;
		rc = add_excluded(f, max_u64(r.first, f->max_pfn),
				  min_u64(r.end, until), err);
		if (rc || r.end > until)
			return rc;
	}
	return IMGFMT_OK;
}

int extents_frames(const struct vec *extents, const struct vec *segments,
		   uint32_t page_size, struct frames *ret,
		   struct imgfmt_error *err)
{
	const struct extent *e = vec_array(extents, struct extent);
	struct vec memory;
	size_t m = 0;
	int rc;

	vec_init(&memory, sizeof(struct extent));
	rc = collect(segments, false, &memory, err);
	if (!rc)
		extents_make_disjoint(&memory);
	for (size_t i = 0; i < extents->len && !rc; i++) {
		struct frame_range r = touched(&e[i], page_size);
		struct imgfmt_run run = { .state = IMGFMT_STORED };

		rc = fill_memory(ret, &memory, &m, r.first, page_size, err);
		run.pfn = max_u64(r.first, ret->max_pfn);
		run.pages = r.end > run.pfn ? r.end - run.pfn : 0;
		if (!rc)
			rc = frames_add(ret, &run, err);
	}
	if (!rc)
		rc = fill_memory(ret, &memory, &m, UINT64_MAX, page_size, err);
	vec_fini(&memory);
	return rc;
}

/* ---- What a medium does not give any more ------------------------------- */

#define PROBE_SIZE ((size_t)256 << 10)

struct probe {
	struct imgfmt_image *image;
	struct vec *lost;	/* struct extent, whole pages */
	uint8_t *buf;
	uint64_t done, total;
};

/* A page whose other part is in another extent may be lost already. */
static int lose_page(struct probe *p, uint64_t paddr, struct imgfmt_error *err)
{
	uint64_t size = p->image->info.page_size;
	struct extent page = { .paddr = paddr - paddr % size, .bytes = size };
	struct extent *last;
	int rc;

	if (p->lost->len) {
		last = &vec_array(p->lost, struct extent)[p->lost->len - 1];
		if (last->paddr + last->bytes > page.paddr)
			return IMGFMT_OK;
		if (last->paddr + last->bytes == page.paddr) {
			last->bytes += size;
			return IMGFMT_OK;
		}
	}
	/* It takes a second one where it parts an extent. */
	rc = source_charge(p->image, 4 * sizeof(page), err);
	return rc ? rc : vec_push(p->lost, &page, err);
}

/* Up to @len bytes of an extent, from @skip on; by pages if they fail. */
static int probe_piece(struct probe *p, const struct extent *e, uint64_t skip,
		       size_t len, struct imgfmt_error *err)
{
	uint64_t size = p->image->info.page_size;
	uint64_t paddr = e->paddr + skip;
	struct imgfmt_error why;
	int rc = io_read_full(p->image->io, e->offset + skip, p->buf, len,
			      "memory", &why);

	if (rc == IMGFMT_E_OS && why.os_errno == EIO) {
		if (paddr / size == (paddr + len - 1) / size)
			return lose_page(p, paddr, err);
		for (rc = 0; len && !rc; ) {
			size_t n = (size_t)min_u64(len, size - paddr % size);

			rc = probe_piece(p, e, skip, n, err);
			skip += n;
			paddr += n;
			len -= n;
		}
		return rc;
	}
	if (rc && err)
		*err = why;
	return rc;
}

static int probe_extent(struct probe *p, const struct extent *e,
			struct imgfmt_error *err)
{
	uint64_t skip = 0;
	int rc = IMGFMT_OK;

	while (skip < e->bytes && !rc) {
		size_t n = (size_t)min_u64(PROBE_SIZE, e->bytes - skip);

		rc = source_report(p->image, p->done, p->total, err);
		if (!rc)
			rc = probe_piece(p, e, skip, n, err);
		skip += n;
		p->done += n;
	}
	return rc;
}

/* Append what of @e no extent of @lost, all rising, has. */
static int subtract(struct extent e, const struct vec *lost, size_t *l,
		    struct vec *ret, struct imgfmt_error *err)
{
	const struct extent *x = vec_array(lost, const struct extent);
	uint64_t end = e.paddr + e.bytes;
	int rc = IMGFMT_OK;

	while (*l < lost->len && x[*l].paddr + x[*l].bytes <= e.paddr)
		++*l;
	for (size_t i = *l; i < lost->len && x[i].paddr < end && !rc; i++) {
		uint64_t next = min_u64(x[i].paddr + x[i].bytes, end);

		if (x[i].paddr > e.paddr) {
			e.bytes = x[i].paddr - e.paddr;
			rc = vec_push(ret, &e, err);
		}
		e.offset += next - e.paddr;
		e.paddr = next;
	}
	e.bytes = end - e.paddr;
	return rc || !e.bytes ? rc : vec_push(ret, &e, err);
}

static int drop_lost(struct vec *extents, const struct vec *lost,
		     struct imgfmt_error *err)
{
	const struct extent *e = vec_array(extents, const struct extent);
	struct vec kept;
	size_t l = 0;
	int rc = IMGFMT_OK;

	vec_init(&kept, sizeof(struct extent));
	for (size_t i = 0; i < extents->len && !rc; i++)
		rc = subtract(e[i], lost, &l, &kept, err);
	if (rc) {
		vec_fini(&kept);
		return rc;
	}
	vec_fini(extents);
	*extents = kept;
	return IMGFMT_OK;
}

int extents_drop_unreadable(struct imgfmt_image *image, struct vec *extents,
			    struct vec *lost, struct imgfmt_error *err)
{
	const struct extent *e = vec_array(extents, const struct extent);
	struct vec bad;
	struct probe p = { .image = image, .lost = &bad };
	int rc = IMGFMT_OK;

	p.buf = malloc(PROBE_SIZE);
	if (!p.buf)
		return err_nomem(err, "salvage");
	vec_init(&bad, sizeof(struct extent));
	for (size_t i = 0; i < extents->len; i++)
		p.total += e[i].bytes;
	for (size_t i = 0; i < extents->len && !rc; i++)
		rc = probe_extent(&p, &e[i], err);
	if (!rc && bad.len)
		rc = drop_lost(extents, &bad, err);
	if (!rc && bad.len)
		rc = vec_append(lost, bad.data, bad.len, err);
	vec_fini(&bad);
	free(p.buf);
	return rc;
}

RANGE_CHECK(struct extent, paddr, bytes);

int extents_read(const struct vec *extents, struct io *io, uint64_t paddr,
		 void *buf, size_t len, struct imgfmt_error *err)
{
	size_t i = range_find(extents, paddr);
	uint8_t *to = buf;

	while (len) {
		const struct extent *e =
			i < extents->len ?
				&vec_array(extents, struct extent)[i] : NULL;
		size_t n = len;
		int rc;

		if (!e || paddr < e->paddr) {
			if (e)
				n = (size_t)min_u64(n, e->paddr - paddr);
			memset(to, 0, n);
		} else {
			uint64_t skip = paddr - e->paddr;

			n = (size_t)min_u64(n, e->bytes - skip);
			rc = io_read_full(io, e->offset + skip, to, n,
					  "memory", err);
			if (rc)
				return rc;
			i++;
		}
		to += n;
		paddr += n;
		len -= n;
	}
	return IMGFMT_OK;
}

static int mapping_order(const void *a, const void *b)
{
	const struct imgfmt_mapping *x = a, *y = b;
	uint64_t dx = x->vaddr - x->paddr, dy = y->vaddr - y->paddr;

	if (dx != dy)
		return dx > dy ? 1 : -1;
	return (x->paddr > y->paddr) - (x->paddr < y->paddr);
}

/* Segments with a virtual address of their own, merged where one offset from
 * physical to virtual holds, whatever lies between. */
static int collect_mappings(const struct vec *segments, uint32_t page_size,
			    struct vec *ret, struct imgfmt_error *err)
{
	const struct imgfmt_segment *s =
		vec_array(segments, struct imgfmt_segment);
	struct imgfmt_mapping *m;
	size_t kept = 0;

	for (size_t i = 0; i < segments->len; i++) {
		uint64_t from = s[i].paddr & ~(uint64_t)(page_size - 1);
		struct imgfmt_mapping x = {
			.vaddr = s[i].vaddr - (s[i].paddr - from),
			.paddr = from,
			.bytes = align_up(s[i].paddr + s[i].file_size,
					  page_size) - from,
		};
		uint64_t end;
		int rc;

		if (!is_memory(&s[i]) || !s[i].file_size ||
		    x.vaddr == x.paddr || !x.vaddr || x.vaddr % page_size ||
		    (add_overflow(x.vaddr, x.bytes, &end) && end))
			continue;
		rc = vec_push(ret, &x, err);
		if (rc)
			return rc;
	}
	if (!ret->len)
		return IMGFMT_OK;
	qsort(ret->data, ret->len, ret->elem, mapping_order);
	m = ret->data;
	for (size_t i = 1; i < ret->len; i++) {
		uint64_t end = max_u64(m[kept].paddr + m[kept].bytes,
				       m[i].paddr + m[i].bytes);

		if (m[i].vaddr - m[i].paddr == m[kept].vaddr - m[kept].paddr)
			m[kept].bytes = end - m[kept].paddr;
		else
			m[++kept] = m[i];
	}
	ret->len = kept + 1;
	return IMGFMT_OK;
}

static int by_size(const void *a, const void *b)
{
	const struct imgfmt_mapping *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return (x->paddr > y->paddr) - (x->paddr < y->paddr);
}

/* Primary ones by physical address, then aliases by physical address. */
static int final_order(const void *a, const void *b)
{
	const struct imgfmt_mapping *x = a, *y = b;

	if (x->flags != y->flags)
		return x->flags > y->flags ? 1 : -1;
	if (x->paddr != y->paddr)
		return x->paddr > y->paddr ? 1 : -1;
	return (x->vaddr > y->vaddr) - (x->vaddr < y->vaddr);
}

static bool overlaps(const struct imgfmt_mapping *a,
		     const struct imgfmt_mapping *b)
{
	return a->paddr < b->paddr + b->bytes && b->paddr < a->paddr + a->bytes;
}

/* More mappings than any kernel has are dropped to the largest. */
#define MAPPINGS_KEPT 64u

int extents_mappings(const struct vec *segments, uint32_t page_size,
		     struct vec *ret, struct imgfmt_error *err)
{
	int rc = collect_mappings(segments, page_size, ret, err);
	struct imgfmt_mapping *m = ret->data;

	if (rc || !ret->len)
		return rc;
	qsort(m, ret->len, sizeof(*m), by_size);
	if (ret->len > MAPPINGS_KEPT)
		ret->len = MAPPINGS_KEPT;
	for (size_t i = 1; i < ret->len; i++)
		for (size_t j = 0; j < i; j++)
			if (!m[j].flags && overlaps(&m[i], &m[j]))
				m[i].flags = IMGFMT_MAPPING_ALIAS;
	qsort(m, ret->len, sizeof(*m), final_order);
	return IMGFMT_OK;
}
