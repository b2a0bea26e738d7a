/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The source "imgfmt": streamed and sealed images.  Shared by its parts:
 * native_chain.c proves what is signed, native.c opens the front,
 * native_tables.c the tables, native_reader.c reads pages, native_unpack.c decompresses them, native_salvage.c makes do with what
 * a damaged image has left.
 */
#ifndef IMGFMT_SOURCE_NATIVE_H
#define IMGFMT_SOURCE_NATIVE_H

#include "codec/codec.h"
#include "digest/sha256.h"
#include "digest/tree.h"
#include "record/block.h"
#include "source/source.h"

struct native {
	/* Digests of the front, for the manifest to be held against. */
	uint8_t front[SHA256_LEN], notes[SHA256_LEN], page_map[SHA256_LEN];

	bool has_index;		/* index below is there and right */
	uint8_t *tables;	/* the whole tables */
	uint8_t *index;		/* block_count entries, in tables or own */
	uint8_t *own_index;	/* made by salvage */
	const uint8_t *content;	/* content table, NULL without */

	/* A streamed image on a pipe: entries as the reader computed them. */
	struct vec computed;
	uint64_t walked;	/* bytes of data behind them */
};

static inline struct native *native_of(const struct imgfmt_image *image)
{
	return image->priv;
}

/*
 * What becomes of @rc: an image that ends too early lacks its commit record,
 * wherever that was noticed [COM-01].
 */
int native_judge(int rc, struct imgfmt_error *err);

/* Zero bytes between two parts of the file [PAD-01]. */
int native_check_padding(struct imgfmt_image *image, uint64_t from, uint64_t to,
			 struct imgfmt_error *err);

/*
 * Read the tables at plan.tables_at and check them whole: directory, tree,
 * index, content table and manifest.
 */
int native_load_tables(struct imgfmt_image *image, struct imgfmt_error *err);
/*
 * Of tables that lie at @at: the digest tree from the bottom to its top, which
 * comes back [TREE-01, TREE-02].
 */
int native_check_tree(const struct tables *t, const uint8_t *tables,
		      uint64_t at, struct sha256 *sha, uint8_t top[SHA256_LEN],
		      struct imgfmt_error *err);
/* One item of a manifest that lies at @at against what the image has [MAN-04]. */
int native_check_item(const struct manifest *m, unsigned int kind,
		      uint64_t size, const uint8_t *digest, uint64_t at,
		      struct imgfmt_error *err);

/* ---- native_chain.c ---- */

/*
 * Of an image that is to be judged: read front, tables and mutable region once,
 * have the manifest judged, and prove all the rest of them by it; then pin what
 * was read, so that the image is opened from these very bytes (spec 17.1).
 */
int native_prove(struct imgfmt_image *image, struct imgfmt_error *err);

/* The mutable region of a sealed image. */
int native_load_mutable(struct imgfmt_image *image, struct imgfmt_error *err);
/* The commit record at plan.commit, against everything else. */
int native_check_commit(struct imgfmt_image *image, struct imgfmt_error *err);
/* Nothing behind the commit record, in a file [ELF-12]. */
int native_check_end(struct imgfmt_image *image, struct imgfmt_error *err);
/* The parts of the file, once the plan is complete. */
int native_add_regions(struct imgfmt_image *image, struct imgfmt_error *err);

/* Entry of block @block; only with has_index. */
static inline void native_entry(const struct native *n, uint64_t block,
				struct index_entry *ret)
{
	index_entry_decode(n->index + block * sizeof(struct imgfmt_index_record),
			   ret);
}

/*
 * Check every block, make an index of those that are right, and exclude the
 * frames of the others.
 */
int native_salvage(struct imgfmt_image *image, struct imgfmt_error *err);

/* The codec of a block, if this build can decompress it [BLK-08]. */
int native_find_codec(uint16_t id, uint64_t pfn, const struct codec **ret,
		      struct imgfmt_error *err);

/* native_reader.c */
int native_reader_new(struct imgfmt_image *image, const struct reader_opts *opts,
		      void **ret, struct imgfmt_error *err);
void native_reader_free(void *reader);
int native_read(void *reader, uint64_t pfn, uint64_t pages, void *buf,
		struct imgfmt_error *err);
int native_masks(void *reader, uint64_t group, uint64_t *stored_ret,
		 uint64_t *zero_ret, struct imgfmt_error *err);
int native_block(void *reader, uint64_t block, struct stored_block *ret,
		 struct imgfmt_error *err);
int native_finish(void *reader, struct imgfmt_error *err);

#endif /* IMGFMT_SOURCE_NATIVE_H */
