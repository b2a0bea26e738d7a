/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What else than its memory tells a machine and its kernel from another, as a
 * resuming kernel compares it (spec/swsusp.md, 10).  In the text form of
 * machine.h one line each, at most once, and all may be missing:
 *
 *	machine x86_64
 *	release 6.12.117+deb12-cloud-amd64
 *	version #1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1
 *	pages 49016
 *	hardware-signature 0x5ca1ab1e
 */
#ifndef IMGFMT_MACHINE_IDENTITY_H
#define IMGFMT_MACHINE_IDENTITY_H

#include "base/base.h"
#include "imgfmt.h"
#include "io/text.h"

#define IDENTITY_TEXT 65	/* of utsname, the terminating zero included */

struct machine_identity {
	bool	 has_pages, has_hardware_signature;
	uint16_t machine;	/* ELF machine number, 0 if unknown */
	uint32_t hardware_signature;
	uint64_t pages;		/* what the kernel calls num_physpages */
	char	 release[IDENTITY_TEXT], version[IDENTITY_TEXT];	/* or "" */
};

/* ELF machine number by the name of utsname; 0 if unknown. */
uint16_t identity_machine(const char *name);

/*
 * Take a line that begins with one of the words above; IMGFMT_END, and nothing
 * taken, if it begins with something else.
 */
int identity_parse(struct machine_identity *id, const struct text *t,
		   struct line *l, struct imgfmt_error *err);

/* Whether anything is known. */
bool identity_is_any(const struct machine_identity *id);

/*
 * From the running Linux: the files @zoneinfo (/proc/zoneinfo) and @facs (of
 * /sys/firmware/acpi/tables) and uname().  What cannot be read is not known.
 */
void identity_load_system(const char *zoneinfo, const char *facs,
			  struct machine_identity *ret);

/* Write the text form in pieces; ends with what @write returns if not 0. */
int identity_print(const struct machine_identity *id,
		   int (*write)(void *ctx, const char *text, size_t len),
		   void *ctx);

#endif /* IMGFMT_MACHINE_IDENTITY_H */
