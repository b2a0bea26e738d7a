/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view/placement.h"

#include "view/view.h"

int placement_frames(const struct frames *f, const struct info *info,
		     const struct vec *map, struct frames *ret,
		     struct imgfmt_error *err)
{
	struct view view;
	int rc = IMGFMT_OK;

	view_init(&view);
	if (info->view == IMGFMT_VIEW_ORIGINAL &&
	    info->kind == IMGFMT_HIBERNATED_SYSTEM)
		rc = view_build(&view, map->data, map->len, err);
	if (!rc && view.swaps.len) {
		rc = view_frames(&view, f, IMGFMT_VIEW_JUMP, f->block_pages,
				 ret, err);
	} else {
		for (size_t i = 0; i < f->runs.len && !rc; i++)
			rc = frames_add(ret, &frames_runs(f)[i], err);
		if (!rc)
			rc = frames_build(ret, f->block_pages, err);
	}
	view_fini(&view);
	return rc;
}

/*
 * How many frames from @pfn on, at most @pages, are alike: there or left out
 * as ones that no resume needs (@ok), or not.
 */
static uint64_t alike(const struct frames *f, uint64_t pfn, uint64_t pages,
		      bool *ok)
{
	size_t i = frames_find(f, pfn);
	const struct imgfmt_run *r;

	*ok = false;
	if (i == f->runs.len)
		return pages;
	r = &frames_runs(f)[i];
	if (r->pfn > pfn)
		return min_u64(pages, r->pfn - pfn);
	*ok = r->state != IMGFMT_EXCLUDED || !info_class_needed(r->class_id);
	return min_u64(pages, r->pfn + r->pages - pfn);
}

void placement_check(const struct frames *jump, const struct vec *map,
		     struct placement *ret)
{
	const struct imgfmt_backup_run *b =
		vec_array(map, const struct imgfmt_backup_run);

	*ret = (struct placement){ 0 };
	for (size_t i = 0; i < map->len; i++) {
		uint64_t pfn = b[i].backup, end = pfn + b[i].pages, n;
		bool ok;

		if (b[i].destination == b[i].backup)
			continue;
		ret->backups += b[i].pages;
		for (; pfn < end; pfn += n) {
			n = alike(jump, pfn, end - pfn, &ok);
			if (ok)
				continue;
			if (!ret->missing)
				ret->first_missing = pfn;
			ret->missing += n;
		}
	}
}
