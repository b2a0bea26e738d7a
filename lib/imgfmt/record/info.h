/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The information note (spec 6.1, 6.2).
 */
#ifndef IMGFMT_RECORD_INFO_H
#define IMGFMT_RECORD_INFO_H

#include "record/record.h"

struct info {
	uint16_t version_major, version_minor;
	uint8_t	 level, profile, kind, view;
	uint64_t incompatible, read_compatible, ignorable;
	uint32_t page_size, block_pages;
	uint64_t max_pfn;
	uint32_t not_resumable;
	uint8_t	 free_policy, poison;
	uint64_t time;
	uint8_t	 uuid[IMGFMT_UUID_SIZE];
	uint64_t data_offset, data_size;
	uint64_t tables_offset, tables_size;
	uint64_t image_size;
	uint8_t	 set_tag[IMGFMT_TAG_SIZE];
	char	 release[IMGFMT_INFO_TEXT];
	char	 version[IMGFMT_INFO_TEXT];
};

/*
 * Decode a descriptor of @size bytes that lies at @offset of the input, and
 * check every rule that needs nothing but the note itself.
 */
int info_decode(const void *desc, size_t size, uint64_t offset,
		struct info *ret, struct imgfmt_error *err);
void info_encode(const struct info *info, struct imgfmt_info_record *ret);

/* Whether a resume needs the pages of this class [INF-11]. */
bool info_class_needed(unsigned int class_id);

#endif /* IMGFMT_RECORD_INFO_H */
