/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/page_class.h"

#include <stdlib.h>

#include "base/error.h"
#include "kernel/page_layout.h"
#include "kernel/zones.h"

/* No compound page is larger: 16 GiB in pages of 4 KiB. */
#define COMPOUND_ORDER_MAX 22u

/* Batches between two calls of the progress function. */
#define PROGRESS_BATCHES 64u

#define KNOWN_WORDS (MEM_MAP_BATCH / 64)

#define MAPPING_ANON ((uint64_t)1)
#define COMPOUND_TAIL ((uint64_t)1)

/*
 * The kernel's count of free pages is not exact: each processor keeps a part
 * of it for itself.  They may differ by one in so many, or so many.
 */
#define FREE_DIFFERS_PART 100u
#define FREE_DIFFERS	  256u

/* Sections that are looked up in gaps between frames. */
#define GAP_SECTIONS 65536u

/* The flag that makedumpfile takes for slab's where the kernel tells none. */
#define PEER_SLAB_BIT 7u

/* Its bits are those of a 32-bit word. */
#define PEER_BITS 32u

struct walk {
	struct page_classes *c;
	struct mem_map map;
	struct page_layout layout;
	struct zones zones;
	const struct page_class_opts *opts;
	uint32_t want;
	const struct frames *frames;
	uint64_t next;		/* the first frame that has no class yet */
	uint64_t batches_done, free_frames, unaccepted, class_frames;
	uint64_t unseen;	/* frames with a struct page that was not read */
	unsigned int gap_sections;
	uint8_t *pages;
	uint64_t known[KNOWN_WORDS];
};

/* One struct page. */
struct page {
	const uint8_t *bytes;
	uint64_t pfn, flags;
	uint32_t mapcount;
	bool	 slab;
	bool	 typed;		/* it has a type, so it is nobody's mapping */
	bool	 alone;		/* the struct page behind it is not known */
};

static void doubt(struct walk *w, enum page_doubt which, uint64_t pfn,
		  uint64_t value)
{
	struct page_doubt_count *d = &w->c->doubts[which];

	if (!frames_present(w->frames, pfn))
		return;
	if (!d->frames++) {
		d->pfn = pfn;
		d->value = value;
	}
}

static bool has_bit(const struct page *p, unsigned int bit)
{
	return bit < 64 && p->flags >> bit & 1;
}

static bool has_type(const struct page *p, const struct page_value *type)
{
	return type->known && p->mapcount == type->value;
}

static void load_page(const struct walk *w, uint64_t pfn, unsigned int i,
		      struct page *ret)
{
	const struct page_layout *l = &w->layout;
	const uint8_t *bytes = w->pages + (size_t)i * l->page_bytes;
	unsigned int after = i + 1;

	*ret = (struct page){
		.bytes = bytes,
		.pfn = pfn,
		.flags = get_le64(bytes + l->flags),
		.mapcount = get_le32(bytes + l->mapcount),
		.alone = after == MEM_MAP_BATCH ||
			 !(w->known[after / 64] >> after % 64 & 1),
	};
	ret->slab = has_type(ret, &l->slab) || has_bit(ret, l->slab_bit);
	ret->typed = l->types && l->types->is_type(ret->mapcount);
}

/*
 * The frames of a compound page, from its head; *@huge: it is hugetlb's.
 * 0 if its order is not to be believed.
 */
static uint64_t compound_frames(struct walk *w, const struct page *p,
				bool *huge)
{
	const struct page_layout *l = &w->layout;
	unsigned int order;

	*huge = false;
	if (!(p->flags & l->head_mask) || p->alone)
		return 1;
	*huge = page_layout_is_huge(l, p->bytes);
	order = page_layout_order(l, p->bytes);
	if (order <= COMPOUND_ORDER_MAX &&
	    !(p->pfn & low_mask(order)))
		return (uint64_t)1 << order;
	doubt(w, PAGE_DOUBT_ORDER, p->pfn, order);
	return 0;
}

/* A free block: its class and frames; false if it is not to be believed. */
static bool free_block(struct walk *w, const struct page *p, uint64_t *frames)
{
	const struct page_layout *l = &w->layout;
	uint64_t order = get_le64(p->bytes + l->private_field);

	if (order >= l->orders || (!w->opts->as_makedumpfile &&
				   p->pfn & low_mask((unsigned int)order))) {
		doubt(w, PAGE_DOUBT_FREE_ORDER, p->pfn, order);
		return false;
	}
	*frames = (uint64_t)1 << order;
	w->free_frames += *frames;
	return true;
}

/*
 * Of pages that processes or files had.  A page with a type is the kernel's,
 * hugetlb excepted.
 */
static unsigned int class_of_content(struct walk *w, const struct page *p,
				     uint64_t *frames)
{
	const struct page_layout *l = &w->layout;
	bool huge, anon, cache;

	/* Slab pages may use the place of an order for something else. */
	if (p->slab)
		return has_bit(p, l->hwpoison) ? IMGFMT_HWPOISON : IMGFMT_NONE;
	*frames = compound_frames(w, p, &huge);
	if (!*frames)
		return IMGFMT_NONE;
	if (huge)
		return IMGFMT_HUGETLB;
	if (p->typed)
		return has_bit(p, l->hwpoison) ? IMGFMT_HWPOISON : IMGFMT_NONE;
	anon = get_le64(p->bytes + l->mapping) & MAPPING_ANON;
	cache = has_bit(p, l->lru) ||
		(has_bit(p, l->swapbacked) && has_bit(p, l->swapcache));
	if (has_bit(p, l->hwpoison))
		return IMGFMT_HWPOISON;
	if (anon)
		return IMGFMT_USER;
	if (cache)
		return has_bit(p, l->private_bit) ? IMGFMT_CACHE_PRIVATE :
						    IMGFMT_CACHE;
	return IMGFMT_NONE;
}

/* The class of a frame and of those behind it that share its fate. */
static unsigned int classify(struct walk *w, const struct page *p,
			     uint64_t *frames)
{
	const struct page_layout *l = &w->layout;

	*frames = 1;
	if (get_le64(p->bytes + l->compound) & COMPOUND_TAIL)
		return IMGFMT_NONE;
	if (l->types && p->typed && !l->types->is_known(p->mapcount)) {
		doubt(w, PAGE_DOUBT_TYPE, p->pfn, p->mapcount);
		return IMGFMT_NONE;
	}
	if (!p->slab && has_type(p, &l->buddy)) {
		if (!l->orders)
			return IMGFMT_NONE;
		return free_block(w, p, frames) ? IMGFMT_FREE : IMGFMT_NONE;
	}
	if (has_type(p, &l->unaccepted) && l->orders) {
		*frames = (uint64_t)1 << (l->orders - 1);
		w->unaccepted += *frames;
		return IMGFMT_UNACCEPTED;
	}
	if (!p->slab && has_type(p, &l->offline)) {
		bool huge;

		*frames = compound_frames(w, p, &huge);
		return *frames ? IMGFMT_OFFLINE : IMGFMT_NONE;
	}
	return class_of_content(w, p, frames);
}

/* ---- As makedumpfile decides ------------------------------------------- */

static bool peer_has_bit(const struct page *p, unsigned int bit)
{
	return bit < 64 && p->flags >> bit % PEER_BITS & 1;
}

/* An order that cannot be is none to it. */
static uint64_t peer_frames(const struct walk *w, const struct page *p,
			    bool *huge)
{
	const struct page_layout *l = &w->layout;
	unsigned int order;

	*huge = false;
	if (!(p->flags & l->head_mask) || p->alone)
		return 1;
	*huge = page_layout_is_huge(l, p->bytes);
	order = page_layout_order(l, p->bytes);
	if (order >= 64 || p->pfn & low_mask(order) ||
	    p->pfn + ((uint64_t)1 << order) < p->pfn)
		return 1;
	return (uint64_t)1 << order;
}

static bool peer_is_slab(const struct walk *w, const struct page *p)
{
	unsigned int bit = w->layout.slab_bit;

	return has_type(p, &w->layout.slab) ||
	       peer_has_bit(p, bit < 64 ? bit : PEER_SLAB_BIT);
}

/* The first of its questions that a page answers with yes. */
static unsigned int peer_content(const struct walk *w, const struct page *p,
				 bool slab, bool huge)
{
	const struct page_layout *l = &w->layout;
	bool anon = get_le64(p->bytes + l->mapping) & MAPPING_ANON && !slab;
	bool cache = peer_has_bit(p, l->lru) ||
		     (peer_has_bit(p, l->swapbacked) &&
		      peer_has_bit(p, l->swapcache));
	bool is_private = peer_has_bit(p, l->private_bit);

	if (w->want & IMGFMT_EXCLUDE(IMGFMT_CACHE) && cache && !anon &&
	    !is_private)
		return IMGFMT_CACHE;
	if (w->want & IMGFMT_EXCLUDE(IMGFMT_CACHE_PRIVATE) && cache && !anon)
		return IMGFMT_CACHE_PRIVATE;
	if (w->want & IMGFMT_EXCLUDE(IMGFMT_USER) && anon)
		return IMGFMT_USER;
	if (w->want & IMGFMT_EXCLUDE(IMGFMT_HUGETLB) && huge)
		return IMGFMT_HUGETLB;
	if (l->hwpoison < 64 && peer_has_bit(p, l->hwpoison))
		return IMGFMT_HWPOISON;
	return !slab && has_type(p, &l->offline) ? IMGFMT_OFFLINE :
						  IMGFMT_NONE;
}

static unsigned int peer_classify(struct walk *w, const struct page *p,
				  uint64_t *frames)
{
	const struct page_layout *l = &w->layout;
	bool slab = peer_is_slab(w, p), huge;

	*frames = 1;
	if (get_le64(p->bytes + l->compound) & COMPOUND_TAIL)
		return IMGFMT_NONE;
	if (l->orders && !slab && has_type(p, &l->buddy))
		return free_block(w, p, frames) ? IMGFMT_FREE : IMGFMT_NONE;
	if (l->orders && has_type(p, &l->unaccepted)) {
		*frames = (uint64_t)1 << (l->orders - 1);
		w->unaccepted += *frames;
		return IMGFMT_UNACCEPTED;
	}
	*frames = peer_frames(w, p, &huge);
	return peer_content(w, p, slab, huge);
}

/*
 * It takes the last section with struct pages as the end of memory: firmware
 * above it is gone whatever the level.  Looked for in sections with frames only.
 */
static void find_end(struct walk *w)
{
	const struct imgfmt_run *r = frames_runs(w->frames);

	if (!w->opts->as_makedumpfile)
		return;
	for (size_t i = w->frames->runs.len; i--;) {
		uint64_t last = r[i].pfn + r[i].pages - 1, first;

		for (;;) {
			if (mem_map_has(&w->map, last, &first)) {
				w->c->end = mem_map_end(&w->map, last);
				return;
			}
			if (first <= r[i].pfn)
				break;
			last = first - 1;
		}
	}
}

/* ---- The walk ------------------------------------------------------------ */

static int add_run(struct walk *w, const struct imgfmt_run *run,
		   struct imgfmt_error *err)
{
	if (w->c->frames.runs.len >= w->opts->max_runs)
		return err_set(err, IMGFMT_E_LIMIT,
			       "classes of more than %llu runs of frames take more memory than the limit",
			       (unsigned long long)w->opts->max_runs);
	w->next = run->pfn + run->pages;
	w->class_frames += run->pages;
	return frames_add(&w->c->frames, run, err);
}

static int walk_batch(struct walk *w, uint64_t first, struct imgfmt_error *err)
{
	int rc = mem_map_read(&w->map, first, w->pages, w->known, err);

	for (unsigned int i = 0; i < MEM_MAP_BATCH && !rc; i++) {
		struct imgfmt_run run = { .pfn = first + i, .pages = 1,
					  .state = IMGFMT_STORED };
		struct page page;

		if (run.pfn < w->next)
			continue;
		if (!(w->known[i / 64] >> i % 64 & 1)) {
			doubt(w, PAGE_DOUBT_UNKNOWN, run.pfn, 0);
			w->unseen++;
			continue;
		}
		load_page(w, run.pfn, i, &page);
		run.class_id = w->opts->as_makedumpfile ?
				       peer_classify(w, &page, &run.pages) :
				       classify(w, &page, &run.pages);
		if (!(w->want & IMGFMT_EXCLUDE(run.class_id)) ||
		    run.class_id == IMGFMT_NONE)
			continue;
		rc = add_run(w, &run, err);
	}
	return rc;
}

static int tell_progress(struct walk *w, struct imgfmt_error *err)
{
	const struct imgfmt_progress *p = &w->opts->progress;

	if (w->batches_done++ % PROGRESS_BATCHES || !p->fn ||
	    !p->fn(p->ctx, 0, w->frames->present * w->map.k->memory.page_size))
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_CANCELLED, "stopped");
}

/*
 * Frames of which nothing is in the image may be free too, if the kernel has
 * struct pages of them: how many are not seen.
 */
static void count_gap(struct walk *w, uint64_t pfn, uint64_t end)
{
	while (pfn < end) {
		uint64_t first, stop = min_u64(end, mem_map_end(&w->map, pfn));

		if (w->gap_sections >= GAP_SECTIONS) {
			w->unseen += end - pfn;
			return;
		}
		w->gap_sections++;
		if (mem_map_has(&w->map, pfn, &first))
			w->unseen += stop - pfn;
		pfn = stop;
	}
}

/*
 * All batches with a present frame, rising: the work is bounded by what the
 * image has, whatever the kernel's tables say.
 */
static int walk_frames(struct walk *w, struct imgfmt_error *err)
{
	const struct frames *f = w->frames;
	uint64_t next = 0;

	for (size_t i = 0; i < f->runs.len; i++) {
		const struct imgfmt_run *r = &frames_runs(f)[i];
		uint64_t at = r->pfn - r->pfn % MEM_MAP_BATCH;

		if (r->state == IMGFMT_EXCLUDED)
			continue;
		count_gap(w, next, at);
		for (at = max_u64(at, next); at < r->pfn + r->pages;
		     at = next) {
			int rc = tell_progress(w, err);

			if (!rc)
				rc = walk_batch(w, at, err);
			if (rc)
				return rc;
			next = at + MEM_MAP_BATCH;
		}
	}
	count_gap(w, next, max_u64(next, w->zones.end));
	return IMGFMT_OK;
}

static int prepare(struct walk *w, struct kernel *k, struct imgfmt_error *err)
{
	int rc = mem_map_init(&w->map, k, err);

	if (!rc)
		rc = page_layout_init(&w->layout, &k->info, w->map.page_bytes,
				      w->want, err);
	if (rc)
		return rc;
	zones_read(k, &w->zones);
	w->pages = malloc((size_t)w->map.page_bytes * MEM_MAP_BATCH);
	return w->pages ? IMGFMT_OK : err_nomem(err, "struct pages");
}

static void doubt_all(struct walk *w, enum page_doubt which, uint64_t frames,
		      uint64_t value)
{
	w->c->doubts[which] = (struct page_doubt_count){
		.frames = frames, .pfn = IMGFMT_NOWHERE, .value = value,
		.found = w->free_frames + w->unaccepted,
	};
}

/* What was found against what the kernel counts itself. */
static void check_free(struct walk *w)
{
	const struct zones *z = &w->zones;
	uint64_t may = max_u64(z->free / FREE_DIFFERS_PART, FREE_DIFFERS);
	/* Unaccepted memory is counted as free. */
	uint64_t found = w->free_frames + w->unaccepted;

	if (!(w->want & IMGFMT_EXCLUDE(IMGFMT_FREE)))
		return;
	/* Where they were left out before, their descriptions may not be seen. */
	if (!w->free_frames && !w->frames->excluded_by_class[IMGFMT_FREE])
		doubt_all(w, PAGE_DOUBT_NO_FREE, 1, 0);
	else if (z->known && (found > z->free + may ||
			      found + w->unseen + may < z->free))
		doubt_all(w, PAGE_DOUBT_FREE_COUNT, 1, z->free);
}

static void check_all(struct walk *w)
{
	struct page_doubt_count *unknown = &w->c->doubts[PAGE_DOUBT_UNKNOWN];
	uint64_t top = w->frames->max_pfn;
	/* Blocks may end behind the frames, but not behind their section. */
	uint64_t memory = w->zones.known ? w->zones.spanned :
			  top ? mem_map_end(&w->map, top - 1) : 0;

	if (w->layout.buddy.known && !w->layout.types)
		doubt_all(w, PAGE_DOUBT_ENCODING, 1, w->layout.buddy.value);
	/* Firmware in a core has no struct page, so a few are nothing. */
	if (unknown->frames <= w->frames->present / 8)
		unknown->frames = 0;
	if (w->class_frames > memory)
		doubt_all(w, PAGE_DOUBT_SUM, w->class_frames, memory);
	check_free(w);
}

/* It looks at no page where neither the level nor the kernel asks for that. */
static bool peer_looks(const struct walk *w)
{
	const uint32_t always = IMGFMT_EXCLUDE(IMGFMT_OFFLINE) |
				IMGFMT_EXCLUDE(IMGFMT_HWPOISON);

	return w->want & ~always || w->layout.hwpoison < 64;
}

int page_classes_find(struct page_classes *ret, struct kernel *k,
		      const struct page_class_opts *opts,
		      struct imgfmt_error *err)
{
	struct walk w = {
		.c = ret,
		.opts = opts,
		.want = opts->want & PAGE_CLASSES,
		.frames = k->memory.frames,
	};
	int rc;

	*ret = (struct page_classes){ 0 };
	frames_init(&ret->frames);
	rc = prepare(&w, k, err);
	if (!rc) {
		find_end(&w);
		if (!opts->as_makedumpfile || peer_looks(&w))
			rc = walk_frames(&w, err);
	}
	free(w.pages);
	if (rc)
		return rc;
	check_all(&w);
	return frames_build(&ret->frames, 1, err);
}

void page_classes_fini(struct page_classes *c)
{
	frames_fini(&c->frames);
}

#define CLASS(name) IMGFMT_EXCLUDE(IMGFMT_##name)

/* What each doubt is about: classes, or only pages that have none anyway. */
static const uint32_t doubted[PAGE_DOUBTS] = {
	[PAGE_DOUBT_ENCODING] = PAGE_CLASSES,
	[PAGE_DOUBT_FREE_ORDER] = CLASS(FREE),
	[PAGE_DOUBT_ORDER] = CLASS(CACHE) | CLASS(CACHE_PRIVATE) |
			     CLASS(USER) | CLASS(HUGETLB),
	[PAGE_DOUBT_NO_FREE] = CLASS(FREE) | CLASS(UNACCEPTED),
	[PAGE_DOUBT_FREE_COUNT] = CLASS(FREE) | CLASS(UNACCEPTED),
	[PAGE_DOUBT_SUM] = PAGE_CLASSES,
};

uint32_t page_classes_doubted(const struct page_classes *c)
{
	uint32_t ret = 0;

	for (size_t i = 0; i < PAGE_DOUBTS; i++)
		if (c->doubts[i].frames)
			ret |= doubted[i];
	return ret;
}

void page_doubt_describe(const struct page_classes *c, enum page_doubt doubt,
			 struct imgfmt_error *ret)
{
	const struct page_doubt_count *d = &c->doubts[doubt];
	unsigned long long value = d->value, frames = d->frames;
	const int status = IMGFMT_E_CORRUPT;

	switch (doubt) {
	case PAGE_DOUBT_ENCODING:
		err_set(ret, status, "types of pages, of which free is 0x%llx, are those of no known kernel: no class is left out",
			value);
		break;
	case PAGE_DOUBT_TYPE:
		err_set(ret, status, "%llu pages have a type that is not known, like 0x%llx: kept",
			frames, value);
		break;
	case PAGE_DOUBT_FREE_ORDER:
		err_set(ret, status, "%llu free blocks have an order that the kernel has not, like %llu: free pages are kept",
			frames, value);
		break;
	case PAGE_DOUBT_ORDER:
		err_set(ret, status, "%llu compound pages have an order that no kernel has, like %llu: caches and memory of processes are kept",
			frames, value);
		break;
	case PAGE_DOUBT_UNKNOWN:
		err_set(ret, status, "what %llu pages were used for is not in the image: kept",
			frames);
		break;
	case PAGE_DOUBT_FREE_COUNT:
		err_set(ret, status, "%llu pages are free, but the kernel counts %llu: they are kept",
			(unsigned long long)d->found, value);
		break;
	case PAGE_DOUBT_SUM:
		err_set(ret, status, "the pages of all classes are %llu, more than the kernel's memory, %llu: all are kept",
			frames, value);
		break;
	default:
		err_set(ret, status, "not one page is free, which no running kernel has");
		break;
	}
	ret->pfn = d->pfn;
}
