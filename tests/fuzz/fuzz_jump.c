/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A memory that waits in a kexec jump, with any words changed: walks end, and
 * a map that is found obeys the rules.
 *
 *	each		frame (1), word of it (2), value (8)
 */
#include "fuzz/fuzz.h"
#include "kernel/jump.h"
#include "record/backup_map.h"
#include "support/saved_jump.h"

#define MEMLIMIT 100000u

static void look_at_finding(void *ctx, const struct imgfmt_error *what)
{
	unsigned int *found = ctx;

	FUZZ_ASSERT(what->status == IMGFMT_E_UNFIT && *what->rule);
	fuzz_check_error(what->status, what);
	/* Once for each rule, RSM-08 of two kinds. */
	FUZZ_ASSERT(++*found <= 4);
}

static void look_at_page(void *ctx, uint64_t pfn)
{
	(void)ctx;
	FUZZ_ASSERT(pfn < (uint64_t)1 << 40);
}

static void look_at_list(const struct jump_list *l,
			 const struct kernel_memory *m)
{
	const uint64_t *pfn = vec_array(&l->pages, const uint64_t);

	FUZZ_ASSERT(l->pages.len <= m->frames->present);
	for (size_t i = 0; i < l->pages.len; i++)
		FUZZ_ASSERT(frames_present(m->frames, pfn[i]));
	FUZZ_ASSERT(!backup_map_check(l->runs.data, l->runs.len, m->page_size,
				      NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct vmcoreinfo v = { SAVED_JUMP_TEXT,
				      strlen(SAVED_JUMP_TEXT) };
	unsigned int found = 0;
	const struct jump_visitor visitor = {
		look_at_page, look_at_finding, &found,
	};
	struct fuzz_bytes b = { data, size };
	struct imgfmt_error err;
	struct saved_kernel s;
	struct jump j;
	int rc;

	saved_jump_init(&s);
	while (b.size) {
		uint64_t frame = fuzz_take(&b, 1) % SAVED_JUMP_FRAMES;
		uint64_t word = fuzz_take(&b, 2) % 512;

		saved_jump_put(&s, frame * 4096 + 8 * word, fuzz_take(&b, 8));
	}
	rc = jump_read(&j, &s.memory, &v, SAVED_JUMP_ENTRY, MEMLIMIT, &err);
	if (rc) {
		fuzz_check_error(rc, &err);
	} else {
		look_at_list(&j.list, &s.memory);
		FUZZ_ASSERT(!jump_walk(&j, &s.memory, &visitor, &err));
	}
	jump_fini(&j);
	saved_jump_fini(&s);
	return 0;
}
