/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/page_map.h"

#define PAGES_MAX UINT32_MAX

static uint32_t page_map_crc(const void *buf, size_t size)
{
	return record_crc(buf, size,
			  offsetof(struct imgfmt_page_map_head, crc32c));
}

int page_map_size(const struct imgfmt_page_map_head *head, uint64_t offset,
		  uint64_t *ret, struct imgfmt_error *err)
{
	uint64_t count = le64toh(head->count);

	*ret = 0;
	if (memcmp(head->magic, IMGFMT_PAGE_MAP_MAGIC, sizeof(head->magic)))
		return err_rule(err, IMGFMT_E_CORRUPT, "PMAP-01", offset,
				"page map has no magic");
	if (count > IMGFMT_MAX_RUNS)
		return err_rule(err, IMGFMT_E_CORRUPT, "LIM-01", offset + 8,
				"page map has %llu runs",
				(unsigned long long)count);
	*ret = sizeof(*head) + count * sizeof(struct imgfmt_run_record);
	return IMGFMT_OK;
}

static int check_run(const struct imgfmt_run *run, uint64_t floor,
		     uint64_t limit, uint64_t offset, struct imgfmt_error *err)
{
	if (run->class_id >= IMGFMT_CLASSES)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "PMAP-02", offset,
				    run->pfn, "page map: unknown class %u",
				    run->class_id);
	if (!run->pages || run->pages > limit || run->pfn > limit - run->pages)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "PMAP-03", offset,
				    run->pfn,
				    "page map: run of %llu pages at frame 0x%llx is empty or too high",
				    (unsigned long long)run->pages,
				    (unsigned long long)run->pfn);
	if (run->pfn < floor)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "PMAP-04", offset,
				    run->pfn,
				    "page map: frame 0x%llx does not rise",
				    (unsigned long long)run->pfn);
	return IMGFMT_OK;
}

static bool continues(const struct imgfmt_run *before,
		      const struct imgfmt_run *run)
{
	return before->pfn + before->pages == run->pfn &&
	       before->state == run->state &&
	       before->class_id == run->class_id;
}

static int decode_run(const struct imgfmt_run_record *r, uint64_t offset,
		      struct imgfmt_run *ret, struct imgfmt_error *err)
{
	*ret = (struct imgfmt_run){
		.pfn = le64toh(r->pfn),
		.pages = le32toh(r->pages),
		.class_id = r->class_id,
	};
	if (r->state == IMGFMT_RUN_PRESENT)
		ret->state = IMGFMT_STORED;
	else if (r->state == IMGFMT_RUN_EXCLUDED)
		ret->state = IMGFMT_EXCLUDED;
	else
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "PMAP-02", offset,
				    ret->pfn, "page map: unknown state %u",
				    r->state);
	return record_reserved(&r->reserved, sizeof(r->reserved), offset + 14,
			       "a page map run", err);
}

int page_map_decode(const void *buf, size_t size, uint64_t offset,
		    uint32_t page_size, struct vec *ret,
		    struct imgfmt_error *err)
{
	const struct imgfmt_page_map_head *head = buf;
	const struct imgfmt_run_record *r = (const void *)(head + 1);
	uint64_t limit = IMGFMT_MAX_ADDRESS / page_size;
	struct imgfmt_run run, before = { 0 };
	uint64_t want;
	size_t count;
	int rc;

	if (size < sizeof(*head))
		return err_rule(err, IMGFMT_E_CORRUPT, "PMAP-01", offset,
				"page map of %zu bytes is too short", size);
	rc = page_map_size(head, offset, &want, err);
	if (rc)
		return rc;
	if (want != size || page_map_crc(buf, size) != le32toh(head->crc32c))
		return err_rule(err, IMGFMT_E_CORRUPT, "PMAP-01", offset,
				"page map: wrong size or CRC32C");
	rc = record_reserved(&head->reserved, sizeof(head->reserved),
			     offset + 20, "the page map", err);
	count = le64toh(head->count);
	if (!rc)
		rc = vec_reserve(ret, count, err);
	for (size_t i = 0; i < count && !rc; i++) {
		uint64_t at = offset + sizeof(*head) + i * sizeof(*r);

		rc = decode_run(&r[i], at, &run, err);
		if (!rc)
			rc = check_run(&run, before.pfn + before.pages, limit,
				       at, err);
		if (rc)
			break;
		if (i && continues(&before, &run) && before.pages != PAGES_MAX)
			return err_rule_pfn(err, IMGFMT_E_CORRUPT, "PMAP-05",
					    at, run.pfn,
					    "page map: run continues its predecessor");
		rc = vec_push(ret, &run, err);
		before = run;
	}
	return rc;
}

static int encode_run(const struct imgfmt_run *run, struct vec *bytes,
		      size_t *count, struct imgfmt_error *err)
{
	uint64_t done = 0;

	while (done < run->pages) {
		uint64_t n = min_u64(run->pages - done, PAGES_MAX);
		struct imgfmt_run_record r = {
			.pfn = htole64(run->pfn + done),
			.pages = htole32((uint32_t)n),
			.state = run->state == IMGFMT_EXCLUDED ?
					 IMGFMT_RUN_EXCLUDED :
					 IMGFMT_RUN_PRESENT,
			.class_id = (uint8_t)run->class_id,
		};
		int rc = vec_append(bytes, &r, sizeof(r), err);

		if (rc)
			return rc;
		done += n;
		++*count;
	}
	return IMGFMT_OK;
}

int page_map_encode(const struct imgfmt_run *runs, size_t count,
		    struct vec *bytes, struct imgfmt_error *err)
{
	struct imgfmt_page_map_head head = { 0 };
	size_t start = bytes->len, records = 0;
	uint8_t *at;
	int rc;

	memcpy(head.magic, IMGFMT_PAGE_MAP_MAGIC, sizeof(head.magic));
	rc = vec_append(bytes, &head, sizeof(head), err);
	for (size_t i = 0; i < count && !rc; i++)
		rc = encode_run(&runs[i], bytes, &records, err);
	if (rc)
		return rc;
	if (records > IMGFMT_MAX_RUNS)
		return err_rule(err, IMGFMT_E_LIMIT, "LIM-01", IMGFMT_NOWHERE,
				"the page map would need %zu runs", records);
	at = (uint8_t *)bytes->data + start;
	put_le64(at + offsetof(typeof(head), count), records);
	put_le32(at + offsetof(typeof(head), crc32c),
		 page_map_crc(at, bytes->len - start));
	return IMGFMT_OK;
}
