/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A JSON document, written as it comes.
 *
 * The document is valid whatever happens: a member or an element is written
 * at once, json_finish() closes what is open.  Every function takes the key
 * of the member, which is NULL (and is ignored) inside an array.  Keys are
 * those of the specification, in snake_case.  Write errors stay in the
 * stream, for closeout().
 *
 * A zeroed struct json is a writer that writes nothing, before json_start()
 * and after json_finish() alike.
 */
#ifndef TOOLS_COMMON_JSON_H
#define TOOLS_COMMON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "imgfmt.h"

/* Deeper containers are written as null. */
#define JSON_DEPTH_MAX 32

struct json {
	FILE		*out;
	unsigned int	 depth;		/* containers open */
	unsigned int	 skipped;	/* open ones that were too deep */
	bool		 failed;	/* an error member was written */
	bool		 used[JSON_DEPTH_MAX];	/* has a member or element */
	char		 close[JSON_DEPTH_MAX];	/* its closing bracket */
};

/* Begin the document with {"format": "@format"; such as "imgdump/1". */
void json_start(struct json *j, FILE *out, const char *format);

/* Close all that is open and end the line. */
void json_finish(struct json *j);

void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);

/* Close the container opened last; the document itself stays open. */
void json_end(struct json *j);

/* A text; NULL is written as null. */
void json_string(struct json *j, const char *key, const char *text);

/*
 * A text that came from an image, with control characters escaped.  Bytes
 * that are not UTF-8 become \u00XX, and in an object a second member
 * "<key>_raw_hex" then holds all the bytes.
 */
void json_text(struct json *j, const char *key, const void *text, size_t len);

/*
 * A count or a size.  From 2^53 on, where many readers lose digits, it is a
 * string "0x..".
 */
void json_uint(struct json *j, const char *key, uint64_t value);

/* A signed number, of a magnitude below 2^53. */
void json_int(struct json *j, const char *key, int64_t value);

/* An address: always a string "0x..". */
void json_hex64(struct json *j, const char *key, uint64_t value);

/* A digest: bytes as a string of hexadecimal digits. */
void json_hex(struct json *j, const char *key, const void *bytes, size_t len);

void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);

/* An object with status, rule, offset, pfn and message. */
void json_error(struct json *j, const char *key,
		const struct imgfmt_error *err);

/* The members of an object that tells of one signer. */
void json_signature(struct json *j, const struct imgfmt_signature *s);

/*
 * The whole document failed: close up to the top and add a member "error",
 * which names the file @file too; null without one.  The first failure counts;
 * later ones are not written.
 */
void json_fail(struct json *j, const char *file,
	       const struct imgfmt_error *err);

#endif /* TOOLS_COMMON_JSON_H */
