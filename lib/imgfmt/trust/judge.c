/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What signatures amount to.
 */
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/error.h"
#include "trust/certificates.h"
#include "trust/cms.h"
#include "trust/openssl.h"

/* Of one signature, or of all: the best one counts. */
struct judgement {
	const struct imgfmt_trust *trust;
	const void *data;
	size_t	 size;
	imgfmt_signature_fn *fn;
	void	*ctx;
	bool	 good;
	struct imgfmt_error worst;	/* status 0: none yet */
};

/* The texts that a struct imgfmt_signature points to. */
struct signature_texts {
	char subject[NAME_ROOM], issuer[NAME_ROOM];
	char serial[64], key_id[64], algorithm[KEY_NAME_ROOM];
};

/* ---- What a signer is told as ---------------------------------------- */

/* Who signed, by the signature's own word. */
static void tell_signer_id(CMS_SignerInfo *signer, struct signature_texts *t,
			   struct imgfmt_signature *s)
{
	ASN1_OCTET_STRING *key_id = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_NAME *issuer = NULL;

	CMS_SignerInfo_get0_signer_id(signer, &key_id, &issuer, &serial);
	if (issuer) {
		openssl_name(issuer, t->issuer, sizeof(t->issuer));
		s->issuer = t->issuer;
	}
	if (serial) {
		openssl_serial(serial, t->serial, sizeof(t->serial));
		s->serial = t->serial;
	}
	if (key_id) {
		openssl_hex(ASN1_STRING_get0_data(key_id),
			    (size_t)ASN1_STRING_length(key_id), t->key_id,
			    sizeof(t->key_id));
		s->key_id = t->key_id;
	}
}

/* What is claimed about the time and what was used to sign. */
static void tell_claims(CMS_SignerInfo *signer, struct imgfmt_signature *s)
{
	struct cms_algorithms a;
	X509_ATTRIBUTE *attribute;
	ASN1_TYPE *value;
	int at;

	cms_algorithms(signer, &a);
	s->digest = cms_digest_name(a.digest);
	at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
	attribute = at < 0 ? NULL : CMS_signed_get_attr(signer, at);
	value = attribute ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
	if (value && (value->type == V_ASN1_UTCTIME ||
		      value->type == V_ASN1_GENERALIZEDTIME))
		s->has_time = openssl_time(value->value.asn1_string, &s->time);
}

static void tell_cert(CMS_SignerInfo *signer, X509 *cert,
		      struct signature_texts *t, struct imgfmt_signature *s)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	struct cms_algorithms a;
	unsigned int len = sizeof(s->fingerprint);

	s->has_certificate = 1;
	openssl_name(X509_get_subject_name(cert), t->subject,
		     sizeof(t->subject));
	openssl_name(X509_get_issuer_name(cert), t->issuer,
		     sizeof(t->issuer));
	openssl_serial(X509_get0_serialNumber(cert), t->serial,
		       sizeof(t->serial));
	cms_algorithms(signer, &a);
	s->subject = t->subject;
	s->issuer = t->issuer;
	s->serial = t->serial;
	if (key) {
		openssl_key_name(key, a.pss, t->algorithm,
				 sizeof(t->algorithm));
		s->algorithm = t->algorithm;
	}
	openssl_time(X509_get0_notBefore(cert), &s->not_before);
	openssl_time(X509_get0_notAfter(cert), &s->not_after);
	if (X509_digest(cert, EVP_sha256(), s->fingerprint, &len) != 1)
		memset(s->fingerprint, 0, sizeof(s->fingerprint));
}

/* ---- Judging ---------------------------------------------------------- */

/* A bad one says more than one of a stranger. */
static void take_verdict(struct judgement *j, struct imgfmt_signature *s)
{
	if (s->why.status == IMGFMT_OK) {
		s->verdict = j->trust ? IMGFMT_SIGNATURE_GOOD :
					IMGFMT_SIGNATURE_UNCHECKED;
		j->good = true;
	} else {
		s->verdict = s->why.status == IMGFMT_E_UNTRUSTED ?
				     IMGFMT_SIGNATURE_UNTRUSTED :
				     IMGFMT_SIGNATURE_BAD;
		if (!j->worst.status ||
		    (j->worst.status == IMGFMT_E_UNTRUSTED &&
		     s->why.status != IMGFMT_E_UNTRUSTED))
			j->worst = s->why;
	}
	if (j->fn)
		j->fn(j->ctx, s);
}

static bool is_trouble(int rc)
{
	return rc && rc != IMGFMT_E_SIGNATURE && rc != IMGFMT_E_UNTRUSTED;
}

/*
 * The signer by one certificate that it could be.  The signature first: what
 * a chain says of somebody else's certificate is no matter.
 */
static int try_cert(const struct judgement *j, const struct cms *c,
		    CMS_SignerInfo *signer, X509 *cert, uint64_t offset,
		    struct imgfmt_error *err)
{
	int rc = cms_verify(c, signer, cert, j->data, j->size, offset, err);

	if (!rc && j->trust)
		rc = certificates_check(j->trust, cert, c->certs, offset, err);
	return rc;
}

/*
 * Of several certificates with this name or key id, as after a renewal, the
 * best counts; those of the signature itself are only asked behind ours.
 */
static int judge_signer(const struct judgement *j, const struct cms *c,
			CMS_SignerInfo *signer, uint64_t offset, X509 **ret,
			struct imgfmt_error *err)
{
	STACK_OF(X509) *lists[2] = { j->trust ? j->trust->certs : NULL,
				     c->certs };
	struct imgfmt_error e;
	int best = IMGFMT_E_ABSENT;

	*ret = NULL;
	for (size_t l = 0; l < ARRAY_SIZE(lists); l++) {
		for (int i = 0; i < sk_X509_num(lists[l]); i++) {
			X509 *cert = sk_X509_value(lists[l], i);
			int rc;

			if (CMS_SignerInfo_cert_cmp(signer, cert))
				continue;
			rc = try_cert(j, c, signer, cert, offset, &e);
			if (is_trouble(rc)) {
				if (err)
					*err = e;
				return rc;
			}
			/* In the order of enum imgfmt_status, worst first. */
			if (best != IMGFMT_E_ABSENT && rc &&
			    !(best == IMGFMT_E_SIGNATURE &&
			      rc == IMGFMT_E_UNTRUSTED))
				continue;
			best = rc;
			*ret = cert;
			if (rc && err)
				*err = e;
			if (!rc)
				return IMGFMT_OK;
		}
	}
	return best;
}

static int tell_signer(struct judgement *j, const struct cms *c,
		       CMS_SignerInfo *signer, const struct trust_blob *blob,
		       struct imgfmt_error *err)
{
	struct imgfmt_signature s = { .slot = blob->slot };
	struct signature_texts texts;
	X509 *cert;
	int rc;

	tell_signer_id(signer, &texts, &s);
	tell_claims(signer, &s);
	rc = judge_signer(j, c, signer, blob->offset, &cert, &s.why);
	if (is_trouble(rc) && rc != IMGFMT_E_ABSENT) {
		if (err)
			*err = s.why;
		return rc;
	}
	if (rc == IMGFMT_E_ABSENT && j->trust)
		err_rule(&s.why, IMGFMT_E_UNTRUSTED, "TRU-01", blob->offset,
			 "signed by a key that is not trusted: %s %s",
			 s.serial ? "certificate" : "key id",
			 s.serial ? s.serial : s.key_id ? s.key_id : "?");
	if (!rc)
		s.why.status = IMGFMT_OK;
	if (cert)
		tell_cert(signer, cert, &texts, &s);
	take_verdict(j, &s);
	return IMGFMT_OK;
}

static int judge_blob(struct judgement *j, const struct trust_blob *blob,
		      struct imgfmt_error *err)
{
	struct imgfmt_signature s = { .slot = blob->slot };
	struct cms c;
	int rc = cms_parse(blob->data, blob->size, blob->offset, &c, &s.why);

	if (rc) {
		take_verdict(j, &s);
		return IMGFMT_OK;
	}
	for (int i = 0; i < sk_CMS_SignerInfo_num(c.signers) && !rc; i++)
		rc = tell_signer(j, &c, sk_CMS_SignerInfo_value(c.signers, i),
				 blob, err);
	cms_fini(&c);
	/* What asking a strange certificate for its facts has left. */
	ERR_clear_error();
	return rc;
}

int trust_judge(const struct imgfmt_trust *trust, const void *manifest,
		size_t size, const struct trust_blob *blobs, size_t count,
		imgfmt_signature_fn *fn, void *ctx, struct imgfmt_error *err)
{
	struct judgement j = {
		.trust = trust, .data = manifest, .size = size,
		.fn = fn, .ctx = ctx,
	};

	for (size_t i = 0; i < count; i++) {
		int rc = judge_blob(&j, &blobs[i], err);

		if (rc)
			return rc;
	}
	if (!count)
		return err_rule(err, IMGFMT_E_UNSIGNED, "TRU-05",
				IMGFMT_NOWHERE, "not signed");
	if (j.good || !trust)
		return IMGFMT_OK;
	if (err)
		*err = j.worst;
	return j.worst.status;
}

/* The block of a PEM text that is a signature. */
static int unwrap_pem(struct vec *bytes, struct imgfmt_error *err)
{
	BIO *in = BIO_new_mem_buf(bytes->data, (int)bytes->len);
	char *name = NULL, *header = NULL;
	uint8_t *der = NULL;
	bool found = false;
	long len;
	int rc = IMGFMT_OK;

	if (!in)
		return err_nomem(err, "a signature");
	while (!rc && !found &&
	       PEM_read_bio(in, &name, &header, &der, &len) == 1) {
		found = !strcmp(name, PEM_STRING_CMS) ||
			!strcmp(name, PEM_STRING_PKCS7);
		if (found) {
			vec_clear(bytes);
			rc = vec_append(bytes, der, (size_t)len, err);
		}
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)len);
	}
	BIO_free(in);
	ERR_clear_error();
	if (!rc && !found)
		rc = err_set(err, IMGFMT_E_USAGE, "no signature in it");
	return rc;
}

int trust_load_signature(const char *path, struct vec *ret,
			 struct imgfmt_error *err)
{
	int rc = certificates_read_file(path, TRUST_SIGNATURE_MAX, ret, err);

	if (!rc && ret->len >= 11 && !memcmp(ret->data, "-----BEGIN ", 11))
		rc = unwrap_pem(ret, err);
	if (!rc && !ret->len)
		rc = err_set(err, IMGFMT_E_USAGE, "empty, not a signature");
	return rc;
}
