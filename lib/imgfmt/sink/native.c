/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sinks "packed" and "plain": images of this format.  Sealed where the
 * output can be written at any place, else streamed.
 */
#include <stdlib.h>

#include "base/error.h"
#include "digest/tree.h"
#include "layout/digests.h"
#include "record/block.h"
#include "record/mutable.h"
#include "sink/front.h"
#include "sink/sink.h"
#include "trust/slots.h"

struct native_sink {
	const struct target *t;
	struct imgfmt_output *out;
	struct front front;
	struct vec index;	/* bytes */
	struct vec content;	/* bytes */
	uint64_t data_size, stored, zero;
};

static int write_vec(struct imgfmt_output *out, uint64_t at,
		     const struct vec *bytes, struct imgfmt_error *err)
{
	return bytes->len ? output_write(out, at, bytes->data, bytes->len, err)
			  : IMGFMT_OK;
}

/* A streamed image begins with its front; a sealed one ends with it. */
static int begin_stream(struct native_sink *s, struct imgfmt_error *err)
{
	struct plan *p = &s->front.plan;
	struct vec bytes;
	int rc = IMGFMT_OK;

	if (p->profile == IMGFMT_PLAIN)
		rc = plan_finish(p, s->t->frames.present * p->page_size, err);
	if (!rc)
		rc = front_settle(&s->front, err);
	vec_init(&bytes, 1);
	if (!rc)
		rc = front_bytes(&s->front, &bytes, err);
	if (!rc)
		rc = write_vec(s->out, 0, &bytes, err);
	vec_fini(&bytes);
	if (rc)
		return rc;
	return output_hole(s->out, p->front_end, p->data - p->front_end, err);
}

static void native_sink_close(void *sink)
{
	struct native_sink *s = sink;

	if (!s)
		return;
	vec_fini(&s->content);
	vec_fini(&s->index);
	front_fini(&s->front);
	free(s);
}

/*
 * What the data take whatever the pages hold.  How far pages shrink is known
 * of those only that are taken over or not compressed.
 */
static uint64_t least_data(const struct target *t, uint8_t profile)
{
	uint64_t pages = t->frames.present * t->info.page_size;
	uint64_t headers = t->frames.blocks * BLOCK_HEADER_SIZE;

	if (profile == IMGFMT_PLAIN)
		return pages;
	if (t->data_size)
		return t->data_size;
	return t->keep_zero && t->codec->id == IMGFMT_CODEC_NONE ?
		       headers + pages : headers;
}

static uint64_t least_size(const struct native_sink *s)
{
	const struct plan *p = &s->front.plan;

	return p->data + least_data(s->t, p->profile) + COMMIT_SIZE;
}

static int open_profile(const struct target *t, struct imgfmt_output *out,
			uint8_t profile, void **ret, struct imgfmt_error *err)
{
	uint8_t level = output_is_seekable(out) ? IMGFMT_SEALED :
						  IMGFMT_STREAMED;
	struct native_sink *s = calloc(1, sizeof(*s));
	int rc;

	*ret = NULL;
	if (t->signer && level != IMGFMT_SEALED) {
		free(s);
		return err_set(err, IMGFMT_E_USAGE,
			       "only a sealed image can be signed, and none can be written to a pipe");
	}
	if (!s)
		return err_nomem(err, "the output");
	s->t = t;
	s->out = out;
	vec_init(&s->index, 1);
	vec_init(&s->content, 1);
	rc = front_init(&s->front, t, level, profile, err);
	if (!rc)
		rc = output_expect(out, least_size(s), err);
	if (!rc && level == IMGFMT_STREAMED)
		rc = begin_stream(s, err);
	if (rc) {
		native_sink_close(s);
		return rc;
	}
	*ret = s;
	return IMGFMT_OK;
}

static int packed_open(const struct target *t, struct imgfmt_output *out,
		       void **ret, struct imgfmt_error *err)
{
	return open_profile(t, out, IMGFMT_PACKED, ret, err);
}

static int plain_open(const struct target *t, struct imgfmt_output *out,
		      void **ret, struct imgfmt_error *err)
{
	return open_profile(t, out, IMGFMT_PLAIN, ret, err);
}

static size_t packed_room(const struct target *t)
{
	return (size_t)block_size(t->info.page_size * t->info.block_pages);
}

static int hash_content(const struct target *t, struct coder *coder,
			struct unit *u, struct imgfmt_error *err)
{
	return t->content ? digest_content(&coder->sha, u->pfn, u->present,
					   u->pages, t->info.page_size,
					   u->content, err) :
			    IMGFMT_OK;
}

/* Move the stored pages together; their size comes back. */
static size_t gather_stored(const struct target *t, struct unit *u)
{
	size_t size = t->info.page_size;
	const uint8_t *from = u->pages;
	uint8_t *to = u->pages;

	for (uint64_t m = u->present; m; m &= m - 1, from += size) {
		if (!(u->stored_mask & m & -m))
			continue;
		if (to != from)
			memcpy(to, from, size);
		to += size;
	}
	return (size_t)(to - u->pages);
}

/* The payload behind the header: compressed, or raw if that does not shrink. */
static int make_payload(const struct target *t, struct coder *coder,
			struct unit *u, struct imgfmt_error *err)
{
	uint8_t *payload = u->out + BLOCK_HEADER_SIZE;
	size_t len = gather_stored(t, u);
	int rc = IMGFMT_END;

	u->codec = IMGFMT_CODEC_NONE;
	u->payload_size = len;
	if (!len)
		return IMGFMT_OK;
	if (t->codec->id != IMGFMT_CODEC_NONE)
		rc = compressor_run(&coder->compressor, u->pages, len, payload,
				    len - 1, &u->payload_size, err);
	if (rc == IMGFMT_OK) {
		u->codec = t->codec->id;
		return IMGFMT_OK;
	}
	if (rc != IMGFMT_END)
		return rc;
	memcpy(payload, u->pages, len);
	u->payload_size = len;
	return IMGFMT_OK;
}

static int packed_encode(const void *sink, const struct target *t,
			 struct coder *coder, struct unit *u,
			 struct imgfmt_error *err)
{
	const struct native_sink *s = sink;
	uint8_t *payload = u->out + BLOCK_HEADER_SIZE;
	struct block b;
	int rc;

	if (!u->verbatim) {
		if (t->keep_zero) {
			u->stored_mask = u->present;
			u->zero_mask = 0;
		} else {
			unit_find_zero(t, u);
		}
	}
	rc = hash_content(t, coder, u, err);
	if (!rc && !u->verbatim)
		rc = make_payload(t, coder, u, err);
	if (rc)
		return rc;
	b = (struct block){
		.pfn = u->pfn,
		.stored_mask = u->stored_mask,
		.zero_mask = u->zero_mask,
		.payload_size = (uint32_t)u->payload_size,
		.payload_crc32c = crc32c(0, payload, u->payload_size),
		.codec = u->codec,
	};
	memcpy(b.set_tag, s->front.info.set_tag, sizeof(b.set_tag));
	block_encode(&b, u->out);
	u->out_size = (size_t)block_size(b.payload_size);
	memset(payload + u->payload_size, 0,
	       u->out_size - BLOCK_HEADER_SIZE - u->payload_size);
	return sha256(&coder->sha, IMGFMT_DOMAIN_BLOCK, u->out, u->out_size,
		      u->digest, err);
}

static int plain_encode(const void *sink, const struct target *t,
			struct coder *coder, struct unit *u,
			struct imgfmt_error *err)
{
	int rc;

	(void)sink;
	unit_find_zero(t, u);
	u->out_size = (size_t)mask_count(u->present) * t->info.page_size;
	rc = hash_content(t, coder, u, err);
	return rc ? rc : digest_stored(&coder->sha, u->pages, u->present,
				       u->zero_mask, t->info.page_size,
				       u->digest, err);
}

static int add_entry(struct native_sink *s, const struct unit *u,
		     struct imgfmt_error *err)
{
	struct imgfmt_index_record record;
	struct index_entry e = {
		.offset = s->data_size,
		.bytes = (uint32_t)u->out_size,
		.codec = u->codec,
		.stored_mask = u->stored_mask,
		.zero_mask = u->zero_mask,
	};
	int rc;

	memcpy(e.digest, u->digest, sizeof(e.digest));
	index_entry_encode(&e, &record);
	rc = vec_append(&s->index, &record, sizeof(record), err);
	if (!rc && s->t->content)
		rc = vec_append(&s->content, u->content, SHA256_LEN, err);
	s->data_size += u->out_size;
	s->stored += mask_count(u->stored_mask);
	s->zero += mask_count(u->zero_mask);
	return rc;
}

static int packed_emit(void *sink, const struct unit *u,
		       struct imgfmt_error *err)
{
	struct native_sink *s = sink;
	uint64_t at = s->front.plan.data + s->data_size;
	int rc = output_write(s->out, at, u->out, u->out_size, err);

	return rc ? rc : add_entry(s, u, err);
}

static int plain_emit(void *sink, const struct unit *u,
		      struct imgfmt_error *err)
{
	struct native_sink *s = sink;
	uint64_t at = s->front.plan.data + s->data_size;
	int rc = sink_write_pages(s->out, at, s->t, u, err);

	return rc ? rc : add_entry(s, u, err);
}

static void set_item(struct manifest *m, unsigned int kind, uint64_t size,
		     const uint8_t *digest)
{
	m->items[kind - 1].size = size;
	memcpy(m->items[kind - 1].digest, digest, SHA256_LEN);
}

/* The content-bound part of the manifest, and the root over it. */
static int make_root(struct native_sink *s, struct sha256 *sha,
		     const uint8_t *top, struct manifest *m,
		     struct imgfmt_error *err)
{
	uint8_t raw[MANIFEST_SIZE_MAX], digest[SHA256_LEN] = { 0 };
	const struct front *f = &s->front;
	int rc = IMGFMT_OK;

	m->content = s->t->content;
	m->level = f->plan.level;
	m->entry = s->t->entry;
	m->stored_pages = s->stored;
	m->zero_pages = s->zero;
	m->excluded_pages = s->t->frames.excluded;
	m->block_count = s->t->frames.blocks;
	memcpy(m->set_tag, f->info.set_tag, sizeof(m->set_tag));
	set_item(m, IMGFMT_ITEM_NOTES, f->notes.len - f->info_end,
		 f->notes_digest);
	set_item(m, IMGFMT_ITEM_PAGE_MAP, f->map.len, f->map_digest);
	set_item(m, IMGFMT_ITEM_TREE, s->index.len, top);
	if (m->content) {
		rc = sha256(sha, IMGFMT_DOMAIN_CONTENTS, s->content.data,
			    s->content.len, digest, err);
		set_item(m, IMGFMT_ITEM_CONTENT, s->content.len, digest);
	}
	manifest_encode(m, raw);
	return rc ? rc : digest_root(sha, raw, m->content, m->root, err);
}

/* The first slot, with the signature that was asked for. */
static int write_signature(struct native_sink *s, const struct manifest *m,
			   uint64_t at, uint8_t *unit, struct imgfmt_error *err)
{
	uint8_t raw[MANIFEST_SIZE_MAX];
	void *signature;
	size_t size;
	int rc;

	manifest_encode(m, raw);
	rc = imgfmt_signer_sign(s->t->signer, raw,
				s->front.plan.tables.manifest_size, &signature,
				&size, err);
	if (!rc && size > slots_signature_max())
		rc = err_set(err, IMGFMT_E_USAGE,
			     "a signature of %zu bytes does not fit in a slot",
			     size);
	if (!rc) {
		slots_encode(signature, size, unit);
		rc = output_write(s->out, at, unit, IMGFMT_MUTABLE_UNIT, err);
	}
	free(signature);
	return rc;
}

static int write_mutable(struct native_sink *s, const struct manifest *m,
			 struct imgfmt_error *err)
{
	const struct resume pending = { .state = IMGFMT_RESUME_PENDING };
	uint64_t at = s->front.plan.mutable_at;
	uint8_t *unit = malloc(IMGFMT_MUTABLE_UNIT);
	int rc;

	if (!unit)
		return err_nomem(err, "the resume record");
	resume_encode(&pending, s->front.info.uuid, unit);
	rc = output_write(s->out, at, unit, IMGFMT_MUTABLE_UNIT, err);
	at += IMGFMT_MUTABLE_UNIT;
	if (!rc && s->t->signer) {
		rc = write_signature(s, m, at, unit, err);
		at += IMGFMT_MUTABLE_UNIT;
	}
	free(unit);
	return rc ? rc : output_hole(s->out, at, s->front.plan.data - at, err);
}

/* Write the front of a sealed image, now that all of it is known. */
static int write_front(struct native_sink *s, const struct vec *front,
		       const struct manifest *m, struct imgfmt_error *err)
{
	const struct plan *p = &s->front.plan;
	uint64_t tables_end = p->tables_at + p->tables.size;
	int rc;

	rc = output_write(s->out, 0, front->data, front->len, err);
	if (!rc)
		rc = output_hole(s->out, p->front_end,
				 p->tables_at - p->front_end, err);
	if (!rc)
		rc = output_hole(s->out, tables_end,
				 p->mutable_at - tables_end, err);
	return rc ? rc : write_mutable(s, m, err);
}

/* Directory, index, tree, content table and manifest, in one buffer. */
static int build_tables(struct native_sink *s, const uint8_t *nodes,
			const struct manifest *m, struct vec *ret,
			struct imgfmt_error *err)
{
	const struct tables *t = &s->front.plan.tables;
	uint8_t raw[MANIFEST_SIZE_MAX];
	uint8_t directory[sizeof(struct imgfmt_tables_record)];
	int rc;

	tables_encode(t, s->front.info.set_tag, directory);
	manifest_encode(m, raw);
	rc = vec_reserve(ret, t->size, err);
	if (!rc)
		rc = vec_append(ret, directory, sizeof(directory), err);
	if (!rc && s->index.len)
		rc = vec_append(ret, s->index.data, s->index.len, err);
	if (!rc && t->tree_size)
		rc = vec_append(ret, nodes, t->tree_size, err);
	if (!rc && s->content.len)
		rc = vec_append(ret, s->content.data, s->content.len, err);
	if (!rc)
		rc = vec_append(ret, raw, t->manifest_size, err);
	return rc;
}

static int write_commit(struct native_sink *s, const struct manifest *m,
			struct sha256 *sha, struct imgfmt_error *err)
{
	const struct plan *p = &s->front.plan;
	uint8_t raw[MANIFEST_SIZE_MAX], record[COMMIT_SIZE];
	struct commit c = {
		.image_size = p->image_size,
		.data_offset = p->data,
		.data_size = p->data_size,
		.tables_offset = p->tables_at,
		.tables_size = p->tables.size,
		.level = p->level,
		.profile = p->profile,
	};
	int rc;

	manifest_encode(m, raw);
	rc = sha256(sha, IMGFMT_DOMAIN_MANIFEST, raw, p->tables.manifest_size,
		    c.manifest, err);
	if (rc)
		return rc;
	memcpy(c.set_tag, s->front.info.set_tag, sizeof(c.set_tag));
	commit_encode(&c, record);
	return output_write(s->out, p->commit, record, sizeof(record), err);
}

/* Root, front, tables, commit record: in the order their digests need. */
static int finish_tables(struct native_sink *s, struct sha256 *sha,
			 uint8_t *nodes, const struct tree *tree,
			 struct manifest *m, struct imgfmt_error *err)
{
	const struct plan *p = &s->front.plan;
	uint8_t top[SHA256_LEN], digest[SHA256_LEN] = { 0 };
	struct vec front, tables;
	int rc;

	vec_init(&front, 1);
	vec_init(&tables, 1);
	rc = tree_build(tree, sha, s->index.data, nodes, top, err);
	if (!rc)
		rc = make_root(s, sha, top, m, err);
	if (!rc && p->level == IMGFMT_SEALED)
		memcpy(s->front.info.uuid, m->root, IMGFMT_UUID_SIZE);
	if (!rc)
		rc = front_settle(&s->front, err);
	if (!rc)
		rc = front_bytes(&s->front, &front, err);
	if (!rc)
		rc = sha256(sha, IMGFMT_DOMAIN_FRONT, front.data, p->map,
			    digest, err);
	set_item(m, IMGFMT_ITEM_FRONT, p->map, digest);
	m->data_offset = p->data;
	m->data_size = p->data_size;
	m->image_size = p->image_size;
	if (!rc)
		rc = build_tables(s, nodes, m, &tables, err);
	if (!rc)
		rc = write_vec(s->out, p->tables_at, &tables, err);
	if (!rc && p->level == IMGFMT_SEALED)
		rc = write_front(s, &front, m, err);
	if (!rc)
		rc = write_commit(s, m, sha, err);
	vec_fini(&tables);
	vec_fini(&front);
	return rc;
}

static int native_sink_finish(void *sink, struct imgfmt_convert_result *result,
			      struct imgfmt_error *err)
{
	struct native_sink *s = sink;
	struct plan *p = &s->front.plan;
	struct manifest m = { 0 };
	struct sha256 sha;
	struct tree tree;
	uint8_t *nodes;
	int rc;

	rc = plan_finish(p, s->data_size, err);
	if (!rc)
		rc = tree_init(&tree, s->t->frames.blocks, err);
	if (!rc)
		rc = sha256_init(&sha, err);
	if (rc)
		return rc;
	nodes = malloc(tree_size(&tree) + 1);
	rc = nodes ? finish_tables(s, &sha, nodes, &tree, &m, err) :
		     err_nomem(err, "the digest tree");
	free(nodes);
	sha256_fini(&sha);
	if (rc)
		return rc;
	result->stored_pages = s->stored;
	result->zero_pages = s->zero;
	result->segments = p->profile == IMGFMT_PLAIN ?
				   s->front.segments.len - PLAN_PLAIN_PHDRS : 0;
	result->bytes_written = p->image_size;
	result->level = p->level;
	memcpy(result->uuid, m.root, sizeof(result->uuid));
	return output_commit(s->out, p->image_size, err);
}

const struct sink_ops sink_packed = {
	.name = "packed",
	.flags = IMGFMT_SINK_FILTERED,
	.blocks = true,
	.tables = true,
	.signs = true,
	.room = packed_room,
	.open = packed_open,
	.close = native_sink_close,
	.encode = packed_encode,
	.emit = packed_emit,
	.finish = native_sink_finish,
};

const struct sink_ops sink_plain = {
	.name = "plain",
	.flags = IMGFMT_SINK_FILTERED | IMGFMT_SINK_SEGMENTS,
	.tables = true,
	.signs = true,
	.open = plain_open,
	.close = native_sink_close,
	.encode = plain_encode,
	.emit = plain_emit,
	.finish = native_sink_finish,
};
