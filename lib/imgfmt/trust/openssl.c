/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trust/openssl.h"

#include <openssl/err.h>
#include <stdio.h>
#include <time.h>

/*
 * The escapes of RFC 2253, and all but printable ASCII in hexadecimal, so that
 * nothing in a certificate reaches a terminal.
 */
#define NAME_FLAGS (XN_FLAG_RFC2253 & ~ASN1_STRFLGS_UTF8_CONVERT)

void openssl_name(const X509_NAME *name, char *buf, size_t room)
{
	BIO *out = BIO_new(BIO_s_mem());
	size_t n = 0;
	char *text;
	long len;

	buf[0] = '\0';
	if (!out)
		return;
	if (X509_NAME_print_ex(out, name, 0, NAME_FLAGS) >= 0) {
		len = BIO_get_mem_data(out, &text);
		n = len > 0 ? (size_t)len : 0;
		snprintf(buf, room, "%.*s", (int)min_u64(n, room), text);
		for (char *c = buf; *c; c++)
			if (*c < ' ' || *c > '~')
				*c = '?';
		if (n >= room)
			memcpy(buf + room - 4, "...", 4);
	}
	BIO_free(out);
}

void openssl_hex(const uint8_t *bytes, size_t len, char *buf, size_t room)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = (size_t)min_u64(len, (room - 1) / 2);

	for (size_t i = 0; i < n; i++) {
		buf[2 * i] = digits[bytes[i] >> 4];
		buf[2 * i + 1] = digits[bytes[i] & 15];
	}
	buf[2 * n] = '\0';
}

void openssl_serial(const ASN1_INTEGER *serial, char *buf, size_t room)
{
	openssl_hex(ASN1_STRING_get0_data(serial),
		    (size_t)ASN1_STRING_length(serial), buf, room);
}

bool openssl_time(const ASN1_TIME *time, int64_t *ret)
{
	struct tm tm;

	*ret = 0;
	/* An absent time would be the present one. */
	if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	*ret = (int64_t)timegm(&tm);
	return true;
}

void openssl_date(int64_t seconds, char *buf, size_t room)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) ||
	    !strftime(buf, room, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(buf, room, "%lld", (long long)seconds);
}

void openssl_key_name(const EVP_PKEY *key, bool pss, char *buf, size_t room)
{
	char group[24];

	if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) {
		snprintf(buf, room, "%s-%d",
			 pss || EVP_PKEY_is_a(key, "RSA-PSS") ? "RSA-PSS" :
								"RSA",
			 EVP_PKEY_get_bits(key));
		return;
	}
	if (EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), NULL)) {
		const char *name =
			!strcmp(group, "prime256v1") ? "P-256" :
			!strcmp(group, "secp384r1") ? "P-384" : group;

		snprintf(buf, room, "ECDSA-%s", name);
		return;
	}
	snprintf(buf, room, "%s", EVP_PKEY_get0_type_name(key) ?
				  EVP_PKEY_get0_type_name(key) : "?");
}

const char *openssl_reason(void)
{
	unsigned long e = ERR_peek_last_error();
	const char *reason = e ? ERR_reason_error_string(e) : NULL;

	ERR_clear_error();
	return reason ? reason : "unknown reason";
}
