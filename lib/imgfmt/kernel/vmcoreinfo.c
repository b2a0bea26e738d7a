/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/vmcoreinfo.h"

#include "base/error.h"

#define OWNER "VMCOREINFO"

bool vmcoreinfo_find(const struct vec *notes, struct vmcoreinfo *ret)
{
	const struct imgfmt_note *n = vec_array(notes, struct imgfmt_note);

	*ret = (struct vmcoreinfo){ 0 };
	for (size_t i = 0; i < notes->len; i++) {
		if (strcmp(n[i].owner, OWNER))
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

bool vmcoreinfo_number(const struct vmcoreinfo *v, const char *key,
		       unsigned int base, uint64_t *ret)
{
	const char *text;
	bool negative;
	size_t len;

	*ret = 0;
	if (!vmcoreinfo_get(v, key, &text, &len))
		return false;
	negative = len && *text == '-';
	text += negative;
	len -= negative;
	for (size_t i = 0; i < len; i++)
		if (digit(text[i]) >= base ||
		    mul_overflow(*ret, (uint64_t)base, ret) ||
		    add_overflow(*ret, (uint64_t)digit(text[i]), ret))
			return false;
	if (negative)
		*ret = -*ret;
	return len;
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
