/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key that signs, from the command line.
 */
#ifndef TOOLS_COMMON_SIGNING_H
#define TOOLS_COMMON_SIGNING_H

#include <stdbool.h>

#include "common/opts.h"
#include "common/tool.h"

/* The longest passphrase, in bytes. */
#define SIGNING_PASSPHRASE_MAX 1024

/* Zeroed by main(). */
struct signing {
	const char *key, *cert;
	const char *passphrase_file;
	int	    digest;	/* of opts_digest */
	bool	    attributes, with_cert, pss;
};

/* The values of --digest. */
extern const struct opt_name opts_digest[];

/* Of the tools that make images, which sign on the way. */
#define OPTS_SIGNING(s) \
	OPT_STRING(0, "sign-key", "KEY", &(s)->key, \
		   "sign the image with KEY, a file or a URI"), \
	OPT_STRING(0, "sign-cert", "CERT", &(s)->cert, \
		   "the certificate of KEY"), \
	OPT_STRING(0, "passphrase-file", "FILE", &(s)->passphrase_file, \
		   "the passphrase of KEY is the first line of FILE")

/*
 * Load what --key and --cert say, which messages name with the prefix
 * @prefix ("" or "sign-").  False after a message, with *exit_ret.
 */
bool signing_load(struct tool *t, const struct signing *s, const char *prefix,
		  struct imgfmt_signer **ret, int *exit_ret);

/*
 * A passphrase of at most @room bytes: the first line of @file, or with NULL
 * from the terminal, by @prompt.  Bytes, or a negative errno.
 */
int signing_passphrase(const char *file, const char *prompt, char *buf,
		       size_t room);

/*
 * Say that @file, or the terminal, gave none; nothing where a signal ended the
 * wait.  EXIT_TROUBLE.
 */
int signing_passphrase_fail(struct tool *t, const char *file, int os_errno);

#endif /* TOOLS_COMMON_SIGNING_H */
