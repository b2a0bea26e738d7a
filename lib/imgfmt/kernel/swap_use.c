/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/swap_use.h"

#include "base/error.h"
#include "kernel/kallsyms.h"

/* A long, atomic or not. */
static int read_count(struct kernel *k, const struct kallsyms_symbol *symbol,
		      uint64_t *ret, struct imgfmt_error *err)
{
	uint8_t word[8];
	int rc;

	/* Which of several would it be? */
	if (symbol->matches != 1)
		return err_set(err, IMGFMT_E_ABSENT,
			       "the kernel does not tell where %s is",
			       symbol->name);
	rc = kernel_read(k, symbol->address, word, sizeof(word), err);
	*ret = rc ? 0 : get_le64(word);
	return rc;
}

int swap_use_read(struct kernel *k, struct swap_use *ret,
		  struct imgfmt_error *err)
{
	struct kallsyms_symbol symbols[] = {
		{ .name = "total_swap_pages" }, { .name = "nr_swap_pages" },
	};
	struct swap_use u = { 0 };
	int rc = kallsyms_find(k, symbols, ARRAY_SIZE(symbols), err);

	*ret = u;
	if (!rc)
		rc = read_count(k, &symbols[0], &u.pages, err);
	if (!rc)
		rc = read_count(k, &symbols[1], &u.free, err);
	if (rc)
		return rc;
	if (u.free > u.pages || u.pages > INT64_MAX)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "the kernel counts %llu pages of swap, %llu of them free",
			       (unsigned long long)u.pages,
			       (unsigned long long)u.free);
	*ret = u;
	return IMGFMT_OK;
}
