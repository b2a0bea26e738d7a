/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SHA-256 with domain separation, over OpenSSL.
 *
 * Every digest of the format is SHA-256(domain byte || data); the domain byte
 * keeps a digest of one kind from ever passing for another.  A context costs
 * two allocations and an algorithm look-up, a message none: keep one per
 * thread.
 */
#ifndef IMGFMT_DIGEST_SHA256_H
#define IMGFMT_DIGEST_SHA256_H

#include "base/base.h"
#include "imgfmt.h"

#define SHA256_LEN 32u

/* OpenSSL's types, so that its headers stay out of ours. */
struct evp_md_st;
struct evp_md_ctx_st;

struct sha256 {
	struct evp_md_st *md;
	struct evp_md_ctx_st *ctx;
};

/* IMGFMT_E_UNSUPPORTED when the OpenSSL configuration offers no SHA-256. */
int sha256_init(struct sha256 *s, struct imgfmt_error *err);
void sha256_fini(struct sha256 *s);

/* Begin a message; one that was not finished is forgotten. */
int sha256_reset(struct sha256 *s, uint8_t domain, struct imgfmt_error *err);
int sha256_update(struct sha256 *s, const void *buf, size_t len,
		  struct imgfmt_error *err);

/* End a message; the next one begins with sha256_reset(). */
int sha256_final(struct sha256 *s, uint8_t ret[SHA256_LEN],
		 struct imgfmt_error *err);

/* A message in one piece: reset, update and final. */
int sha256(struct sha256 *s, uint8_t domain, const void *buf, size_t len,
	   uint8_t ret[SHA256_LEN], struct imgfmt_error *err);

#endif /* IMGFMT_DIGEST_SHA256_H */
