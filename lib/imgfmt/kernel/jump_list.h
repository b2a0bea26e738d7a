/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page list of a kexec jump: which pages the code in the control page
 * exchanges, as the kernel has it in memory (struct kimage and IND_* of
 * include/linux/kexec.h): the backup map, page by page.
 */
#ifndef IMGFMT_KERNEL_JUMP_LIST_H
#define IMGFMT_KERNEL_JUMP_LIST_H

#include "base/vec.h"
#include "kernel/memory.h"

struct jump_list {
	struct vec runs;	/* struct imgfmt_backup_run, by the rules */
	struct vec pages;	/* uint64_t: frames that the list itself takes */
};

/*
 * From its first entry on.  Each page of the list is read once at most.
 * IMGFMT_E_ABSENT: one of them is not in the image; IMGFMT_E_CORRUPT: it is no
 * list, names what is no memory of the image, or is no legal map;
 * IMGFMT_E_LIMIT: it takes more than @memlimit bytes.  @ret is initialised also
 * where this fails, and has the pages that were found.
 */
int jump_list_read(struct kernel_memory *m, uint64_t first, uint64_t memlimit,
		   struct jump_list *ret, struct imgfmt_error *err);
void jump_list_fini(struct jump_list *l);

#endif /* IMGFMT_KERNEL_JUMP_LIST_H */
