/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who says whether a manifest is to be trusted: what the caller of open gave.
 */
#include "base/error.h"
#include "source/source.h"

int source_judge(struct imgfmt_image *image, const void *manifest, size_t size,
		 const struct trust_blob *signatures, size_t count,
		 struct imgfmt_error *err)
{
	struct trust_blob all[IMGFMT_SLOTS + 1];
	struct imgfmt_error e = { 0 };
	size_t n = 0;
	int rc;

	if (image->detached.size)
		all[n++] = image->detached;
	for (size_t i = 0; i < count && n < ARRAY_SIZE(all); i++)
		all[n++] = signatures[i];
	rc = image->judge->fn(image->judge->ctx, manifest, size, all, n, &e);
	if (!rc) {
		image->authenticity = IMGFMT_AUTHENTICITY_GOOD;
		return IMGFMT_OK;
	}
	if (rc == IMGFMT_E_UNSIGNED && !image->judge->demands) {
		image->authenticity = IMGFMT_AUTHENTICITY_UNSIGNED;
		return IMGFMT_OK;
	}
	if (err)
		*err = e;
	return rc;
}

static int judge_by_trust(void *ctx, const void *manifest, size_t size,
			  const struct trust_blob *signatures, size_t count,
			  struct imgfmt_error *err)
{
	const struct imgfmt_open_opts *o = ctx;

	return trust_judge(o->trust, manifest, size, signatures, count,
			   o->signed_by, o->signed_by_ctx, err);
}

/* Signatures of an image that nobody asked to be verified, as they stand. */
static int tell_signers(const struct imgfmt_image *image,
			const struct imgfmt_open_opts *opts,
			struct imgfmt_error *err)
{
	struct trust_blob all[IMGFMT_SLOTS];
	uint64_t at = image->plan.mutable_at;
	size_t n = 0;

	if (!image->has_mutable || !image->has_tables)
		return IMGFMT_OK;
	for (int i = 0; i < IMGFMT_SLOTS; i++) {
		size_t off = (size_t)(1 + i) * IMGFMT_MUTABLE_UNIT;
		uint32_t kind, size;

		slot_decode(image->slots + off, at + off, &kind, &size, NULL);
		if (kind != IMGFMT_SLOT_CMS)
			continue;
		all[n++] = (struct trust_blob){
			.data = image->slots + off + IMGFMT_SLOT_HEADER,
			.size = size, .slot = i, .offset = at + off,
		};
	}
	if (!n)
		return IMGFMT_OK;
	return trust_judge(NULL, image->manifest_bytes,
			   image->plan.tables.manifest_size, all, n,
			   opts->signed_by, opts->signed_by_ctx, err);
}

static int open_judged(struct io *io, const struct imgfmt_open_opts *opts,
		       const struct trust_blob *detached,
		       struct imgfmt_image **ret, struct imgfmt_error *err)
{
	struct imgfmt_open_opts o = *opts;
	const struct judge judge = {
		.fn = judge_by_trust, .ctx = &o,
		.demands = opts->flags & IMGFMT_OPEN_REQUIRE_SIGNATURE,
	};

	return source_open_judged(io, opts, &judge, detached, ret, err);
}

int source_open_trusting(struct io *io, const struct imgfmt_open_opts *opts,
			 struct imgfmt_image **ret, struct imgfmt_error *err)
{
	bool demands = opts->flags & IMGFMT_OPEN_REQUIRE_SIGNATURE;
	struct trust_blob blob = {
		.slot = IMGFMT_SIGNATURE_DETACHED, .offset = IMGFMT_NOWHERE,
	};
	struct vec detached;
	int rc;

	*ret = NULL;
	if (!opts->trust && !opts->signature && !demands) {
		rc = source_open(io, opts, ret, err);
		if (rc || !opts->signed_by)
			return rc;
		rc = tell_signers(*ret, opts, err);
		if (rc) {
			source_unref(*ret);
			*ret = NULL;
		}
		return rc;
	}
	if (demands && !opts->trust) {
		io_free(io);
		return err_set(err, IMGFMT_E_USAGE,
			       "a signature is demanded, but nobody to trust was given");
	}
	vec_init(&detached, 1);
	rc = opts->signature ?
		     trust_load_signature(opts->signature, &detached, err) :
		     IMGFMT_OK;
	if (rc) {
		err_prefix(err, "%s", opts->signature);
		io_free(io);
	} else {
		blob.data = detached.data;
		blob.size = detached.len;
		rc = open_judged(io, opts, &blob, ret, err);
	}
	vec_fini(&detached);
	return rc;
}
