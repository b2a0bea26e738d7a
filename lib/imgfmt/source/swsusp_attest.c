/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a signature beside a hibernation image covers (spec/manifest.md).
 */
#include <stdlib.h>

#include "base/error.h"
#include "source/attest.h"
#include "source/swsusp.h"

int swsusp_prove(struct imgfmt_image *image, struct imgfmt_error *err)
{
	return image->judge ? attest_prove(image, err) : IMGFMT_OK;
}

int swsusp_pin(struct imgfmt_image *image, uint64_t at, const uint8_t *page,
	       struct imgfmt_error *err)
{
	uint32_t size = swsusp_of(image)->page_size;
	uint8_t *copy;

	if (!image->judge)
		return IMGFMT_OK;
	copy = malloc(size);
	if (!copy)
		return err_nomem(err, "a page of the image");
	memcpy(copy, page, size);
	return io_pin(image->io, at, copy, size, err);
}

int swsusp_hash_info(struct swsusp *s, const uint8_t *page,
		     struct imgfmt_error *err)
{
	struct sha256 sha;
	int rc = sha256_init(&sha, err);

	if (rc)
		return rc;
	rc = sha256(&sha, IMGFMT_DOMAIN_NOTES, page, s->page_size,
		    s->info_digest, err);
	sha256_fini(&sha);
	return rc;
}

/* A consumed image is the one that was pending but for its signature. */
static int set_header(const struct swsusp *s, struct foreign_manifest *m,
		      struct imgfmt_error *err)
{
	struct swsusp_header header = s->header;
	uint8_t tail[SWSUSP_TAIL_SIZE];
	struct sha256 sha;
	int rc = sha256_init(&sha, err);

	if (rc)
		return rc;
	memset(header.signature, 0, sizeof(header.signature));
	strcpy(header.signature, "S1SUSPEND");
	swsusp_header_store(&header, sizeof(tail), tail);
	rc = foreign_set(m, IMGFMT_ITEM_HEADER, &sha, IMGFMT_DOMAIN_FRONT,
			 tail, sizeof(tail), err);
	sha256_fini(&sha);
	return rc;
}

static void set_digest(struct foreign_manifest *m, unsigned int kind,
		       const uint8_t *digest, uint64_t size)
{
	struct foreign_item *item = foreign_item(m, kind);

	item->there = true;
	item->size = size;
	memcpy(item->digest, digest, SHA256_LEN);
}

int swsusp_describe(const struct imgfmt_image *image,
		    struct foreign_manifest *ret, struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);

	*ret = (struct foreign_manifest){
		.format = s->bare ? IMGFMT_FOREIGN_STREAM :
				    IMGFMT_FOREIGN_SWSUSP,
		.page_size = s->page_size,
		.unit_pages = SWSUSP_CLUSTER_PAGES,
		.units = swsusp_cluster_count(s),
	};
	set_digest(ret, IMGFMT_ITEM_FACTS, s->info_digest, s->page_size);
	if (s->bare)
		return IMGFMT_OK;
	set_digest(ret, IMGFMT_ITEM_MAP, s->map_digest,
		   s->map_count * s->page_size);
	return set_header(s, ret, err);
}
