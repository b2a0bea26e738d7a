/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What OpenSSL's objects say, as this library says it.
 */
#ifndef IMGFMT_TRUST_OPENSSL_H
#define IMGFMT_TRUST_OPENSSL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/base.h"

/* Room for a name that is shown; a longer one ends in "...". */
#define NAME_ROOM 192

/* "RSA-3072" and the like; "?" for a key of no known kind. */
#define KEY_NAME_ROOM 48

/* A name as in RFC 2253, printable ASCII only; always terminated. */
void openssl_name(const X509_NAME *name, char *buf, size_t room);
/* Bytes in hexadecimal, as many as there is room for. */
void openssl_hex(const uint8_t *bytes, size_t len, char *buf, size_t room);
/* A serial number in hexadecimal. */
void openssl_serial(const ASN1_INTEGER *serial, char *buf, size_t room);
/* Seconds since 1970; false if it is none. */
bool openssl_time(const ASN1_TIME *time, int64_t *ret);
/* "2026-08-20T12:34:56Z" */
void openssl_date(int64_t seconds, char *buf, size_t room);
void openssl_key_name(const EVP_PKEY *key, bool pss, char *buf, size_t room);
/* The reason of OpenSSL's last error; the queue is empty then. */
const char *openssl_reason(void);

#define DATE_ROOM 32

#endif /* IMGFMT_TRUST_OPENSSL_H */
