/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of symbols of any bytes: looking names up ends, a name that has no
 * match has no address, and what is found obeys the proof.
 *
 *	encoding (1), number of symbols (4)
 *	then		page of the table (1), offset (2), length (1), bytes
 */
#include "fuzz/fuzz.h"
#include "kernel/kallsyms.h"
#include "support/saved_symbols.h"

static void put_bytes(struct saved_kernel *s, struct fuzz_bytes *b)
{
	unsigned int page = SAVED_TOKENS +
			    (unsigned int)fuzz_take(b, 1) %
				    (SAVED_SYMBOLS_END - SAVED_TOKENS);
	size_t offset = (size_t)fuzz_take(b, 2) % 4096;
	uint64_t len = fuzz_take(b, 1);

	for (uint64_t i = 0; i < len && b->size; i++)
		*saved_at(s, page, offset + i) = (uint8_t)fuzz_take(b, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes b = { data, size };
	struct kallsyms_symbol want[] = {
		{ .name = "total_swap_pages" }, { .name = "nothing_like_it" },
		{ .name = "_stext" },
	};
	struct imgfmt_error err;
	struct saved_kernel s;
	struct vmcoreinfo v;
	struct kernel k;
	int rc;

	saved_init(&s, &saved_x86_64);
	saved_put_symbols(&s, (enum saved_encoding)(fuzz_take(&b, 1) % 4),
			  (const struct saved_symbol[]){
		{ "A__per_cpu_start", 0 },
		{ "T_stext", saved_address(&s, SAVED_ROOT, 0) },
		{ "Btotal_swap_pages", saved_address(&s, SAVED_VARIABLES, 8) },
	}, 3);
	saved_set_symbols(&s, (uint32_t)fuzz_take(&b, 4));
	while (b.size)
		put_bytes(&s, &b);
	v = saved_text(&s);
	FUZZ_ASSERT(!kernel_init(&k, &s.memory, &v, NULL));
	FUZZ_ASSERT(k.translates);
	rc = kallsyms_find(&k, want, ARRAY_SIZE(want), &err);
	if (rc)
		fuzz_check_error(rc, &err);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		FUZZ_ASSERT(want[i].matches ? !rc : !want[i].address);
	FUZZ_ASSERT(rc || want[2].address == saved_address(&s, SAVED_ROOT, 0));
	kernel_fini(&k);
	saved_fini(&s);
	return 0;
}
