/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making signatures, as the kernel's scripts/sign-file does for modules.
 */
#include "trust/signer.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "base/error.h"
#include "trust/certificates.h"
#include "trust/cms.h"

#define FLAGS (IMGFMT_SIGNER_ATTRIBUTES | IMGFMT_SIGNER_CERTIFICATE | \
	       IMGFMT_SIGNER_PSS)

static const EVP_MD *find_digest(const char *name)
{
	if (!name || !strcmp(name, "sha256"))
		return EVP_sha256();
	if (!strcmp(name, "sha384"))
		return EVP_sha384();
	return !strcmp(name, "sha512") ? EVP_sha512() : NULL;
}

static int check_key(const struct imgfmt_signer_opts *opts,
		     const EVP_PKEY *key, struct imgfmt_error *err)
{
	char name[KEY_NAME_ROOM];

	openssl_key_name(key, false, name, sizeof(name));
	if (!cms_key_allowed(key))
		return err_rule(err, IMGFMT_E_USAGE, "SIG-04", IMGFMT_NOWHERE,
				"%s: a key of kind %s signs no images: RSA from 2048 bits on, or ECDSA on P-256 or P-384",
				opts->key, name);
	if (opts->flags & IMGFMT_SIGNER_PSS && EVP_PKEY_is_a(key, "EC"))
		return err_set(err, IMGFMT_E_USAGE,
			       "%s: a key of kind %s has no PSS", opts->key,
			       name);
	return IMGFMT_OK;
}

/* Valid now, and for digital signatures: nobody would trust it else. */
static int check_cert(const char *path, X509 *cert, struct imgfmt_error *err)
{
	const ASN1_TIME *from = X509_get0_notBefore(cert);
	const ASN1_TIME *to = X509_get0_notAfter(cert);
	char date[DATE_ROOM] = "?";
	int64_t t;

	if (X509_cmp_time(from, NULL) >= 0) {
		if (openssl_time(from, &t))
			openssl_date(t, date, sizeof(date));
		return err_rule(err, IMGFMT_E_USAGE, "TRU-02", IMGFMT_NOWHERE,
				"%s: the certificate is valid only from %s",
				path, date);
	}
	if (X509_cmp_time(to, NULL) <= 0) {
		if (openssl_time(to, &t))
			openssl_date(t, date, sizeof(date));
		return err_rule(err, IMGFMT_E_USAGE, "TRU-02", IMGFMT_NOWHERE,
				"%s: the certificate expired %s", path, date);
	}
	if (!(X509_get_key_usage(cert) & X509v3_KU_DIGITAL_SIGNATURE))
		return err_rule(err, IMGFMT_E_USAGE, "TRU-03", IMGFMT_NOWHERE,
				"%s: the certificate is not for digital signatures",
				path);
	return IMGFMT_OK;
}

/* Of the certificates in a file, the key's. */
static int pick_cert(const struct imgfmt_trust *all, const char *path,
		     struct imgfmt_signer *signer, struct imgfmt_error *err)
{
	for (int i = 0; i < sk_X509_num(all->certs); i++) {
		X509 *cert = sk_X509_value(all->certs, i);

		if (X509_check_private_key(cert, signer->key) != 1)
			continue;
		X509_up_ref(cert);
		signer->cert = cert;
		break;
	}
	ERR_clear_error();
	if (!signer->cert)
		return err_set(err, IMGFMT_E_USAGE,
			       "%s: the certificate is not that of the key",
			       path);
	return check_cert(path, signer->cert, err);
}

static int load_cert(const struct imgfmt_signer_opts *opts,
		     struct imgfmt_signer *signer, struct imgfmt_error *err)
{
	const struct imgfmt_trust_opts none = { 0 };
	const char *path = opts->certificate ? opts->certificate : opts->key;
	struct imgfmt_trust *all;
	struct vec bytes;
	int rc = trust_new(&none, &all, err);

	if (rc)
		return rc;
	vec_init(&bytes, 1);
	rc = certificates_read_file(path, TRUST_FILE_MAX, &bytes, err);
	if (!rc)
		rc = certificates_parse(all, bytes.len ? bytes.data : "",
					bytes.len, err);
	/* Where nobody said that there is one, it is missing, not wrong. */
	if (!opts->certificate && (rc == IMGFMT_E_USAGE || rc == IMGFMT_E_OS))
		rc = err_set(err, IMGFMT_E_USAGE,
			     "%s: no certificate in it, and none is given",
			     path);
	else if (rc)
		err_prefix(err, "%s", path);
	else
		rc = pick_cert(all, path, signer, err);
	/* It may be the key's file. */
	if (bytes.len)
		OPENSSL_cleanse(bytes.data, bytes.len);
	vec_fini(&bytes);
	imgfmt_trust_free(all);
	return rc;
}

int signer_new(const struct imgfmt_signer_opts *opts,
	       struct imgfmt_signer **ret, struct imgfmt_error *err)
{
	struct imgfmt_signer *signer;
	int rc;

	*ret = NULL;
	if (!opts->key || opts->flags & ~FLAGS || !find_digest(opts->digest))
		return err_set(err, IMGFMT_E_USAGE,
			       "no key, or an unknown digest or flag");
	signer = calloc(1, sizeof(*signer));
	if (!signer)
		return err_nomem(err, "a key");
	signer->flags = opts->flags;
	signer->digest = find_digest(opts->digest);
	rc = signer_load_key(opts, &signer->key, err);
	if (!rc)
		rc = check_key(opts, signer->key, err);
	if (!rc)
		rc = load_cert(opts, signer, err);
	if (rc) {
		imgfmt_signer_free(signer);
		return rc;
	}
	openssl_name(X509_get_subject_name(signer->cert), signer->subject,
		     sizeof(signer->subject));
	*ret = signer;
	return IMGFMT_OK;
}

void imgfmt_signer_free(struct imgfmt_signer *signer)
{
	if (!signer)
		return;
	X509_free(signer->cert);
	EVP_PKEY_free(signer->key);
	free(signer);
}

const char *imgfmt_signer_subject(const struct imgfmt_signer *signer)
{
	return signer->subject;
}

/* The salt is as long as the digest. */
static bool choose_pss(const struct imgfmt_signer *s, CMS_SignerInfo *info)
{
	EVP_PKEY_CTX *ctx = CMS_SignerInfo_get0_pkey_ctx(info);

	return ctx &&
	       EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(
		       ctx, RSA_PSS_SALTLEN_DIGEST) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, s->digest) == 1;
}

static CMS_ContentInfo *sign(const struct imgfmt_signer *s, BIO *data)
{
	const unsigned int base = CMS_BINARY | CMS_DETACHED | CMS_PARTIAL;
	unsigned int flags = CMS_BINARY | CMS_NOSMIMECAP;
	bool pss = s->flags & IMGFMT_SIGNER_PSS ||
		   EVP_PKEY_is_a(s->key, "RSA-PSS");
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, base);
	CMS_SignerInfo *info;

	if (!cms)
		return NULL;
	if (!(s->flags & IMGFMT_SIGNER_ATTRIBUTES))
		flags |= CMS_NOATTR;
	if (!(s->flags & IMGFMT_SIGNER_CERTIFICATE))
		flags |= CMS_NOCERTS;
	if (pss)
		flags |= CMS_KEY_PARAM;
	info = CMS_add1_signer(cms, s->cert, s->key, s->digest, flags);
	if (info && (!pss || choose_pss(s, info)) &&
	    CMS_final(cms, data, NULL, base) == 1)
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

int imgfmt_signer_sign(const struct imgfmt_signer *signer, const void *data,
		       size_t size, void **ret, size_t *size_ret,
		       struct imgfmt_error *err)
{
	BIO *in = size <= INT_MAX ? BIO_new_mem_buf(size ? data : "",
						    (int)size) : NULL;
	CMS_ContentInfo *cms = in ? sign(signer, in) : NULL;
	uint8_t *der = NULL;
	int len = cms ? i2d_CMS_ContentInfo(cms, &der) : -1;
	int rc = IMGFMT_OK;

	*ret = NULL;
	*size_ret = 0;
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	if (len <= 0)
		return err_set(err, IMGFMT_E_USAGE, "cannot sign: %s",
			       openssl_reason());
	*ret = malloc((size_t)len);
	if (*ret) {
		memcpy(*ret, der, (size_t)len);
		*size_ret = (size_t)len;
	} else {
		rc = err_nomem(err, "a signature");
	}
	OPENSSL_free(der);
	return rc;
}
