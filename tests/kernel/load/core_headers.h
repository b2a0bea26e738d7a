/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ELF headers from which a hibernating kernel makes its /proc/vmcore: what
 * memory the hibernated system has, and its VMCOREINFO.
 */
#ifndef KERNEL_CORE_HEADERS_H
#define KERNEL_CORE_HEADERS_H

#include "memory_map.h"

/* Where in the headers the entry of the hibernated system belongs (e_entry). */
#define CORE_HEADERS_ENTRY 24

/*
 * Makes headers that will lie at the physical @address: a segment for each range
 * of RAM in @memory, and the notes of @kcore, which is /proc/kcore, behind them. The
 * hibernating kernel finds no notes where the hibernated one has them, if it
 * occupies that memory itself. @bytes is the size of the result, which the caller
 * frees; NULL with errno after a failure.
 */
void *core_headers_make(const struct memory_map *memory, const char *kcore,
			uint64_t address, size_t *bytes);

#endif
