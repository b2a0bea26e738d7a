/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a bzImage is started at its 64-bit entry, by the kernel's
 * Documentation/arch/x86/boot.rst (protocol 2.12 and later).
 */
#ifndef KERNEL_BOOT_IMAGE_H
#define KERNEL_BOOT_IMAGE_H

#include "memory_map.h"

#include <asm/bootparam.h>

/* Part of a file in memory: its kernel, behind the code for the real mode. */
struct boot_image {
	const struct setup_header *header;
	size_t header_bytes;
	const void *kernel;
	size_t kernel_bytes;
};

/* What the kernel is to know; addresses are physical. */
struct boot_facts {
	uint64_t command_line;
	uint64_t initrd;
	uint64_t initrd_bytes;
	const struct memory_map *memory;
};

/*
 * Finds the kernel in @bytes bytes of @file, which stays. Returns 0, or -1 with
 * errno ENOEXEC if this is no bzImage that has a 64-bit entry and may lie anywhere.
 */
int boot_image_open(struct boot_image *image, const void *file, size_t bytes);

/* Where to enter a kernel that was loaded at @address. */
uint64_t boot_image_entry(uint64_t address);

/*
 * Fills in @params, which is zero. Returns 0, or -1 with errno: E2BIG if @facts has
 * more ranges of memory than the parameters have room for.
 */
int boot_image_set(const struct boot_image *image,
		   const struct boot_facts *facts, struct boot_params *params);

#endif
