/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A key with its certificate: making signatures.
 */
#ifndef IMGFMT_TRUST_SIGNER_H
#define IMGFMT_TRUST_SIGNER_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "trust/openssl.h"
#include "trust/trust.h"

struct imgfmt_signer {
	EVP_PKEY *key;
	X509	*cert;
	const EVP_MD *digest;
	uint32_t flags;
	char	 subject[NAME_ROOM];
};

/* By options of this version of the library. */
int signer_new(const struct imgfmt_signer_opts *opts,
	       struct imgfmt_signer **ret, struct imgfmt_error *err);

/*
 * The private key that a file or a store has, decrypted with what the caller's
 * passphrase function says.  Other programs may still know the key: it is
 * cleansed when it is freed, no more.
 */
int signer_load_key(const struct imgfmt_signer_opts *opts, EVP_PKEY **ret,
		    struct imgfmt_error *err);

#endif /* IMGFMT_TRUST_SIGNER_H */
