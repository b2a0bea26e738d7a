/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decoders of the format's records: the first byte chooses one, the rest
 * is the record.  What was decoded and is encoded again is the same.
 */
#include "fuzz/fuzz.h"
#include "record/backup_map.h"
#include "record/block.h"
#include "record/info.h"
#include "record/memory.h"
#include "record/mutable.h"
#include "record/page_map.h"
#include "record/swap_header.h"
#include "record/swap_note.h"
#include "record/tables.h"

#define PAGE 4096u

/* Set the CRC of a record of one size, which the fuzzer could not. */
static void set_crc(uint8_t *record, size_t size, size_t want, size_t at)
{
	if (size >= want)
		put_le32(record + at, record_crc(record, want, at));
}
#define SET_CRC(type, field) \
	set_crc(record, size, sizeof(type), offsetof(type, field))

/* Whether what decodes is the one form in which it is written. */
static void expect_same(const struct vec *bytes, const uint8_t *record,
			size_t size)
{
	FUZZ_ASSERT(bytes->len == size && !memcmp(bytes->data, record, size));
}

static int try_info(uint8_t *record, size_t size, struct imgfmt_error *err)
{
	struct imgfmt_info_record again;
	struct info info;
	int rc;

	SET_CRC(struct imgfmt_info_record, crc32c);
	rc = info_decode(record, size, 0, &info, err);
	if (rc)
		return rc;
	info_encode(&info, &again);
	FUZZ_ASSERT(!memcmp(&again, record, sizeof(again)));
	return IMGFMT_OK;
}

static int try_backup_map(uint8_t *record, size_t size,
			  struct imgfmt_error *err)
{
	struct vec runs, bytes;
	int rc;

	vec_init(&runs, sizeof(struct imgfmt_backup_run));
	vec_init(&bytes, 1);
	if (size >= 8)
		put_le32(record + 4, crc32c(0, record + 8, size - 8));
	rc = backup_map_decode(record, size, 0, PAGE, &runs, err);
	if (!rc) {
		FUZZ_ASSERT(!backup_map_encode(runs.data, runs.len, &bytes,
					       NULL));
		expect_same(&bytes, record, size);
	}
	vec_fini(&bytes);
	vec_fini(&runs);
	return rc;
}

static int try_memory_map(uint8_t *record, size_t size,
			  struct imgfmt_error *err)
{
	struct memory_map map;
	struct vec bytes;
	int rc;

	memory_map_init(&map);
	vec_init(&bytes, 1);
	rc = memory_map_decode(record, size, 0, &map, err);
	if (!rc) {
		FUZZ_ASSERT(!memory_map_encode(&map, &bytes, NULL));
		expect_same(&bytes, record, size);
	}
	vec_fini(&bytes);
	memory_map_fini(&map);
	return rc;
}

static int try_mappings(uint8_t *record, size_t size, struct imgfmt_error *err)
{
	struct vec mappings, bytes;
	int rc;

	vec_init(&mappings, sizeof(struct imgfmt_mapping));
	vec_init(&bytes, 1);
	rc = mappings_decode(record, size, 0, PAGE, &mappings, err);
	if (!rc) {
		FUZZ_ASSERT(!mappings_encode(&mappings, &bytes, NULL));
		expect_same(&bytes, record, size);
	}
	vec_fini(&bytes);
	vec_fini(&mappings);
	return rc;
}

static int try_page_map(uint8_t *record, size_t size, struct imgfmt_error *err)
{
	struct vec runs, bytes;
	int rc;

	vec_init(&runs, sizeof(struct imgfmt_run));
	vec_init(&bytes, 1);
	if (size >= sizeof(struct imgfmt_page_map_head))
		set_crc(record, size, size,
			offsetof(struct imgfmt_page_map_head, crc32c));
	rc = page_map_decode(record, size, 0, PAGE, &runs, err);
	if (!rc) {
		FUZZ_ASSERT(!page_map_encode(runs.data, runs.len, &bytes,
					     NULL));
		expect_same(&bytes, record, size);
	}
	vec_fini(&bytes);
	vec_fini(&runs);
	return rc;
}

static int try_swap_note(uint8_t *record, size_t size, struct imgfmt_error *err)
{
	struct swap_note note;
	struct vec bytes;
	int rc;

	swap_note_init(&note);
	vec_init(&bytes, 1);
	set_crc(record, size, size >= 4 ? size : SIZE_MAX, 0);
	rc = swap_note_decode(record, size, 0, PAGE, &note, err);
	if (!rc) {
		FUZZ_ASSERT(!swap_note_encode(&note, PAGE, &bytes, NULL));
		expect_same(&bytes, record, size);
	}
	vec_fini(&bytes);
	swap_note_fini(&note);
	return rc;
}

/* A page of the least size that there is: the record is its beginning. */
static int try_swap_header(uint8_t *record, size_t size,
			   struct imgfmt_error *err)
{
	uint8_t page[PAGE] = { 0 };
	struct swap_header h;
	int rc;

	memcpy(page, record, min_u64(size, sizeof(page)));
	rc = swap_header_decode(page, sizeof(page), 0, &h, err);
	if (rc)
		return rc;
	FUZZ_ASSERT(h.last_page && !swap_header_is_bad(&h, 0));
	for (uint32_t i = 0; i < h.bad_count; i++)
		FUZZ_ASSERT(h.bad[i] <= h.last_page &&
			    swap_header_is_bad(&h, h.bad[i]));
	return IMGFMT_OK;
}

static int try_block(uint8_t *record, size_t size, struct imgfmt_error *err)
{
	uint8_t again[BLOCK_HEADER_SIZE];
	struct block_expect expect = { .page_size = PAGE };
	struct block b;
	int rc;

	if (size < BLOCK_HEADER_SIZE)
		return IMGFMT_OK;
	SET_CRC(struct imgfmt_block_record, header_crc32c);
	block_load(record, &b);
	expect.pfn = b.pfn;
	expect.present_mask = b.stored_mask | b.zero_mask;
	expect.set_tag = b.set_tag;
	rc = block_decode(record, 0, &expect, &b, err);
	if (rc)
		return rc;
	block_encode(&b, again);
	FUZZ_ASSERT(!memcmp(again, record, sizeof(again)));
	if (size < block_size(b.payload_size))
		return IMGFMT_OK;
	return block_check_payload(&b, record + BLOCK_HEADER_SIZE, 0, err);
}

static int try_tables(uint8_t *record, size_t size, struct imgfmt_error *err)
{
	struct imgfmt_tables_record *r = (void *)record;
	struct tables plan;

	if (size < sizeof(*r))
		return IMGFMT_OK;
	SET_CRC(struct imgfmt_tables_record, crc32c);
	if (tables_plan(le64toh(r->block_count) >> 32, r->content.size, &plan,
			NULL))
		return IMGFMT_OK;
	return tables_check(record, &plan, r->set_tag, 0, err);
}

static int try_manifest(uint8_t *record, size_t size, struct imgfmt_error *err)
{
	uint8_t again[MANIFEST_SIZE_MAX];
	bool content = size == manifest_size(true);
	struct manifest m;
	int rc;

	if (size < manifest_size(false))
		return IMGFMT_OK;
	rc = manifest_decode(record, size, 0, content, &m, err);
	if (rc)
		return rc;
	manifest_encode(&m, again);
	FUZZ_ASSERT(!memcmp(again, record, size));
	return IMGFMT_OK;
}

static int try_commit(uint8_t *record, size_t size, struct imgfmt_error *err)
{
	uint8_t again[COMMIT_SIZE];
	struct commit c;
	int rc;

	if (size < COMMIT_SIZE)
		return IMGFMT_OK;
	SET_CRC(struct imgfmt_commit_record, crc32c);
	rc = commit_decode(record, 0, &c, err);
	if (rc)
		return rc;
	commit_encode(&c, again);
	FUZZ_ASSERT(!memcmp(again, record, sizeof(again)));
	return IMGFMT_OK;
}

static int try_resume(uint8_t *record, size_t size, struct imgfmt_error *err)
{
	uint8_t again[IMGFMT_MUTABLE_UNIT];
	const uint8_t *uuid = record +
			      offsetof(struct imgfmt_resume_record, uuid);
	struct resume r;
	int rc;

	if (size < sizeof(again))
		return IMGFMT_OK;
	SET_CRC(struct imgfmt_resume_record, crc32c);
	rc = resume_decode(record, 0, uuid, &r, err);
	if (rc)
		return rc;
	resume_encode(&r, uuid, again);
	FUZZ_ASSERT(!memcmp(again, record, sizeof(again)));
	return IMGFMT_OK;
}

static int try_slot(uint8_t *record, size_t size, struct imgfmt_error *err)
{
	uint32_t kind, bytes;
	int rc;

	if (size < IMGFMT_MUTABLE_UNIT)
		return IMGFMT_OK;
	if (!mem_is_zero(record, IMGFMT_MUTABLE_UNIT))
		SET_CRC(struct imgfmt_slot_record, crc32c);
	rc = slot_decode(record, 0, &kind, &bytes, err);
	FUZZ_ASSERT(bytes <= IMGFMT_MUTABLE_UNIT - IMGFMT_SLOT_HEADER);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int (*const decoders[])(uint8_t *record, size_t size,
				       struct imgfmt_error *err) = {
		try_info,     try_backup_map, try_memory_map, try_mappings,
		try_page_map, try_block,      try_tables,     try_manifest,
		try_commit,   try_resume,     try_slot,	      try_swap_note,
		try_swap_header,
	};
	struct imgfmt_error err;
	uint8_t *record;
	int rc;

	if (!size)
		return 0;
	record = fuzz_copy(data + 1, size - 1);
	rc = decoders[*data % ARRAY_SIZE(decoders)](record, size - 1, &err);
	if (rc)
		fuzz_check_error(rc, &err);
	free(record);
	return 0;
}
