/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * imgsign: what its files share.
 */
#ifndef TOOLS_IMGSIGN_IMGSIGN_H
#define TOOLS_IMGSIGN_IMGSIGN_H

#include "common/signers.h"
#include "common/signing.h"
#include "common/tool.h"

/* --new-key=NAME: NAME.key and NAME.pem. */
struct new_key {
	const char *name;
	int	    type;		/* of opts_key_type */
	unsigned int days;		/* 0: 3650 */
	bool	    encrypt;		/* ask for a passphrase */
	const char *passphrase_file;	/* encrypt with this one */
};

extern const struct opt_name opts_key_type[];

/* The exit status. */
int new_key_make(struct tool *t, const struct new_key *k);

#endif /* TOOLS_IMGSIGN_IMGSIGN_H */
