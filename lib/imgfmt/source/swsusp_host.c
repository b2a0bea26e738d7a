/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a machine and its kernel would resume an image: what the kernel
 * compares before it does, and what it must know (spec/swsusp.md, 10).
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "machine/machine.h"
#include "source/swsusp.h"

struct host {
	const struct imgfmt_image *image;
	const struct swsusp *s;
	const struct machine_identity *id;	/* NULL: not asked */
	const struct imgfmt_machine *machine;
	host_tell *tell;
	void *ctx;
};

__attribute__((format(printf, 3, 4)))
static void not_here(const struct host *h, const char *rule, const char *fmt,
		     ...)
{
	struct imgfmt_error e;
	char what[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	err_rule(&e, IMGFMT_E_UNFIT, rule, IMGFMT_NOWHERE,
		 "not for this machine: %s", what);
	h->tell(h->ctx, IMGFMT_FINDING_ERROR, &e);
}

static void unknown(const struct host *h, const char *what)
{
	struct imgfmt_error e;

	err_set(&e, IMGFMT_OK, "not compared: %s of the machine is not known",
		what);
	h->tell(h->ctx, IMGFMT_FINDING_NOTE, &e);
}

static void check_pages(const struct host *h)
{
	uint64_t ours = h->s->info.num_physpages;

	if (!h->id->has_pages)
		unknown(h, "the number of pages");
	else if (h->id->pages != ours)
		not_here(h, "SWS-28",
			 "it has %" PRIu64 " pages of memory, the image's had %" PRIu64,
			 h->id->pages, ours);
}

static void check_firmware(const struct host *h)
{
	uint32_t theirs, ours = (uint32_t)h->s->info.x86_64.e820_checksum;

	if (h->s->info.arch != SWSUSP_ARCH_X86_64)
		return;
	if (!machine_e820_checksum(h->machine, &theirs))
		unknown(h, "the firmware's memory map");
	else if (theirs != ours)
		not_here(h, "SWS-29",
			 "its firmware's memory map is another one (e820 checksum 0x%08" PRIx32 ", not 0x%08" PRIx32 ")",
			 theirs, ours);
}

static void check_hardware(const struct host *h)
{
	uint32_t ours = h->s->header.hardware_signature;

	if (!(h->s->header.flags & SWSUSP_HW_SIG))
		return;
	if (!h->id->has_hardware_signature)
		unknown(h, "the hardware signature");
	else if (h->id->hardware_signature != ours)
		not_here(h, "SWS-30",
			 "its hardware signature is 0x%08" PRIx32 ", the image has 0x%08" PRIx32,
			 h->id->hardware_signature, ours);
}

/* "6.9.1-amd64" as numbers; false if it does not begin with two. */
static bool parse_release(const char *release, unsigned int *major,
			  unsigned int *minor)
{
	return sscanf(release, "%5u.%5u", major, minor) == 2;
}

static void check_kernel(const struct host *h, const char *release)
{
	unsigned int major, minor;

	if (!parse_release(release, &major, &minor)) {
		unknown(h, "the version of the kernel");
		return;
	}
	if (h->s->header.flags & SWSUSP_LZ4 &&
	    (major < 6 || (major == 6 && minor < 9)))
		not_here(h, "SWS-31",
			 "kernel %s does not know LZ4, which is from 6.9 on",
			 release);
	if (h->s->zero && (major < 6 || (major == 6 && minor < 7)))
		not_here(h, "SWS-31",
			 "kernel %s does not know zero flags, which are from 6.7 on",
			 release);
}

static void check_text(const struct host *h, const char *what,
		       const char *theirs, const char *ours)
{
	if (!*theirs)
		unknown(h, what);
	else if (strcmp(theirs, ours))
		not_here(h, "SWS-32", "%s is \"%s\", the image's was \"%s\"",
			 what, theirs, ours);
}

static void check_architecture(const struct host *h)
{
	const struct swsusp_info *i = &h->s->info;

	if (!h->id->machine) {
		unknown(h, "the architecture");
	} else if (h->id->machine != h->image->machine) {
		not_here(h, "SWS-32", "its architecture is another one");
		return;
	}
	if (i->arch == SWSUSP_ARCH_ARM64)
		check_text(h, "the version text of the kernel",
			   h->id->version, i->arm64.uts_version);
	if (i->arch != SWSUSP_ARCH_GENERIC)
		return;
	check_text(h, "the release of the kernel", h->id->release, i->uts[2]);
	check_text(h, "the version text of the kernel", h->id->version,
		   i->uts[3]);
}

void swsusp_check_host(const struct imgfmt_image *image,
		       const struct imgfmt_machine *machine,
		       const char *release, host_tell *tell, void *ctx)
{
	const struct host h = {
		.image = image, .s = swsusp_of(image), .machine = machine,
		.id = machine ? machine_identity(machine) : NULL,
		.tell = tell, .ctx = ctx,
	};

	if (!h.s->info_is_right)
		return;
	if (machine) {
		check_pages(&h);
		check_firmware(&h);
		check_hardware(&h);
		check_architecture(&h);
	}
	if (!release && machine && *h.id->release)
		release = h.id->release;
	if (release)
		check_kernel(&h, release);
}
