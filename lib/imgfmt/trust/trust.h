/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whom to trust: certificates and revocation lists, and what they say of a
 * signature (spec 11.4 and 11.5).
 *
 * Nothing here does I/O on images.  A signature is bytes, what it signs is
 * bytes; both may be hostile, the certificates in the trust too.
 */
#ifndef IMGFMT_TRUST_TRUST_H
#define IMGFMT_TRUST_TRUST_H

#include "base/base.h"
#include "base/vec.h"
#include "imgfmt.h"

/* A signature beside its image may be that large. */
#define TRUST_SIGNATURE_MAX ((size_t)64 << 10)

/* A DER CMS SignedData. */
struct trust_blob {
	const void *data;
	size_t	 size;
	int32_t	 slot;		/* or IMGFMT_SIGNATURE_DETACHED */
	uint64_t offset;	/* of it in the image, or IMGFMT_NOWHERE */
};

/* An empty one, by options of this version of the library. */
int trust_new(const struct imgfmt_trust_opts *opts, struct imgfmt_trust **ret,
	      struct imgfmt_error *err);

/*
 * Judge the signatures over @size bytes at @manifest; each signer of each one
 * is told to @fn, which may be NULL.
 *
 * IMGFMT_OK: one of them is good, or there is no @trust (NULL) to judge by.
 * IMGFMT_E_UNSIGNED: there is none.  IMGFMT_E_SIGNATURE: one is bad, and none
 * is good.  IMGFMT_E_UNTRUSTED: they are of signers that are not trusted.  Any
 * other status is no answer, but trouble.
 */
int trust_judge(const struct imgfmt_trust *trust, const void *manifest,
		size_t size, const struct trust_blob *blobs, size_t count,
		imgfmt_signature_fn *fn, void *ctx, struct imgfmt_error *err);

/*
 * The file of a detached signature, DER or PEM, as DER into @ret, a vector of
 * bytes.
 */
int trust_load_signature(const char *path, struct vec *ret,
			 struct imgfmt_error *err);

#endif /* IMGFMT_TRUST_TRUST_H */
