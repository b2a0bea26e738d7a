/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A JSON writer that keeps only the brackets it still owes.
 */
#include "common/json.h"

#include <inttypes.h>
#include <string.h>

#include "common/text.h"

/* Readers that hold numbers as doubles are exact below this. */
#define EXACT_MAX (UINT64_C(1) << 53)

static void put_hex(struct json *j, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < len; i++)
		fprintf(j->out, "%02x", p[i]);
}

/* Quotes, backslashes and C0, DEL and C1 controls; 0 if @c needs no escape. */
static bool put_special(struct json *j, uint32_t c)
{
	static const char named[] = "\"\\\b\f\n\r\t";
	static const char letters[] = "\"\\bfnrt";
	const char *p = c && c < 0x80 ? strchr(named, (int)c) : NULL;

	if (p)
		fprintf(j->out, "\\%c", letters[p - named]);
	else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		fprintf(j->out, "\\u%04x", c);
	else
		return false;
	return true;
}

static void put_quoted(struct json *j, const char *s, size_t len)
{
	uint32_t c;
	size_t size;

	fputc('"', j->out);
	for (; len; s += size, len -= size) {
		size = utf8_decode(s, len, &c);
		if (!size) {
			fprintf(j->out, "\\u00%02x", (uint8_t)*s);
			size = 1;
		} else if (!put_special(j, c)) {
			fwrite(s, 1, size, j->out);
		}
	}
	fputc('"', j->out);
}

static void new_line(struct json *j)
{
	fprintf(j->out, "\n%*s", (int)j->depth * 2, "");
}

static bool in_array(const struct json *j)
{
	return j->depth && j->close[j->depth - 1] == ']';
}

/* All that stands before a value; false if the value is not to be written. */
static bool begin_value(struct json *j, const char *key, const char *key_tail)
{
	bool *used;

	if (!j->depth || j->skipped)
		return false;
	used = &j->used[j->depth - 1];
	if (*used)
		fputc(',', j->out);
	*used = true;
	new_line(j);
	if (in_array(j))
		return true;
	fprintf(j->out, "\"%s%s\": ", key ? key : "", key_tail);
	return true;
}

static void push(struct json *j, char open, char close)
{
	fputc(open, j->out);
	j->close[j->depth] = close;
	j->used[j->depth] = false;
	j->depth++;
}

static void pop(struct json *j)
{
	j->depth--;
	if (j->used[j->depth])
		new_line(j);
	fputc(j->close[j->depth], j->out);
}

void json_start(struct json *j, FILE *out, const char *format)
{
	*j = (struct json){ .out = out };
	push(j, '{', '}');
	json_string(j, "format", format);
}

void json_finish(struct json *j)
{
	if (!j->depth)
		return;
	while (j->depth)
		pop(j);
	fputc('\n', j->out);
}

static void open_container(struct json *j, const char *key, char open,
			   char close)
{
	if (j->depth == JSON_DEPTH_MAX) {
		json_null(j, key);
		j->skipped++;
	} else if (begin_value(j, key, "")) {
		push(j, open, close);
	}
}

void json_object(struct json *j, const char *key)
{
	open_container(j, key, '{', '}');
}

void json_array(struct json *j, const char *key)
{
	open_container(j, key, '[', ']');
}

void json_end(struct json *j)
{
	if (j->skipped)
		j->skipped--;
	else if (j->depth > 1)
		pop(j);
}

void json_string(struct json *j, const char *key, const char *text)
{
	if (text)
		json_text(j, key, text, strlen(text));
	else
		json_null(j, key);
}

void json_text(struct json *j, const char *key, const void *text, size_t len)
{
	if (!begin_value(j, key, ""))
		return;
	put_quoted(j, text, len);
	if (utf8_valid(text, len) || in_array(j))
		return;
	begin_value(j, key, "_raw_hex");
	fputc('"', j->out);
	put_hex(j, text, len);
	fputc('"', j->out);
}

void json_uint(struct json *j, const char *key, uint64_t value)
{
	if (value >= EXACT_MAX)
		json_hex64(j, key, value);
	else if (begin_value(j, key, ""))
		fprintf(j->out, "%" PRIu64, value);
}

void json_int(struct json *j, const char *key, int64_t value)
{
	if (begin_value(j, key, ""))
		fprintf(j->out, "%" PRId64, value);
}

void json_hex64(struct json *j, const char *key, uint64_t value)
{
	if (begin_value(j, key, ""))
		fprintf(j->out, "\"0x%" PRIx64 "\"", value);
}

void json_hex(struct json *j, const char *key, const void *bytes, size_t len)
{
	if (!begin_value(j, key, ""))
		return;
	fputc('"', j->out);
	put_hex(j, bytes, len);
	fputc('"', j->out);
}

void json_bool(struct json *j, const char *key, bool value)
{
	if (begin_value(j, key, ""))
		fputs(value ? "true" : "false", j->out);
}

void json_null(struct json *j, const char *key)
{
	if (begin_value(j, key, ""))
		fputs("null", j->out);
}

static void put_place(struct json *j, const char *key, uint64_t place)
{
	if (place == IMGFMT_NOWHERE)
		json_null(j, key);
	else
		json_uint(j, key, place);
}

static void put_error(struct json *j, const struct imgfmt_error *err)
{
	json_string(j, "status", imgfmt_status_name(err->status));
	json_string(j, "rule", *err->rule ? err->rule : NULL);
	put_place(j, "offset", err->offset);
	put_place(j, "pfn", err->pfn);
	json_string(j, "message", err->message);
}

void json_error(struct json *j, const char *key,
		const struct imgfmt_error *err)
{
	json_object(j, key);
	put_error(j, err);
	json_end(j);
}

void json_signature(struct json *j, const struct imgfmt_signature *s)
{
	if (s->slot < 0)
		json_null(j, "slot");
	else
		json_uint(j, "slot", (uint64_t)s->slot + 1);
	json_string(j, "verdict",
		    imgfmt_signature_verdict_name((int)s->verdict));
	json_string(j, "signer", s->subject);
	json_string(j, "issuer", s->issuer);
	json_string(j, "serial", s->serial);
	json_string(j, "key_id", s->key_id);
	if (s->has_certificate) {
		json_hex(j, "fingerprint", s->fingerprint,
			 sizeof(s->fingerprint));
		json_int(j, "not_before", s->not_before);
		json_int(j, "not_after", s->not_after);
	} else {
		json_null(j, "fingerprint");
		json_null(j, "not_before");
		json_null(j, "not_after");
	}
	json_string(j, "algorithm", s->algorithm);
	json_string(j, "digest", s->digest);
	if (s->has_time)
		json_int(j, "signing_time", s->time);
	else
		json_null(j, "signing_time");
	if (s->why.status)
		json_error(j, "why", &s->why);
	else
		json_null(j, "why");
}

void json_fail(struct json *j, const char *file,
	       const struct imgfmt_error *err)
{
	if (j->failed)
		return;
	j->skipped = 0;
	while (j->depth > 1)
		pop(j);
	json_object(j, "error");
	put_error(j, err);
	json_string(j, "file", file);
	json_end(j);
	j->failed = true;
}
