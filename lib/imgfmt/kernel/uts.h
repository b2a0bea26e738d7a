/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names that uname gave in the saved system, out of its memory:
 * init_uts_ns, whose address VMCOREINFO tells.
 */
#ifndef IMGFMT_KERNEL_UTS_H
#define IMGFMT_KERNEL_UTS_H

#include "kernel/arch.h"

/* include/uapi/linux/utsname.h: six fields of __NEW_UTS_LEN + 1 bytes. */
#define UTS_FIELD 65u

/* Terminated, of any bytes; empty where they are not known. */
struct uts {
	char nodename[UTS_FIELD], release[UTS_FIELD], version[UTS_FIELD];
};

/*
 * False, and empty names, where VMCOREINFO, the architecture or the memory
 * does not tell them, or where the memory is not that of the release that
 * VMCOREINFO names.
 */
bool uts_read(const struct vmcoreinfo *v, const struct kernel_layout *layout,
	      struct kernel_memory *m, struct uts *ret);

#endif /* IMGFMT_KERNEL_UTS_H */
