/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/vmcoreinfo.h"

#include <stdio.h>

#include "base/error.h"
#include "io/text.h"

#define FIRST_KEY "OSRELEASE"

bool vmcoreinfo_find(const struct vec *notes, struct vmcoreinfo *ret)
{
	const struct imgfmt_note *n = vec_array(notes, struct imgfmt_note);

	*ret = (struct vmcoreinfo){ 0 };
	for (size_t i = 0; i < notes->len; i++) {
		if (strcmp(n[i].owner, VMCOREINFO_OWNER))
			continue;
		ret->text = n[i].desc;
		ret->size = strnlen(n[i].desc, n[i].size);
		return true;
	}
	return false;
}

bool vmcoreinfo_get(const struct vmcoreinfo *v, const char *key,
		    const char **ret, size_t *len_ret)
{
	size_t key_len = strlen(key);
	const char *at = v->text, *end = v->text + v->size;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);

		if (len > key_len && at[key_len] == '=' &&
		    !memcmp(at, key, key_len)) {
			*ret = at + key_len + 1;
			*len_ret = len - key_len - 1;
			return true;
		}
		at += len + 1;
	}
	return false;
}

static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	return 16;
}

static bool parse_digits(const char *text, size_t len, unsigned int base,
			 uint64_t *ret)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		if (digit(text[i]) >= base ||
		    mul_overflow(value, (uint64_t)base, &value) ||
		    add_overflow(value, (uint64_t)digit(text[i]), &value))
			return false;
	*ret = value;
	return len;
}

bool vmcoreinfo_number(const struct vmcoreinfo *v, const char *key,
		       unsigned int base, uint64_t *ret)
{
	const char *text;
	bool negative;
	size_t len;

	*ret = 0;
	if (!vmcoreinfo_get(v, key, &text, &len))
		return false;
	if (len > 2 && text[0] == '0' && text[1] == 'x')
		return parse_digits(text + 2, len - 2, 16, ret);
	negative = len && *text == '-';
	if (!parse_digits(text + negative, len - negative, base, ret))
		return false;
	if (negative)
		*ret = -*ret;
	return true;
}

/* The number behind "@kind(@name)". */
static bool find_typed(const struct vmcoreinfo *v, const char *kind,
		       const char *name, unsigned int base, uint64_t *ret)
{
	char key[VMCOREINFO_NAME_MAX + 16];
	int len = snprintf(key, sizeof(key), "%s(%s)", kind, name);

	*ret = 0;
	return len > 0 && (size_t)len < sizeof(key) &&
	       vmcoreinfo_number(v, key, base, ret);
}

bool vmcoreinfo_symbol(const struct vmcoreinfo *v, const char *name,
		       uint64_t *ret)
{
	return find_typed(v, "SYMBOL", name, 16, ret);
}

bool vmcoreinfo_size(const struct vmcoreinfo *v, const char *name,
		     uint64_t *ret)
{
	return find_typed(v, "SIZE", name, 10, ret);
}

bool vmcoreinfo_offset(const struct vmcoreinfo *v, const char *name,
		       uint64_t *ret)
{
	return find_typed(v, "OFFSET", name, 10, ret);
}

bool vmcoreinfo_length(const struct vmcoreinfo *v, const char *name,
		       uint64_t *ret)
{
	return find_typed(v, "LENGTH", name, 10, ret);
}

bool vmcoreinfo_value(const struct vmcoreinfo *v, const char *name,
		      uint64_t *ret)
{
	return find_typed(v, "NUMBER", name, 10, ret);
}

/* A key without a value is no line of a kernel's. */
static bool is_line(const char *line, size_t len)
{
	const char *equals = memchr(line, '=', len);

	if (!equals || equals == line || equals == line + len - 1)
		return false;
	for (size_t i = 0; i < len; i++)
		if (line[i] < ' ' || line[i] > '~')
			return false;
	return true;
}

bool vmcoreinfo_is_whole(const struct vmcoreinfo *v)
{
	const char *at = v->text, *end = v->text + v->size;
	size_t first = strlen(FIRST_KEY);

	if (v->size <= first || memcmp(at, FIRST_KEY "=", first + 1))
		return false;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		if (!stop || !is_line(at, (size_t)(stop - at)))
			return false;
		at = stop + 1;
	}
	return true;
}

int vmcoreinfo_load(const char *path, struct vec *ret,
		    struct imgfmt_error *err)
{
	struct vmcoreinfo v;
	struct text text;
	int rc = text_load(path, VMCOREINFO_MAX, &text, err);

	if (rc)
		return rc;
	rc = text.len ? vec_append(ret, text.data, text.len, err) : IMGFMT_OK;
	if (!rc && text.len && text.data[text.len - 1] != '\n')
		rc = vec_append(ret, "\n", 1, err);
	text_fini(&text);
	if (rc)
		return rc;
	v.text = ret->data;
	v.size = ret->len;
	if (vmcoreinfo_is_whole(&v))
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_USAGE,
		       "this is no VMCOREINFO: lines KEY=VALUE, of which the first is OSRELEASE");
}

int vmcoreinfo_info(const struct vmcoreinfo *v, struct info *info,
		    struct imgfmt_error *err)
{
	uint64_t number;
	const char *text;
	size_t len;

	if (vmcoreinfo_number(v, "PAGESIZE", 10, &number)) {
		if (number != 4096 && number != 16384 && number != 65536)
			return err_rule(err, IMGFMT_E_UNSUPPORTED, "INF-08",
					IMGFMT_NOWHERE,
					"VMCOREINFO: page size %llu is not supported",
					(unsigned long long)number);
		info->page_size = (uint32_t)number;
	}
	if (vmcoreinfo_get(v, "OSRELEASE", &text, &len) &&
	    len < sizeof(info->release))
		memcpy(info->release, text, len);
	if (vmcoreinfo_number(v, "CRASHTIME", 10, &number))
		info->time = number;
	return IMGFMT_OK;
}
