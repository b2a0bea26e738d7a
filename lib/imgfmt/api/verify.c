/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/options.h"
#include "verify/verify.h"

static void tell_salvaged(struct verifier *v)
{
	struct imgfmt_error e;

	if (!(v->image->info.not_resumable & IMGFMT_NOT_RESUMABLE_SALVAGED))
		return;
	err_set(&e, IMGFMT_OK,
		"salvaged from a damaged image: what was lost is excluded with class none (%llu pages)",
		(unsigned long long)
			v->image->frames.excluded_by_class[IMGFMT_NONE]);
	verify_tell(v, IMGFMT_FINDING_NOTE, &e);
}

/* What there is to know about a core without digests. */
static void tell_bare(struct verifier *v)
{
	struct imgfmt_error e;

	v->report.digests = v->image->info.level != IMGFMT_BARE ||
			    v->image->has_checksum;
	if (v->report.digests)
		return;
	err_set(&e, IMGFMT_OK, "%s: no digests to check its pages against",
		v->image->has_info ? "bare image" :
		v->image->ops->resumes ? v->image->ops->description :
					 "foreign ELF core");
	verify_tell(v, IMGFMT_FINDING_NOTE, &e);
}

/*
 * What is wrong with an image that was opened all the same.  In one that was
 * consumed, whose pages swap uses again, it does not count if asked for a resume.
 */
static void tell_damage(struct verifier *v)
{
	const struct imgfmt_image *image = v->image;
	bool spent = v->opts.flags & IMGFMT_VERIFY_RESUMABLE &&
		     image->has_resume &&
		     image->resume.state == IMGFMT_RESUME_CLAIMED;

	if (image->damage.status)
		verify_tell(v, spent ? IMGFMT_FINDING_NOTE :
				       IMGFMT_FINDING_ERROR, &image->damage);
}

static void tell_remark(void *ctx, int severity,
			const struct imgfmt_error *what)
{
	verify_tell(ctx, severity, what);
}

int imgfmt_verify(struct imgfmt_image *image,
		  const struct imgfmt_verify_opts *opts,
		  struct imgfmt_report *ret, struct imgfmt_error *err)
{
	struct verifier v = { .image = image };
	int rc = options_take(&v.opts, sizeof(v.opts), opts, err);

	if (rc)
		return rc;
	if (v.opts.depth > IMGFMT_DEPTH_DEEP ||
	    v.opts.flags & ~IMGFMT_VERIFY_RESUMABLE)
		return err_set(err, IMGFMT_E_USAGE, "unknown depth or flags");
	if (!v.opts.depth)
		v.opts.depth = IMGFMT_DEPTH_FULL;
	tell_bare(&v);
	tell_salvaged(&v);
	tell_damage(&v);
	if (!image->damage.status && image->ops->remark)
		image->ops->remark(image, tell_remark, &v);
	rc = image->damage.status ? IMGFMT_OK : verify_data(&v, err);
	if (!rc)
		rc = verify_resumable(&v, err);
	if (!rc)
		rc = verify_host(&v, err);
	if (ret)
		options_give(ret, &v.report, sizeof(v.report));
	return rc;
}
