/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/swap_facts.h"

#include <stdlib.h>

#include "base/error.h"
#include "record/swsusp.h"

static int add_text(struct imgfmt_image *image, const char *name,
		    const char *text, struct imgfmt_error *err)
{
	const struct imgfmt_fact f = {
		.name = name, .kind = IMGFMT_FACT_TEXT, .text = text,
	};

	return vec_push(&image->facts, &f, err);
}

static int add_number(struct imgfmt_image *image, const char *name, int kind,
		      uint64_t number, struct imgfmt_error *err)
{
	const struct imgfmt_fact f = {
		.name = name, .kind = (uint32_t)kind, .number = number,
	};

	return vec_push(&image->facts, &f, err);
}

static int add_bytes(struct imgfmt_image *image, const char *name,
		     const void *bytes, size_t size, struct imgfmt_error *err)
{
	const struct imgfmt_fact f = {
		.name = name, .kind = IMGFMT_FACT_BYTES,
		.size = (uint32_t)size, .bytes = bytes,
	};

	return vec_push(&image->facts, &f, err);
}

static const char *state_word(const struct swap_note *n)
{
	if (n->from_stream)
		return "stream";
	return n->consumed ? "consumed" : "pending";
}

static const char *codec_word(uint32_t flags)
{
	if (flags & SWSUSP_NOCOMPRESS)
		return "none";
	return flags & SWSUSP_LZ4 ? "lz4" : "lzo";
}

/* Of its swap header, which a stream does not have. */
static int tell_header(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct swap_note *n = &image->swap;
	int rc = add_text(image, "swap_codec", codec_word(n->header_flags),
			  err);

	if (!rc)
		rc = add_number(image, "swap_flags", IMGFMT_FACT_ADDRESS,
				n->header_flags, err);
	if (!rc && n->header_flags & SWSUSP_CRC32)
		rc = add_number(image, "swap_crc32", IMGFMT_FACT_ADDRESS,
				n->crc32, err);
	if (!rc && !mem_is_zero(n->uuid, sizeof(n->uuid)))
		rc = add_bytes(image, "swap_uuid", n->uuid, sizeof(n->uuid),
			       err);
	if (!rc)
		rc = add_text(image, "swap_holds_memory",
			      n->in_use ? "likely" : "not seen", err);
	if (!rc && n->header_flags & SWSUSP_HW_SIG)
		rc = add_number(image, "swap_hardware_signature",
				IMGFMT_FACT_ADDRESS, n->hardware_signature,
				err);
	return rc;
}

static const char *arch_word(const struct swsusp_info *info)
{
	switch (info->arch) {
	case SWSUSP_ARCH_X86_64:
		return "x86_64";
	case SWSUSP_ARCH_ARM64:
		return "arm64";
	case SWSUSP_ARCH_GENERIC:
		return "none";
	case SWSUSP_ARCH_UNKNOWN:
		break;
	}
	return "unknown";
}

static int tell_info(struct imgfmt_image *image, const struct swsusp_info *i,
		     struct imgfmt_error *err)
{
	int rc = add_number(image, "swap_stream_pages", IMGFMT_FACT_NUMBER,
			    i->pages, err);

	if (!rc)
		rc = add_number(image, "swap_image_pages", IMGFMT_FACT_NUMBER,
				i->image_pages, err);
	if (!rc)
		rc = add_number(image, "swap_num_physpages",
				IMGFMT_FACT_NUMBER, i->num_physpages, err);
	if (!rc)
		rc = add_text(image, "swap_architecture_header", arch_word(i),
			      err);
	if (!rc && i->arch == SWSUSP_ARCH_X86_64)
		rc = add_number(image, "swap_e820_checksum",
				IMGFMT_FACT_ADDRESS, i->x86_64.e820_checksum,
				err);
	return rc;
}

int swap_facts_tell(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct swap_note *n = &image->swap;
	uint32_t size = image->info.page_size;
	uint8_t *page = malloc(size);
	struct swsusp_info info;
	int rc;

	if (!page)
		return err_nomem(err, "the info page");
	swap_note_info_page(n, size, page);
	/* Of an architecture that has no name here there are counts. */
	swsusp_info_decode(page, size, 0, &info, NULL);
	free(page);
	rc = add_text(image, "swap_state", state_word(n), err);
	if (!rc && !n->from_stream)
		rc = tell_header(image, err);
	if (!rc)
		rc = add_text(image, "swap_zero_flags",
			      n->zero_elided ? "yes" : "no", err);
	if (!rc)
		rc = add_number(image, "swap_list_parts", IMGFMT_FACT_NUMBER,
				n->parts.len ? n->parts.len : 1, err);
	return rc ? rc : tell_info(image, &info, err);
}
