/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A signature, judged by certificates that may be as hostile: two bytes with
 * the size of these, little-endian, these, and the signature, over four bytes
 * that are always the same.
 */
#include <openssl/err.h>
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "trust/certificates.h"

static const char signed_data[] = { 'd', 'a', 't', 'a' };

static bool is_text(const char *s)
{
	for (; s && *s; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

/* What is told of a signer can be shown, and is one verdict. */
static void take(void *ctx, const struct imgfmt_signature *s)
{
	unsigned int *good = ctx;

	FUZZ_ASSERT(is_text(s->subject) && is_text(s->issuer) &&
		    is_text(s->serial) && is_text(s->key_id) &&
		    is_text(s->algorithm) && is_text(s->digest));
	FUZZ_ASSERT(imgfmt_signature_verdict_name((int)s->verdict));
	FUZZ_ASSERT(!s->has_certificate || (s->subject && s->serial));
	if (s->verdict == IMGFMT_SIGNATURE_GOOD) {
		FUZZ_ASSERT(s->has_certificate && !s->why.status);
		++*good;
	} else if (s->verdict != IMGFMT_SIGNATURE_UNCHECKED) {
		fuzz_check_error(s->why.status, &s->why);
		FUZZ_ASSERT(*s->why.rule);
	}
}

static void judge(const struct imgfmt_trust *trust, const void *signature,
		  size_t size)
{
	struct imgfmt_error err;
	unsigned int good = 0;
	int rc = imgfmt_signature_judge(trust, signed_data,
					sizeof(signed_data), signature, size,
					take, &good, &err);

	if (rc)
		fuzz_check_error(rc, &err);
	FUZZ_ASSERT(!trust || !rc == !!good);
	FUZZ_ASSERT(!ERR_peek_error());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct imgfmt_trust_opts opts = { .has_time = 1,
						.time = 1800000000 };
	struct imgfmt_trust *trust;
	struct imgfmt_error err;
	size_t certs = size < 2 ? 0 : get_le16(data);
	void *copy;
	int rc;

	if (size < 2 || certs > size - 2)
		return 0;
	FUZZ_ASSERT(!trust_new(&opts, &trust, &err));
	rc = certificates_parse(trust, data + 2, certs, &err);
	if (rc)
		fuzz_check_error(rc, &err);
	copy = fuzz_copy(data + 2 + certs, size - 2 - certs);
	judge(NULL, copy, size - 2 - certs);
	judge(trust, copy, size - 2 - certs);
	imgfmt_trust_free(trust);
	free(copy);
	return 0;
}
