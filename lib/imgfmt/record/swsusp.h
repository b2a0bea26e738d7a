/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of the images that Linux's own hibernation writes to swap
 * (spec/swsusp.md): the tail of the swap header page, the info page with its
 * architecture header, map pages, and entries of the page list.
 *
 * Of 64-bit little-endian kernels, with pages of 4, 16 or 64 KiB.  Indexes of
 * pages count from the beginning of the resume device.
 */
#ifndef IMGFMT_RECORD_SWSUSP_H
#define IMGFMT_RECORD_SWSUSP_H

#include "record/record.h"

#define SWSUSP_SIGNATURE_SIZE	10u
#define SWSUSP_TAIL_SIZE	40u	/* of the header page, at its end */
#define SWSUSP_UTS_SIZE		65u
#define SWSUSP_CLUSTER_PAGES	32u
#define SWSUSP_PREFIX_SIZE	8u	/* the length before compressed bytes */

/* Flags of the header. */
#define SWSUSP_PLATFORM		(1u << 0)
#define SWSUSP_NOCOMPRESS	(1u << 1)
#define SWSUSP_CRC32		(1u << 2)
#define SWSUSP_HW_SIG		(1u << 3)
#define SWSUSP_LZ4		(1u << 4)
#define SWSUSP_FLAGS		0x1fu

/* An entry of the page list: the end, or a frame with a flag. */
#define SWSUSP_LIST_END		UINT64_MAX
#define SWSUSP_LIST_ZERO	(1ULL << 63)

#define SWSUSP_X86_64_MAGIC	0x23456789abcdef02ULL

enum swsusp_signature {
	SWSUSP_NONE,		/* no swap area at all */
	SWSUSP_SWAP,		/* a swap area; an image, if any, is consumed */
	SWSUSP_IMAGE,		/* a pending image */
	SWSUSP_OTHER		/* another hibernation's, which has a name */
};

struct swsusp_header {
	uint32_t hardware_signature, crc32;
	uint64_t image;		/* index of the first map page */
	uint32_t flags;
	char	 original[SWSUSP_SIGNATURE_SIZE + 1];	/* terminated */
	char	 signature[SWSUSP_SIGNATURE_SIZE + 1];
};

/* What the rest of the page tells of the swap area. */
struct swsusp_area {
	uint8_t	 uuid[16];
	char	 label[17];	/* terminated */
};

/*
 * What a page of @page_size bytes ends in; *@other_ret names the format of
 * SWSUSP_OTHER.
 */
enum swsusp_signature swsusp_recognise(const void *page, uint32_t page_size,
				       const char **other_ret);

void swsusp_header_load(const void *page, uint32_t page_size,
			struct swsusp_header *ret);
/* Changes the last SWSUSP_TAIL_SIZE bytes of @page only. */
void swsusp_header_store(const struct swsusp_header *header,
			 uint32_t page_size, void *page);
/* SWS-02 to SWS-05; @offset is that of the page. */
int swsusp_header_check(const struct swsusp_header *header,
			uint32_t page_size, uint64_t offset,
			struct imgfmt_error *err);
void swsusp_area_load(const void *page, struct swsusp_area *ret);

static inline bool swsusp_is_compressed(const struct swsusp_header *h)
{
	return !(h->flags & SWSUSP_NOCOMPRESS);
}

/* Whose architecture header an info page begins with. */
enum swsusp_arch {
	SWSUSP_ARCH_GENERIC,	/* none: the utsname */
	SWSUSP_ARCH_X86_64,
	SWSUSP_ARCH_ARM64,
	SWSUSP_ARCH_UNKNOWN	/* of a bare stream: not said */
};

struct swsusp_info {
	enum swsusp_arch arch;
	union {
		/* sysname, nodename, release, version, machine, domainname */
		char uts[6][SWSUSP_UTS_SIZE];
		struct {
			uint64_t jump_address, jump_address_phys, cr3, magic;
			uint64_t e820_checksum;
		} x86_64;
		struct {
			char	 uts_version[SWSUSP_UTS_SIZE];
			uint64_t ttbr1_el1, reenter_kernel, hyp_stub_vectors;
			uint64_t sleep_cpu_mpidr;
		} arm64;
	};
	uint32_t version_code;
	uint64_t num_physpages;
	int32_t	 cpus;
	uint64_t image_pages;	/* data pages stored */
	uint64_t pages;		/* of the whole stream, this one included */
	uint64_t size;		/* bytes of that */
};

static inline uint64_t swsusp_meta_pages(const struct swsusp_info *i)
{
	return i->pages - i->image_pages - 1;
}

/* Whether the counts of a page agree with each other and this page size. */
bool swsusp_info_is_one(const void *page, uint32_t page_size);
/* Whether a page has the magic number of an architecture header. */
bool swsusp_info_has_magic(const void *page);
/*
 * Decode an info page and check it [SWS-12 to SWS-15].  *@ret holds what was
 * read on failure too.
 */
int swsusp_info_decode(const void *page, uint32_t page_size, uint64_t offset,
		       struct swsusp_info *ret, struct imgfmt_error *err);
/* Other counts in an info page, and the size that follows from them. */
void swsusp_info_set_counts(void *page, uint32_t page_size,
			    uint64_t image_pages, uint64_t pages);
void swsusp_info_encode(const struct swsusp_info *info, uint32_t page_size,
			void *page);

/* Entries of a map page, and its fields. */
static inline uint32_t swsusp_map_entries(uint32_t page_size)
{
	return page_size / 8 - 1;
}

static inline uint64_t swsusp_map_entry(const void *page, uint32_t i)
{
	return get_le64((const uint8_t *)page + (size_t)i * 8);
}

static inline uint64_t swsusp_map_next(const void *page, uint32_t page_size)
{
	return swsusp_map_entry(page, swsusp_map_entries(page_size));
}

/* @count entries, at most swsusp_map_entries(); 0 as @next ends the chain. */
void swsusp_map_encode(const uint64_t *entries, uint32_t count, uint64_t next,
		       uint32_t page_size, void *page);

/* Bytes of a full cluster, and the most that they may be compressed to. */
static inline uint32_t swsusp_cluster_size(uint32_t page_size)
{
	return SWSUSP_CLUSTER_PAGES * page_size;
}

static inline uint32_t swsusp_cluster_limit(uint32_t page_size)
{
	uint32_t size = swsusp_cluster_size(page_size);

	return size + size / 16 + 64 + 3 + 2;
}

/* Map entries that a cluster of @len compressed bytes takes. */
static inline uint32_t swsusp_cluster_entries(uint32_t len, uint32_t page_size)
{
	return (uint32_t)div_round_up((uint64_t)len + SWSUSP_PREFIX_SIZE,
				      page_size);
}

#endif /* IMGFMT_RECORD_SWSUSP_H */
