/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who signed an image.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/signers.h"
#include "common/units.h"

/* Digits that say which signer is meant. */
#define DIGITS_LEAST 8

static const char *keep(char *to, size_t room, const char *from)
{
	snprintf(to, room, "%s", from ? from : "");
	return from ? to : NULL;
}

void signers_take(void *ctx, const struct imgfmt_signature *s)
{
	struct signers *all = ctx;
	struct signer_row *r;

	if (all->count == SIGNERS_MAX)
		return;
	r = &all->rows[all->count++];
	r->s = *s;
	r->s.subject = keep(r->subject, sizeof(r->subject), s->subject);
	r->s.issuer = keep(r->issuer, sizeof(r->issuer), s->issuer);
	r->s.serial = keep(r->serial, sizeof(r->serial), s->serial);
	r->s.key_id = keep(r->key_id, sizeof(r->key_id), s->key_id);
	r->s.algorithm = keep(r->algorithm, sizeof(r->algorithm),
			      s->algorithm);
	r->s.digest = keep(r->digest, sizeof(r->digest), s->digest);
}

static bool same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

bool signers_same(const struct imgfmt_signature *a,
		  const struct imgfmt_signature *b)
{
	return (same_text(a->issuer, b->issuer) &&
		same_text(a->serial, b->serial)) ||
	       same_text(a->key_id, b->key_id);
}

static void hex(const uint8_t *bytes, size_t len, char *buf)
{
	for (size_t i = 0; i < len; i++)
		snprintf(buf + 2 * i, 3, "%02x", bytes[i]);
}

static bool begins(const char *text, const char *digits)
{
	return text && !strncasecmp(text, digits, strlen(digits));
}

static bool is_meant(const struct imgfmt_signature *s, const char *which)
{
	char print[2 * sizeof(s->fingerprint) + 1];
	unsigned long n;
	char *end;

	if (s->slot < 0)
		return false;
	if (strlen(which) < DIGITS_LEAST) {
		n = strtoul(which, &end, 10);
		return !*end && n == (unsigned long)s->slot + 1;
	}
	hex(s->fingerprint, sizeof(s->fingerprint), print);
	return begins(s->serial, which) || begins(s->key_id, which) ||
	       (s->has_certificate && begins(print, which));
}

uint32_t signers_slots(const struct signers *all, const char *which)
{
	uint32_t slots = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct imgfmt_signature *s = &all->rows[i].s;

		if (s->slot >= 0 && (!*which || is_meant(s, which)))
			slots |= 1u << s->slot;
	}
	return slots;
}

const struct imgfmt_signature *signers_good(const struct signers *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->rows[i].s.verdict == IMGFMT_SIGNATURE_GOOD)
			return &all->rows[i].s;
	return NULL;
}

/* Who it says signed. */
static void describe_signer(FILE *out, const struct imgfmt_signature *s)
{
	if (s->subject)
		fprintf(out, "; signed by %s", s->subject);
	else if (s->issuer && s->serial)
		fprintf(out, "; signed by certificate %s of %s", s->serial,
			s->issuer);
	else if (s->key_id)
		fprintf(out, "; signed by key %s", s->key_id);
}

void signers_describe(FILE *out, const struct imgfmt_signature *s)
{
	char print[2 * sizeof(s->fingerprint) + 1];

	if (s->slot < 0)
		fprintf(out, "signature beside it");
	else
		fprintf(out, "slot %d", s->slot + 1);
	fprintf(out, ": %s", imgfmt_signature_verdict_name((int)s->verdict));
	describe_signer(out, s);
	if (s->algorithm)
		fprintf(out, "; %s", s->algorithm);
	if (s->digest)
		fprintf(out, "; %s", s->digest);
	if (s->has_certificate) {
		hex(s->fingerprint, sizeof(s->fingerprint), print);
		fprintf(out, "; fingerprint %s", print);
	}
	if (s->has_time)
		fprintf(out, "; signed at %s", units_time(UNITS_BUF, s->time));
	if (s->why.status)
		fprintf(out, "; %s", s->why.message);
	if (*s->why.rule)
		fprintf(out, " [%s]", s->why.rule);
}

void signers_json(struct json *j, const struct signers *all)
{
	json_array(j, "signatures");
	for (size_t i = 0; i < all->count; i++) {
		json_object(j, NULL);
		json_signature(j, &all->rows[i].s);
		json_end(j);
	}
	json_end(j);
}
