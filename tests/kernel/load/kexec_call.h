/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system calls behind a kexec jump. */
#ifndef KERNEL_KEXEC_CALL_H
#define KERNEL_KEXEC_CALL_H

#include "load_plan.h"

/*
 * Flags of this project's kernels: a load without the limits of a kernel to boot,
 * in one call, or in several of which the pages of the last one count. A stock
 * kernel refuses them.
 */
#ifndef KEXEC_RESUMABLE
#define KEXEC_RESUMABLE 0x10
#define KEXEC_STAGE_MASK 0x60
#define KEXEC_STAGE_FULL 0
#define KEXEC_STAGE_START 0x20
#define KEXEC_STAGE_MORE 0x40
#define KEXEC_STAGE_FINAL 0x60
#endif

/*
 * Has the kernel load @plan; @flags are those of kexec_load(2). Returns 0, or
 * -1 with errno.
 */
int kexec_call_load(const struct load_plan *plan, unsigned long flags);

/* Has the kernel drop what is loaded. 0, or -1 with errno. */
int kexec_call_unload(void);

/*
 * Jumps into what is loaded. Returns 0 when that has jumped back, or -1 with errno
 * if there was no jump; if what is loaded does not jump back, it does not return.
 */
int kexec_call_jump(void);

#endif
