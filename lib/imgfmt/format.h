/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR LGPL-2.1-or-later */
/*
 * The bytes of an imgfmt image: constants and records of spec/imgfmt-1.md.
 *
 * Shared with kernels, so it needs nothing but fixed-width types.  Every
 * record is little-endian, naturally aligned and free of implicit padding; a
 * field type imgfmt_leN marks what must be converted.  Clause numbers are
 * those of the specification.
 */
#ifndef IMGFMT_FORMAT_H
#define IMGFMT_FORMAT_H

#ifdef __KERNEL__
#include <linux/types.h>
typedef __u8 imgfmt_u8;
typedef __le16 imgfmt_le16;
typedef __le32 imgfmt_le32;
typedef __le64 imgfmt_le64;
#else
#include <stdint.h>
typedef uint8_t imgfmt_u8;
typedef uint16_t imgfmt_le16;
typedef uint32_t imgfmt_le32;
typedef uint64_t imgfmt_le64;
#endif

/* Layouts have no padding by design; packed is for records at odd addresses. */
#define IMGFMT_ON_DISK __attribute__((packed))

/* 3.3 Limits */
#define IMGFMT_MAX_ADDRESS	(1ULL << 52)
#define IMGFMT_MAX_BLOCK_PAGES	64
#define IMGFMT_MAX_PHDRS	(16UL << 20)
#define IMGFMT_MAX_NOTES	65536
#define IMGFMT_MAX_NOTE_BYTES	(64UL << 20)
#define IMGFMT_MAX_RUNS		(1UL << 24)
#define IMGFMT_MAX_RANGES	65536
#define IMGFMT_MAX_FILE		(1ULL << 62)

/* 4.4 Program header types */
#define IMGFMT_PT_MAP		0x60494d01
#define IMGFMT_PT_TABLES	0x60494d02
#define IMGFMT_PT_DATA		0x60494d03
#define IMGFMT_PT_LAST		0x60494dff

#define IMGFMT_NO_PADDR		(~0ULL)	/* p_paddr of these */

/* 4.5 Alignments */
#define IMGFMT_FRONT_ALIGN	8
#define IMGFMT_TABLES_ALIGN	4096

/* 5.1 Notes */
#define IMGFMT_NOTE_OWNER	"IMGFMT"
#define IMGFMT_NOTE_INFO	0x494d0001
#define IMGFMT_NOTE_BACKUP_MAP	0x494d0002
#define IMGFMT_NOTE_MEMORY_MAP	0x494d0003
#define IMGFMT_NOTE_MAPPINGS	0x494d0004
#define IMGFMT_NOTE_SWAP	0x494d0005

/* 2.6 Domains of digests */
#define IMGFMT_DOMAIN_BLOCK	0x00
#define IMGFMT_DOMAIN_CHUNK	0x01
#define IMGFMT_DOMAIN_NODE	0x02
#define IMGFMT_DOMAIN_ROOT	0x03
#define IMGFMT_DOMAIN_TAG	0x04
#define IMGFMT_DOMAIN_FRONT	0x05
#define IMGFMT_DOMAIN_NOTES	0x06
#define IMGFMT_DOMAIN_PAGE_MAP	0x07
#define IMGFMT_DOMAIN_CONTENT	0x08
#define IMGFMT_DOMAIN_CONTENTS	0x09
#define IMGFMT_DOMAIN_MANIFEST	0x0a
#define IMGFMT_DOMAIN_FIRMWARE	0x0b

#define IMGFMT_DIGEST_SIZE	32
#define IMGFMT_TAG_SIZE		8
#define IMGFMT_UUID_SIZE	16

/* 6.1 Information note */
#define IMGFMT_VERSION_MAJOR	1
#define IMGFMT_VERSION_MINOR	0
#define IMGFMT_INFO_TEXT	128

struct imgfmt_info_record {
	imgfmt_le16	version_major;
	imgfmt_le16	version_minor;
	imgfmt_u8	level;
	imgfmt_u8	profile;
	imgfmt_u8	kind;
	imgfmt_u8	view;
	imgfmt_le64	incompatible;
	imgfmt_le64	read_compatible;
	imgfmt_le64	ignorable;
	imgfmt_le32	page_size;
	imgfmt_le32	block_pages;
	imgfmt_le64	max_pfn;
	imgfmt_le32	not_resumable;
	imgfmt_u8	free_policy;
	imgfmt_u8	poison;
	imgfmt_le16	reserved0;
	imgfmt_le64	time;
	imgfmt_u8	uuid[IMGFMT_UUID_SIZE];
	imgfmt_le64	data_offset;
	imgfmt_le64	data_size;
	imgfmt_le64	tables_offset;
	imgfmt_le64	tables_size;
	imgfmt_le64	image_size;
	imgfmt_u8	set_tag[IMGFMT_TAG_SIZE];
	imgfmt_u8	release[IMGFMT_INFO_TEXT];
	imgfmt_u8	version[IMGFMT_INFO_TEXT];
	imgfmt_u8	reserved1[124];
	imgfmt_le32	crc32c;
} IMGFMT_ON_DISK;

/* 6.2 Feature words */
#define IMGFMT_FEATURE_CONTENT_DIGESTS	(1ULL << 0)	/* ignorable */

/* 6.4 Backup map */
struct imgfmt_backup_head {
	imgfmt_le32	count;
	imgfmt_le32	crc32c;
} IMGFMT_ON_DISK;

struct imgfmt_backup_record {
	imgfmt_le64	destination;
	imgfmt_le64	backup;
	imgfmt_le64	pages;
} IMGFMT_ON_DISK;

/* 6.5 Memory map */
#define IMGFMT_MEMORY_FROM_SEGMENTS	(1UL << 0)

struct imgfmt_memory_head {
	imgfmt_le32	count;
	imgfmt_le32	flags;
	imgfmt_u8	firmware[IMGFMT_DIGEST_SIZE];
} IMGFMT_ON_DISK;

struct imgfmt_memory_record {
	imgfmt_le64	first;
	imgfmt_le64	bytes;
} IMGFMT_ON_DISK;

/* 6.6 Mappings */
#define IMGFMT_MAPPING_IS_ALIAS		(1UL << 0)

struct imgfmt_mapping_head {
	imgfmt_le32	count;
	imgfmt_le32	reserved;
} IMGFMT_ON_DISK;

struct imgfmt_mapping_record {
	imgfmt_le64	vaddr;
	imgfmt_le64	paddr;
	imgfmt_le64	bytes;
	imgfmt_le32	flags;
	imgfmt_le32	reserved;
} IMGFMT_ON_DISK;

/* 6.9 Write-back note */
#define IMGFMT_SWAP_ZERO_ELIDED	(1UL << 0)
#define IMGFMT_SWAP_FROM_STREAM	(1UL << 1)
#define IMGFMT_SWAP_CONSUMED	(1UL << 2)
#define IMGFMT_SWAP_IN_USE	(1UL << 3)
#define IMGFMT_SWAP_MAX_PARTS	4096
#define IMGFMT_SWAP_MAX_RUNS	65536
#define IMGFMT_SWAP_INFO_MIN	433

struct imgfmt_swap_head {
	imgfmt_le32	crc32c;
	imgfmt_le32	page_size;
	imgfmt_le32	header_flags;
	imgfmt_le32	hardware_signature;
	imgfmt_le32	crc32;
	imgfmt_le32	flags;
	imgfmt_le32	info_size;
	imgfmt_le32	part_count;
	imgfmt_le32	run_count;
	imgfmt_le32	last_page;
	imgfmt_le64	header_page;
	uint8_t		uuid[16];
} IMGFMT_ON_DISK;

struct imgfmt_swap_part {
	imgfmt_le64	first;
	imgfmt_le64	last;
} IMGFMT_ON_DISK;

struct imgfmt_swap_run {
	imgfmt_le64	first;
	imgfmt_le64	pages;
} IMGFMT_ON_DISK;

/* 7 Page map */
#define IMGFMT_PAGE_MAP_MAGIC	"IMGPMAP"	/* with its NUL */

struct imgfmt_page_map_head {
	imgfmt_u8	magic[8];
	imgfmt_le64	count;
	imgfmt_le32	crc32c;
	imgfmt_le32	reserved;
} IMGFMT_ON_DISK;

#define IMGFMT_RUN_PRESENT	1
#define IMGFMT_RUN_EXCLUDED	2

struct imgfmt_run_record {
	imgfmt_le64	pfn;
	imgfmt_le32	pages;
	imgfmt_u8	state;
	imgfmt_u8	class_id;
	imgfmt_le16	reserved;
} IMGFMT_ON_DISK;

/* 8.2 Block */
#define IMGFMT_BLOCK_MAGIC	"IBLK"
#define IMGFMT_BLOCK_ALIGN	8

struct imgfmt_block_record {
	imgfmt_u8	magic[4];
	imgfmt_le32	header_crc32c;
	imgfmt_le64	pfn;
	imgfmt_le64	stored_mask;
	imgfmt_le64	zero_mask;
	imgfmt_le32	payload_size;
	imgfmt_le32	payload_crc32c;
	imgfmt_le16	codec;
	imgfmt_le16	reserved0;
	imgfmt_le32	reserved1;
	imgfmt_u8	set_tag[IMGFMT_TAG_SIZE];
	imgfmt_le64	reserved2;
} IMGFMT_ON_DISK;

/* 8.3 Codecs */
#define IMGFMT_CODEC_NONE	0
#define IMGFMT_CODEC_ZLIB	1
#define IMGFMT_CODEC_LZMA	2
#define IMGFMT_CODEC_ZSTD	3
#define IMGFMT_CODEC_LZ4	4
#define IMGFMT_CODEC_PRIVATE	0x8000

/* 9 Tables */
#define IMGFMT_TABLES_MAGIC	"IMGTABLE"
#define IMGFMT_CHUNK_SIZE	4096

struct imgfmt_table_ref {
	imgfmt_le64	offset;
	imgfmt_le64	size;
} IMGFMT_ON_DISK;

struct imgfmt_tables_record {
	imgfmt_u8	magic[8];
	imgfmt_le64	size;
	imgfmt_le64	block_count;
	struct imgfmt_table_ref index;
	struct imgfmt_table_ref tree;
	struct imgfmt_table_ref content;
	struct imgfmt_table_ref manifest;
	imgfmt_u8	set_tag[IMGFMT_TAG_SIZE];
	imgfmt_u8	reserved[156];
	imgfmt_le32	crc32c;
} IMGFMT_ON_DISK;

struct imgfmt_index_record {
	imgfmt_le64	offset;
	imgfmt_le32	bytes;
	imgfmt_le16	codec;
	imgfmt_le16	reserved;
	imgfmt_le64	stored_mask;
	imgfmt_le64	zero_mask;
	imgfmt_u8	digest[IMGFMT_DIGEST_SIZE];
} IMGFMT_ON_DISK;

/* 11 Manifest */
#define IMGFMT_MANIFEST_MAGIC	"IMGMANIF"
#define IMGFMT_MANIFEST_VERSION	1

struct imgfmt_manifest_record {
	imgfmt_u8	magic[8];
	imgfmt_le16	version;
	imgfmt_le16	level;
	imgfmt_le32	items;
	imgfmt_u8	root[IMGFMT_DIGEST_SIZE];
	imgfmt_le64	data_offset;
	imgfmt_le64	data_size;
	imgfmt_le64	image_size;
	imgfmt_le64	entry;		/* root: from here ... */
	imgfmt_le64	stored_pages;
	imgfmt_le64	zero_pages;
	imgfmt_le64	excluded_pages;
	imgfmt_le64	block_count;	/* ... to here */
	imgfmt_u8	set_tag[IMGFMT_TAG_SIZE];
	imgfmt_le64	reserved;
} IMGFMT_ON_DISK;

#define IMGFMT_ITEM_FRONT	1
#define IMGFMT_ITEM_NOTES	2
#define IMGFMT_ITEM_PAGE_MAP	3
#define IMGFMT_ITEM_TREE	4
#define IMGFMT_ITEM_CONTENT	5

struct imgfmt_item_record {
	imgfmt_le32	kind;
	imgfmt_le32	reserved;
	imgfmt_le64	size;
	imgfmt_u8	digest[IMGFMT_DIGEST_SIZE];
} IMGFMT_ON_DISK;

/* manifest.md: of an image of another format */
#define IMGFMT_FOREIGN_VERSION	2

struct imgfmt_foreign_record {
	imgfmt_u8	magic[8];
	imgfmt_le16	version;
	imgfmt_le16	format;
	imgfmt_le32	items;
	imgfmt_u8	root[IMGFMT_DIGEST_SIZE];
	imgfmt_le32	page_size;
	imgfmt_le32	unit_pages;
	imgfmt_le64	entry;
	imgfmt_le64	units;
	imgfmt_u8	reserved[56];
} IMGFMT_ON_DISK;

#define IMGFMT_FOREIGN_SWSUSP	1
#define IMGFMT_FOREIGN_STREAM	2
#define IMGFMT_FOREIGN_ELF	3

#define IMGFMT_ITEM_HEADER	16
#define IMGFMT_ITEM_MAP		17
#define IMGFMT_ITEM_FACTS	18
#define IMGFMT_ITEM_UNITS	19

/* 12 Mutable region */
#define IMGFMT_MUTABLE_UNIT	4096
#define IMGFMT_SLOTS		4
#define IMGFMT_MUTABLE_SIZE	(IMGFMT_MUTABLE_UNIT * (1 + IMGFMT_SLOTS))
#define IMGFMT_RESUME_MAGIC	"IMGRESUM"
#define IMGFMT_SLOT_MAGIC	"IMGSIGN1"
#define IMGFMT_SLOT_CMS		1
#define IMGFMT_SLOT_HEADER	64

struct imgfmt_resume_record {
	imgfmt_u8	magic[8];
	imgfmt_le32	state;
	imgfmt_le32	count;
	imgfmt_le64	time;
	imgfmt_u8	uuid[IMGFMT_UUID_SIZE];
	imgfmt_u8	who[64];
	imgfmt_u8	reason[128];
	imgfmt_u8	reserved[3860];
	imgfmt_le32	crc32c;
} IMGFMT_ON_DISK;

struct imgfmt_slot_record {
	imgfmt_u8	magic[8];
	imgfmt_le32	kind;
	imgfmt_le32	bytes;
	imgfmt_le32	crc32c;
	imgfmt_u8	reserved[44];
	imgfmt_u8	signature[4032];
} IMGFMT_ON_DISK;

/* 13 Commit record */
#define IMGFMT_COMMIT_MAGIC	"IMGFMT COMMIT 1\n"

struct imgfmt_commit_record {
	imgfmt_u8	magic[16];
	imgfmt_le64	image_size;
	imgfmt_le64	data_offset;
	imgfmt_le64	data_size;
	imgfmt_le64	tables_offset;
	imgfmt_le64	tables_size;
	imgfmt_u8	level;
	imgfmt_u8	profile;
	imgfmt_u8	reserved0[6];
	imgfmt_u8	manifest[IMGFMT_DIGEST_SIZE];
	imgfmt_u8	set_tag[IMGFMT_TAG_SIZE];
	imgfmt_u8	reserved1[20];
	imgfmt_le32	crc32c;
} IMGFMT_ON_DISK;

#ifndef __KERNEL__
#ifdef __cplusplus
#define IMGFMT_ASSERT_SIZE(type, size) \
	static_assert(sizeof(struct type) == (size), #type)
#else
#define IMGFMT_ASSERT_SIZE(type, size) \
	_Static_assert(sizeof(struct type) == (size), #type)
#endif
IMGFMT_ASSERT_SIZE(imgfmt_info_record, 512);
IMGFMT_ASSERT_SIZE(imgfmt_backup_record, 24);
IMGFMT_ASSERT_SIZE(imgfmt_memory_head, 40);
IMGFMT_ASSERT_SIZE(imgfmt_mapping_record, 32);
IMGFMT_ASSERT_SIZE(imgfmt_swap_head, 64);
IMGFMT_ASSERT_SIZE(imgfmt_swap_part, 16);
IMGFMT_ASSERT_SIZE(imgfmt_swap_run, 16);
IMGFMT_ASSERT_SIZE(imgfmt_page_map_head, 24);
IMGFMT_ASSERT_SIZE(imgfmt_run_record, 16);
IMGFMT_ASSERT_SIZE(imgfmt_block_record, 64);
IMGFMT_ASSERT_SIZE(imgfmt_tables_record, 256);
IMGFMT_ASSERT_SIZE(imgfmt_index_record, 64);
IMGFMT_ASSERT_SIZE(imgfmt_manifest_record, 128);
IMGFMT_ASSERT_SIZE(imgfmt_foreign_record, 128);
IMGFMT_ASSERT_SIZE(imgfmt_item_record, 48);
IMGFMT_ASSERT_SIZE(imgfmt_resume_record, IMGFMT_MUTABLE_UNIT);
IMGFMT_ASSERT_SIZE(imgfmt_slot_record, IMGFMT_MUTABLE_UNIT);
IMGFMT_ASSERT_SIZE(imgfmt_commit_record, 128);
#endif

#endif /* IMGFMT_FORMAT_H */
