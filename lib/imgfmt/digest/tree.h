/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The digest tree over the index.
 *
 * The index is cut in chunks of 4096 bytes; level 0 has the digest of each
 * chunk.  The nodes of a level, cut the same way, are what the next level
 * digests, until one node is left: the top.  The last chunk of the index and
 * the last group of a level may be short.  All levels are stored one behind
 * the other, bottom to top, the top included.  An empty index has no nodes;
 * its top is the digest of an empty chunk.
 *
 * Nodes are numbered in the order in which they are stored, so that chunk i
 * has node i.
 */
#ifndef IMGFMT_DIGEST_TREE_H
#define IMGFMT_DIGEST_TREE_H

#include "digest/sha256.h"

#define TREE_ENTRY_LEN	64u	/* one entry of the index */
#define TREE_CHUNK_LEN	4096u	/* bytes under one node, at any level */
#define TREE_FANOUT	(TREE_CHUNK_LEN / SHA256_LEN)

/* 58 bits of entry number, 6 of them in a chunk, 7 more per level. */
#define TREE_LEVELS_MAX	9u

/* Domain bytes: chunks of the index, groups of nodes. */
#define TREE_DOMAIN_CHUNK 0x01u
#define TREE_DOMAIN_NODES 0x02u

/* The shape of a tree: plain numbers, nothing to free. */
struct tree {
	uint64_t entries;
	uint64_t nodes;		/* of all levels together */
	unsigned int levels;	/* 0 for an empty index */
	uint64_t first[TREE_LEVELS_MAX];	/* node number */
	uint64_t count[TREE_LEVELS_MAX];	/* nodes on the level */
};

/* IMGFMT_E_LIMIT when 64 bits cannot count the bytes of the entries. */
int tree_init(struct tree *t, uint64_t entries, struct imgfmt_error *err);

/* Bytes of the stored form. */
static inline uint64_t tree_size(const struct tree *t)
{
	return t->nodes * SHA256_LEN;
}

/* Chunks of the index, and the length of one of them. */
uint64_t tree_chunks(const struct tree *t);
size_t tree_chunk_len(const struct tree *t, uint64_t chunk);

/* The stored node of chunk @chunk. */
static inline const uint8_t *tree_leaf(const void *nodes, uint64_t chunk)
{
	return (const uint8_t *)nodes + chunk * SHA256_LEN;
}

/* The node of one chunk of @len bytes. */
int tree_hash_chunk(struct sha256 *s, const void *chunk, size_t len,
		    uint8_t ret[SHA256_LEN], struct imgfmt_error *err);

/*
 * Fill tree_size() bytes at @nodes and the top: from the entries, or from
 * level 0, which then is in place already.
 */
int tree_build(const struct tree *t, struct sha256 *s, const void *entries,
	       void *nodes, uint8_t ret_top[SHA256_LEN],
	       struct imgfmt_error *err);
int tree_build_upper(const struct tree *t, struct sha256 *s, void *nodes,
		     uint8_t ret_top[SHA256_LEN], struct imgfmt_error *err);

/*
 * Check all nodes against the top, from the top down.  IMGFMT_E_DIGEST when
 * they differ; @ret_bad is then the first node, coming from the top, that is
 * not the digest of the nodes under it (or not the top itself), and may be
 * NULL.  Only after this are level 0 nodes worth anything.
 */
int tree_verify_nodes(const struct tree *t, struct sha256 *s,
		      const void *nodes, const uint8_t top[SHA256_LEN],
		      uint64_t *ret_bad, struct imgfmt_error *err);

/* Check chunk @chunk, tree_chunk_len() bytes at @buf, against its node. */
int tree_verify_chunk(const struct tree *t, struct sha256 *s,
		      const void *nodes, uint64_t chunk, const void *buf,
		      struct imgfmt_error *err);

#endif /* IMGFMT_DIGEST_TREE_H */
