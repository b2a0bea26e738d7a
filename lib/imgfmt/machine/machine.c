/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The facts of a machine, and their digest.
 */
#include "machine/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"
#include "digest/crc32.h"
#include "digest/sha256.h"
#include "machine/facts.h"

#define TYPE_LEN 64
#define LINE_LEN (TYPE_LEN + 64)

struct entry {
	uint64_t first, last;
	char type[TYPE_LEN];
};

struct imgfmt_machine {
	struct vec ram;		/* of struct imgfmt_memory_range */
	struct vec firmware;	/* of struct entry, rising by first */
	uint8_t digest[IMGFMT_DIGEST_SIZE];	/* of firmware, if there is any */
	struct machine_identity identity;
};

int machine_new(struct imgfmt_machine **ret, struct imgfmt_error *err)
{
	struct imgfmt_machine *m = calloc(1, sizeof(*m));

	*ret = m;
	if (!m)
		return err_nomem(err, "the facts of a machine");
	vec_init(&m->ram, sizeof(struct imgfmt_memory_range));
	vec_init(&m->firmware, sizeof(struct entry));
	return IMGFMT_OK;
}

void imgfmt_machine_free(struct imgfmt_machine *machine)
{
	if (!machine)
		return;
	vec_fini(&machine->ram);
	vec_fini(&machine->firmware);
	free(machine);
}

static int check_count(const struct vec *v, struct imgfmt_error *err)
{
	if (v->len < IMGFMT_MAX_RANGES)
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_LIMIT, "LIM-01", IMGFMT_NOWHERE,
			"more than %u ranges of memory", IMGFMT_MAX_RANGES);
}

int machine_add_ram(struct imgfmt_machine *m, uint64_t first, uint64_t last,
		    struct imgfmt_error *err)
{
	struct imgfmt_memory_range range = { first, last - first + 1 };
	int rc = check_count(&m->ram, err);

	if (rc < 0)
		return rc;
	if (first > last || last >= IMGFMT_MAX_ADDRESS)
		return err_set(err, IMGFMT_E_USAGE,
			       "0x%" PRIx64 "-0x%" PRIx64 " is no range of RAM",
			       first, last);
	return vec_push(&m->ram, &range, err);
}

int machine_add_firmware(struct imgfmt_machine *m, uint64_t first,
			 uint64_t last, const struct line *type,
			 struct imgfmt_error *err)
{
	struct entry entry = { .first = first, .last = last };
	size_t len = (size_t)(type->end - type->pos);
	int rc = check_count(&m->firmware, err);

	if (rc < 0)
		return rc;
	if (first > last)
		return err_set(err, IMGFMT_E_USAGE,
			       "0x%" PRIx64 "-0x%" PRIx64 " is no range",
			       first, last);
	if (!len || len >= sizeof(entry.type))
		return err_set(err, IMGFMT_E_USAGE,
			       "a type of memory has 1 to %zu bytes",
			       sizeof(entry.type) - 1);
	for (size_t i = 0; i < len; i++)
		if (type->pos[i] < ' ' || type->pos[i] > '~')
			return err_set(err, IMGFMT_E_USAGE,
				       "a type of memory is printable ASCII");
	memcpy(entry.type, type->pos, len);
	return vec_push(&m->firmware, &entry, err);
}

static int take_ram_of_firmware(struct imgfmt_machine *m,
				struct imgfmt_error *err)
{
	const struct entry *entry = vec_array(&m->firmware, struct entry);

	for (size_t i = 0; i < m->firmware.len; i++) {
		int rc;

		if (strcmp(entry[i].type, MACHINE_RAM_TYPE))
			continue;
		rc = machine_add_ram(m, entry[i].first, entry[i].last, err);
		if (rc < 0)
			return rc;
	}
	return IMGFMT_OK;
}

static int range_by_first(const void *a, const void *b)
{
	const struct imgfmt_memory_range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

static void sort_and_merge_ram(struct vec *ram)
{
	struct imgfmt_memory_range *range =
		vec_array(ram, struct imgfmt_memory_range);
	size_t last = 0;

	qsort(ram->data, ram->len, ram->elem, range_by_first);
	for (size_t i = 1; i < ram->len; i++) {
		uint64_t end = range[last].first + range[last].bytes;

		if (range[i].first > end) {
			range[++last] = range[i];
			continue;
		}
		end = max_u64(end, range[i].first + range[i].bytes);
		range[last].bytes = end - range[last].first;
	}
	ram->len = last + 1;
}

/* A total order, so that equal maps have equal digests. */
static int entry_by_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->last != y->last)
		return x->last < y->last ? -1 : 1;
	return strcmp(x->type, y->type);
}

/* The lines of spec 6.5. */
static int digest_lines(struct sha256 *sha, const struct imgfmt_machine *m,
			struct imgfmt_error *err)
{
	const struct entry *entry = vec_array(&m->firmware, struct entry);
	char line[LINE_LEN];

	for (size_t i = 0; i < m->firmware.len; i++) {
		int len = snprintf(line, sizeof(line),
				   "%016" PRIx64 "-%016" PRIx64 " %s\n",
				   entry[i].first, entry[i].last,
				   entry[i].type);
		int rc = sha256_update(sha, line, (size_t)len, err);

		if (rc < 0)
			return rc;
	}
	return IMGFMT_OK;
}

static int digest_firmware(struct imgfmt_machine *m, struct imgfmt_error *err)
{
	struct sha256 sha;
	int rc = sha256_init(&sha, err);

	if (rc < 0)
		return rc;
	rc = sha256_reset(&sha, IMGFMT_DOMAIN_FIRMWARE, err);
	if (rc == IMGFMT_OK)
		rc = digest_lines(&sha, m, err);
	if (rc == IMGFMT_OK)
		rc = sha256_final(&sha, m->digest, err);
	sha256_fini(&sha);
	return rc;
}

int machine_finish(struct imgfmt_machine *m, struct imgfmt_error *err)
{
	if (!m->ram.len) {
		int rc = take_ram_of_firmware(m, err);

		if (rc < 0)
			return rc;
	}
	if (!m->ram.len && !identity_is_any(&m->identity))
		return err_set(err, IMGFMT_E_USAGE, "no RAM is named");
	if (m->ram.len)
		sort_and_merge_ram(&m->ram);
	if (!m->firmware.len)
		return IMGFMT_OK;
	qsort(m->firmware.data, m->firmware.len, m->firmware.elem,
	      entry_by_first);
	return digest_firmware(m, err);
}

const struct imgfmt_memory_range *machine_ram(const struct imgfmt_machine *m,
					      size_t *count_ret)
{
	*count_ret = m->ram.len;
	return m->ram.data;
}

const struct machine_identity *machine_identity(const struct imgfmt_machine *m)
{
	return &m->identity;
}

struct machine_identity *machine_own_identity(struct imgfmt_machine *m)
{
	return &m->identity;
}

/* Types of the firmware's memory map as numbers. */
static bool e820_type(const char *name, uint32_t *ret)
{
	static const struct {
		const char *name;
		uint32_t type;
	} types[] = {
		{ MACHINE_RAM_TYPE, 1 },
		{ "Reserved", 2 },
		{ "ACPI Tables", 3 },
		{ "ACPI Non-volatile Storage", 4 },
		{ "Unusable memory", 5 },
		{ "Persistent Memory", 7 },
		{ "Persistent Memory (legacy)", 12 },
		{ "Soft Reserved", 0xefffffff },
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		*ret = types[i].type;
		if (!strcmp(types[i].name, name))
			return true;
	}
	return false;
}

bool machine_e820_checksum(const struct imgfmt_machine *m, uint32_t *ret)
{
	const struct entry *entry = vec_array(&m->firmware, struct entry);
	uint8_t record[20];
	uint32_t type, crc;

	put_le32(record, (uint32_t)m->firmware.len);
	crc = crc32_le(UINT32_MAX, record, 4);
	for (size_t i = 0; i < m->firmware.len; i++) {
		if (!e820_type(entry[i].type, &type))
			return false;
		put_le64(record, entry[i].first);
		put_le64(record + 8, entry[i].last - entry[i].first + 1);
		put_le32(record + 16, type);
		crc = crc32_le(crc, record, sizeof(record));
	}
	*ret = ~crc;
	return m->firmware.len;
}

uint64_t machine_page_count(const struct imgfmt_machine *m, uint32_t page_size)
{
	const struct imgfmt_memory_range *range = m->ram.data;
	uint64_t pages = 0;

	for (size_t i = 0; i < m->ram.len; i++) {
		uint64_t first = div_round_up(range[i].first, page_size);
		uint64_t end = (range[i].first + range[i].bytes) / page_size;

		if (end > first)
			pages += end - first;
	}
	return pages;
}

const uint8_t *machine_firmware_digest(const struct imgfmt_machine *m)
{
	return m->firmware.len ? m->digest : NULL;
}

int imgfmt_machine_print(const struct imgfmt_machine *m,
			 int (*write)(void *ctx, const char *line, size_t len),
			 void *ctx)
{
	static const char head[] =
		"# addresses in hexadecimal, the last one inclusive\n";
	const struct imgfmt_memory_range *range = m->ram.data;
	const struct entry *entry = m->firmware.data;
	char line[LINE_LEN];
	int rc = write(ctx, head, sizeof(head) - 1);

	if (!rc)
		rc = identity_print(&m->identity, write, ctx);
	for (size_t i = 0; i < m->ram.len && !rc; i++) {
		int len = snprintf(line, sizeof(line),
				   "ram 0x%" PRIx64 "-0x%" PRIx64 "\n",
				   range[i].first,
				   range[i].first + range[i].bytes - 1);

		rc = write(ctx, line, (size_t)len);
	}
	for (size_t i = 0; i < m->firmware.len && !rc; i++) {
		int len = snprintf(line, sizeof(line),
				   "firmware 0x%" PRIx64 "-0x%" PRIx64 " %s\n",
				   entry[i].first, entry[i].last,
				   entry[i].type);

		rc = write(ctx, line, (size_t)len);
	}
	return rc;
}
