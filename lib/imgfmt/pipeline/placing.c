/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/placing.h"

#include <stdlib.h>

#include "base/error.h"
#include "view/jump.h"

/* By the VMCOREINFO that counts. */
static int read_jump(const struct conversion *c, struct jump *ret,
		     struct imgfmt_error *err)
{
	struct vmcoreinfo info = { "", 0 };

	conversion_note(c, &info);
	return view_jump_read(ret, c->image, &info, c->target.entry, err);
}

int placing_find_map(struct conversion *c, struct imgfmt_error *err)
{
	struct target *t = &c->target;
	struct jump jump;
	int rc = read_jump(c, &jump, err);

	if (!rc && jump.list.runs.len)
		rc = vec_append(&t->backup_map, jump.list.runs.data,
				jump.list.runs.len, err);
	if (rc)
		err_prefix(err, "the backup map");
	jump_fini(&jump);
	return rc;
}

int placing_move(const struct conversion *c, bool foreign, struct frames *f,
		 struct imgfmt_error *err)
{
	const struct target *t = &c->target;
	struct frames moved;
	struct view view;
	int rc;

	if (t->info.view != IMGFMT_VIEW_JUMP || !t->backup_map.len ||
	    t->info.kind != IMGFMT_HIBERNATED_SYSTEM)
		return IMGFMT_OK;
	frames_init(&moved);
	view_init(&view);
	rc = view_build(&view, t->backup_map.data, t->backup_map.len, err);
	if (!rc)
		rc = view_to_jump(&view, f, foreign, &moved, err);
	view_fini(&view);
	if (rc) {
		frames_fini(&moved);
		return rc;
	}
	frames_fini(f);
	*f = moved;
	return IMGFMT_OK;
}

/* ---- The pages that a jump takes -------------------------------------- */

/* Frames as they come: the same table is come across again and again. */
struct needed {
	struct vec pfns;	/* uint64_t */
	struct imgfmt_error err;	/* the first failure */
	uint64_t limit;		/* of the frames kept before they are sorted */
};

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Sort, and keep one of each. */
static void thin_out(struct vec *pfns)
{
	uint64_t *pfn = vec_array(pfns, uint64_t);
	size_t len = 0;

	if (!pfns->len)
		return;
	qsort(pfns->data, pfns->len, pfns->elem, by_number);
	for (size_t i = 0; i < pfns->len; i++)
		if (!len || pfn[len - 1] != pfn[i])
			pfn[len++] = pfn[i];
	pfns->len = len;
}

static void take(void *ctx, uint64_t pfn)
{
	struct needed *n = ctx;

	if (n->err.status)
		return;
	if (n->pfns.len >= n->limit) {
		thin_out(&n->pfns);
		n->limit = max_u64(n->limit, 2 * n->pfns.len);
	}
	vec_push(&n->pfns, &pfn, &n->err);
}

static int build(struct needed *n, struct frames *ret,
		 struct imgfmt_error *err)
{
	struct imgfmt_run run = { .pages = 1, .state = IMGFMT_STORED };
	int rc = IMGFMT_OK;

	thin_out(&n->pfns);
	for (size_t i = 0; i < n->pfns.len && !rc; i++) {
		run.pfn = vec_array(&n->pfns, uint64_t)[i];
		rc = frames_add(ret, &run, err);
	}
	return rc ? rc : frames_build(ret, 1, err);
}

/* What is missing or damaged is for a check to tell. */
static bool is_missing(int rc)
{
	return rc == IMGFMT_E_ABSENT || rc == IMGFMT_E_SEEK ||
	       rc == IMGFMT_E_CORRUPT || rc == IMGFMT_E_LIMIT ||
	       rc == IMGFMT_E_UNSUPPORTED || rc == IMGFMT_E_UNFIT;
}

#define NEEDED_LIMIT 65536u

int placing_find_needed(struct conversion *c, struct imgfmt_error *err)
{
	struct needed n = { .limit = NEEDED_LIMIT };
	const struct jump_visitor visitor = { .needs = take, .ctx = &n };
	struct jump jump;
	int rc;

	if (!c->target.entry || c->image->ops->resumes ||
	    c->target.info.kind != IMGFMT_HIBERNATED_SYSTEM)
		return IMGFMT_OK;
	vec_init(&n.pfns, sizeof(uint64_t));
	rc = read_jump(c, &jump, err);
	if (!rc)
		rc = view_jump_walk(&jump, c->image, (int)c->source_view,
				    &visitor, err);
	jump_fini(&jump);
	if (is_missing(rc))
		rc = IMGFMT_OK;
	if (!rc && n.err.status) {
		if (err)
			*err = n.err;
		rc = n.err.status;
	}
	if (!rc)
		rc = build(&n, &c->needed, err);
	vec_fini(&n.pfns);
	return rc ? rc : placing_move(c, false, &c->needed, err);
}
