/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whom to trust, and what they have signed.
 */
#include "api/options.h"
#include "trust/trust.h"

#define FLAGS (IMGFMT_TRUST_EXPIRED | IMGFMT_TRUST_ANY_TIME | \
	       IMGFMT_TRUST_CODE_SIGNING | IMGFMT_TRUST_REVOCATION)

const char *imgfmt_signature_verdict_name(int verdict)
{
	static const char *const names[] = { "unchecked", "good", "untrusted",
					     "bad" };

	return verdict >= 0 && (size_t)verdict < ARRAY_SIZE(names) ?
		       names[verdict] : NULL;
}

int imgfmt_trust_new(const struct imgfmt_trust_opts *opts,
		     struct imgfmt_trust **ret, struct imgfmt_error *err)
{
	struct imgfmt_trust_opts o;
	int rc = options_take(&o, sizeof(o), opts, err);

	*ret = NULL;
	if (rc)
		return rc;
	if (o.flags & ~FLAGS)
		return err_set(err, IMGFMT_E_USAGE, "unknown flags");
	return trust_new(&o, ret, err);
}

int imgfmt_signature_judge(const struct imgfmt_trust *trust,
			   const void *data, size_t size,
			   const void *signature, size_t signature_size,
			   imgfmt_signature_fn *fn, void *ctx,
			   struct imgfmt_error *err)
{
	const struct trust_blob blob = {
		.data = signature,
		.size = signature_size,
		.slot = IMGFMT_SIGNATURE_DETACHED,
		.offset = IMGFMT_NOWHERE,
	};

	return trust_judge(trust, data, size, &blob, 1, fn, ctx, err);
}
