/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The container: form, algorithms, and the signature itself.
 */
#include "trust/cms.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/error.h"
#include "trust/openssl.h"

static const struct {
	int nid;
	const char *name;
	int rsa, ecdsa;		/* signature algorithms that name it */
} digests[] = {
	{ NID_sha256, "SHA-256", NID_sha256WithRSAEncryption,
	  NID_ecdsa_with_SHA256 },
	{ NID_sha384, "SHA-384", NID_sha384WithRSAEncryption,
	  NID_ecdsa_with_SHA384 },
	{ NID_sha512, "SHA-512", NID_sha512WithRSAEncryption,
	  NID_ecdsa_with_SHA512 },
};

const char *cms_digest_name(int nid)
{
	for (size_t i = 0; i < ARRAY_SIZE(digests); i++)
		if (digests[i].nid == nid)
			return digests[i].name;
	return NULL;
}

static int malformed(uint64_t offset, const char *what,
		     struct imgfmt_error *err)
{
	ERR_clear_error();
	return err_rule(err, IMGFMT_E_SIGNATURE, "SIG-03", offset,
			"signature: %s", what);
}

/* DER is the one form there is: what was read must come out again. */
static bool is_der(CMS_ContentInfo *info, const void *der, size_t size)
{
	uint8_t *again = NULL;
	int len = i2d_CMS_ContentInfo(info, &again);
	bool same = len > 0 && (size_t)len == size && !memcmp(again, der, size);

	OPENSSL_free(again);
	return same;
}

static const char *find_flaw(const struct cms *c)
{
	ASN1_OCTET_STRING **content;

	if (OBJ_obj2nid(CMS_get0_type(c->info)) != NID_pkcs7_signed)
		return "not a CMS SignedData";
	if (OBJ_obj2nid(CMS_get0_eContentType(c->info)) != NID_pkcs7_data)
		return "its content is of another type than data";
	content = CMS_get0_content(c->info);
	if (!content || *content)
		return "not detached: it has a content of its own";
	if (sk_CMS_SignerInfo_num(c->signers) < 1)
		return "it has no signer";
	if (sk_CMS_SignerInfo_num(c->signers) > CMS_SIGNERS_MAX)
		return "too many signers";
	if (sk_X509_num(c->certs) > CMS_CERTS_MAX)
		return "too many certificates";
	return NULL;
}

int cms_parse(const void *der, size_t size, uint64_t offset, struct cms *ret,
	      struct imgfmt_error *err)
{
	const uint8_t *p = der;
	const char *flaw = NULL;

	*ret = (struct cms){ 0 };
	if (!size || size > TRUST_SIGNATURE_MAX)
		return malformed(offset, "empty or too large", err);
	ret->info = d2i_CMS_ContentInfo(NULL, &p, (long)size);
	if (!ret->info || p != (const uint8_t *)der + size)
		flaw = "not one CMS structure";
	/* Only a SignedData has the rest. */
	if (!flaw && OBJ_obj2nid(CMS_get0_type(ret->info)) != NID_pkcs7_signed)
		flaw = "not a CMS SignedData";
	if (!flaw) {
		ret->signers = CMS_get0_SignerInfos(ret->info);
		ret->certs = CMS_get1_certs(ret->info);
		flaw = find_flaw(ret);
	}
	if (!flaw && !is_der(ret->info, der, size))
		flaw = "not in DER";
	ERR_clear_error();
	if (!flaw)
		return IMGFMT_OK;
	cms_fini(ret);
	return malformed(offset, flaw, err);
}

void cms_fini(struct cms *c)
{
	sk_X509_pop_free(c->certs, X509_free);
	CMS_ContentInfo_free(c->info);
	*c = (struct cms){ 0 };
}

/* The digest of the mask of RSA-PSS, which is SHA-1 where nothing is said. */
static int mask_digest(const RSA_PSS_PARAMS *params)
{
	const X509_ALGOR *mask = params->maskGenAlgorithm;
	const ASN1_OBJECT *oid;
	X509_ALGOR *hash;
	const void *value;
	int type, nid;

	if (!mask)
		return NID_sha1;
	X509_ALGOR_get0(&oid, &type, &value, mask);
	if (OBJ_obj2nid(oid) != NID_mgf1 || type != V_ASN1_SEQUENCE)
		return NID_undef;
	hash = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(X509_ALGOR),
					 mask->parameter);
	if (!hash)
		return NID_undef;
	X509_ALGOR_get0(&oid, NULL, NULL, hash);
	nid = OBJ_obj2nid(oid);
	X509_ALGOR_free(hash);
	return nid;
}

/* Both digests of RSA-PSS must be the signature's, its salt as long. */
static bool pss_is_strong(const X509_ALGOR *algorithm, int digest)
{
	RSA_PSS_PARAMS *params;
	const ASN1_OBJECT *oid = NULL;
	const void *value;
	int64_t salt = 20;
	bool strong;
	int type;

	X509_ALGOR_get0(NULL, &type, &value, algorithm);
	if (type != V_ASN1_SEQUENCE)
		return false;
	params = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS),
					   algorithm->parameter);
	if (!params)
		return false;
	if (params->hashAlgorithm)
		X509_ALGOR_get0(&oid, NULL, NULL, params->hashAlgorithm);
	strong = oid && OBJ_obj2nid(oid) == digest &&
		 mask_digest(params) == digest;
	if (params->saltLength &&
	    ASN1_INTEGER_get_int64(&salt, params->saltLength) != 1)
		salt = -1;
	RSA_PSS_PARAMS_free(params);
	return strong && salt >= 20 && salt <= 512;
}

void cms_algorithms(CMS_SignerInfo *signer, struct cms_algorithms *ret)
{
	X509_ALGOR *digest, *signature;
	const ASN1_OBJECT *oid;
	int nid;

	*ret = (struct cms_algorithms){ 0 };
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, &signature);
	X509_ALGOR_get0(&oid, NULL, NULL, digest);
	ret->digest = OBJ_obj2nid(oid);
	X509_ALGOR_get0(&oid, NULL, NULL, signature);
	nid = OBJ_obj2nid(oid);
	if (nid == NID_rsassaPss) {
		ret->pss = true;
		ret->known = pss_is_strong(signature, ret->digest);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(digests); i++)
		if (digests[i].nid == ret->digest)
			ret->known = nid == digests[i].rsa ||
				     nid == digests[i].ecdsa ||
				     nid == NID_rsaEncryption;
}

bool cms_key_allowed(const EVP_PKEY *key)
{
	char group[24];

	if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS"))
		return EVP_PKEY_get_bits(key) >= 2048;
	return EVP_PKEY_is_a(key, "EC") &&
	       EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	       (!strcmp(group, "prime256v1") || !strcmp(group, "secp384r1"));
}

static int check_algorithms(CMS_SignerInfo *signer, X509 *cert,
			    uint64_t offset, struct imgfmt_error *err)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	struct cms_algorithms a;
	char name[KEY_NAME_ROOM];

	cms_algorithms(signer, &a);
	if (!cms_digest_name(a.digest))
		return err_rule(err, IMGFMT_E_SIGNATURE, "SIG-04", offset,
				"weak signature: its digest is %s",
				a.digest == NID_undef ? "unknown" :
							OBJ_nid2sn(a.digest));
	if (!a.known)
		return err_rule(err, IMGFMT_E_SIGNATURE, "SIG-04", offset,
				"weak signature: its algorithm, or a parameter, is none of those allowed");
	if (!key)
		return err_rule(err, IMGFMT_E_SIGNATURE, "SIG-04", offset,
				"the signer's certificate has no key that is known");
	openssl_key_name(key, a.pss, name, sizeof(name));
	if (!cms_key_allowed(key))
		return err_rule(err, IMGFMT_E_SIGNATURE, "SIG-04", offset,
				"weak signature: the signer's key is %s", name);
	return IMGFMT_OK;
}

/*
 * Signed attributes stand between data and signature: they are signed, and
 * name the digest of the data, which OpenSSL compares.
 */
static bool attributes_ok(CMS_SignerInfo *signer)
{
	const ASN1_OBJECT *type;

	if (CMS_signed_get_attr_count(signer) < 0)
		return true;
	type = CMS_signed_get0_data_by_OBJ(signer,
					   OBJ_nid2obj(NID_pkcs9_contentType),
					   -3, V_ASN1_OBJECT);
	return type && OBJ_obj2nid(type) == NID_pkcs7_data &&
	       CMS_SignerInfo_verify(signer) == 1;
}

/* The digest of the data is computed as they are read through a chain. */
static BIO *digest_data(const struct cms *c, BIO *data)
{
	BIO *chain = CMS_dataInit(c->info, data);
	uint8_t buf[512];
	int n = 1;

	while (chain && n > 0)
		n = BIO_read(chain, buf, sizeof(buf));
	return chain;
}

int cms_verify(const struct cms *c, CMS_SignerInfo *signer, X509 *cert,
	       const void *data, size_t size, uint64_t offset,
	       struct imgfmt_error *err)
{
	BIO *in, *chain, *next;
	bool good;
	int rc = check_algorithms(signer, cert, offset, err);

	if (rc)
		return rc;
	in = BIO_new_mem_buf(size ? data : "", (int)size);
	if (!in)
		return err_nomem(err, "a signature");
	CMS_SignerInfo_set1_signer_cert(signer, cert);
	chain = digest_data(c, in);
	good = chain && attributes_ok(signer) &&
	       CMS_SignerInfo_verify_content(signer, chain) == 1;
	for (; chain && chain != in; chain = next) {
		next = BIO_pop(chain);
		BIO_free(chain);
	}
	BIO_free(in);
	ERR_clear_error();
	if (good)
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_SIGNATURE, "SIG-05", offset,
			"the signature is not that of these data");
}
