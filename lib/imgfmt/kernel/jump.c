/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/jump.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/range.h"

/* Walks in search of the control page among virtual addresses. */
#define CODE_WALKS 65536u

int jump_read(struct jump *j, struct kernel_memory *m,
	      const struct vmcoreinfo *v, uint64_t entry, uint64_t memlimit,
	      struct imgfmt_error *err)
{
	int rc;

	*j = (struct jump){ 0 };
	vec_init(&j->list.runs, sizeof(struct imgfmt_backup_run));
	vec_init(&j->list.pages, sizeof(uint64_t));
	rc = control_page_read(m, v, entry, &j->control, err);
	return rc ? rc :
		    jump_list_read(m, j->control.list, memlimit, &j->list, err);
}

void jump_fini(struct jump *j)
{
	jump_list_fini(&j->list);
}

struct walk {
	const struct jump *j;
	struct kernel_memory *m;
	const struct jump_visitor *visitor;
};

static void needs(const struct walk *w, uint64_t pfn)
{
	if (w->visitor->needs)
		w->visitor->needs(w->visitor->ctx, pfn);
}

/* Tell; a walk goes on at the next rule. */
static int broken(const struct walk *w, const char *rule, uint64_t pfn,
		  const char *what)
{
	struct imgfmt_error e;

	err_rule_pfn(&e, IMGFMT_E_UNFIT, rule, IMGFMT_NOWHERE, pfn,
		     "not resumable: %s", what);
	if (w->visitor->broken)
		w->visitor->broken(w->visitor->ctx, &e);
	return IMGFMT_END;
}

/* ---- Pages that lie still while others change places ------------------- */

static int by_frame(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

static int add_page(const struct walk *w, struct vec *own, uint64_t pfn,
		    struct imgfmt_error *err)
{
	const struct range page = { pfn, 1 };

	needs(w, pfn);
	return vec_push(own, &page, err);
}

/* All pages that the code of the jump has for itself, rising. */
static int list_own(const struct walk *w, struct vec *own,
		    struct imgfmt_error *err)
{
	const struct control_page *c = &w->j->control;
	const uint64_t *page = vec_array(&w->j->list.pages, const uint64_t);
	int rc = add_page(w, own, c->pfn, err);

	if (!rc)
		rc = add_page(w, own, c->swap_page, err);
	if (!rc)
		rc = add_page(w, own, c->table, err);
	for (size_t i = 0; i < w->j->list.pages.len && !rc; i++)
		rc = add_page(w, own, page[i], err);
	if (!rc)
		qsort(own->data, own->len, own->elem, by_frame);
	return rc;
}

static void check_present(const struct walk *w, const struct vec *own)
{
	const struct range *page = vec_array(own, const struct range);

	for (size_t i = 0; i < own->len; i++) {
		if (frames_present(w->m->frames, page[i].first))
			continue;
		broken(w, "RSM-08", page[i].first,
		       "a page that the jump works with is missing");
		return;
	}
}

static void check_still(const struct walk *w, const struct vec *own)
{
	const struct range *page = vec_array(own, const struct range);
	const struct imgfmt_backup_run *r =
		vec_array(&w->j->list.runs, const struct imgfmt_backup_run);

	for (size_t i = 0; i < w->j->list.runs.len; i++) {
		const uint64_t sides[] = { r[i].destination, r[i].backup };

		for (size_t k = 0; k < ARRAY_SIZE(sides); k++) {
			size_t n = range_find(own, sides[k]);

			if (n == own->len ||
			    page[n].first >= sides[k] + r[i].pages)
				continue;
			broken(w, "RSM-08", page[n].first,
			       "a page that the jump works with is one of those it exchanges");
			return;
		}
	}
}

static int check_own_pages(const struct walk *w, struct imgfmt_error *err)
{
	struct vec own;
	int rc;

	vec_init(&own, sizeof(struct range));
	rc = list_own(w, &own, err);
	if (!rc) {
		check_present(w, &own);
		check_still(w, &own);
	}
	vec_fini(&own);
	return rc;
}

/* ---- Page tables ------------------------------------------------------- */

/* A page by its virtual address, with the tables that lead to it. */
static int find(const struct walk *w, const struct paging *p, uint64_t vaddr,
		struct paging_page *ret, struct imgfmt_error *err)
{
	struct paging_path path;
	int rc = paging_trace(p, w->m, vaddr, ret, &path, err);

	for (unsigned int i = 0; i < path.count; i++)
		needs(w, path.pfn[i]);
	return rc;
}

/* What a page is mapped for. */
enum use { DATA, CODE };

static bool serves(const struct paging_page *page, enum use use)
{
	return use == DATA || page->executable;
}

/*
 * Whether the jump finds frames where they are; IMGFMT_END where it does not,
 * and that was told.
 */
static int check_identity(const struct walk *w, uint64_t pfn, uint64_t pages,
			  enum use use, const char *what, struct imgfmt_error *err)
{
	uint64_t size = w->m->page_size, at = pfn * size;
	uint64_t end = at + pages * size;

	while (at < end) {
		struct paging_page page;
		int rc = find(w, &w->j->control.transition, at, &page, err);

		if (rc == IMGFMT_E_ABSENT || (!rc && (page.paddr != page.vaddr ||
						      !serves(&page, use))))
			return broken(w, "RSM-09", at / size, what);
		if (rc)
			return rc;
		at = page.vaddr + page.bytes;
	}
	return IMGFMT_OK;
}

static int check_exchanged(const struct walk *w, struct imgfmt_error *err)
{
	static const char what[] =
		"the page tables of the jump do not map a page that it exchanges";
	const struct imgfmt_backup_run *r =
		vec_array(&w->j->list.runs, const struct imgfmt_backup_run);
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < w->j->list.runs.len && !rc; i++) {
		rc = check_identity(w, r[i].destination, r[i].pages, DATA,
				    what, err);
		if (!rc)
			rc = check_identity(w, r[i].backup, r[i].pages, DATA,
					    what, err);
	}
	return rc;
}

static int check_transition(const struct walk *w, struct imgfmt_error *err)
{
	const struct control_page *c = &w->j->control;
	const uint64_t *page = vec_array(&w->j->list.pages, const uint64_t);
	int rc = check_identity(w, c->pfn, 1, CODE,
				"the page tables of the jump do not map the control page to itself, executable",
				err);

	if (!rc)
		rc = check_identity(w, c->swap_page, 1, DATA,
				    "the page tables of the jump do not map the swap page to itself",
				    err);
	for (size_t i = 0; i < w->j->list.pages.len && !rc; i++)
		rc = check_identity(w, page[i], 1, DATA,
				    "the page tables of the jump do not map its page list to itself",
				    err);
	return rc ? rc : check_exchanged(w, err);
}

/* The address of the kernel where the control page is executed as well. */
static int find_code(const struct walk *w, uint64_t *ret,
		     struct imgfmt_error *err)
{
	const struct control_page *c = &w->j->control;
	const struct paging *p = &c->transition;
	uint64_t budget = CODE_WALKS;
	uint64_t at = -((uint64_t)1 << (p->address_bits - 1));
	struct paging_page page;
	int rc;

	while (!(rc = paging_next(p, w->m, at, UINT64_MAX, &budget, &page,
				  err))) {
		if (page.paddr == c->pfn * w->m->page_size &&
		    page.bytes == w->m->page_size && serves(&page, CODE)) {
			*ret = page.vaddr;
			return find(w, p, page.vaddr, &page, err);
		}
		if (add_overflow(page.vaddr, page.bytes, &at))
			break;
	}
	if (rc < 0 && rc != IMGFMT_E_LIMIT)
		return rc;
	return broken(w, "RSM-09", c->pfn,
		      "the page tables of the jump do not map the control page to an address of the kernel, executable");
}

/* A page of the saved kernel, which runs there. */
static int check_mapped(const struct walk *w, uint64_t vaddr, enum use use,
			const char *what, struct imgfmt_error *err)
{
	struct paging_page page;
	uint64_t pfn;
	int rc = find(w, &w->j->control.own, vaddr, &page, err);

	if (rc == IMGFMT_E_ABSENT || (!rc && !serves(&page, use)))
		return broken(w, "RSM-10", IMGFMT_NOWHERE, what);
	if (rc)
		return rc;
	pfn = (page.paddr + (vaddr - page.vaddr)) / w->m->page_size;
	needs(w, pfn);
	return frames_present(w->m->frames, pfn) ?
		       IMGFMT_OK : broken(w, "RSM-10", pfn, what);
}

/* The page was checked before it is read. */
static int read_return(const struct walk *w, uint64_t vaddr, uint64_t *ret,
		       struct imgfmt_error *err)
{
	struct paging_page page;
	int rc = find(w, &w->j->control.own, vaddr, &page, err);

	return rc ? rc : kernel_memory_u64(w->m, page.paddr + (vaddr - page.vaddr),
					   ret, err);
}

static int check_own(const struct walk *w, uint64_t code,
		     struct imgfmt_error *err)
{
	static const char stack[] =
		"the saved kernel's page tables do not lead to its stack";
	uint64_t first = w->j->control.stack, last, goes_on;
	int rc = check_mapped(w, code, CODE,
			      "the saved kernel's page tables do not lead to the code of its jump, executable",
			      err);

	if (!rc && add_overflow(first, 8 * CONTROL_STACK_RETURN, &last))
		rc = broken(w, "RSM-10", IMGFMT_NOWHERE, stack);
	if (!rc)
		rc = check_mapped(w, first, DATA, stack, err);
	if (!rc)
		rc = check_mapped(w, last, DATA, stack, err);
	if (!rc)
		rc = read_return(w, last, &goes_on, err);
	return rc ? rc :
		    check_mapped(w, goes_on, CODE,
				 "the saved kernel's page tables do not lead to where it goes on, executable",
				 err);
}

int jump_walk(const struct jump *j, struct kernel_memory *m,
	      const struct jump_visitor *visitor, struct imgfmt_error *err)
{
	const struct walk w = { j, m, visitor };
	uint64_t code = 0;
	int rc;

	rc = check_own_pages(&w, err);
	if (!rc)
		rc = check_transition(&w, err);
	if (rc >= 0)
		rc = find_code(&w, &code, err);
	if (!rc)
		rc = check_own(&w, code, err);
	return rc < 0 ? rc : IMGFMT_OK;
}
