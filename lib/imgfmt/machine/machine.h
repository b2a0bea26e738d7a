/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Facts of a machine: which memory it has, by the word of its firmware and of
 * its kernel.  imgfmt_machine_load(), _free() and _print() of imgfmt.h
 * are defined here.
 *
 * As text, so that one machine's facts can be checked against on another:
 *
 *	# addresses in hexadecimal, the last one inclusive
 *	ram 0x0-0x9fbff
 *	ram 0x100000-0xbfffffff
 *	firmware 0x0-0x9fbff System RAM
 *	firmware 0x9fc00-0xfffff Reserved
 *
 * Lines may come in any order, also those of identity.h.  Without "ram" lines
 * the RAM is what the firmware calls System RAM; without "firmware" lines its
 * digest is unknown.
 */
#ifndef IMGFMT_MACHINE_MACHINE_H
#define IMGFMT_MACHINE_MACHINE_H

#include "base/base.h"
#include "format.h"
#include "imgfmt.h"
#include "machine/identity.h"

/* RAM: rising, apart from each other, not empty, within IMGFMT_MAX_ADDRESS. */
const struct imgfmt_memory_range *machine_ram(const struct imgfmt_machine *m,
					      size_t *count_ret);

/* Frames that lie in RAM as a whole. */
uint64_t machine_page_count(const struct imgfmt_machine *m, uint32_t page_size);

/* IMGFMT_DIGEST_SIZE bytes by spec 6.5, or NULL if unknown. */
const uint8_t *machine_firmware_digest(const struct imgfmt_machine *m);

/* What is known of the rest; never NULL. */
const struct machine_identity *machine_identity(const struct imgfmt_machine *m);

/*
 * The checksum that Linux on x86_64 takes over the firmware's memory map
 * (spec/swsusp.md, 10); false if that map, or a type in it, is not known.
 */
bool machine_e820_checksum(const struct imgfmt_machine *m, uint32_t *ret);

/*
 * From the running Linux: the entries in @firmware_dir (/sys/firmware/memmap),
 * or where that is missing the resources of @iomem (/proc/iomem).
 */
int machine_load_system(const char *firmware_dir, const char *iomem,
			struct imgfmt_machine **ret, struct imgfmt_error *err);

/* From text; the errors do not name the file. */
int machine_load_text(const char *path, struct imgfmt_machine **ret,
		      struct imgfmt_error *err);

#endif /* IMGFMT_MACHINE_MACHINE_H */
