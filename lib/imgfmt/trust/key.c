/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private keys, through OpenSSL's stores: files in PEM or DER, and what a
 * provider offers.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "trust/signer.h"

/* What came of asking for a passphrase. */
struct asked {
	const struct imgfmt_signer_opts *opts;
	bool	 asked;
	int	 os_errno;	/* why there is none */
};

static int ask(char *buf, int size, int writing, void *ctx)
{
	struct asked *a = ctx;
	int n;

	(void)writing;
	a->asked = true;
	/* OpenSSL tries several decoders: who said no is not asked again. */
	if (a->os_errno)
		return -1;
	if (!a->opts->passphrase || size <= 0) {
		a->os_errno = ENOKEY;
		return -1;
	}
	n = a->opts->passphrase(a->opts->passphrase_ctx, buf, (size_t)size);
	if (n < 0)
		a->os_errno = -n;
	return n < 0 || n > size ? -1 : n;
}

/* The first key that a store gives; NULL if it has none. */
static EVP_PKEY *take_key(OSSL_STORE_CTX *store)
{
	EVP_PKEY *key = NULL;

	while (!key && !OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (!info && OSSL_STORE_error(store))
			break;
		if (info && OSSL_STORE_INFO_get_type(info) ==
				    OSSL_STORE_INFO_PKEY)
			key = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
	}
	return key;
}

/* A plain path that cannot be read is better named by the system. */
static int check_file(const char *path, struct imgfmt_error *err)
{
	struct stat st;

	if (stat(path, &st))
		return err_os(err, errno, "%s: cannot open", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, IMGFMT_E_USAGE, "%s: not a file", path);
	if (access(path, R_OK))
		return err_os(err, errno, "%s: cannot open", path);
	return IMGFMT_OK;
}

/* The path in "file:PATH", "file:///PATH" or "file://localhost/PATH", or NULL. */
static const char *path_of(const char *uri)
{
	if (strncasecmp(uri, "file:", 5))
		return NULL;
	uri += 5;
	if (strncmp(uri, "//", 2))
		return uri;
	uri += 2;
	return strncasecmp(uri, "localhost/", 10) ? uri : uri + 9;
}

static int refuse_scheme(const char *uri, struct imgfmt_error *err)
{
	ERR_clear_error();
	return err_set(err, IMGFMT_E_USAGE,
		       "%.*s: no provider of OpenSSL is loaded that knows keys of this kind",
		       (int)strcspn(uri, ":") + 1, uri);
}

static int say_no_key(const char *name, const struct asked *a,
		      struct imgfmt_error *err)
{
	bool told = ERR_reason_error_string(ERR_peek_last_error());
	const char *reason = openssl_reason();

	if (a->os_errno == ENOKEY)
		return err_set(err, IMGFMT_E_USAGE,
			       "%s: the key is encrypted, and there is no passphrase",
			       name);
	if (a->os_errno)
		return err_os(err, a->os_errno, "%s: no passphrase", name);
	if (a->asked)
		return err_set(err, IMGFMT_E_USAGE, "%s: wrong passphrase",
			       name);
	if (!told)
		return err_set(err, IMGFMT_E_USAGE, "%s: no private key in it",
			       name);
	return err_set(err, IMGFMT_E_USAGE, "%s: no private key in it (%s)",
		       name, reason);
}

int signer_load_key(const struct imgfmt_signer_opts *opts, EVP_PKEY **ret,
		    struct imgfmt_error *err)
{
	struct asked asked = { .opts = opts };
	UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(ask, 0);
	OSSL_STORE_CTX *store;
	bool is_uri = strchr(opts->key, ':') && access(opts->key, F_OK);
	const char *path = is_uri ? path_of(opts->key) : opts->key;
	int rc = path ? check_file(path, err) : IMGFMT_OK;

	*ret = NULL;
	if (rc || !ui) {
		UI_destroy_method(ui);
		return rc ? rc : err_nomem(err, "a key");
	}
	store = OSSL_STORE_open(opts->key, ui, &asked, NULL, NULL);
	if (store) {
		OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
		*ret = take_key(store);
		OSSL_STORE_close(store);
	}
	UI_destroy_method(ui);
	if (*ret) {
		ERR_clear_error();
		return IMGFMT_OK;
	}
	return !store && !path ?
		       refuse_scheme(opts->key, err) :
		       say_no_key(opts->key, &asked, err);
}
