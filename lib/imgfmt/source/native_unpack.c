/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/native_unpack.h"

#include "base/error.h"
#include "layout/digests.h"
#include "source/native.h"

void unpacker_init(struct unpacker *u, const struct info *info)
{
	*u = (struct unpacker){
		.page_size = info->page_size,
		.block_len = (size_t)info->page_size * info->block_pages,
	};
}

void unpacker_fini(struct unpacker *u)
{
	for (unsigned int i = 0; i < UNPACKER_CODECS; i++)
		decompressor_fini(&u->codecs[i]);
}

int native_find_codec(uint16_t id, uint64_t pfn, const struct codec **ret,
		      struct imgfmt_error *err)
{
	*ret = codec_by_id(id);
	if (*ret && codec_is_built(*ret))
		return IMGFMT_OK;
	return err_rule_pfn(err, IMGFMT_E_UNSUPPORTED, "BLK-08",
			    IMGFMT_NOWHERE, pfn,
			    "codec %u (%s) is not supported", id,
			    *ret ? (*ret)->name : "unknown");
}

static int get_decompressor(struct unpacker *u, const struct block *header,
			    struct decompressor **ret,
			    struct imgfmt_error *err)
{
	const struct codec *codec;
	int rc = native_find_codec(header->codec, header->pfn, &codec, err);

	*ret = NULL;
	if (rc)
		return rc;
	*ret = &u->codecs[header->codec];
	if ((*ret)->codec)
		return IMGFMT_OK;
	return decompressor_init(*ret, codec, u->block_len, err);
}

int unpacker_run(struct unpacker *u, const struct block *header,
		 const uint8_t *payload, uint8_t *pages,
		 struct imgfmt_error *err)
{
	size_t len = (size_t)mask_count(header->stored_mask) * u->page_size;
	struct decompressor *d;
	int rc;

	if (!len)
		return IMGFMT_OK;
	rc = get_decompressor(u, header, &d, err);
	if (rc)
		return rc;
	rc = decompressor_run(d, payload, header->payload_size, pages, len,
			      err);
	if (rc == IMGFMT_E_CORRUPT && err) {
		memcpy(err->rule, "BLK-07", sizeof("BLK-07"));
		err->pfn = header->pfn;
		err_prefix(err, "block");
	}
	return rc;
}
