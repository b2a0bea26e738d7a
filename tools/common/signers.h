/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who signed an image.
 */
#ifndef TOOLS_COMMON_SIGNERS_H
#define TOOLS_COMMON_SIGNERS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/json.h"

/* Four slots of up to eight signers each, and one beside the image. */
#define SIGNERS_MAX 40

/* One signer, kept. */
struct signer_row {
	struct imgfmt_signature s;	/* its pointers go to these: */
	char subject[256], issuer[256], serial[72], key_id[72];
	char algorithm[64], digest[16];
};

/* Everybody who signed what is looked at. */
struct signers {
	struct signer_row rows[SIGNERS_MAX];
	size_t count;
};

/* An imgfmt_signature_fn for a struct signers. */
void signers_take(void *ctx, const struct imgfmt_signature *s);

/* Whether two signatures name the same signer. */
bool signers_same(const struct imgfmt_signature *a,
		  const struct imgfmt_signature *b);

/*
 * The slots that @which names: "" for all, a number from 1 on, or the first 8
 * digits or more of a fingerprint, a serial number or a key id.  0 if there is
 * none.
 */
uint32_t signers_slots(const struct signers *all, const char *which);

/* The one that the image is trusted for, or NULL. */
const struct imgfmt_signature *signers_good(const struct signers *all);

/* "slot 1: good; signed by CN=..." */
void signers_describe(FILE *out, const struct imgfmt_signature *s);

/* The array "signatures" of the JSON document. */
void signers_json(struct json *j, const struct signers *all);

#endif /* TOOLS_COMMON_SIGNERS_H */
