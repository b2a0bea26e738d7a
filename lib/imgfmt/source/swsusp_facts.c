/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an image on swap tells of itself, for who asks.
 */
#include <stdio.h>

#include "base/error.h"
#include "source/swsusp.h"

static int add_text(struct imgfmt_image *image, const char *name,
		    const char *text, struct imgfmt_error *err)
{
	const struct imgfmt_fact f = {
		.name = name, .kind = IMGFMT_FACT_TEXT, .text = text,
	};

	return vec_push(&image->facts, &f, err);
}

static int add_number(struct imgfmt_image *image, const char *name,
		      uint64_t number, struct imgfmt_error *err)
{
	const struct imgfmt_fact f = {
		.name = name, .kind = IMGFMT_FACT_NUMBER, .number = number,
	};

	return vec_push(&image->facts, &f, err);
}

static int add_address(struct imgfmt_image *image, const char *name,
		       uint64_t address, struct imgfmt_error *err)
{
	const struct imgfmt_fact f = {
		.name = name, .kind = IMGFMT_FACT_ADDRESS, .number = address,
	};

	return vec_push(&image->facts, &f, err);
}

static int add_bytes(struct imgfmt_image *image, const char *name,
		     const void *bytes, uint32_t size,
		     struct imgfmt_error *err)
{
	const struct imgfmt_fact f = {
		.name = name, .kind = IMGFMT_FACT_BYTES, .bytes = bytes,
		.size = size,
	};

	return vec_push(&image->facts, &f, err);
}

/* A checksum reads like an address, but is 32 bits. */
static int add_word(struct imgfmt_image *image, const char *name, uint32_t v,
		    struct imgfmt_error *err)
{
	return add_address(image, name, v, err);
}

static void put_flags(struct swsusp *s)
{
	static const char *const names[] = {
		"platform", "nocompress", "crc32", "hw-sig", "lz4",
	};
	size_t used = 0;

	s->flag_text[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(s->header.flags >> i & 1))
			continue;
		used += (size_t)snprintf(s->flag_text + used,
					 sizeof(s->flag_text) - used, "%s%s",
					 used ? " " : "", names[i]);
	}
}

static const char *state_word(const struct imgfmt_image *image)
{
	int status = image->damage.status;

	if (swsusp_of(image)->consumed)
		return "consumed";
	return status && status != IMGFMT_E_UNSUPPORTED ? "torn" : "pending";
}

static int tell_header(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	const struct swsusp_header *h = &s->header;
	int rc;

	put_flags(s);
	rc = add_text(image, "codec", s->codec ? s->codec->name : "none", err);
	if (!rc)
		rc = add_text(image, "flags", s->flag_text, err);
	if (!rc && h->flags & SWSUSP_CRC32)
		rc = add_word(image, "crc32", h->crc32, err);
	if (!rc && h->flags & SWSUSP_HW_SIG)
		rc = add_word(image, "hardware_signature",
			      h->hardware_signature, err);
	if (!rc)
		rc = add_text(image, "original_signature", h->original, err);
	if (!rc && *s->area.label)
		rc = add_text(image, "swap_label", s->area.label, err);
	if (!rc && !mem_is_zero(s->area.uuid, sizeof(s->area.uuid)))
		rc = add_bytes(image, "swap_uuid", s->area.uuid,
			       sizeof(s->area.uuid), err);
	if (!rc && image->has_swap)
		rc = add_text(image, "swap_holds_memory",
			      image->swap.in_use ? "likely" : "not seen",
			      err);
	if (!rc)
		rc = add_number(image, "first_map_page", h->image, err);
	if (!rc)
		rc = add_number(image, "map_pages", s->map_count, err);
	if (!rc)
		rc = add_number(image, "map_entries", s->entries, err);
	if (!rc)
		rc = add_number(image, "map_runs", s->map.len, err);
	return rc;
}

static int tell_compression(struct imgfmt_image *image,
			    struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	uint64_t full = swsusp_body_pages(s) * s->page_size;
	uint64_t hundredths = s->compressed ? full * 100 / s->compressed : 0;
	int rc = add_number(image, "clusters", s->clusters.len, err);

	if (!rc)
		rc = add_number(image, "compressed_size", s->compressed, err);
	if (rc || !s->compressed || s->clusters.len < swsusp_cluster_count(s))
		return rc;
	snprintf(s->ratio_text, sizeof(s->ratio_text), "%llu.%02u",
		 (unsigned long long)(hundredths / 100),
		 (unsigned int)(hundredths % 100));
	return add_text(image, "ratio", s->ratio_text, err);
}

static int tell_counts(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);
	const struct swsusp_info *i = &s->info;
	int rc = add_number(image, "stream_pages", i->pages, err);

	if (!rc)
		rc = add_number(image, "image_pages", i->image_pages, err);
	if (!rc)
		rc = add_number(image, "meta_pages", swsusp_meta_pages(i), err);
	if (!rc)
		rc = add_number(image, "full_size", i->size, err);
	if (!rc && s->codec)
		rc = tell_compression(image, err);
	if (!rc)
		rc = add_number(image, "num_physpages", i->num_physpages, err);
	return rc;
}

static int tell_list(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);
	int rc = add_number(image, "listed_frames", s->listed, err);

	if (!rc)
		rc = add_number(image, "zero_frames", s->zero, err);
	if (!rc)
		rc = add_number(image, "list_parts", s->parts.len, err);
	if (!rc && s->unlisted)
		rc = add_number(image, "lost_meta_pages", s->unlisted, err);
	return rc;
}

static int tell_x86_64(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct swsusp_info *i = &swsusp_of(image)->info;
	int rc = add_text(image, "architecture_header", "x86_64", err);

	if (!rc)
		rc = add_address(image, "jump_address",
				 i->x86_64.jump_address, err);
	if (!rc)
		rc = add_address(image, "jump_address_phys",
				 i->x86_64.jump_address_phys, err);
	if (!rc)
		rc = add_address(image, "cr3", i->x86_64.cr3, err);
	if (!rc)
		rc = add_address(image, "magic", i->x86_64.magic, err);
	if (!rc)
		rc = add_address(image, "e820_checksum",
				 i->x86_64.e820_checksum, err);
	return rc;
}

static int tell_arm64(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct swsusp_info *i = &swsusp_of(image)->info;
	int rc = add_text(image, "architecture_header", "arm64", err);

	if (!rc)
		rc = add_text(image, "uts_version", i->arm64.uts_version, err);
	if (!rc)
		rc = add_address(image, "ttbr1_el1", i->arm64.ttbr1_el1, err);
	if (!rc)
		rc = add_address(image, "reenter_kernel",
				 i->arm64.reenter_kernel, err);
	if (!rc)
		rc = add_address(image, "hyp_stub_vectors",
				 i->arm64.hyp_stub_vectors, err);
	if (!rc)
		rc = add_address(image, "sleep_cpu_mpidr",
				 i->arm64.sleep_cpu_mpidr, err);
	return rc;
}

static int tell_generic(struct imgfmt_image *image, struct imgfmt_error *err)
{
	static const char *const names[] = {
		"sysname", "nodename", "release", "version", "machine",
		"domainname",
	};
	const struct swsusp_info *i = &swsusp_of(image)->info;
	int rc = add_text(image, "architecture_header", "none", err);

	for (size_t n = 0; n < ARRAY_SIZE(names) && !rc; n++)
		rc = add_text(image, names[n], i->uts[n], err);
	if (!rc)
		rc = add_number(image, "version_code", i->version_code, err);
	return rc;
}

static int tell_arch(struct imgfmt_image *image, struct imgfmt_error *err)
{
	switch (swsusp_of(image)->info.arch) {
	case SWSUSP_ARCH_X86_64:
		return tell_x86_64(image, err);
	case SWSUSP_ARCH_ARM64:
		return tell_arm64(image, err);
	case SWSUSP_ARCH_GENERIC:
		return tell_generic(image, err);
	case SWSUSP_ARCH_UNKNOWN:
		break;
	}
	return add_text(image, "architecture_header", "unknown", err);
}

int swsusp_tell_facts(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);
	int rc = add_text(image, "state", state_word(image), err);

	if (!rc && image->damage.status)
		rc = add_text(image,
			      image->damage.status == IMGFMT_E_UNSUPPORTED ?
				      "unsupported" : "damage",
			      image->damage.message, err);
	if (!rc && s->has_header)
		rc = tell_header(image, err);
	if (!rc && s->has_info)
		rc = tell_counts(image, err);
	if (!rc && s->has_info && image->damage.status != IMGFMT_E_UNSUPPORTED)
		rc = tell_list(image, err);
	if (!rc && s->has_info)
		rc = tell_arch(image, err);
	return rc;
}
