/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SHA-256 through OpenSSL's EVP interface.  The algorithm is fetched once per
 * context: fetching searches the providers and takes locks.
 */
#include "digest/sha256.h"

#include <openssl/evp.h>

#include "base/error.h"

_Static_assert(SHA256_LEN == 32, "EVP writes 32 bytes");

int sha256_init(struct sha256 *s, struct imgfmt_error *err)
{
	*s = (struct sha256){ 0 };
	s->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!s->md)
		return err_set(err, IMGFMT_E_UNSUPPORTED,
			       "OpenSSL offers no SHA-256");
	s->ctx = EVP_MD_CTX_new();
	if (s->ctx)
		return IMGFMT_OK;
	sha256_fini(s);
	return err_nomem(err, "a SHA-256 context");
}

void sha256_fini(struct sha256 *s)
{
	EVP_MD_CTX_free(s->ctx);
	EVP_MD_free(s->md);
	*s = (struct sha256){ 0 };
}

/* SHA-256 itself cannot fail; what can is allocating the inner state. */
static int check(int ok, struct imgfmt_error *err)
{
	return ok == 1 ? IMGFMT_OK : err_nomem(err, "a SHA-256 computation");
}

int sha256_reset(struct sha256 *s, uint8_t domain, struct imgfmt_error *err)
{
	int rc = check(EVP_DigestInit_ex2(s->ctx, s->md, NULL), err);

	return rc < 0 ? rc : sha256_update(s, &domain, 1, err);
}

int sha256_update(struct sha256 *s, const void *buf, size_t len,
		  struct imgfmt_error *err)
{
	return check(EVP_DigestUpdate(s->ctx, buf, len), err);
}

int sha256_final(struct sha256 *s, uint8_t ret[SHA256_LEN],
		 struct imgfmt_error *err)
{
	return check(EVP_DigestFinal_ex(s->ctx, ret, NULL), err);
}

int sha256(struct sha256 *s, uint8_t domain, const void *buf, size_t len,
	   uint8_t ret[SHA256_LEN], struct imgfmt_error *err)
{
	int rc = sha256_reset(s, domain, err);

	if (rc < 0)
		return rc;
	rc = sha256_update(s, buf, len, err);
	return rc < 0 ? rc : sha256_final(s, ret, err);
}
