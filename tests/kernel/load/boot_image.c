/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot_image.h"

#include <errno.h>
#include <string.h>

#define HEADER_AT 0x1f1
#define HEADER_MAGIC 0x53726448 /* "HdrS" */
#define PROTOCOL_2_12 0x020c
#define SECTOR 512
#define ENTRY_64 0x200

/* Any boot loader without a number of its own. */
#define LOADER_UNDEFINED 0xff

int boot_image_open(struct boot_image *image, const void *file, size_t bytes)
{
	const struct setup_header *header =
		(const void *)((const char *)file + HEADER_AT);
	size_t setup;

	errno = ENOEXEC;
	if (bytes < HEADER_AT + sizeof(*header) ||
	    header->header != HEADER_MAGIC || header->version < PROTOCOL_2_12)
		return -1;
	if (!(header->xloadflags & XLF_KERNEL_64) ||
	    !header->relocatable_kernel ||
	    (header->kernel_alignment & (header->kernel_alignment - 1)))
		return -1;
	setup = (header->setup_sects + 1U) * SECTOR;
	if (!header->setup_sects)
		setup = (4 + 1) * SECTOR;
	if (bytes <= setup + ENTRY_64 || bytes - setup > header->init_size)
		return -1;
	image->header = header;
	/* The jump at 0x200 skips the header: its length is how far. */
	image->header_bytes = 0x202 - HEADER_AT +
		((const unsigned char *)file)[0x201];
	if (image->header_bytes > sizeof(*header))
		image->header_bytes = sizeof(*header);
	image->kernel = (const char *)file + setup;
	image->kernel_bytes = bytes - setup;
	errno = 0;
	return 0;
}

uint64_t boot_image_entry(uint64_t address)
{
	return address + ENTRY_64;
}

static int set_memory(const struct memory_map *memory,
		      struct boot_params *params)
{
	size_t i;

	if (memory->count > E820_MAX_ENTRIES_ZEROPAGE) {
		errno = E2BIG;
		return -1;
	}
	for (i = 0; i < memory->count; i++) {
		const struct memory_range *range = &memory->ranges[i];

		params->e820_table[i] = (struct boot_e820_entry){
			.addr = range->start,
			.size = range->end - range->start,
			.type = range->kind,
		};
	}
	params->e820_entries = (__u8)memory->count;
	return 0;
}

int boot_image_set(const struct boot_image *image,
		   const struct boot_facts *facts, struct boot_params *params)
{
	memcpy(&params->hdr, image->header, image->header_bytes);
	params->hdr.type_of_loader = LOADER_UNDEFINED;
	params->hdr.cmd_line_ptr = (__u32)facts->command_line;
	params->ext_cmd_line_ptr = (__u32)(facts->command_line >> 32);
	params->hdr.ramdisk_image = (__u32)facts->initrd;
	params->ext_ramdisk_image = (__u32)(facts->initrd >> 32);
	params->hdr.ramdisk_size = (__u32)facts->initrd_bytes;
	params->ext_ramdisk_size = (__u32)(facts->initrd_bytes >> 32);
	return set_memory(facts->memory, params);
}
