/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether an image holds what it takes to re-enter its kernel, where it is
 * known how that kernel does it (spec 6.10).
 */
#include "base/error.h"
#include "verify/verify.h"
#include "view/jump.h"

static void note(struct verifier *v, const char *why)
{
	struct imgfmt_error e;

	err_set(&e, IMGFMT_E_UNFIT,
		"not checked: the page tables, page list and swap page that the jump takes: %s",
		why);
	verify_tell(v, IMGFMT_FINDING_NOTE, &e);
}

static void tell_broken(void *ctx, const struct imgfmt_error *what)
{
	verify_tell(ctx, IMGFMT_FINDING_ERROR, what);
}

/* A failure to read control page or list, as a finding; else it is given back. */
static int tell_failure(struct verifier *v, const struct imgfmt_error *why)
{
	struct imgfmt_error e = *why;

	switch (why->status) {
	case IMGFMT_E_UNSUPPORTED:
	case IMGFMT_E_SEEK:
		note(v, why->message);
		return IMGFMT_OK;
	case IMGFMT_E_ABSENT:
	case IMGFMT_E_CORRUPT:
		err_rule_pfn(&e, IMGFMT_E_UNFIT, "RSM-07", IMGFMT_NOWHERE,
			     why->pfn, "%s", why->message);
		break;
	case IMGFMT_E_UNFIT:
		break;
	default:
		return why->status;
	}
	err_prefix(&e, "not resumable");
	verify_tell(v, IMGFMT_FINDING_ERROR, &e);
	return IMGFMT_OK;
}

/* Page by page: runs may be cut differently. */
static bool same_map(const struct vec *a, const struct vec *b)
{
	const struct imgfmt_backup_run *x =
		vec_array(a, const struct imgfmt_backup_run);
	const struct imgfmt_backup_run *y =
		vec_array(b, const struct imgfmt_backup_run);
	uint64_t skip_x = 0, skip_y = 0;
	size_t i = 0, k = 0;

	while (i < a->len && k < b->len) {
		uint64_t n = min_u64(x[i].pages - skip_x, y[k].pages - skip_y);

		if (x[i].destination + skip_x != y[k].destination + skip_y ||
		    x[i].backup + skip_x != y[k].backup + skip_y)
			return false;
		skip_x += n;
		skip_y += n;
		if (skip_x == x[i].pages) {
			i++;
			skip_x = 0;
		}
		if (skip_y == y[k].pages) {
			k++;
			skip_y = 0;
		}
	}
	return i == a->len && k == b->len;
}

static void check_map(struct verifier *v, const struct jump *j)
{
	const struct imgfmt_image *image = v->image;
	struct imgfmt_error e;

	if (!image->has_backup_map ||
	    same_map(&image->backup_map, &j->list.runs))
		return;
	err_rule(&e, IMGFMT_E_UNFIT, "RSM-07", IMGFMT_NOWHERE,
		 "not resumable: the page list of the jump says another backup map than the image");
	verify_tell(v, IMGFMT_FINDING_ERROR, &e);
}

int verify_jump(struct verifier *v, struct imgfmt_error *err)
{
	const struct jump_visitor visitor = { .broken = tell_broken, .ctx = v };
	struct imgfmt_image *image = v->image;
	struct vmcoreinfo info = { "", 0 };
	struct imgfmt_error why;
	struct jump jump;
	int rc;

	if (!image->entry || image->info.kind != IMGFMT_HIBERNATED_SYSTEM)
		return IMGFMT_OK;
	if (v->opts.depth == IMGFMT_DEPTH_QUICK) {
		note(v, "no pages are read");
		return IMGFMT_OK;
	}
	vmcoreinfo_find(&image->notes, &info);
	rc = view_jump_read(&jump, image, &info, image->entry, &why);
	if (rc) {
		rc = tell_failure(v, &why);
		if (rc && err)
			*err = why;
	} else {
		check_map(v, &jump);
		rc = view_jump_walk(&jump, image, image->info.view, &visitor,
				    err);
	}
	jump_fini(&jump);
	return rc;
}
