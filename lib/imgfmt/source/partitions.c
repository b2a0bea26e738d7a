/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * MBR: four entries at the end of sector 0, one of which may begin a chain of
 * further sectors with two each.  GPT: a header in sector 1 and an array of
 * entries (UEFI specification, 5.2 and 5.3).
 */
#include "source/partitions.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "record/swsusp.h"

#define SECTOR	     512u
#define SECTOR_LARGE 4096u

#define MBR_ENTRIES  446u
#define MBR_ENTRY    16u
#define MBR_MARK     510u
#define MBR_GPT	     0xeeu

#define GPT_HEADER   92u
#define GPT_ENTRY    128u
#define GPT_ENTRY_MAX 4096u

/* Pages that a swap area may have. */
static const uint32_t page_sizes[] = { 4096, 16384, 65536 };

/* Swap areas that a message has room for. */
#define SHOWN 3u

struct table {
	struct io *io;
	uint32_t sector;
	struct vec *found;
};

static bool read_at(const struct table *t, uint64_t lba, void *buf, size_t len)
{
	uint64_t at;
	size_t got;

	return !mul_overflow(lba, t->sector, &at) &&
	       !io_read(t->io, at, buf, len, &got, NULL) && got == len;
}

/* What does not lie in the input is no partition of it. */
static int add(struct table *t, uint64_t lba, uint64_t sectors,
	       struct imgfmt_error *err)
{
	uint64_t size = io_size(t->io);
	struct partition p;

	if (!lba || !sectors || t->found->len >= PARTITIONS_MAX ||
	    mul_overflow(lba, t->sector, &p.offset) ||
	    mul_overflow(sectors, t->sector, &p.bytes) || p.offset >= size)
		return IMGFMT_OK;
	p.bytes = min_u64(p.bytes, size - p.offset);
	return vec_push(t->found, &p, err);
}

/* ---- MBR ------------------------------------------------------------------- */

static const uint8_t *mbr_entry(const uint8_t *sector, unsigned int i)
{
	return sector + MBR_ENTRIES + i * MBR_ENTRY;
}

static bool mbr_is_extended(const uint8_t *entry)
{
	return entry[4] == 0x05 || entry[4] == 0x0f || entry[4] == 0x85;
}

/* Boot sectors of file systems have the mark too, but code for the entries. */
static bool mbr_is_one(const uint8_t *sector)
{
	if (sector[MBR_MARK] != 0x55 || sector[MBR_MARK + 1] != 0xaa)
		return false;
	for (unsigned int i = 0; i < 4; i++)
		if (*mbr_entry(sector, i) & 0x7f)
			return false;
	return true;
}

/* The chain: each sector has a partition, and where the next one is. */
static int mbr_read_logical(struct table *t, uint64_t first,
			    struct imgfmt_error *err)
{
	uint8_t sector[SECTOR];
	uint64_t at = first;
	int rc = IMGFMT_OK;

	for (unsigned int i = 0; i < PARTITIONS_MAX && !rc; i++) {
		const uint8_t *entry = mbr_entry(sector, 0);
		const uint8_t *next = mbr_entry(sector, 1);

		if (!read_at(t, at, sector, sizeof(sector)) ||
		    !mbr_is_one(sector))
			break;
		if (entry[4])
			rc = add(t, at + get_le32(entry + 8),
				 get_le32(entry + 12), err);
		if (!mbr_is_extended(next))
			break;
		at = first + get_le32(next + 8);
	}
	return rc;
}

static int mbr_read(struct table *t, const uint8_t *sector,
		    struct imgfmt_error *err)
{
	int rc = IMGFMT_OK;

	for (unsigned int i = 0; i < 4 && !rc; i++) {
		const uint8_t *entry = mbr_entry(sector, i);

		if (mbr_is_extended(entry))
			rc = mbr_read_logical(t, get_le32(entry + 8), err);
		else if (entry[4] && entry[4] != MBR_GPT)
			rc = add(t, get_le32(entry + 8), get_le32(entry + 12),
				 err);
	}
	return rc;
}

/* ---- GPT ------------------------------------------------------------------- */

static bool gpt_find(struct table *t, uint8_t header[GPT_HEADER])
{
	static const uint32_t sectors[] = { SECTOR, SECTOR_LARGE };

	for (size_t i = 0; i < ARRAY_SIZE(sectors); i++) {
		t->sector = sectors[i];
		if (read_at(t, 1, header, GPT_HEADER) &&
		    !memcmp(header, "EFI PART", 8))
			return true;
	}
	t->sector = SECTOR;
	return false;
}

static int gpt_read(struct table *t, const uint8_t *header,
		    struct imgfmt_error *err)
{
	uint64_t lba = get_le64(header + 72), at;
	uint32_t count = get_le32(header + 80), size = get_le32(header + 84);
	int rc = IMGFMT_OK;

	if (size < GPT_ENTRY || size > GPT_ENTRY_MAX ||
	    mul_overflow(lba, t->sector, &at) || at > io_size(t->io))
		return IMGFMT_OK;
	for (uint32_t i = 0; i < count && i < PARTITIONS_MAX && !rc; i++) {
		uint8_t e[GPT_ENTRY];
		uint64_t first, last;
		size_t got;

		if (io_read(t->io, at + (uint64_t)i * size, e, sizeof(e), &got,
			    NULL) || got < sizeof(e))
			break;
		first = get_le64(e + 32);
		last = get_le64(e + 40);
		/* An unused one has no type. */
		if (!mem_is_zero(e, 16) && last >= first)
			rc = add(t, first, last - first + 1, err);
	}
	return rc;
}

int partitions_read(struct io *io, struct vec *ret, struct imgfmt_error *err)
{
	struct table t = { .io = io, .sector = SECTOR, .found = ret };
	uint8_t sector[SECTOR], header[GPT_HEADER];

	if (io_is_sequential(io) || !read_at(&t, 0, sector, sizeof(sector)) ||
	    !mbr_is_one(sector))
		return IMGFMT_OK;
	if (gpt_find(&t, header))
		return gpt_read(&t, header, err);
	return mbr_read(&t, sector, err);
}

/* ---- What to say ------------------------------------------------------------- */

static bool has_swap(struct io *io, const struct partition *p, uint8_t *page)
{
	const char *other;

	for (size_t i = 0; i < ARRAY_SIZE(page_sizes); i++) {
		uint32_t size = page_sizes[i];
		size_t got;

		if (size > p->bytes || io_read(io, p->offset, page, size, &got,
					       NULL) || got < size)
			return false;
		if (swsusp_recognise(page, size, &other) != SWSUSP_NONE)
			return true;
	}
	return false;
}

/* "--offset=1048576 or --offset=..." */
static size_t list_swap(struct io *io, const struct vec *found, uint8_t *page,
			char *text, size_t room)
{
	const struct partition *p = vec_array(found, const struct partition);
	size_t used = 0, count = 0;

	*text = '\0';
	for (size_t i = 0; i < found->len && count < SHOWN; i++) {
		if (!has_swap(io, &p[i], page))
			continue;
		used += (size_t)snprintf(text + used, room - used,
					 "%s--offset=%llu",
					 count++ ? " or " : "",
					 (unsigned long long)p[i].offset);
	}
	return count;
}

int partitions_refuse(struct io *io, struct imgfmt_error *err)
{
	char text[SHOWN * 40];
	struct vec found;
	uint8_t *page;
	size_t swap;
	int rc;

	vec_init(&found, sizeof(struct partition));
	rc = partitions_read(io, &found, err);
	page = malloc(page_sizes[ARRAY_SIZE(page_sizes) - 1]);
	if (!rc && !page)
		rc = err_nomem(err, "the partitions");
	if (!rc && found.len) {
		swap = list_swap(io, &found, page, text, sizeof(text));
		rc = err_set(err, IMGFMT_E_NOT_IMAGE,
			     swap ? "a disk with %zu partition%s: swap is at %s" :
				    "a disk with %zu partition%s: name one of them, or give its first byte with --offset%s",
			     found.len, found.len == 1 ? "" : "s",
			     swap ? text : "");
	}
	free(page);
	vec_fini(&found);
	return rc;
}
