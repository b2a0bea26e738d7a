/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates and revocation lists, from files to a chain.
 */
#ifndef IMGFMT_TRUST_CERTIFICATES_H
#define IMGFMT_TRUST_CERTIFICATES_H

#include <openssl/x509.h>

#include "trust/trust.h"

/* Files, and what they hold. */
#define TRUST_FILE_MAX	((size_t)1 << 20)
#define TRUST_CERTS_MAX	256
#define TRUST_CRLS_MAX	256

struct imgfmt_trust {
	struct imgfmt_trust_opts opts;
	STACK_OF(X509) *certs;		/* all that were added */
	STACK_OF(X509_CRL) *crls;
	X509_STORE *store;		/* how a chain is looked for; empty */
};

/* Take what PEM or DER bytes hold; IMGFMT_E_USAGE if that is nothing. */
int certificates_parse(struct imgfmt_trust *trust, const void *data,
		       size_t size, struct imgfmt_error *err);

/* For struct imgfmt_trust; NULL without memory. */
X509_STORE *certificates_store(void);

/*
 * Whether @cert, with the help of @more, leads to what is trusted and may sign
 * images: IMGFMT_E_UNTRUSTED with the rule and the reason if not.
 */
int certificates_check(const struct imgfmt_trust *trust, X509 *cert,
		       STACK_OF(X509) *more, uint64_t offset,
		       struct imgfmt_error *err);

/* A whole file of at most @max bytes, a vector of bytes. */
int certificates_read_file(const char *path, size_t max, struct vec *ret,
			   struct imgfmt_error *err);

#endif /* IMGFMT_TRUST_CERTIFICATES_H */
