/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layout/segments.h"

#include <elf.h>

#include "base/error.h"
#include "format.h"

/* Virtual address of a frame under @m, and how many pages it covers. */
struct piece {
	uint64_t pfn, pages, vaddr;
};

static int add_segment(struct vec *ret, const struct frames *frames,
		       const struct piece *p, uint32_t page_size,
		       struct imgfmt_error *err)
{
	uint64_t bytes = p->pages * page_size;
	struct imgfmt_segment s = {
		.type = PT_LOAD,
		.flags = PF_R | PF_W | PF_X,
		.offset = frames_page_rank(frames, p->pfn) * page_size,
		.vaddr = p->vaddr,
		.paddr = p->pfn * page_size,
		.file_size = bytes,
		.memory_size = bytes,
	};

	if (ret->len >= IMGFMT_MAX_PHDRS)
		return err_rule(err, IMGFMT_E_LIMIT, "LIM-01", IMGFMT_NOWHERE,
				"more than %lu segments", IMGFMT_MAX_PHDRS);
	return vec_push(ret, &s, err);
}

/* The first primary mapping that ends above @paddr; the array's end if none. */
static const struct imgfmt_mapping *find_primary(const struct vec *mappings,
						 uint64_t paddr)
{
	const struct imgfmt_mapping *m =
		vec_array(mappings, struct imgfmt_mapping);
	size_t lo = 0, hi = mappings->len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m[mid].flags & IMGFMT_MAPPING_ALIAS ||
		    m[mid].paddr + m[mid].bytes > paddr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return &m[lo];
}

static bool is_primary(const struct vec *mappings,
		       const struct imgfmt_mapping *m)
{
	return m < vec_array(mappings, struct imgfmt_mapping) + mappings->len &&
	       !(m->flags & IMGFMT_MAPPING_ALIAS);
}

/* Cut a piece to what one mapping, or none, covers; its virtual address. */
static void cut_piece(const struct vec *mappings, uint32_t page_size,
		      struct piece *p)
{
	uint64_t paddr = p->pfn * page_size, bytes = p->pages * page_size;
	const struct imgfmt_mapping *m;

	p->vaddr = 0;
	if (!mappings->len)
		return;
	m = find_primary(mappings, paddr);
	if (!is_primary(mappings, m))
		return;
	if (m->paddr > paddr) {
		bytes = min_u64(bytes, m->paddr - paddr);
	} else {
		bytes = min_u64(bytes, m->paddr + m->bytes - paddr);
		p->vaddr = m->vaddr + (paddr - m->paddr);
	}
	p->pages = bytes / page_size;
}

/* Maximal runs of present frames, whatever their class. */
static bool next_present(const struct frames *f, size_t *i, struct piece *ret)
{
	const struct imgfmt_run *r = frames_runs(f);

	while (*i < f->runs.len && r[*i].state == IMGFMT_EXCLUDED)
		++*i;
	if (*i == f->runs.len)
		return false;
	*ret = (struct piece){ .pfn = r[*i].pfn };
	for (; *i < f->runs.len && r[*i].state != IMGFMT_EXCLUDED &&
	       r[*i].pfn == ret->pfn + ret->pages; ++*i)
		ret->pages += r[*i].pages;
	return true;
}

static int add_primaries(const struct frames *frames,
			 const struct vec *mappings, uint32_t page_size,
			 struct vec *ret, struct imgfmt_error *err)
{
	struct piece run;
	size_t i = 0;

	while (next_present(frames, &i, &run)) {
		while (run.pages) {
			struct piece p = run;
			int rc;

			cut_piece(mappings, page_size, &p);
			rc = add_segment(ret, frames, &p, page_size, err);
			if (rc)
				return rc;
			run.pfn += p.pages;
			run.pages -= p.pages;
		}
	}
	return IMGFMT_OK;
}

static int add_aliases(const struct frames *frames,
		       const struct imgfmt_mapping *m, uint32_t page_size,
		       struct vec *ret, struct imgfmt_error *err)
{
	uint64_t first = m->paddr / page_size;
	uint64_t end = first + m->bytes / page_size;
	size_t i = frames_find(frames, first);
	struct piece p;

	while (next_present(frames, &i, &p) && p.pfn < end) {
		uint64_t stop = min_u64(p.pfn + p.pages, end);
		int rc;

		p.pfn = max_u64(p.pfn, first);
		p.pages = stop - p.pfn;
		p.vaddr = m->vaddr + (p.pfn - first) * page_size;
		rc = add_segment(ret, frames, &p, page_size, err);
		if (rc)
			return rc;
	}
	return IMGFMT_OK;
}

int segments_build(const struct frames *frames, const struct vec *mappings,
		   uint32_t page_size, int view, struct vec *ret,
		   struct imgfmt_error *err)
{
	static const struct vec none;
	const struct imgfmt_mapping *m;
	int rc;

	if (view == IMGFMT_VIEW_JUMP)
		mappings = &none;
	rc = add_primaries(frames, mappings, page_size, ret, err);
	m = vec_array(mappings, struct imgfmt_mapping);
	for (size_t i = 0; i < mappings->len && !rc; i++)
		if (m[i].flags & IMGFMT_MAPPING_ALIAS)
			rc = add_aliases(frames, &m[i], page_size, ret, err);
	return rc;
}

void segments_place(struct vec *segments, size_t first, uint64_t data)
{
	struct imgfmt_segment *s = vec_array(segments, struct imgfmt_segment);

	for (size_t i = first; i < segments->len; i++)
		s[i].offset += data;
}

int segments_of_plan(const struct plan *plan, const struct frames *frames,
		     const struct vec *mappings, int view, struct vec *ret,
		     struct imgfmt_error *err)
{
	bool sealed = plan->level == IMGFMT_SEALED;
	uint64_t tables = sealed ? plan->tables.size : 0;
	uint64_t data = sealed ? plan->data_size : 0;
	const struct imgfmt_segment fixed[PLAN_PACKED_PHDRS] = {
		{ .type = PT_NOTE, .flags = PF_R,
		  .offset = plan->notes, .file_size = plan->notes_size,
		  .memory_size = plan->notes_size },
		{ .type = IMGFMT_PT_MAP, .flags = PF_R,
		  .paddr = IMGFMT_NO_PADDR,
		  .offset = plan->map, .file_size = plan->map_size,
		  .memory_size = plan->map_size },
		{ .type = IMGFMT_PT_TABLES, .flags = PF_R,
		  .paddr = IMGFMT_NO_PADDR,
		  .offset = sealed ? plan->tables_at : 0,
		  .file_size = tables, .memory_size = tables },
		{ .type = IMGFMT_PT_DATA, .flags = PF_R,
		  .paddr = IMGFMT_NO_PADDR,
		  .offset = plan->data,
		  .file_size = data, .memory_size = data },
	};
	bool packed = plan->profile == IMGFMT_PACKED;
	int rc = vec_append(ret, fixed,
			    packed ? PLAN_PACKED_PHDRS : PLAN_PLAIN_PHDRS, err);

	if (rc || packed)
		return rc;
	rc = segments_build(frames, mappings, plan->page_size, view, ret,
			    err);
	if (!rc)
		segments_place(ret, PLAN_PLAIN_PHDRS, plan->data);
	return rc;
}
