/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a kernel that waits in a kexec jump, made by hand: as
 * tests/fixtures/jump.part describes it, in the original view.
 */
#ifndef TESTS_SUPPORT_SAVED_JUMP_H
#define TESTS_SUPPORT_SAVED_JUMP_H

#include "support/saved_kernel.h"

#define SAVED_JUMP_FRAMES 0x90u		/* those present; then a hole */
#define SAVED_JUMP_ENTRY  0x500f2u
#define SAVED_JUMP_TEXT	  "OSRELEASE=6.12.1-jump\nPAGESIZE=4096\n"

/* A saved kernel without text, its memory initialised for reads. */
void saved_jump_init(struct saved_kernel *s);
void saved_jump_fini(struct saved_kernel *s);

/* A word of memory, at a multiple of 8 below the end of the present frames. */
void saved_jump_put(struct saved_kernel *s, uint64_t paddr, uint64_t value);

#endif /* TESTS_SUPPORT_SAVED_JUMP_H */
