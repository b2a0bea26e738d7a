/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A key, and a certificate that it signs for itself: what a single machine
 * needs to sign its images.  Both are new files, never written over old ones.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/signals.h"
#include "imgsign/imgsign.h"

#define DAYS 3650u
#define PATH_ROOM 4096

/* The most that X.520 lets a common name have. */
#define COMMON_NAME_MAX 64

enum key_type { RSA_3072, RSA_2048, RSA_4096, ECDSA_P256, ECDSA_P384 };

const struct opt_name opts_key_type[] = {
	{ "rsa-3072", RSA_3072 },
	{ "rsa-2048", RSA_2048 },
	{ "rsa-4096", RSA_4096 },
	{ "ecdsa-p256", ECDSA_P256 },
	{ "ecdsa-p384", ECDSA_P384 },
	{ NULL, 0 }
};

/* A signal ends the search for primes. */
static int go_on(EVP_PKEY_CTX *ctx)
{
	(void)ctx;
	return !signals_caught();
}

static EVP_PKEY *generate_by(EVP_PKEY_CTX *ctx, int bits, const char *group)
{
	EVP_PKEY *key = NULL;

	if (!ctx || EVP_PKEY_keygen_init(ctx) != 1)
		return NULL;
	if (group ? EVP_PKEY_CTX_set_group_name(ctx, group) != 1 :
		    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) != 1)
		return NULL;
	EVP_PKEY_CTX_set_cb(ctx, go_on);
	return EVP_PKEY_generate(ctx, &key) == 1 ? key : NULL;
}

static EVP_PKEY *generate(int type)
{
	static const struct {
		int bits;
		const char *group;
	} kinds[] = {
		[RSA_3072] = { 3072, NULL },
		[RSA_2048] = { 2048, NULL },
		[RSA_4096] = { 4096, NULL },
		[ECDSA_P256] = { 0, "P-256" },
		[ECDSA_P384] = { 0, "P-384" },
	};
	const char *group = kinds[type].group;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, group ? "EC" :
							     "RSA", NULL);
	EVP_PKEY *key = generate_by(ctx, kinds[type].bits, group);

	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&ctx);
	e = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	ok = e && X509_add_ext(cert, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

/* Not 0, and positive, as RFC 5280 wants it. */
static bool set_serial(X509 *cert)
{
	unsigned char bytes[16];
	BIGNUM *n;
	bool ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40);
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	BN_free(n);
	return ok;
}

/* The last part of the path, as far as a common name goes. */
static bool set_names(X509 *cert, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	X509_NAME *subject = X509_get_subject_name(cert);
	int len = (int)strnlen(name, COMMON_NAME_MAX);

	return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
					  (const unsigned char *)name, len,
					  -1, 0) == 1 &&
	       X509_set_issuer_name(cert, subject) == 1;
}

static X509 *certify(const struct new_key *k, EVP_PKEY *key)
{
	int days = (int)(k->days ? k->days : DAYS);
	X509 *cert = X509_new();

	if (cert && X509_set_version(cert, X509_VERSION_3) == 1 &&
	    set_serial(cert) && set_names(cert, k->name) &&
	    X509_gmtime_adj(X509_getm_notBefore(cert), 0) &&
	    X509_time_adj_ex(X509_getm_notAfter(cert), days, 0, NULL) &&
	    X509_set_pubkey(cert, key) == 1 &&
	    add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(cert, NID_key_usage, "critical,digitalSignature") &&
	    add_extension(cert, NID_ext_key_usage, "codeSigning") &&
	    add_extension(cert, NID_subject_key_identifier, "hash") &&
	    add_extension(cert, NID_authority_key_identifier,
			  "keyid:always") &&
	    X509_sign(cert, key, EVP_sha256()) > 0)
		return cert;
	X509_free(cert);
	return NULL;
}

static int trouble(struct tool *t, const char *file, const char *what,
		   int os_errno)
{
	struct imgfmt_error err = {
		.status = IMGFMT_E_OS, .os_errno = os_errno,
		.offset = IMGFMT_NOWHERE, .pfn = IMGFMT_NOWHERE,
	};

	snprintf(err.message, sizeof(err.message), "%s%s%s", what,
		 os_errno ? ": " : "", os_errno ? strerror(os_errno) : "");
	tool_fail(t, file, &err);
	ERR_clear_error();
	return EXIT_TROUBLE;
}

/* Where a signal ended the work, there is nothing to say. */
static int stopped(struct tool *t)
{
	struct imgfmt_error err = {
		.status = IMGFMT_E_CANCELLED,
		.offset = IMGFMT_NOWHERE, .pfn = IMGFMT_NOWHERE,
	};

	tool_fail(t, NULL, &err);
	return EXIT_TROUBLE;
}

/* What a memory BIO holds, into a new file, whole or not at all. */
static int write_new(struct tool *t, const char *path, uint32_t flags,
		     BIO *from)
{
	struct imgfmt_output *out;
	struct imgfmt_error err, own;
	struct stat st;
	char *bytes;
	long len = BIO_get_mem_data(from, &bytes);
	int rc;

	/* Not by a symbolic link either, nor is there any force. */
	if (!lstat(path, &st))
		return trouble(t, path, "cannot create", EEXIST);
	rc = imgfmt_output_path(path, flags, &out, &err);
	if (!rc) {
		rc = imgfmt_output_put(out, bytes, (size_t)len, &err);
		imgfmt_output_free(out);
	}
	if (!rc)
		return EXIT_YES;
	tool_fail(t, path, msg_is_about(&err, path, &own) ? &own : &err);
	return EXIT_TROUBLE;
}

/* Asked twice, since nobody sees what is typed. */
static int ask_passphrase(struct tool *t, const struct new_key *k, char *buf,
			  int *len)
{
	char again[SIGNING_PASSPHRASE_MAX];
	int n;

	*len = 0;
	if (!k->passphrase_file && !k->encrypt)
		return EXIT_YES;
	n = signing_passphrase(k->passphrase_file, "New passphrase: ", buf,
			       SIGNING_PASSPHRASE_MAX);
	if (n < 0)
		return signing_passphrase_fail(t, k->passphrase_file, -n);
	if (!n)
		return trouble(t, k->passphrase_file, "the passphrase is empty",
			       0);
	*len = n;
	if (k->passphrase_file)
		return EXIT_YES;
	n = signing_passphrase(NULL, "Once more: ", again, sizeof(again));
	if (n < 0 && signals_caught())
		return stopped(t);
	if (n != *len || memcmp(again, buf, (size_t)n))
		n = -1;
	OPENSSL_cleanse(again, sizeof(again));
	return n < 0 ? trouble(t, NULL, "the two passphrases differ", 0) :
		       EXIT_YES;
}

static int write_key(struct tool *t, const char *path, const EVP_PKEY *key,
		     const char *passphrase, int len)
{
	/* Cleansed when it is freed. */
	BIO *out = BIO_new(BIO_s_secmem());
	int status;

	if (!out || PEM_write_bio_PKCS8PrivateKey(
			    out, key, len ? EVP_aes_256_cbc() : NULL,
			    len ? passphrase : NULL, len, NULL, NULL) != 1)
		status = trouble(t, path, "cannot encode the key", 0);
	else
		status = write_new(t, path, 0, out);
	BIO_free(out);
	return status;
}

static int write_cert(struct tool *t, const char *path, X509 *cert)
{
	BIO *out = BIO_new(BIO_s_mem());
	int status;

	if (!out || PEM_write_bio_X509(out, cert) != 1)
		status = trouble(t, path, "cannot encode the certificate", 0);
	else
		status = write_new(t, path, IMGFMT_OUTPUT_PUBLIC, out);
	BIO_free(out);
	return status;
}

/* The certificate first: where that exists, no key is made. */
static int write_both(struct tool *t, const struct new_key *k, EVP_PKEY *key,
		      X509 *cert, const char *passphrase, int len)
{
	char key_path[PATH_ROOM], cert_path[PATH_ROOM];
	int status;

	if (strlen(k->name) > PATH_ROOM - 8)
		return tool_usage(t, "--new-key: the name is too long");
	snprintf(key_path, sizeof(key_path), "%s.key", k->name);
	snprintf(cert_path, sizeof(cert_path), "%s.pem", k->name);
	status = write_cert(t, cert_path, cert);
	if (status)
		return status;
	status = write_key(t, key_path, key, passphrase, len);
	if (status) {
		unlink(cert_path);
		return status;
	}
	json_string(&t->json, "key", key_path);
	json_string(&t->json, "certificate", cert_path);
	msg_summary(&t->msg, cert_path, "certificate to trust; the key is %s, %s",
		    key_path, len ? "encrypted" :
		    "not encrypted (--encrypt asks for a passphrase)");
	return EXIT_YES;
}

int new_key_make(struct tool *t, const struct new_key *k)
{
	char passphrase[SIGNING_PASSPHRASE_MAX];
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;
	int len, status;

	if (!*k->name || k->name[strlen(k->name) - 1] == '/')
		return tool_usage(t, "--new-key: no name is given");
	status = ask_passphrase(t, k, passphrase, &len);
	if (!status) {
		key = generate(k->type);
		cert = key ? certify(k, key) : NULL;
		if (signals_caught())
			status = stopped(t);
		else if (!cert)
			status = trouble(t, k->name, "cannot make a key", 0);
		else
			status = write_both(t, k, key, cert, passphrase, len);
	}
	OPENSSL_cleanse(passphrase, sizeof(passphrase));
	X509_free(cert);
	EVP_PKEY_free(key);
	return status;
}
