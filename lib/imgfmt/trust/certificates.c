/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whom to trust: what files hold of certificates and revocation lists.
 */
#include "trust/certificates.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "io/io.h"
#include "trust/openssl.h"

static const char *const suffixes[] = { ".pem", ".crt", ".cer", ".der",
					".crl" };

int trust_new(const struct imgfmt_trust_opts *opts, struct imgfmt_trust **ret,
	      struct imgfmt_error *err)
{
	struct imgfmt_trust *trust = calloc(1, sizeof(*trust));

	*ret = NULL;
	if (!trust)
		return err_nomem(err, "certificates");
	trust->opts = *opts;
	trust->certs = sk_X509_new_null();
	trust->crls = sk_X509_CRL_new_null();
	trust->store = certificates_store();
	if (!trust->certs || !trust->crls || !trust->store) {
		imgfmt_trust_free(trust);
		return err_nomem(err, "certificates");
	}
	*ret = trust;
	return IMGFMT_OK;
}

void imgfmt_trust_free(struct imgfmt_trust *trust)
{
	if (!trust)
		return;
	X509_STORE_free(trust->store);
	sk_X509_CRL_pop_free(trust->crls, X509_CRL_free);
	sk_X509_pop_free(trust->certs, X509_free);
	free(trust);
}

static int add_cert(struct imgfmt_trust *trust, X509 *cert,
		    struct imgfmt_error *err)
{
	/* Also fills in what OpenSSL keeps of extensions. */
	if (X509_get_extension_flags(cert) & EXFLAG_INVALID) {
		X509_free(cert);
		ERR_clear_error();
		return err_set(err, IMGFMT_E_USAGE,
			       "a certificate has extensions that are wrong");
	}
	for (int i = 0; i < sk_X509_num(trust->certs); i++) {
		if (X509_cmp(sk_X509_value(trust->certs, i), cert))
			continue;
		X509_free(cert);
		return IMGFMT_OK;
	}
	if (sk_X509_num(trust->certs) >= TRUST_CERTS_MAX) {
		X509_free(cert);
		return err_set(err, IMGFMT_E_LIMIT,
			       "more than %d certificates to trust",
			       TRUST_CERTS_MAX);
	}
	if (sk_X509_push(trust->certs, cert) > 0)
		return IMGFMT_OK;
	X509_free(cert);
	return err_nomem(err, "a certificate");
}

static int add_crl(struct imgfmt_trust *trust, X509_CRL *crl,
		   struct imgfmt_error *err)
{
	if (sk_X509_CRL_num(trust->crls) >= TRUST_CRLS_MAX) {
		X509_CRL_free(crl);
		return err_set(err, IMGFMT_E_LIMIT,
			       "more than %d revocation lists",
			       TRUST_CRLS_MAX);
	}
	if (sk_X509_CRL_push(trust->crls, crl) > 0)
		return IMGFMT_OK;
	X509_CRL_free(crl);
	return err_nomem(err, "a revocation list");
}

static int take_cert(struct imgfmt_trust *trust, const uint8_t *der, long len,
		     struct imgfmt_error *err)
{
	const uint8_t *p = der;
	X509 *cert = d2i_X509(NULL, &p, len);

	if (cert && p == der + len)
		return add_cert(trust, cert, err);
	X509_free(cert);
	return err_set(err, IMGFMT_E_USAGE, "not a certificate: %s",
		       openssl_reason());
}

static int take_crl(struct imgfmt_trust *trust, const uint8_t *der, long len,
		    struct imgfmt_error *err)
{
	const uint8_t *p = der;
	X509_CRL *crl = d2i_X509_CRL(NULL, &p, len);

	if (crl && p == der + len)
		return add_crl(trust, crl, err);
	X509_CRL_free(crl);
	return err_set(err, IMGFMT_E_USAGE, "not a revocation list: %s",
		       openssl_reason());
}

/*
 * The blocks of a PEM text that are ours; others, such as keys, are passed
 * over without a look.  How many comes back.
 */
static int parse_pem(struct imgfmt_trust *trust, const void *data, size_t size,
		     size_t *taken, struct imgfmt_error *err)
{
	BIO *in = BIO_new_mem_buf(data, (int)size);
	char *name = NULL, *header = NULL;
	uint8_t *der = NULL;
	int rc = IMGFMT_OK;
	long len;

	*taken = 0;
	if (!in)
		return err_nomem(err, "certificates");
	while (!rc && PEM_read_bio(in, &name, &header, &der, &len) == 1) {
		bool cert = !strcmp(name, PEM_STRING_X509) ||
			    !strcmp(name, PEM_STRING_X509_OLD);
		bool crl = !strcmp(name, PEM_STRING_X509_CRL);

		if (cert)
			rc = take_cert(trust, der, len, err);
		else if (crl)
			rc = take_crl(trust, der, len, err);
		*taken += cert || crl;
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)len);
	}
	if (!rc && ERR_GET_REASON(ERR_peek_last_error()) !=
			   PEM_R_NO_START_LINE)
		rc = err_set(err, IMGFMT_E_USAGE, "damaged PEM text: %s",
			     openssl_reason());
	ERR_clear_error();
	BIO_free(in);
	return rc;
}

/* A certificate or a list, whichever of the two it can be. */
static int parse_der(struct imgfmt_trust *trust, const uint8_t *data,
		     size_t size, struct imgfmt_error *err)
{
	int rc = take_cert(trust, data, (long)size, NULL);

	if (rc == IMGFMT_E_USAGE)
		rc = take_crl(trust, data, (long)size, NULL);
	if (rc == IMGFMT_E_USAGE)
		return err_set(err, rc,
			       "neither a certificate nor a revocation list, in PEM or DER");
	return rc ? err_set(err, rc, "too many certificates or no memory") :
		    IMGFMT_OK;
}

int certificates_parse(struct imgfmt_trust *trust, const void *data,
		       size_t size, struct imgfmt_error *err)
{
	size_t taken;
	int rc;

	if (size > TRUST_FILE_MAX)
		return err_set(err, IMGFMT_E_LIMIT,
			       "more than 1 MiB of certificates");
	if (!memmem(data, size, "-----BEGIN ", 11)) {
		rc = parse_der(trust, data, size, err);
		ERR_clear_error();
		return rc;
	}
	rc = parse_pem(trust, data, size, &taken, err);
	if (!rc && !taken)
		rc = err_set(err, IMGFMT_E_USAGE,
			     "no certificate and no revocation list in it");
	return rc;
}

/* All of @io, which is freed. */
static int read_all(struct io *io, size_t max, struct vec *ret,
		    struct imgfmt_error *err)
{
	uint8_t buf[4096];
	size_t got;
	int rc = IMGFMT_OK;

	/* In one piece: a file with a key leaves no copies where it grew. */
	if (io_size(io) <= max)
		rc = vec_reserve(ret, (size_t)io_size(io) + 1, err);
	while (!rc) {
		rc = io_read(io, ret->len, buf, sizeof(buf), &got, err);
		if (!rc && got > max - ret->len)
			rc = err_set(err, IMGFMT_E_LIMIT,
				     "larger than %zu bytes", max);
		if (!rc && !got)
			break;
		if (!rc)
			rc = vec_append(ret, buf, got, err);
	}
	OPENSSL_cleanse(buf, sizeof(buf));
	io_free(io);
	return rc;
}

int certificates_read_file(const char *path, size_t max, struct vec *ret,
			   struct imgfmt_error *err)
{
	struct io *io;
	int rc = io_open_path(path, &io, err);

	return rc ? rc : read_all(io, max, ret, err);
}

/* What was not named, but lay there, is not waited for. */
static int read_found(const char *path, struct vec *ret,
		      struct imgfmt_error *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	struct io *io;
	int rc;

	if (fd < 0)
		return err_os(err, errno, "cannot open");
	if (fstat(fd, &st))
		rc = err_os(err, errno, "cannot read");
	else if (!S_ISREG(st.st_mode))
		rc = err_set(err, IMGFMT_E_USAGE, "not a regular file");
	else
		rc = io_open_fd(fd, path, &io, err);
	if (!rc)
		rc = read_all(io, TRUST_FILE_MAX, ret, err);
	close(fd);
	return rc;
}

/* Named, or @found in a directory. */
static int add_file(struct imgfmt_trust *trust, const char *path, bool found,
		    struct imgfmt_error *err)
{
	struct vec bytes;
	int rc;

	vec_init(&bytes, 1);
	rc = found ? read_found(path, &bytes, err) :
		     certificates_read_file(path, TRUST_FILE_MAX, &bytes, err);
	if (!rc)
		rc = certificates_parse(trust, bytes.len ? bytes.data : "",
					bytes.len, err);
	vec_fini(&bytes);
	return rc;
}

static int is_ours(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (len > 4 && d->d_name[0] != '.' &&
		    !strcmp(d->d_name + len - 4, suffixes[i]))
			return 1;
	return 0;
}

/*
 * A file that cannot be understood fails them all: it could be the revocation
 * list that matters.
 */
static int add_directory(struct imgfmt_trust *trust, const char *path,
			 struct imgfmt_error *err)
{
	struct dirent **names;
	int count = scandir(path, &names, is_ours, alphasort);
	int rc = IMGFMT_OK;

	if (count < 0)
		return err_os(err, errno, "cannot read the directory");
	if (!count)
		rc = err_set(err, IMGFMT_E_USAGE,
			     "no file *.pem, *.crt, *.cer, *.der or *.crl in it");
	for (int i = 0; i < count; i++) {
		char *file = NULL;

		if (!rc && asprintf(&file, "%s/%s", path,
				    names[i]->d_name) < 0) {
			file = NULL;
			rc = err_nomem(err, "a name");
		}
		if (!rc) {
			rc = add_file(trust, file, true, err);
			if (rc)
				err_prefix(err, "%s", names[i]->d_name);
		}
		free(file);
		free(names[i]);
	}
	free(names);
	return rc;
}

int imgfmt_trust_add(struct imgfmt_trust *trust, const char *path,
		     struct imgfmt_error *err)
{
	struct stat st;

	if (stat(path, &st))
		return err_os(err, errno, "cannot open");
	return S_ISDIR(st.st_mode) ? add_directory(trust, path, err) :
				     add_file(trust, path, false, err);
}
