/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/uts.h"

enum { UTS_SYSNAME, UTS_NODENAME, UTS_RELEASE, UTS_VERSION, UTS_MACHINE,
       UTS_DOMAINNAME, UTS_FIELDS };

static bool take_field(const char *uts, unsigned int field, char *ret)
{
	const char *text = uts + field * UTS_FIELD;
	size_t len = strnlen(text, UTS_FIELD);

	if (len == UTS_FIELD)
		return false;
	memcpy(ret, text, len + 1);
	return true;
}

bool uts_read(const struct vmcoreinfo *v, const struct kernel_layout *layout,
	      struct kernel_memory *m, struct uts *ret)
{
	char uts[UTS_FIELDS * UTS_FIELD];
	uint64_t symbol, offset;
	const char *release;
	size_t len;

	*ret = (struct uts){ .release = "" };
	if (!layout->has_image || !vmcoreinfo_symbol(v, "init_uts_ns", &symbol) ||
	    !vmcoreinfo_offset(v, "uts_namespace.name", &offset) ||
	    !vmcoreinfo_get(v, "OSRELEASE", &release, &len) ||
	    kernel_memory_read(m, symbol + offset - layout->image_offset, uts,
			       sizeof(uts), NULL))
		return false;
	if (take_field(uts, UTS_NODENAME, ret->nodename) &&
	    take_field(uts, UTS_RELEASE, ret->release) &&
	    take_field(uts, UTS_VERSION, ret->version) &&
	    strlen(ret->release) == len && !memcmp(ret->release, release, len))
		return true;
	*ret = (struct uts){ .release = "" };
	return false;
}
