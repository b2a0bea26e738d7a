/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The chain from a manifest that the caller trusts down to everything that is
 * parsed: front, tables and mutable region are read once, into memory, and
 * nothing of them is looked at but what leads to the manifest and its
 * signatures (spec 17.1).  Then the digests are checked, and the bytes pinned:
 * the image is opened from what was proved, and never reads it again.
 */
#include <stdlib.h>

#include "base/error.h"
#include "elf/note.h"
#include "record/page_map.h"
#include "source/envelope.h"
#include "source/native.h"

/* Bytes of the image from @at on. */
struct span {
	uint64_t at;
	uint8_t *bytes;
	size_t	 len;
};

struct chain {
	struct imgfmt_image *image;
	struct span front;	/* headers, notes and page map; sealed: all
				   before the data */
	struct span rest;	/* streamed: all behind the data */
	uint64_t notes, notes_size, info_end, map, map_size;
	uint64_t map_end;
	bool	 big_endian;
	struct info info;
	struct commit commit;	/* of a streamed image */
	struct tables tables;
	uint64_t tables_at, mutable_at;
	struct manifest manifest;
};

static int corrupt(const char *rule, uint64_t offset, const char *what,
		   struct imgfmt_error *err)
{
	return err_rule(err, IMGFMT_E_CORRUPT, rule, offset, "%s", what);
}

/* Read on up to byte @end of the image. */
static int extend(struct chain *c, struct span *s, uint64_t end,
		  const char *what, struct imgfmt_error *err)
{
	uint64_t have = s->at + s->len, size = io_size(c->image->io);
	uint8_t *bytes;
	int rc;

	if (end <= have)
		return IMGFMT_OK;
	if (size != IO_SIZE_UNKNOWN && end > size)
		return err_rule(err, IMGFMT_E_TRUNCATED, "COM-01", size,
				"input ends within %s", what);
	rc = source_charge(c->image, end - have, err);
	if (rc)
		return rc;
	bytes = realloc(s->bytes, end - s->at);
	if (!bytes)
		return err_nomem(err, what);
	s->bytes = bytes;
	rc = io_read_full(c->image->io, have, bytes + s->len, end - have, what,
			  err);
	if (!rc)
		s->len = end - s->at;
	return rc;
}

/* The number of program headers, which e_shoff tells where PN_XNUM stands. */
static int count_headers(const struct elf_header *h, uint64_t *ret,
			 struct imgfmt_error *err)
{
	*ret = h->phnum;
	if (h->phoff != ELF_EHDR_SIZE || h->phentsize != ELF_PHDR_SIZE)
		return corrupt("ELF-04", 0,
			       "sizes or offsets in the ELF header are wrong",
			       err);
	if (h->phnum == PN_XNUM) {
		*ret = (h->shoff - ELF_EHDR_SIZE) / ELF_PHDR_SIZE;
		if (*ret > IMGFMT_MAX_PHDRS)
			return corrupt("LIM-01", 40,
				       "more program headers than any may have",
				       err);
		if (*ret < PN_XNUM ||
		    h->shoff != ELF_EHDR_SIZE + *ret * ELF_PHDR_SIZE)
			return corrupt("ELF-06", 40,
				       "e_shoff is not behind the program headers",
				       err);
	}
	if (*ret < PLAN_PLAIN_PHDRS)
		return corrupt("ELF-08", ELF_EHDR_SIZE,
			       "the first program headers are not those of an image",
			       err);
	return IMGFMT_OK;
}

/* Where notes and page map lie; the rest of the headers is of no interest. */
static int find_front(struct chain *c, struct imgfmt_error *err)
{
	struct imgfmt_segment s[PLAN_PLAIN_PHDRS];
	struct elf_header h;
	uint64_t phnum, headers;
	int rc = extend(c, &c->front, ELF_EHDR_SIZE, "the ELF header", err);

	if (!rc)
		rc = elf_header_decode(c->front.bytes, &h, err);
	if (rc == IMGFMT_E_NOT_IMAGE || rc == IMGFMT_E_UNSUPPORTED)
		return corrupt("ELF-07", 0,
			       "the end mark is there, the front mark is not",
			       err);
	if (!rc)
		rc = count_headers(&h, &phnum, err);
	if (rc)
		return rc;
	headers = elf_headers_size(phnum);
	rc = extend(c, &c->front, headers, "the program headers", err);
	if (rc)
		return rc;
	c->big_endian = h.big_endian;
	elf_segments_decode(c->front.bytes + ELF_EHDR_SIZE, ARRAY_SIZE(s),
			    h.big_endian, s);
	if (s[0].type != PT_NOTE || s[1].type != IMGFMT_PT_MAP ||
	    s[2].type != IMGFMT_PT_TABLES)
		return corrupt("ELF-08", ELF_EHDR_SIZE,
			       "the first program headers are not those of an image",
			       err);
	c->notes = align_up(headers, IMGFMT_FRONT_ALIGN);
	c->notes_size = s[0].file_size;
	c->map_size = s[1].file_size;
	if (c->notes_size > IMGFMT_MAX_NOTE_BYTES ||
	    c->map_size > sizeof(struct imgfmt_page_map_head) +
			  IMGFMT_MAX_RUNS * sizeof(struct imgfmt_run_record))
		return corrupt("LIM-01", ELF_EHDR_SIZE,
			       "notes or page map are larger than any may be",
			       err);
	c->map = align_up(c->notes + c->notes_size, IMGFMT_FRONT_ALIGN);
	c->map_end = c->map + c->map_size;
	if (s[0].offset != c->notes || s[1].offset != c->map)
		return corrupt("ELF-10", ELF_EHDR_SIZE,
			       "notes or page map are not where they belong",
			       err);
	return extend(c, &c->front, c->map_end, "notes and page map", err);
}

static int find_info(struct chain *c, struct imgfmt_error *err)
{
	const uint8_t *notes = c->front.bytes + c->notes;
	struct note_place place;
	size_t pos = 0;
	int rc = note_next(notes, c->notes_size, c->big_endian, c->notes,
			   &pos, &place, err);

	if (rc == IMGFMT_END ||
	    (!rc && (place.name_size != sizeof(IMGFMT_NOTE_OWNER) ||
		     !note_is(notes, &place, IMGFMT_NOTE_OWNER) ||
		     place.type != IMGFMT_NOTE_INFO)))
		return corrupt("NOTE-02", c->notes,
			       "the first note is not an information note",
			       err);
	if (!rc)
		rc = info_decode(notes + place.desc, place.desc_size,
				 c->notes + place.desc, &c->info, err);
	c->info_end = c->notes + place.desc + place.desc_size;
	return rc;
}

/* The last record of a streamed image tells where its tables are. */
static int find_commit(struct chain *c, struct imgfmt_error *err)
{
	struct io *io = c->image->io;
	uint64_t size = io_size(io), end;
	uint8_t raw[COMMIT_SIZE];
	int rc;

	if (io_is_sequential(io) || io_is_device(io))
		return err_set(err, IMGFMT_E_UNSUPPORTED,
			       "a streamed image can only be verified in a file, seal it with imgconv first");
	if (size < sizeof(raw))
		return err_rule(err, IMGFMT_E_TRUNCATED, "COM-01", size,
				"no commit record: the image is incomplete");
	rc = io_read_full(io, size - sizeof(raw), raw, sizeof(raw),
			  "the commit record", err);
	if (!rc)
		rc = commit_decode(raw, size - sizeof(raw), &c->commit, err);
	if (rc)
		return rc;
	if (c->commit.image_size != size ||
	    c->commit.tables_offset < c->map_end ||
	    add_overflow(c->commit.tables_offset, c->commit.tables_size,
			 &end) ||
	    end != size - sizeof(raw))
		return corrupt("COM-03", size - sizeof(raw),
			       "commit record is not that of this image", err);
	c->tables_at = c->rest.at = c->commit.tables_offset;
	rc = extend(c, &c->rest, size, "the tables", err);
	if (!rc && memcmp(c->rest.bytes + c->rest.len - sizeof(raw), raw,
			  sizeof(raw)))
		rc = corrupt("COM-03", size - sizeof(raw),
			     "commit record has changed while it was read",
			     err);
	return rc;
}

/* Tables and mutable region of a sealed image, and all up to the data. */
static int find_sealed(struct chain *c, struct imgfmt_error *err)
{
	uint64_t end;
	int rc;

	c->tables_at = align_up(c->map_end, IMGFMT_TABLES_ALIGN);
	if (c->info.tables_offset != c->tables_at ||
	    c->info.tables_size < sizeof(struct imgfmt_tables_record) ||
	    add_overflow(c->tables_at, c->info.tables_size, &end) ||
	    end > IMGFMT_MAX_FILE)
		return corrupt("INF-14", c->notes,
			       "tables offset and size are not those of an image",
			       err);
	c->mutable_at = align_up(end, IMGFMT_MUTABLE_UNIT);
	rc = extend(c, &c->front, end, "the tables", err);
	if (!rc)
		rc = extend(c, &c->front,
			    align_up(c->mutable_at + IMGFMT_MUTABLE_SIZE,
				     c->info.page_size),
			    "the mutable region", err);
	return rc;
}

/* Of the tables, only the directory is read, and the manifest. */
static int find_manifest(struct chain *c, const uint8_t **tables_ret,
			 struct imgfmt_error *err)
{
	bool sealed = c->info.level == IMGFMT_SEALED;
	bool content = c->info.ignorable & IMGFMT_FEATURE_CONTENT_DIGESTS;
	uint64_t size = sealed ? c->info.tables_size : c->commit.tables_size;
	const struct imgfmt_tables_record *directory;
	int rc;

	*tables_ret = sealed ? c->front.bytes + c->tables_at : c->rest.bytes;
	directory = (const void *)*tables_ret;
	if (size < sizeof(*directory))
		return corrupt("TAB-01", c->tables_at,
			       "the tables are too small for a directory", err);
	/* Bounded before it is computed with: the plan cannot wrap then. */
	rc = le64toh(directory->block_count) >
			     size / sizeof(struct imgfmt_index_record) ?
		     IMGFMT_E_CORRUPT :
		     tables_plan(le64toh(directory->block_count), content,
				 &c->tables, err);
	if (rc || c->tables.size != size)
		return corrupt("TAB-01", c->tables_at,
			       "the tables are not as large as their directory says",
			       err);
	rc = tables_check(directory, &c->tables, c->info.set_tag, c->tables_at,
			  err);
	if (rc)
		return rc;
	return manifest_decode(*tables_ret + c->tables.manifest,
			       c->tables.manifest_size,
			       c->tables_at + c->tables.manifest, content,
			       &c->manifest, err);
}

static int judge_manifest(struct chain *c, const uint8_t *tables,
			  struct imgfmt_error *err)
{
	struct trust_blob signatures[IMGFMT_SLOTS];
	size_t count = 0;

	for (unsigned int i = 1; i <= IMGFMT_SLOTS && c->mutable_at; i++) {
		uint64_t at = c->mutable_at + i * IMGFMT_MUTABLE_UNIT;
		uint32_t kind, size;
		int rc = slot_decode(c->front.bytes + at, at, &kind, &size,
				     err);

		if (rc)
			return rc;
		if (kind == IMGFMT_SLOT_CMS)
			signatures[count++] = (struct trust_blob){
				.data = c->front.bytes + at +
					IMGFMT_SLOT_HEADER,
				.size = size,
				.slot = (int32_t)i - 1,
				.offset = at,
			};
	}
	return source_judge(c->image, tables + c->tables.manifest,
			    c->tables.manifest_size, signatures, count, err);
}

struct part {
	unsigned int item;
	uint8_t domain;
	const uint8_t *bytes;
	uint64_t size;
};

/* Everything that the manifest has a digest of, pages aside. */
static int check_digests(const struct chain *c, const uint8_t *tables,
			 struct sha256 *sha, struct imgfmt_error *err)
{
	const uint8_t *front = c->front.bytes;
	const struct part parts[] = {
		{ IMGFMT_ITEM_FRONT, IMGFMT_DOMAIN_FRONT, front, c->map },
		{ IMGFMT_ITEM_NOTES, IMGFMT_DOMAIN_NOTES, front + c->info_end,
		  c->notes + c->notes_size - c->info_end },
		{ IMGFMT_ITEM_PAGE_MAP, IMGFMT_DOMAIN_PAGE_MAP, front + c->map,
		  c->map_size },
		{ IMGFMT_ITEM_CONTENT, IMGFMT_DOMAIN_CONTENTS,
		  tables + c->tables.content, c->tables.content_size },
	};
	uint64_t at = c->tables_at + c->tables.manifest;
	uint8_t digest[SHA256_LEN];
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < ARRAY_SIZE(parts) && !rc; i++) {
		const struct part *p = &parts[i];

		if (p->item == IMGFMT_ITEM_CONTENT && !c->manifest.content)
			continue;
		rc = sha256(sha, p->domain, p->bytes, p->size, digest, err);
		if (!rc)
			rc = native_check_item(&c->manifest, p->item, p->size,
					       digest, at, err);
	}
	if (!rc)
		rc = native_check_tree(&c->tables, tables, c->tables_at, sha,
				       digest, err);
	if (rc)
		return rc;
	return native_check_item(&c->manifest, IMGFMT_ITEM_TREE,
				 c->tables.index_size, digest, at, err);
}

static int prove(struct chain *c, struct imgfmt_error *err)
{
	const uint8_t *tables;
	struct sha256 sha;
	int rc = find_front(c, err);

	if (!rc)
		rc = find_info(c, err);
	if (!rc && c->info.level == IMGFMT_BARE)
		rc = corrupt("ELF-08", ELF_EHDR_SIZE,
			     "information note of level bare, program headers of an image with tables",
			     err);
	if (!rc)
		rc = c->info.level == IMGFMT_SEALED ? find_sealed(c, err) :
						      find_commit(c, err);
	if (!rc)
		rc = find_manifest(c, &tables, err);
	if (!rc)
		rc = judge_manifest(c, tables, err);
	if (!rc)
		rc = sha256_init(&sha, err);
	if (rc)
		return rc;
	rc = check_digests(c, tables, &sha, err);
	sha256_fini(&sha);
	return rc;
}

/* From here on the image consists of these bytes. */
static int pin(struct chain *c, struct imgfmt_error *err)
{
	struct span *spans[] = { &c->front, &c->rest };
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < ARRAY_SIZE(spans) && !rc; i++) {
		struct span *s = spans[i];

		if (!s->len)
			continue;
		rc = io_pin(c->image->io, s->at, s->bytes, s->len, err);
		s->bytes = NULL;
	}
	return rc;
}

int native_prove(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct chain c = { .image = image };
	int rc = prove(&c, err);

	if (!rc)
		rc = pin(&c, err);
	if (!rc)
		image->proved = true;
	free(c.front.bytes);
	free(c.rest.bytes);
	return rc;
}
