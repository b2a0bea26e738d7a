/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCOREINFO as text: its values, what architectures make of it, and a kernel
 * that is described by it, over memory that is another's.
 */
#include <elf.h>

#include "fuzz/fuzz.h"
#include "kernel/log.h"
#include "support/saved_kernel.h"

static int take_record(void *ctx, const struct imgfmt_log_record *r)
{
	(void)ctx;
	FUZZ_ASSERT(r->size < LOG_RECORD_MAX);
	return 0;
}

static void try_layouts(const struct vmcoreinfo *v)
{
	static const uint16_t machines[] = { EM_X86_64, EM_AARCH64 };

	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		for (uint32_t size = 4096; size <= 65536; size *= 4) {
			struct kernel_layout l = { 0 };
			const struct paging *p = &l.paging;

			arch_find(machines[i], false)->layout(v, size, &l);
			FUZZ_ASSERT(!l.has_paging || l.has_image);
			if (!l.has_paging)
				continue;
			FUZZ_ASSERT(p->levels >= 2 &&
				    p->levels <= PAGING_LEVELS_MAX);
			FUZZ_ASSERT(p->address_bits < 64 &&
				    p->page_shift == log2_u64(size) &&
				    (uint64_t)1 << p->address_bits >
					    paging_span(p, p->levels - 1));
		}
}

static void try_kernel(const struct vmcoreinfo *v,
		       const struct saved_form *form)
{
	struct imgfmt_error err;
	struct saved_kernel s;
	struct kernel k;
	struct vec mappings;
	int rc;

	vec_init(&mappings, sizeof(struct imgfmt_mapping));
	saved_init(&s, form);
	FUZZ_ASSERT(!kernel_init(&k, &s.memory, v, NULL));
	FUZZ_ASSERT(!k.translates || *k.uts.release);
	rc = log_read(&k, take_record, NULL, &err);
	if (rc)
		fuzz_check_error(rc, &err);
	rc = kernel_mappings(&k, &mappings, &err);
	if (rc)
		fuzz_check_error(rc, &err);
	FUZZ_ASSERT(!rc == !!mappings.len);
	vec_fini(&mappings);
	kernel_fini(&k);
	saved_fini(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_copy(data, size);
	const struct vmcoreinfo v = { copy, size };
	const char *text;
	uint64_t number;
	size_t len;

	if (vmcoreinfo_get(&v, "SYMBOL(init_uts_ns)", &text, &len))
		FUZZ_ASSERT(text >= v.text && text + len <= v.text + v.size);
	if (vmcoreinfo_is_whole(&v))
		FUZZ_ASSERT(size && copy[size - 1] == '\n' &&
			    vmcoreinfo_get(&v, "OSRELEASE", &text, &len));
	FUZZ_ASSERT(vmcoreinfo_value(&v, "phys_base", &number) || !number);
	try_layouts(&v);
	try_kernel(&v, &saved_x86_64);
	try_kernel(&v, &saved_arm64_4k);
	free(copy);
	return 0;
}
