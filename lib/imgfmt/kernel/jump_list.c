/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/jump_list.h"

#include "base/bitmap.h"
#include "base/error.h"
#include "format.h"
#include "record/backup_map.h"

/* The low bits of an entry: just one of them, beside the address of a page. */
enum { DESTINATION = 1, INDIRECTION = 2, DONE = 4, SOURCE = 8 };

#define ENTRY_BYTES 8u

struct walk {
	struct kernel_memory *m;
	struct jump_list *list;
	struct bitmap seen;	/* pages of the list, by rank in the image */
	uint64_t memlimit;
	uint64_t page;		/* frame of the list page that is read */
	uint64_t offset;	/* of the next entry there */
	bool	 has_destination;
	uint64_t destination;	/* frame, of the next source */
};

static int broken(const struct walk *w, struct imgfmt_error *err,
		  const char *what, uint64_t entry)
{
	return err_rule_pfn(err, IMGFMT_E_CORRUPT, "", IMGFMT_NOWHERE, w->page,
			    "the page list of the jump: %s: 0x%llx", what,
			    (unsigned long long)entry);
}

static bool is_memory(const struct kernel_memory *m, uint64_t pfn)
{
	size_t i = frames_find(m->frames, pfn);

	return i < m->frames->runs.len && frames_runs(m->frames)[i].pfn <= pfn;
}

static int add_pair(struct walk *w, uint64_t source, struct imgfmt_error *err)
{
	const struct imgfmt_backup_run run = {
		.destination = w->destination++, .backup = source, .pages = 1,
	};

	/* What is in place need not be there: it is not the saved system's. */
	if (source != run.destination && !is_memory(w->m, source) &&
	    !is_memory(w->m, run.destination))
		return broken(w, err, "a page that is no memory of the image",
			      source * w->m->page_size);
	return backup_map_add(&w->list->runs, &run, w->memlimit, err);
}

static int go_to(struct walk *w, uint64_t pfn, struct imgfmt_error *err)
{
	uint64_t rank;

	w->page = pfn;
	w->offset = 0;
	if (!frames_present(w->m->frames, pfn))
		return err_rule_pfn(err, IMGFMT_E_ABSENT, "", IMGFMT_NOWHERE,
				    pfn,
				    "the page list of the jump: frame 0x%llx of it is not in the image",
				    (unsigned long long)pfn);
	rank = frames_page_rank(w->m->frames, pfn);
	if (bitmap_test(&w->seen, rank))
		return broken(w, err, "it leads back to itself",
			      pfn * w->m->page_size);
	bitmap_set(&w->seen, rank);
	return vec_push(&w->list->pages, &pfn, err);
}

static int take_entry(struct walk *w, uint64_t entry, struct imgfmt_error *err)
{
	uint64_t size = w->m->page_size;
	uint64_t address = entry & ~(size - 1);

	if (address >= IMGFMT_MAX_ADDRESS)
		return broken(w, err, "an entry beyond the highest address",
			      entry);
	switch (entry & (size - 1)) {
	case DESTINATION:
		w->has_destination = true;
		w->destination = address / size;
		return IMGFMT_OK;
	case INDIRECTION:
		return go_to(w, address / size, err);
	case SOURCE:
		if (!w->has_destination)
			return broken(w, err, "a source without destination",
				      entry);
		return add_pair(w, address / size, err);
	case DONE:
		return IMGFMT_END;
	}
	return broken(w, err, "an unknown entry", entry);
}

static int next_entry(struct walk *w, uint64_t *ret, struct imgfmt_error *err)
{
	int rc;

	if (w->offset == w->m->page_size)
		return broken(w, err, "a page without end",
			      w->page * w->m->page_size);
	rc = kernel_memory_u64(w->m, w->page * w->m->page_size + w->offset,
			       ret, err);
	w->offset += ENTRY_BYTES;
	return rc;
}

static int walk(struct walk *w, uint64_t entry, struct imgfmt_error *err)
{
	int rc = take_entry(w, entry, err);

	/* The first entry says where the others are, unless there are none. */
	if (!rc && !w->list->pages.len)
		return broken(w, err, "it does not begin with a page",
			      entry);
	while (!rc) {
		rc = next_entry(w, &entry, err);
		if (!rc)
			rc = take_entry(w, entry, err);
	}
	return rc;
}

int jump_list_read(struct kernel_memory *m, uint64_t first, uint64_t memlimit,
		   struct jump_list *ret, struct imgfmt_error *err)
{
	struct walk w = { .m = m, .list = ret, .memlimit = memlimit };
	int rc;

	vec_init(&ret->runs, sizeof(struct imgfmt_backup_run));
	vec_init(&ret->pages, sizeof(uint64_t));
	rc = bitmap_init(&w.seen, m->frames->present, err);
	if (!rc)
		rc = walk(&w, first, err);
	bitmap_fini(&w.seen);
	if (rc != IMGFMT_END)
		return rc;
	backup_map_sort(&ret->runs);
	rc = backup_map_check(ret->runs.data, ret->runs.len, m->page_size, err);
	if (rc)
		err_prefix(err, "the page list of the jump");
	return rc;
}

void jump_list_fini(struct jump_list *l)
{
	vec_fini(&l->runs);
	vec_fini(&l->pages);
}
