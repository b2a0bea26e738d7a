/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of names (kallsyms) in a saved kernel made by hand.
 */
#ifndef TESTS_SUPPORT_SAVED_SYMBOLS_H
#define TESTS_SUPPORT_SAVED_SYMBOLS_H

#include "support/saved_kernel.h"

/* Where its parts lie in the kernel's image, in pages. */
enum { SAVED_TOKENS = 40, SAVED_TOKEN_INDEX, SAVED_NAMES, SAVED_OFFSETS = 48,
       SAVED_SYMBOLS_END = 52 };

/* How the addresses are written, by Linux: 6.1, 6.15, 7.0, without a base. */
enum saved_encoding { SAVED_PERCPU, SAVED_BASE, SAVED_PLACE, SAVED_ADDRESSES };

struct saved_symbol {
	const char *name;	/* with its type in front */
	uint64_t address;
};

/*
 * The symbols, in this order, and what VMCOREINFO says of them.  The token of
 * a character is the character; 0x80 stands for "swap", 0x81 for "_pages".
 */
void saved_put_symbols(struct saved_kernel *s, enum saved_encoding encoding,
		       const struct saved_symbol *symbols, uint32_t count);

/* The number of symbols, as the table has it. */
void saved_set_symbols(struct saved_kernel *s, uint32_t count);

#endif /* TESTS_SUPPORT_SAVED_SYMBOLS_H */
