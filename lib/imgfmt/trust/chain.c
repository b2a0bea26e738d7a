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

/* Whether an issuer, another than itself, was added too. */
static bool is_between(const struct imgfmt_trust *trust, X509 *cert)
{
	for (int i = 0; i < sk_X509_num(trust->certs); i++) {
		X509 *other = sk_X509_value(trust->certs, i);

		if (other != cert && was_issued_by(cert, other) &&
		    !was_issued_by(other, cert))
			return true;
	}
	return false;
}

int certificates_settle(struct imgfmt_trust *trust, struct imgfmt_error *err)
{
	STACK_OF(X509) *between = sk_X509_new_null();
	X509_STORE *store = X509_STORE_new();
	bool ok = between && store;

	for (int i = 0; i < sk_X509_num(trust->certs) && ok; i++) {
		X509 *cert = sk_X509_value(trust->certs, i);

		ok = is_between(trust, cert) ?
			     sk_X509_push(between, cert) > 0 :
			     X509_STORE_add_cert(store, cert) == 1;
	}
	for (int i = 0; i < sk_X509_CRL_num(trust->crls) && ok; i++)
		ok = X509_STORE_add_crl(store,
					sk_X509_CRL_value(trust->crls, i)) == 1;
	ERR_clear_error();
	if (!ok) {
		sk_X509_free(between);
		X509_STORE_free(store);
		return err_nomem(err, "certificates");
	}
	sk_X509_free(trust->between);
	X509_STORE_free(trust->store);
	trust->between = between;
	trust->store = store;
	return IMGFMT_OK;
}

/* What the caller's policy lets pass. */
static int let_pass(int ok, X509_STORE_CTX *ctx)
{
	const struct imgfmt_trust *trust = X509_STORE_CTX_get_app_data(ctx);
	uint32_t flags = trust->opts.flags;

	if (ok)
		return ok;
	switch (X509_STORE_CTX_get_error(ctx)) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return !!(flags & IMGFMT_TRUST_EXPIRED);
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		/* Nobody revokes what is trusted by itself. */
		return !(flags & IMGFMT_TRUST_REVOCATION) ||
		       X509_STORE_CTX_get_error_depth(ctx) + 1 ==
			       sk_X509_num(X509_STORE_CTX_get0_chain(ctx));
	default:
		return 0;
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
		return err_rule(err, IMGFMT_E_UNTRUSTED, "TRU-01", offset,
				"certificate %s: %s", name,
				X509_verify_cert_error_string(error));
	}
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

static void set_param(const struct imgfmt_trust *trust,
		      X509_VERIFY_PARAM *param)
{
	unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN;

	if (sk_X509_CRL_num(trust->crls) > 0 ||
	    trust->opts.flags & IMGFMT_TRUST_REVOCATION)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	/* OpenSSL lets a time of the caller's win over this flag. */
	if (trust->opts.flags & IMGFMT_TRUST_ANY_TIME)
		flags |= X509_V_FLAG_NO_CHECK_TIME;
	else
		X509_VERIFY_PARAM_set_time(param, (time_t)time_of(trust));
	X509_VERIFY_PARAM_set_flags(param, flags);
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
}

/* Those between, and what the signature brings along. */
static STACK_OF(X509) *join(const struct imgfmt_trust *trust,
			    STACK_OF(X509) *more)
{
	STACK_OF(X509) *all = trust->between ? sk_X509_dup(trust->between) :
					       sk_X509_new_null();

	for (int i = 0; all && i < sk_X509_num(more); i++) {
		if (sk_X509_push(all, sk_X509_value(more, i)) > 0)
			continue;
		sk_X509_free(all);
		return NULL;
	}
	return all;
}

int certificates_check(const struct imgfmt_trust *trust, X509 *cert,
		       STACK_OF(X509) *more, uint64_t offset,
		       struct imgfmt_error *err)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *all = join(trust, more);
	int rc;

	if (!ctx || !all ||
	    X509_STORE_CTX_init(ctx, trust->store, cert, all) != 1) {
		rc = err_nomem(err, "a chain of certificates");
		goto out;
	}
	X509_STORE_CTX_set_app_data(ctx, (void *)trust);
	X509_STORE_CTX_set_verify_cb(ctx, let_pass);
	set_param(trust, X509_STORE_CTX_get0_param(ctx));
	rc = X509_verify_cert(ctx) == 1 ?
		     check_usage(trust, cert, offset, err) :
		     say(trust, ctx, cert, offset, err);
out:
	ERR_clear_error();
	X509_STORE_CTX_free(ctx);
	sk_X509_free(all);
	return rc;
}
