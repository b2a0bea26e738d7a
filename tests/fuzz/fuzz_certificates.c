/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of certificates and revocation lists, PEM or DER, which somebody is
 * asked to trust; then a chain from each of them.
 */
#include <openssl/err.h>

#include "fuzz/fuzz.h"
#include "trust/certificates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct imgfmt_trust_opts opts = { .has_time = 1,
						.time = 1800000000 };
	void *copy = fuzz_copy(data, size);
	struct imgfmt_trust *trust;
	struct imgfmt_error err;
	int rc;

	FUZZ_ASSERT(!trust_new(&opts, &trust, &err));
	rc = certificates_parse(trust, copy, size, &err);
	if (rc)
		fuzz_check_error(rc, &err);
	FUZZ_ASSERT(sk_X509_num(trust->certs) <= TRUST_CERTS_MAX &&
		    sk_X509_CRL_num(trust->crls) <= TRUST_CRLS_MAX);
	for (int i = 0; i < sk_X509_num(trust->certs) && i < 8; i++) {
		rc = certificates_check(trust, sk_X509_value(trust->certs, i),
					trust->certs, IMGFMT_NOWHERE, &err);
		if (rc)
			fuzz_check_error(rc, &err);
	}
	FUZZ_ASSERT(!ERR_peek_error());
	imgfmt_trust_free(trust);
	free(copy);
	return 0;
}
