/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The digest tree: shape, building, checking.
 */
#include "digest/tree.h"

#include "base/error.h"

int tree_init(struct tree *t, uint64_t entries, struct imgfmt_error *err)
{
	uint64_t bytes, count;

	*t = (struct tree){ .entries = entries };
	if (mul_overflow(entries, (uint64_t)TREE_ENTRY_LEN, &bytes)) {
		t->entries = 0;
		return err_set(err, IMGFMT_E_LIMIT,
			       "an index of more than 2^64 bytes");
	}
	if (!entries)
		return IMGFMT_OK;
	count = div_round_up(bytes, TREE_CHUNK_LEN);
	for (;;) {
		t->first[t->levels] = t->nodes;
		t->count[t->levels] = count;
		t->nodes += count;
		t->levels++;
		if (count == 1)
			return IMGFMT_OK;
		count = div_round_up(count, TREE_FANOUT);
	}
}

uint64_t tree_chunks(const struct tree *t)
{
	return t->count[0];
}

size_t tree_chunk_len(const struct tree *t, uint64_t chunk)
{
	uint64_t start = chunk * TREE_CHUNK_LEN;

	return (size_t)min_u64(TREE_CHUNK_LEN,
			       t->entries * TREE_ENTRY_LEN - start);
}

int tree_hash_chunk(struct sha256 *s, const void *chunk, size_t len,
		    uint8_t ret[SHA256_LEN], struct imgfmt_error *err)
{
	return sha256(s, TREE_DOMAIN_CHUNK, chunk, len, ret, err);
}

/* The digest that node @i of level @level, at least 1, has to have. */
static int hash_group(const struct tree *t, struct sha256 *s,
		      const uint8_t *nodes, unsigned int level, uint64_t i,
		      uint8_t ret[SHA256_LEN], struct imgfmt_error *err)
{
	uint64_t child = i * TREE_FANOUT;
	uint64_t count = min_u64(TREE_FANOUT, t->count[level - 1] - child);

	return sha256(s, TREE_DOMAIN_NODES,
		      nodes + (t->first[level - 1] + child) * SHA256_LEN,
		      (size_t)count * SHA256_LEN, ret, err);
}

int tree_build(const struct tree *t, struct sha256 *s, const void *entries,
	       void *nodes, uint8_t ret_top[SHA256_LEN],
	       struct imgfmt_error *err)
{
	const uint8_t *chunk = entries;
	uint8_t *node = nodes;

	for (uint64_t i = 0; i < tree_chunks(t); i++) {
		size_t len = tree_chunk_len(t, i);
		int rc = tree_hash_chunk(s, chunk, len, node, err);

		if (rc < 0)
			return rc;
		chunk += len;
		node += SHA256_LEN;
	}
	return tree_build_upper(t, s, nodes, ret_top, err);
}

int tree_build_upper(const struct tree *t, struct sha256 *s, void *nodes,
		     uint8_t ret_top[SHA256_LEN], struct imgfmt_error *err)
{
	uint8_t *base = nodes;

	if (!t->nodes)
		return tree_hash_chunk(s, "", 0, ret_top, err);
	for (unsigned int level = 1; level < t->levels; level++) {
		for (uint64_t i = 0; i < t->count[level]; i++) {
			uint8_t *node =
				base + (t->first[level] + i) * SHA256_LEN;
			int rc = hash_group(t, s, base, level, i, node, err);

			if (rc < 0)
				return rc;
		}
	}
	memcpy(ret_top, base + (t->nodes - 1) * SHA256_LEN, SHA256_LEN);
	return IMGFMT_OK;
}

static int bad_node(uint64_t node, uint64_t *ret_bad, struct imgfmt_error *err)
{
	if (ret_bad)
		*ret_bad = node;
	return err_set(err, IMGFMT_E_DIGEST,
		       "node %llu of the digest tree is wrong",
		       (unsigned long long)node);
}

static int verify_top(const struct tree *t, struct sha256 *s,
		      const uint8_t *nodes, const uint8_t top[SHA256_LEN],
		      uint64_t *ret_bad, struct imgfmt_error *err)
{
	uint8_t empty[SHA256_LEN];
	int rc;

	if (t->nodes) {
		uint64_t last = t->nodes - 1;

		return memcmp(nodes + last * SHA256_LEN, top, SHA256_LEN) ?
			       bad_node(last, ret_bad, err) :
			       IMGFMT_OK;
	}
	rc = tree_hash_chunk(s, "", 0, empty, err);
	if (rc < 0)
		return rc;
	return memcmp(empty, top, SHA256_LEN) ? bad_node(0, ret_bad, err) :
						IMGFMT_OK;
}

int tree_verify_nodes(const struct tree *t, struct sha256 *s,
		      const void *nodes, const uint8_t top[SHA256_LEN],
		      uint64_t *ret_bad, struct imgfmt_error *err)
{
	const uint8_t *base = nodes;
	uint8_t digest[SHA256_LEN];
	int rc;

	if (ret_bad)
		*ret_bad = 0;
	rc = verify_top(t, s, base, top, ret_bad, err);
	if (rc < 0)
		return rc;
	for (unsigned int level = t->levels; level-- > 1;) {
		for (uint64_t i = 0; i < t->count[level]; i++) {
			uint64_t node = t->first[level] + i;

			rc = hash_group(t, s, base, level, i, digest, err);
			if (rc < 0)
				return rc;
			if (memcmp(digest, base + node * SHA256_LEN,
				   SHA256_LEN))
				return bad_node(node, ret_bad, err);
		}
	}
	return IMGFMT_OK;
}

int tree_verify_chunk(const struct tree *t, struct sha256 *s,
		      const void *nodes, uint64_t chunk, const void *buf,
		      struct imgfmt_error *err)
{
	uint8_t digest[SHA256_LEN];
	int rc = tree_hash_chunk(s, buf, tree_chunk_len(t, chunk), digest,
				 err);

	if (rc < 0)
		return rc;
	if (!memcmp(digest, tree_leaf(nodes, chunk), SHA256_LEN))
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_DIGEST,
		       "chunk %llu of the index differs from its digest",
		       (unsigned long long)chunk);
}
