/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Addresses of the saved kernel's functions and variables by name, out of its
 * own table: kallsyms, which VMCOREINFO tells the place of from Linux 6.0 on.
 * Variables are in it if the kernel was built with CONFIG_KALLSYMS_ALL;
 * modules are not.
 */
#ifndef IMGFMT_KERNEL_KALLSYMS_H
#define IMGFMT_KERNEL_KALLSYMS_H

#include "kernel/kernel.h"

/* No kernel has so many names. */
#define KALLSYMS_COUNT_MAX (UINT32_C(1) << 22)

struct kallsyms_symbol {
	const char *name;	/* as in C */
	/*
	 * How many symbols have the name, which static ones may share, and the
	 * address of the first: virtual, or an offset in a per-CPU area.
	 */
	uint32_t matches;
	uint64_t address;
};

/*
 * Look all @count names up, in one pass; one that the kernel has not gets 0
 * matches and address 0.  Nothing is believed before the address of _stext is
 * the one that VMCOREINFO tells.  IMGFMT_E_ABSENT: VMCOREINFO does not tell of
 * the table, or memory of it is not in the image.  IMGFMT_E_CORRUPT: it is no
 * such table.  After a failure no name has a match.
 */
int kallsyms_find(struct kernel *k, struct kallsyms_symbol *symbols,
		  size_t count, struct imgfmt_error *err);

#endif /* IMGFMT_KERNEL_KALLSYMS_H */
