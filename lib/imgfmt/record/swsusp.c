/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/swsusp.h"

#include <inttypes.h>

/* Fields of the header page, from its end. */
#define TAIL_HW_SIG	40u
#define TAIL_CRC32	36u
#define TAIL_IMAGE	32u
#define TAIL_FLAGS	24u
#define TAIL_ORIGINAL	20u
#define TAIL_SIGNATURE	10u

/* Of struct swap_header_v1_2, which the rest of the page is. */
#define AREA_UUID	1036u
#define AREA_LABEL	1052u

/* Fields of the info page. */
#define INFO_VERSION	392u
#define INFO_PHYSPAGES	400u
#define INFO_CPUS	408u
#define INFO_IMAGE	416u
#define INFO_PAGES	424u
#define INFO_SIZE	432u

/* The same of a 32-bit kernel. */
#define INFO32_IMAGE	404u
#define INFO32_PAGES	408u
#define INFO32_SIZE	412u

#define ARM64_FIELDS	72u
#define KERNEL_SPACE	0xffff000000000000ULL

static const char image_signature[] = "S1SUSPEND";

enum swsusp_signature swsusp_recognise(const void *page, uint32_t page_size,
				       const char **other_ret)
{
	static const struct {
		char signature[SWSUSP_SIGNATURE_SIZE + 1];
		enum swsusp_signature means;
		const char *name;
	} known[] = {
		{ "S1SUSPEND", SWSUSP_IMAGE, NULL },
		{ "SWAPSPACE2", SWSUSP_SWAP, NULL },
		{ "SWAP-SPACE", SWSUSP_SWAP, NULL },
		{ "ULSUSPEND", SWSUSP_OTHER, "uswsusp (s2disk)" },
		{ "S2SUSPEND", SWSUSP_OTHER, "an old swsusp (S2SUSPEND)" },
		{ "LINHIB0001", SWSUSP_OTHER, "an old swsusp (LINHIB0001)" },
	};
	static const uint8_t tuxonice[] = {
		0xed, 0xc3, 0x02, 0xe9, 0x98, 0x56, 0xe5, 0x0c,
	};
	const uint8_t *b = page;

	*other_ret = NULL;
	/* It leaves the signature of the swap area alone. */
	if (!memcmp(b, tuxonice, sizeof(tuxonice)) &&
	    memcmp(b + page_size - TAIL_SIGNATURE, image_signature,
		   sizeof(image_signature))) {
		*other_ret = "TuxOnIce";
		return SWSUSP_OTHER;
	}
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (memcmp(b + page_size - TAIL_SIGNATURE, known[i].signature,
			   SWSUSP_SIGNATURE_SIZE))
			continue;
		*other_ret = known[i].name;
		return known[i].means;
	}
	return SWSUSP_NONE;
}

void swsusp_header_load(const void *page, uint32_t page_size,
			struct swsusp_header *ret)
{
	const uint8_t *end = (const uint8_t *)page + page_size;

	*ret = (struct swsusp_header){
		.hardware_signature = get_le32(end - TAIL_HW_SIG),
		.crc32 = get_le32(end - TAIL_CRC32),
		.image = get_le64(end - TAIL_IMAGE),
		.flags = get_le32(end - TAIL_FLAGS),
	};
	memcpy(ret->original, end - TAIL_ORIGINAL, SWSUSP_SIGNATURE_SIZE);
	memcpy(ret->signature, end - TAIL_SIGNATURE, SWSUSP_SIGNATURE_SIZE);
}

void swsusp_header_store(const struct swsusp_header *header,
			 uint32_t page_size, void *page)
{
	uint8_t *end = (uint8_t *)page + page_size;

	put_le32(end - TAIL_HW_SIG, header->hardware_signature);
	put_le32(end - TAIL_CRC32, header->crc32);
	put_le64(end - TAIL_IMAGE, header->image);
	put_le32(end - TAIL_FLAGS, header->flags);
	memcpy(end - TAIL_ORIGINAL, header->original, SWSUSP_SIGNATURE_SIZE);
	memcpy(end - TAIL_SIGNATURE, header->signature, SWSUSP_SIGNATURE_SIZE);
}

static bool is_swap_signature(const char *signature)
{
	return !strcmp(signature, "SWAPSPACE2") ||
	       !strcmp(signature, "SWAP-SPACE");
}

int swsusp_header_check(const struct swsusp_header *header,
			uint32_t page_size, uint64_t offset,
			struct imgfmt_error *err)
{
	uint64_t end = offset + page_size;
	uint32_t flags = header->flags;
	uint32_t unknown = flags & ~SWSUSP_FLAGS;

	if (!is_swap_signature(header->original))
		return err_rule(err, IMGFMT_E_CORRUPT, "SWS-02",
				end - TAIL_ORIGINAL,
				"the original signature is not that of a swap area");
	if (!header->image && !strcmp(header->signature, image_signature))
		return err_rule(err, IMGFMT_E_CORRUPT, "SWS-03",
				end - TAIL_IMAGE,
				"the image begins nowhere: its field is 0");
	if (unknown && !(__builtin_bswap32(flags) & ~SWSUSP_FLAGS))
		return err_rule(err, IMGFMT_E_UNSUPPORTED, "SWS-04",
				end - TAIL_FLAGS,
				"an image of a big-endian kernel");
	if (unknown)
		return err_rule(err, IMGFMT_E_UNSUPPORTED, "SWS-04",
				end - TAIL_FLAGS, "unknown flags 0x%" PRIx32,
				unknown);
	if (flags & SWSUSP_NOCOMPRESS && flags & (SWSUSP_CRC32 | SWSUSP_LZ4))
		return err_rule(err, IMGFMT_E_CORRUPT, "SWS-05",
				end - TAIL_FLAGS,
				"flags 0x%" PRIx32 ": uncompressed and compressed",
				flags);
	return IMGFMT_OK;
}

void swsusp_area_load(const void *page, struct swsusp_area *ret)
{
	const uint8_t *b = page;

	*ret = (struct swsusp_area){ 0 };
	memcpy(ret->uuid, b + AREA_UUID, sizeof(ret->uuid));
	memcpy(ret->label, b + AREA_LABEL, sizeof(ret->label) - 1);
}

/* At least one meta page, and as many as the entries may need at most. */
static bool counts_agree(uint64_t image_pages, uint64_t pages, uint64_t size,
			 uint32_t page_size)
{
	return image_pages < pages && pages - image_pages > 1 &&
	       pages <= IMGFMT_MAX_ADDRESS / page_size &&
	       size == pages * page_size;
}

bool swsusp_info_is_one(const void *page, uint32_t page_size)
{
	const uint8_t *b = page;

	return counts_agree(get_le64(b + INFO_IMAGE), get_le64(b + INFO_PAGES),
			    get_le64(b + INFO_SIZE), page_size);
}

bool swsusp_info_has_magic(const void *page)
{
	return get_le64((const uint8_t *)page + 24) == SWSUSP_X86_64_MAGIC;
}

static bool is_32bit(const uint8_t *b, uint32_t page_size)
{
	return counts_agree(get_le32(b + INFO32_IMAGE),
			    get_le32(b + INFO32_PAGES),
			    get_le32(b + INFO32_SIZE), page_size);
}

/* A terminated text that begins with @start. */
static bool is_text(const uint8_t *b, const char *start)
{
	return !memcmp(b, start, strlen(start)) &&
	       memchr(b, 0, SWSUSP_UTS_SIZE);
}

static void load_arch(const uint8_t *b, struct swsusp_info *ret)
{
	const uint8_t *arm64 = b + ARM64_FIELDS;

	ret->arch = SWSUSP_ARCH_UNKNOWN;
	if (swsusp_info_has_magic(b)) {
		ret->arch = SWSUSP_ARCH_X86_64;
		ret->x86_64.jump_address = get_le64(b);
		ret->x86_64.jump_address_phys = get_le64(b + 8);
		ret->x86_64.cr3 = get_le64(b + 16);
		ret->x86_64.magic = get_le64(b + 24);
		ret->x86_64.e820_checksum = get_le64(b + 32);
	} else if (is_text(b, "Linux")) {
		ret->arch = SWSUSP_ARCH_GENERIC;
		for (size_t i = 0; i < ARRAY_SIZE(ret->uts); i++)
			memcpy(ret->uts[i], b + i * SWSUSP_UTS_SIZE,
			       SWSUSP_UTS_SIZE - 1);
	} else if (is_text(b, "#") && get_le64(arm64 + 8) >= KERNEL_SPACE) {
		ret->arch = SWSUSP_ARCH_ARM64;
		memcpy(ret->arm64.uts_version, b, SWSUSP_UTS_SIZE - 1);
		ret->arm64.ttbr1_el1 = get_le64(arm64);
		ret->arm64.reenter_kernel = get_le64(arm64 + 8);
		ret->arm64.hyp_stub_vectors = get_le64(arm64 + 16);
		ret->arm64.sleep_cpu_mpidr = get_le64(arm64 + 24);
	}
}

static int check_counts(const struct swsusp_info *i, uint32_t page_size,
			uint64_t offset, struct imgfmt_error *err)
{
	uint64_t limit = IMGFMT_MAX_ADDRESS / page_size;

	if (i->image_pages >= i->pages || i->pages - i->image_pages < 2)
		return err_rule(err, IMGFMT_E_CORRUPT, "SWS-12",
				offset + INFO_PAGES,
				"info page: %" PRIu64 " pages do not hold %" PRIu64 " data pages, their list and this one",
				i->pages, i->image_pages);
	if (i->pages > limit || i->num_physpages > limit ||
	    !i->num_physpages)
		return err_rule(err, IMGFMT_E_CORRUPT, "SWS-14",
				offset + INFO_PHYSPAGES,
				"info page: %" PRIu64 " pages of a machine with %" PRIu64 " are beyond the limits",
				i->pages, i->num_physpages);
	if (i->size != i->pages * page_size)
		return err_rule(err, IMGFMT_E_CORRUPT, "SWS-13",
				offset + INFO_SIZE,
				"info page: size %" PRIu64 " is not that of %" PRIu64 " pages",
				i->size, i->pages);
	return IMGFMT_OK;
}

int swsusp_info_decode(const void *page, uint32_t page_size, uint64_t offset,
		       struct swsusp_info *ret, struct imgfmt_error *err)
{
	const uint8_t *b = page;
	int rc;

	*ret = (struct swsusp_info){
		.version_code = get_le32(b + INFO_VERSION),
		.num_physpages = get_le64(b + INFO_PHYSPAGES),
		.cpus = (int32_t)get_le32(b + INFO_CPUS),
		.image_pages = get_le64(b + INFO_IMAGE),
		.pages = get_le64(b + INFO_PAGES),
		.size = get_le64(b + INFO_SIZE),
	};
	load_arch(b, ret);
	rc = check_counts(ret, page_size, offset, err);
	if (rc && is_32bit(b, page_size))
		return err_rule(err, IMGFMT_E_UNSUPPORTED, "SWS-15",
				offset + INFO32_IMAGE,
				"an image of a 32-bit kernel");
	if (!rc && ret->arch == SWSUSP_ARCH_UNKNOWN)
		rc = err_rule(err, IMGFMT_E_UNSUPPORTED, "SWS-15", offset,
			      "the architecture header is of no known kernel");
	return rc;
}

static void store_arch(const struct swsusp_info *info, uint8_t *b)
{
	uint8_t *arm64 = b + ARM64_FIELDS;

	switch (info->arch) {
	case SWSUSP_ARCH_X86_64:
		put_le64(b, info->x86_64.jump_address);
		put_le64(b + 8, info->x86_64.jump_address_phys);
		put_le64(b + 16, info->x86_64.cr3);
		put_le64(b + 24, info->x86_64.magic);
		put_le64(b + 32, info->x86_64.e820_checksum);
		break;
	case SWSUSP_ARCH_ARM64:
		record_text_put(b, SWSUSP_UTS_SIZE, info->arm64.uts_version);
		put_le64(arm64, info->arm64.ttbr1_el1);
		put_le64(arm64 + 8, info->arm64.reenter_kernel);
		put_le64(arm64 + 16, info->arm64.hyp_stub_vectors);
		put_le64(arm64 + 24, info->arm64.sleep_cpu_mpidr);
		break;
	case SWSUSP_ARCH_GENERIC:
		for (size_t i = 0; i < ARRAY_SIZE(info->uts); i++)
			record_text_put(b + i * SWSUSP_UTS_SIZE,
					SWSUSP_UTS_SIZE, info->uts[i]);
		break;
	case SWSUSP_ARCH_UNKNOWN:
		break;
	}
}

void swsusp_info_set_counts(void *page, uint32_t page_size,
			    uint64_t image_pages, uint64_t pages)
{
	uint8_t *b = page;

	put_le64(b + INFO_IMAGE, image_pages);
	put_le64(b + INFO_PAGES, pages);
	put_le64(b + INFO_SIZE, pages * page_size);
}

void swsusp_info_encode(const struct swsusp_info *info, uint32_t page_size,
			void *page)
{
	uint8_t *b = page;

	memset(b, 0, page_size);
	store_arch(info, b);
	put_le32(b + INFO_VERSION, info->version_code);
	put_le64(b + INFO_PHYSPAGES, info->num_physpages);
	put_le32(b + INFO_CPUS, (uint32_t)info->cpus);
	put_le64(b + INFO_IMAGE, info->image_pages);
	put_le64(b + INFO_PAGES, info->pages);
	put_le64(b + INFO_SIZE, info->size);
}

void swsusp_map_encode(const uint64_t *entries, uint32_t count, uint64_t next,
		       uint32_t page_size, void *page)
{
	uint8_t *b = page;

	memset(b, 0, page_size);
	for (uint32_t i = 0; i < count; i++)
		put_le64(b + (size_t)i * 8, entries[i]);
	put_le64(b + page_size - 8, next);
}
