/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the payload of a packed block to its pages.
 */
#ifndef IMGFMT_SOURCE_NATIVE_UNPACK_H
#define IMGFMT_SOURCE_NATIVE_UNPACK_H

#include "codec/codec.h"
#include "record/block.h"
#include "record/info.h"

#define UNPACKER_CODECS 5u	/* their ids are below it */

/* One per thread: a decompressor for each codec that was met. */
struct unpacker {
	uint32_t page_size;
	size_t block_len;	/* bytes of a full block */
	struct decompressor codecs[UNPACKER_CODECS];
};

void unpacker_init(struct unpacker *u, const struct info *info);
void unpacker_fini(struct unpacker *u);

/*
 * The stored pages of a block, one after the other, into @pages, which has
 * room for a full block.  The block's header and payload were checked.
 * IMGFMT_E_CORRUPT if the payload is not what its codec makes of so many pages
 * [BLK-07], IMGFMT_E_UNSUPPORTED for a codec that this build lacks [BLK-08].
 */
int unpacker_run(struct unpacker *u, const struct block *header,
		 const uint8_t *payload, uint8_t *pages,
		 struct imgfmt_error *err);

#endif /* IMGFMT_SOURCE_NATIVE_UNPACK_H */
