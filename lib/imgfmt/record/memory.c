/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/memory.h"

void memory_map_init(struct memory_map *map)
{
	*map = (struct memory_map){ 0 };
	vec_init(&map->ranges, sizeof(struct imgfmt_memory_range));
}

void memory_map_fini(struct memory_map *map)
{
	vec_fini(&map->ranges);
}

int memory_map_decode(const void *desc, size_t size, uint64_t offset,
		      struct memory_map *ret, struct imgfmt_error *err)
{
	const struct imgfmt_memory_head *head = desc;
	const struct imgfmt_memory_record *r = (const void *)(head + 1);
	uint64_t count = size < sizeof(*head) ? 0 : get_le32(&head->count);
	uint64_t floor = 0;
	int rc;

	if (size < sizeof(*head) || size != sizeof(*head) + count * sizeof(*r))
		return err_rule(err, IMGFMT_E_CORRUPT, "MMAP-01", offset,
				"memory map of %zu bytes does not fit its count of %llu",
				size, (unsigned long long)count);
	if (count > IMGFMT_MAX_RANGES)
		return err_rule(err, IMGFMT_E_CORRUPT, "LIM-01", offset,
				"memory map has %llu ranges",
				(unsigned long long)count);
	ret->flags = get_le32(&head->flags);
	if (ret->flags & ~(uint32_t)IMGFMT_MEMORY_FROM_SEGMENTS)
		return err_rule(err, IMGFMT_E_CORRUPT, "MMAP-02", offset + 4,
				"memory map: unknown flags 0x%x", ret->flags);
	memcpy(ret->firmware, head->firmware, sizeof(ret->firmware));
	for (uint64_t i = 0; i < count; i++) {
		struct imgfmt_memory_range m = {
			.first = get_le64(&r[i].first),
			.bytes = get_le64(&r[i].bytes),
		};

		if (m.first < floor || !m.bytes ||
		    m.bytes > IMGFMT_MAX_ADDRESS ||
		    m.first > IMGFMT_MAX_ADDRESS - m.bytes)
			return err_rule(err, IMGFMT_E_CORRUPT, "MMAP-01",
					offset + sizeof(*head) + i * sizeof(*r),
					"memory map: range %llu at 0x%llx is empty, too high or out of order",
					(unsigned long long)i,
					(unsigned long long)m.first);
		floor = m.first + m.bytes;
		rc = vec_push(&ret->ranges, &m, err);
		if (rc)
			return rc;
	}
	return IMGFMT_OK;
}

int memory_map_encode(const struct memory_map *map, struct vec *bytes,
		      struct imgfmt_error *err)
{
	const struct imgfmt_memory_range *m =
		vec_array(&map->ranges, struct imgfmt_memory_range);
	struct imgfmt_memory_head head = {
		.count = htole32((uint32_t)map->ranges.len),
		.flags = htole32(map->flags),
	};
	int rc;

	memcpy(head.firmware, map->firmware, sizeof(head.firmware));
	rc = vec_append(bytes, &head, sizeof(head), err);
	for (size_t i = 0; i < map->ranges.len && !rc; i++) {
		struct imgfmt_memory_record r = {
			.first = htole64(m[i].first),
			.bytes = htole64(m[i].bytes),
		};

		rc = vec_append(bytes, &r, sizeof(r), err);
	}
	return rc;
}

static int mapping_check(const struct imgfmt_mapping *m,
			 const struct imgfmt_mapping *before,
			 uint32_t page_size, uint64_t offset,
			 struct imgfmt_error *err)
{
	bool alias = m->flags & IMGFMT_MAPPING_ALIAS;
	uint64_t end;

	if ((m->vaddr | m->paddr | m->bytes) & (page_size - 1) || !m->bytes ||
	    m->bytes > IMGFMT_MAX_ADDRESS ||
	    m->paddr > IMGFMT_MAX_ADDRESS - m->bytes ||
	    (add_overflow(m->vaddr, m->bytes, &end) && end) ||
	    m->flags & ~IMGFMT_MAPPING_ALIAS)
		return err_rule(err, IMGFMT_E_CORRUPT, "VMAP-01", offset,
				"mapping of 0x%llx to 0x%llx, 0x%llx bytes, is not allowed",
				(unsigned long long)m->paddr,
				(unsigned long long)m->vaddr,
				(unsigned long long)m->bytes);
	if (!before || alias)
		return IMGFMT_OK;
	if (before->flags & IMGFMT_MAPPING_ALIAS ||
	    m->paddr < before->paddr + before->bytes)
		return err_rule(err, IMGFMT_E_CORRUPT, "VMAP-02", offset,
				"mapping of 0x%llx is out of order",
				(unsigned long long)m->paddr);
	return IMGFMT_OK;
}

static int count_check(uint64_t count, uint64_t offset,
		       struct imgfmt_error *err)
{
	if (count <= IMGFMT_MAX_RANGES)
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_CORRUPT, "LIM-01", offset,
			"%llu mappings", (unsigned long long)count);
}

int mappings_check(const struct imgfmt_mapping *m, size_t count,
		   uint32_t page_size, struct imgfmt_error *err)
{
	int rc = count_check(count, IMGFMT_NOWHERE, err);

	for (size_t i = 0; i < count && !rc; i++)
		rc = mapping_check(&m[i], i ? &m[i - 1] : NULL, page_size,
				   IMGFMT_NOWHERE, err);
	return rc;
}

int mappings_decode(const void *desc, size_t size, uint64_t offset,
		    uint32_t page_size, struct vec *ret,
		    struct imgfmt_error *err)
{
	const struct imgfmt_mapping_head *head = desc;
	const struct imgfmt_mapping_record *r = (const void *)(head + 1);
	uint64_t count = size < sizeof(*head) ? 0 : get_le32(&head->count);
	int rc;

	if (size < sizeof(*head) || size != sizeof(*head) + count * sizeof(*r))
		return err_rule(err, IMGFMT_E_CORRUPT, "VMAP-01", offset,
				"mappings of %zu bytes do not fit their count of %llu",
				size, (unsigned long long)count);
	rc = count_check(count, offset, err);
	if (!rc)
		rc = record_reserved(&head->reserved, sizeof(head->reserved),
				     offset + 4, "the mappings", err);
	for (uint64_t i = 0; i < count && !rc; i++) {
		uint64_t at = offset + sizeof(*head) + i * sizeof(*r);
		struct imgfmt_mapping m = {
			.vaddr = get_le64(&r[i].vaddr),
			.paddr = get_le64(&r[i].paddr),
			.bytes = get_le64(&r[i].bytes),
			.flags = get_le32(&r[i].flags),
		};

		rc = mapping_check(&m, i ? &vec_array(ret, struct imgfmt_mapping)[i - 1] : NULL,
				   page_size, at, err);
		if (!rc)
			rc = record_reserved(&r[i].reserved,
					     sizeof(r[i].reserved), at + 28,
					     "a mapping", err);
		if (!rc)
			rc = vec_push(ret, &m, err);
	}
	return rc;
}

int mappings_encode(const struct vec *mappings, struct vec *bytes,
		    struct imgfmt_error *err)
{
	const struct imgfmt_mapping *m =
		vec_array(mappings, struct imgfmt_mapping);
	struct imgfmt_mapping_head head = {
		.count = htole32((uint32_t)mappings->len),
	};
	int rc = vec_append(bytes, &head, sizeof(head), err);

	for (size_t i = 0; i < mappings->len && !rc; i++) {
		struct imgfmt_mapping_record r = {
			.vaddr = htole64(m[i].vaddr),
			.paddr = htole64(m[i].paddr),
			.bytes = htole64(m[i].bytes),
			.flags = htole32(m[i].flags),
		};

		rc = vec_append(bytes, &r, sizeof(r), err);
	}
	return rc;
}
