/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a signer's certificate to one that is trusted.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "trust/certificates.h"
#include "trust/openssl.h"

/* Certificates between a signer's and a trusted one. */
#define DEPTH_MAX 8

/*
 * OpenSSL's words for 112 bits of security: RSA of 2048 bits, and no SHA-1 in
 * the signatures of a chain.
 */
#define SECURITY_LEVEL 2

/* 2026-01-01: no clock that is set is older than this program. */
#define CLOCK_LEAST ((int64_t)1767225600)

static bool was_issued_by(X509 *cert, X509 *issuer)
{
	EVP_PKEY *key;

	if (X509_check_issued(issuer, cert) != X509_V_OK)
		return false;
	key = X509_get0_pubkey(issuer);
	return key && X509_verify(cert, key) == 1;
}

/* OpenSSL's own looks at names and key ids only, which anybody can write. */
static int check_issued(X509_STORE_CTX *ctx, X509 *cert, X509 *issuer)
{
	(void)ctx;
	return was_issued_by(cert, issuer);
}

/* ---- Revocation lists -------------------------------------------------- */

/* Of lists of the same second, OpenSSL takes the first. */
static int compare_numbers(const X509_CRL *const *a, const X509_CRL *const *b)
{
	ASN1_INTEGER *m = X509_CRL_get_ext_d2i(*a, NID_crl_number, NULL, NULL);
	ASN1_INTEGER *n = X509_CRL_get_ext_d2i(*b, NID_crl_number, NULL, NULL);
	int order = m && n ? ASN1_INTEGER_cmp(n, m) : !!n - !!m;

	ASN1_INTEGER_free(m);
	ASN1_INTEGER_free(n);
	return order;
}

static bool is_signed_by(X509_CRL *crl, X509 *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);

	return key && X509_CRL_verify(crl, key) == 1;
}

/*
 * Whether a list is that of a namesake of @issuer, by its signature.  One that
 * nobody has signed stays: it could be the one that matters, and was damaged.
 */
static bool is_of_namesake(const struct imgfmt_trust *trust, X509_CRL *crl,
			   X509 *issuer)
{
	const X509_NAME *name = X509_CRL_get_issuer(crl);

	if (is_signed_by(crl, issuer))
		return false;
	for (int i = 0; i < sk_X509_num(trust->certs); i++) {
		X509 *other = sk_X509_value(trust->certs, i);

		if (!X509_NAME_cmp(X509_get_subject_name(other), name) &&
		    is_signed_by(crl, other))
			return true;
	}
	return false;
}

/* The lists for the certificate that OpenSSL looks at; the caller's. */
static STACK_OF(X509_CRL) *lookup_crls(const X509_STORE_CTX *ctx,
				       const X509_NAME *name)
{
	const struct imgfmt_trust *trust = X509_STORE_CTX_get_app_data(ctx);
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	/* Beyond the end of a chain, its last one issued itself. */
	X509 *issuer = sk_X509_value(chain, sk_X509_num(chain) > 1);
	STACK_OF(X509_CRL) *found = sk_X509_CRL_new(compare_numbers);

	for (int i = 0; found && i < sk_X509_CRL_num(trust->crls); i++) {
		X509_CRL *crl = sk_X509_CRL_value(trust->crls, i);

		if (X509_NAME_cmp(X509_CRL_get_issuer(crl), name) ||
		    is_of_namesake(trust, crl, issuer))
			continue;
		X509_CRL_up_ref(crl);
		if (sk_X509_CRL_push(found, crl) > 0)
			continue;
		X509_CRL_free(crl);
		sk_X509_CRL_pop_free(found, X509_CRL_free);
		return NULL;
	}
	sk_X509_CRL_sort(found);
	return found;
}

X509_STORE *certificates_store(void)
{
	X509_STORE *store = X509_STORE_new();

	if (!store)
		return NULL;
	X509_STORE_set_check_issued(store, check_issued);
	X509_STORE_set_lookup_crls(store, lookup_crls);
	return store;
}

/* ---- What the caller's policy lets pass -------------------------------- */

static int let_pass(int ok, X509_STORE_CTX *ctx)
{
	const struct imgfmt_trust *trust = X509_STORE_CTX_get_app_data(ctx);

	if (!ok && X509_STORE_CTX_get_error(ctx) == X509_V_ERR_CERT_HAS_EXPIRED)
		return !!(trust->opts.flags & IMGFMT_TRUST_EXPIRED);
	return ok;
}

/*
 * Whether the certificate is revoked is all that is asked: the rest was judged
 * before, and that of its issuer is no matter where it is trusted itself.
 */
static int let_all_but_lists_pass(int ok, X509_STORE_CTX *ctx)
{
	const struct imgfmt_trust *trust = X509_STORE_CTX_get_app_data(ctx);
	uint32_t flags = trust->opts.flags;

	if (ok)
		return ok;
	switch (X509_STORE_CTX_get_error(ctx)) {
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return !!(flags & IMGFMT_TRUST_EXPIRED);
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		/* Nobody else revokes what has signed itself. */
		return !(flags & IMGFMT_TRUST_REVOCATION) ||
		       X509_self_signed(X509_STORE_CTX_get0_cert(ctx), 1) == 1;
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
	case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
	case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
	case X509_V_ERR_CERT_REVOKED:
	case X509_V_ERR_OUT_OF_MEM:
		return 0;
	default:
		return 1;
	}
}

static int64_t time_of(const struct imgfmt_trust *trust)
{
	return trust->opts.has_time ? trust->opts.time : (int64_t)time(NULL);
}

/* A certificate or list that is not valid at the time that was asked. */
static int say_time(const struct imgfmt_trust *trust, int error,
		    const X509 *cert, uint64_t offset, struct imgfmt_error *err)
{
	bool early = error == X509_V_ERR_CERT_NOT_YET_VALID ||
		     error == X509_V_ERR_CRL_NOT_YET_VALID;
	bool list = error == X509_V_ERR_CRL_HAS_EXPIRED ||
		    error == X509_V_ERR_CRL_NOT_YET_VALID;
	char now[DATE_ROOM], then[DATE_ROOM] = "?", name[64];
	int64_t t;

	openssl_date(time_of(trust), now, sizeof(now));
	if (early && !trust->opts.has_time && time_of(trust) < CLOCK_LEAST)
		return err_rule(err, IMGFMT_E_UNTRUSTED, "TRU-02", offset,
				"the clock of this machine is not set, it says %s: validity cannot be told",
				now);
	openssl_name(X509_get_subject_name(cert), name, sizeof(name));
	if (list)
		return err_rule(err, IMGFMT_E_UNTRUSTED, "TRU-02", offset,
				"revocation list for %s: %s at %s", name,
				early ? "not yet valid" : "out of date", now);
	if (openssl_time(early ? X509_get0_notBefore(cert) :
				 X509_get0_notAfter(cert), &t))
		openssl_date(t, then, sizeof(then));
	return err_rule(err, IMGFMT_E_UNTRUSTED, "TRU-02", offset,
			"certificate %s: %s %s, asked at %s", name,
			early ? "valid only from" : "expired", then, now);
}

/* Nobody is known who issued the certificate whose lists are looked at. */
static bool lacks_issuer(const X509_STORE_CTX *ctx)
{
	return sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) == 1 &&
	       X509_self_signed(X509_STORE_CTX_get0_cert(ctx), 1) != 1;
}

static int say(const struct imgfmt_trust *trust, X509_STORE_CTX *ctx,
	       X509 *leaf, uint64_t offset, struct imgfmt_error *err)
{
	int error = X509_STORE_CTX_get_error(ctx);
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
	char name[80];

	if (!cert)
		cert = leaf;
	openssl_name(X509_get_subject_name(cert), name, sizeof(name));
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
		return say_time(trust, error, cert, offset, err);
	case X509_V_ERR_CERT_REVOKED:
		return err_rule(err, IMGFMT_E_UNTRUSTED, "TRU-04", offset,
				"certificate %s is revoked", name);
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		return err_rule(err, IMGFMT_E_UNTRUSTED, "TRU-04", offset,
				"certificate %s: its issuer's revocation list is missing",
				name);
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
		if (!lacks_issuer(ctx))
			break;
		return err_rule(err, IMGFMT_E_UNTRUSTED, "TRU-04", offset,
				"certificate %s: its issuer's certificate is missing, by which the revocation list is verified",
				name);
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		openssl_name(X509_get_subject_name(leaf), name, sizeof(name));
		return err_rule(err, IMGFMT_E_UNTRUSTED, "TRU-01", offset,
				"signed by %s, who is not trusted", name);
	case X509_V_ERR_OUT_OF_MEM:
		return err_nomem(err, "a chain of certificates");
	default:
		break;
	}
	return err_rule(err, IMGFMT_E_UNTRUSTED, "TRU-01", offset,
			"certificate %s: %s", name,
			X509_verify_cert_error_string(error));
}

/* What the certificate says that its key is for. */
static int check_usage(const struct imgfmt_trust *trust, X509 *cert,
		       uint64_t offset, struct imgfmt_error *err)
{
	uint32_t extended = X509_get_extended_key_usage(cert);

	/* Without the extension, all bits are set. */
	if (!(X509_get_key_usage(cert) & X509v3_KU_DIGITAL_SIGNATURE))
		return err_rule(err, IMGFMT_E_UNTRUSTED, "TRU-03", offset,
				"the signer's certificate is not for digital signatures");
	if (trust->opts.flags & IMGFMT_TRUST_CODE_SIGNING &&
	    (extended == UINT32_MAX || !(extended & XKU_CODE_SIGN)))
		return err_rule(err, IMGFMT_E_UNTRUSTED, "TRU-03", offset,
				"the signer's certificate is not for code signing");
	return IMGFMT_OK;
}

static void set_param(const struct imgfmt_trust *trust, unsigned long more,
		      X509_VERIFY_PARAM *param)
{
	unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | more;

	/* OpenSSL lets a time of the caller's win over this flag. */
	if (trust->opts.flags & IMGFMT_TRUST_ANY_TIME)
		flags |= X509_V_FLAG_NO_CHECK_TIME;
	else
		X509_VERIFY_PARAM_set_time(param, (time_t)time_of(trust));
	X509_VERIFY_PARAM_set_flags(param, flags);
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
}

/* One question to OpenSSL. */
struct question {
	X509		*cert;
	STACK_OF(X509)	*anchors;
	STACK_OF(X509)	*between;	/* that may lead to them, or NULL */
	unsigned long	 flags;
	X509_STORE_CTX_verify_cb pass;
	STACK_OF(X509)	**chain_ret;	/* or NULL */
};

static int ask(const struct imgfmt_trust *trust, const struct question *q,
	       uint64_t offset, struct imgfmt_error *err)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int rc = IMGFMT_OK;

	if (!ctx || X509_STORE_CTX_init(ctx, trust->store, q->cert,
					q->between) != 1) {
		X509_STORE_CTX_free(ctx);
		return err_nomem(err, "a chain of certificates");
	}
	X509_STORE_CTX_set0_trusted_stack(ctx, q->anchors);
	X509_STORE_CTX_set_app_data(ctx, (void *)trust);
	X509_STORE_CTX_set_verify_cb(ctx, q->pass);
	set_param(trust, q->flags, X509_STORE_CTX_get0_param(ctx));
	if (X509_verify_cert(ctx) != 1)
		rc = say(trust, ctx, q->cert, offset, err);
	else if (q->chain_ret) {
		*q->chain_ret = X509_STORE_CTX_get1_chain(ctx);
		if (!*q->chain_ret)
			rc = err_nomem(err, "a chain of certificates");
	}
	X509_STORE_CTX_free(ctx);
	return rc;
}

/* Those of @all that are valid at the time that is asked about. */
static STACK_OF(X509) *valid_ones(const struct imgfmt_trust *trust,
				  STACK_OF(X509) *all)
{
	STACK_OF(X509) *valid = sk_X509_new_null();
	time_t now = (time_t)time_of(trust);

	for (int i = 0; valid && i < sk_X509_num(all); i++) {
		X509 *cert = sk_X509_value(all, i);

		if (X509_cmp_time(X509_get0_notBefore(cert), &now) >= 0 ||
		    X509_cmp_time(X509_get0_notAfter(cert), &now) <= 0)
			continue;
		if (sk_X509_push(valid, cert) > 0)
			continue;
		sk_X509_free(valid);
		return NULL;
	}
	return valid;
}

/*
 * One that is out of its time does not stand in the way of another with the
 * same key; only where there is no other chain, it says why.
 */
static int find_chain(const struct imgfmt_trust *trust, X509 *cert,
		      STACK_OF(X509) *more, STACK_OF(X509) **ret,
		      uint64_t offset, struct imgfmt_error *err)
{
	struct question q = {
		.cert = cert, .anchors = valid_ones(trust, trust->certs),
		.between = valid_ones(trust, more),
		.pass = let_pass, .chain_ret = ret,
	};
	int rc;

	if (q.anchors && q.between)
		rc = ask(trust, &q, offset, err);
	else
		rc = err_nomem(err, "a chain of certificates");
	sk_X509_free(q.anchors);
	sk_X509_free(q.between);
	if (rc != IMGFMT_E_UNTRUSTED)
		return rc;
	q.anchors = trust->certs;
	q.between = more;
	return ask(trust, &q, offset, err);
}

static bool is_trusted(const struct imgfmt_trust *trust, const X509 *cert)
{
	for (int i = 0; i < sk_X509_num(trust->certs); i++)
		if (!X509_cmp(sk_X509_value(trust->certs, i), cert))
			return true;
	return false;
}

/* Trusted itself, it needs nobody; what else there is cannot spoil it. */
static int check_itself(const struct imgfmt_trust *trust, X509 *cert,
			STACK_OF(X509) **ret, uint64_t offset,
			struct imgfmt_error *err)
{
	struct question q = {
		.cert = cert, .anchors = sk_X509_new_null(),
		.pass = let_pass, .chain_ret = ret,
	};
	int rc;

	if (q.anchors && sk_X509_push(q.anchors, cert) > 0)
		rc = ask(trust, &q, offset, err);
	else
		rc = err_nomem(err, "a chain of certificates");
	sk_X509_free(q.anchors);
	return rc;
}

/* Each of the chain by the lists of who issued it. */
static int check_lists(const struct imgfmt_trust *trust, STACK_OF(X509) *chain,
		       uint64_t offset, struct imgfmt_error *err)
{
	struct question q = {
		.anchors = trust->certs, .between = chain,
		.flags = X509_V_FLAG_CRL_CHECK,
		.pass = let_all_but_lists_pass,
	};
	int rc = IMGFMT_OK;

	if (!sk_X509_CRL_num(trust->crls) &&
	    !(trust->opts.flags & IMGFMT_TRUST_REVOCATION))
		return IMGFMT_OK;
	for (int i = 0; i < sk_X509_num(chain) && !rc; i++) {
		q.cert = sk_X509_value(chain, i);
		rc = ask(trust, &q, offset, err);
	}
	return rc;
}

int certificates_check(const struct imgfmt_trust *trust, X509 *cert,
		       STACK_OF(X509) *more, uint64_t offset,
		       struct imgfmt_error *err)
{
	STACK_OF(X509) *chain = NULL;
	int rc = is_trusted(trust, cert) ?
			 check_itself(trust, cert, &chain, offset, err) :
			 find_chain(trust, cert, more, &chain, offset, err);

	if (!rc)
		rc = check_lists(trust, chain, offset, err);
	if (!rc)
		rc = check_usage(trust, cert, offset, err);
	ERR_clear_error();
	sk_X509_pop_free(chain, X509_free);
	return rc;
}
