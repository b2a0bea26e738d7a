/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The container of a signature: CMS SignedData (RFC 5652), detached, in the
 * profile of spec 11.4.
 */
#ifndef IMGFMT_TRUST_CMS_H
#define IMGFMT_TRUST_CMS_H

#include <openssl/cms.h>

#include "trust/trust.h"

#define CMS_SIGNERS_MAX	8
#define CMS_CERTS_MAX	16

struct cms {
	CMS_ContentInfo *info;
	STACK_OF(CMS_SignerInfo) *signers;	/* borrowed from info */
	STACK_OF(X509) *certs;			/* that it brings along */
};

/* [SIG-03]; @offset is that of the signature in its image. */
int cms_parse(const void *der, size_t size, uint64_t offset, struct cms *ret,
	      struct imgfmt_error *err);
void cms_fini(struct cms *c);

/* The name of a digest that the profile allows, else NULL. */
const char *cms_digest_name(int nid);

/* What a signature says of its algorithms. */
struct cms_algorithms {
	int	digest;		/* NID */
	bool	pss;
	bool	known;
};

/* Digest and scheme of a signer, as far as they are known. */
void cms_algorithms(CMS_SignerInfo *signer, struct cms_algorithms *ret);

/*
 * Whether the signature is one of the profile, and right, with the key of
 * @cert over @size bytes of @data [SIG-04, SIG-05].
 */
int cms_verify(const struct cms *c, CMS_SignerInfo *signer, X509 *cert,
	       const void *data, size_t size, uint64_t offset,
	       struct imgfmt_error *err);

/* Whether a key may sign: RSA from 2048 bits on, ECDSA on P-256 or P-384. */
bool cms_key_allowed(const EVP_PKEY *key);

#endif /* IMGFMT_TRUST_CMS_H */
