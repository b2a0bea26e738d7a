/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a machine and its kernel would resume an image: what the kernel
 * compares before it does, and what it must know (spec/swsusp.md, 10).
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "machine/machine.h"
#include "source/swap_host.h"
#include "source/swsusp.h"

/* A host and what of the image it compares. */
struct check {
	const struct host *host;
	const struct machine_identity *id;	/* NULL: not asked */
	uint16_t machine;	/* ELF machine number */
	const struct swsusp_info *info;
	uint32_t flags, hardware_signature;	/* of the header */
	bool	 zero;		/* zero flags in the list */
};

__attribute__((format(printf, 3, 4)))
static void not_here(const struct check *c, const char *rule, const char *fmt,
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
	c->host->tell(c->host->ctx, IMGFMT_FINDING_ERROR, &e);
}

static void unknown(const struct check *c, const char *what)
{
	struct imgfmt_error e;

	err_set(&e, IMGFMT_OK, "not compared: %s of the machine is not known",
		what);
	c->host->tell(c->host->ctx, IMGFMT_FINDING_NOTE, &e);
}

static void check_pages(const struct check *c)
{
	uint64_t ours = c->info->num_physpages;

	if (!c->id->has_pages)
		unknown(c, "the number of pages");
	else if (c->id->pages != ours)
		not_here(c, "SWS-28",
			 "it has %" PRIu64 " pages of memory, the image's had %" PRIu64,
			 c->id->pages, ours);
}

static void check_firmware(const struct check *c)
{
	uint32_t theirs, ours = (uint32_t)c->info->x86_64.e820_checksum;

	if (c->info->arch != SWSUSP_ARCH_X86_64)
		return;
	if (!machine_e820_checksum(c->host->machine, &theirs))
		unknown(c, "the firmware's memory map");
	else if (theirs != ours)
		not_here(c, "SWS-29",
			 "its firmware's memory map is another one (e820 checksum 0x%08" PRIx32 ", not 0x%08" PRIx32 ")",
			 theirs, ours);
}

static void check_hardware(const struct check *c)
{
	uint32_t ours = c->hardware_signature;

	if (!(c->flags & SWSUSP_HW_SIG))
		return;
	if (!c->id->has_hardware_signature)
		unknown(c, "the hardware signature");
	else if (c->id->hardware_signature != ours)
		not_here(c, "SWS-30",
			 "its hardware signature is 0x%08" PRIx32 ", the image has 0x%08" PRIx32,
			 c->id->hardware_signature, ours);
}

/* "6.9.1-amd64" as numbers; false if it does not begin with two. */
static bool parse_release(const char *release, unsigned int *major,
			  unsigned int *minor)
{
	return *release >= '0' && *release <= '9' &&
	       sscanf(release, "%5u.%5u", major, minor) == 2;
}

/* What the kernel must know to read the image at all. */
static void check_kernel(const struct check *c, const char *release)
{
	unsigned int major, minor;

	if (!parse_release(release, &major, &minor)) {
		not_here(c, "SWS-31",
			 "what kernel \"%s\" knows cannot be told: no release begins so",
			 release);
		return;
	}
	if (c->flags & SWSUSP_LZ4 && (major < 6 || (major == 6 && minor < 9)))
		not_here(c, "SWS-31",
			 "kernel %s does not know LZ4, which is from 6.9 on",
			 release);
	if (c->zero && (major < 6 || (major == 6 && minor < 7)))
		not_here(c, "SWS-31",
			 "kernel %s does not know zero flags, which are from 6.7 on",
			 release);
}

/*
 * A kernel of another release has another version text, which is compared on
 * all architectures but x86_64.
 */
static void check_release(const struct check *c)
{
	const char *release = c->host->release, *own = c->host->own_release;
	struct imgfmt_error e;

	if (c->info->arch == SWSUSP_ARCH_GENERIC)
		own = c->info->uts[2];
	if (own && !strcmp(release, own))
		return;
	if (own && *own && c->info->arch != SWSUSP_ARCH_X86_64) {
		not_here(c, "SWS-32", "its kernel is %s, the image's was %s",
			 release, own);
		return;
	}
	if (own && *own)
		err_set(&e, IMGFMT_OK,
			"the image's kernel is %s, not %s: on x86_64 one resumes the image of another",
			own, release);
	else
		err_set(&e, IMGFMT_OK,
			"not compared: the release of the image's kernel is not known");
	c->host->tell(c->host->ctx, IMGFMT_FINDING_NOTE, &e);
}

static void check_text(const struct check *c, const char *what,
		       const char *theirs, const char *ours)
{
	if (!*theirs)
		unknown(c, what);
	else if (strcmp(theirs, ours))
		not_here(c, "SWS-32", "%s is \"%s\", the image's was \"%s\"",
			 what, theirs, ours);
}

static void check_architecture(const struct check *c)
{
	const struct swsusp_info *i = c->info;

	if (!c->id->machine) {
		unknown(c, "the architecture");
	} else if (c->id->machine != c->machine) {
		not_here(c, "SWS-32", "its architecture is another one");
		return;
	}
	if (i->arch == SWSUSP_ARCH_ARM64)
		check_text(c, "the version text of the kernel",
			   c->id->version, i->arm64.uts_version);
	if (i->arch != SWSUSP_ARCH_GENERIC)
		return;
	check_text(c, "the release of the kernel", c->id->release, i->uts[2]);
	check_text(c, "the version text of the kernel", c->id->version,
		   i->uts[3]);
}

static void check_all(const struct check *c)
{
	const char *release = c->host->release;

	if (c->id) {
		check_pages(c);
		check_firmware(c);
		check_hardware(c);
		check_architecture(c);
		if (!release && *c->id->release)
			release = c->id->release;
	}
	if (release)
		check_kernel(c, release);
	if (c->host->release)
		check_release(c);
}

static const struct machine_identity *identity_of(const struct host *host)
{
	return host->machine ? machine_identity(host->machine) : NULL;
}

void swsusp_check_host(const struct imgfmt_image *image,
		       const struct host *host)
{
	const struct swsusp *s = swsusp_of(image);
	const struct check c = {
		.host = host,
		.id = identity_of(host),
		.machine = image->machine,
		.info = &s->info,
		.flags = s->header.flags,
		.hardware_signature = s->header.hardware_signature,
		.zero = s->zero,
	};

	if (s->info_is_right)
		check_all(&c);
}

int swap_note_check_host(const struct imgfmt_image *image,
			 const struct host *host, struct imgfmt_error *err)
{
	const struct swap_note *n = &image->swap;
	uint32_t size = image->info.page_size;
	uint8_t *page = malloc(size);
	struct swsusp_info info;
	const struct check c = {
		.host = host,
		.id = identity_of(host),
		.machine = image->machine,
		.info = &info,
		.flags = n->header_flags,
		.hardware_signature = n->hardware_signature,
		.zero = n->zero_elided,
	};

	if (!page)
		return err_nomem(err, "the info page");
	swap_note_info_page(n, size, page);
	swsusp_info_decode(page, size, 0, &info, NULL);
	free(page);
	check_all(&c);
	return IMGFMT_OK;
}
