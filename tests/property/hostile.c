/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images that claim to be huge, with every checksum right: refused at once,
 * and not by trying.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "elf/elf.h"
#include "record/record.h"
#include "support/repair.h"
#include "support/sample.h"
#include "support/sanitizer.h"

#define SPACE	((rlim_t)256 << 20)	/* bytes of address space */
#define MEMORY	(32L << 10)		/* kilobytes that may be touched */
#define SECONDS	20

/* Where a claim stands: a part of the image, and an offset in it. */
enum part { EHDR, PHDR, INFO, BACKUP, MAPPINGS, MAP, TABLES, COMMIT };

struct claim {
	enum part part;
	size_t at;
	unsigned int bytes;
	uint64_t value;
};

#define MAP_RUN(n) (sizeof(struct imgfmt_page_map_head) + \
		    (n) * sizeof(struct imgfmt_run_record))

/* Of each row, up to four claims made together. */
static const struct claim rows[][4] = {
	{ { EHDR, 56, 2, 0xfffe } },
	/* 2^24 - 1 program headers, by PN_XNUM. */
	{ { EHDR, 56, 2, 0xffff }, { EHDR, 40, 8, 64 + 56 * 0xffffffULL },
	  { EHDR, 58, 2, 64 }, { EHDR, 60, 2, 1 } },
	{ { EHDR, 56, 2, 0xffff }, { EHDR, 40, 8, UINT64_MAX - 40 } },
	{ { EHDR, 56, 2, 0xffff }, { EHDR, 40, 8, 64 + 56 * 0x100000ULL },
	  { EHDR, 58, 2, 64 }, { EHDR, 60, 2, 1 } },
	{ { EHDR, 32, 8, UINT64_MAX - 60 } },
	/* p_filesz of the notes, the page map, the tables, the data. */
	{ { PHDR, 32, 8, 64 << 20 } },
	{ { PHDR, 32, 8, UINT64_MAX - 4096 } },
	{ { PHDR, 56 + 32, 8, MAP_RUN(0xffffffULL) },
	  { MAP, 8, 8, 0xffffff } },
	{ { PHDR, 56 + 32, 8, MAP_RUN(0x3fffffULL) },
	  { MAP, 8, 8, 0x3fffff } },
	{ { PHDR, 56 + 32, 8, MAP_RUN(1ULL << 40) }, { MAP, 8, 8, 1ULL << 40 } },
	{ { PHDR, 2 * 56 + 32, 8, 1ULL << 60 } },
	{ { PHDR, 3 * 56 + 32, 8, 1ULL << 60 } },
	{ { INFO, 40, 8, 1ULL << 40 } },
	{ { INFO, 88, 8, 1ULL << 61 } },
	{ { INFO, 104, 8, 1ULL << 61 } },
	{ { INFO, 112, 8, 1ULL << 62 } },
	{ { BACKUP, 0, 4, UINT32_MAX } },
	{ { BACKUP, 0, 4, 1 << 24 } },
	{ { BACKUP, 8 + 16, 8, 1ULL << 40 } },
	{ { BACKUP, 8 + 16, 8, UINT64_MAX } },
	{ { MAPPINGS, 0, 4, UINT32_MAX } },
	{ { MAPPINGS, 8 + 16, 8, 1ULL << 51 } },
	{ { MAP, 8, 8, UINT64_MAX / 16 + 1 } },
	/* Of the last run, which memory it claims. */
	{ { MAP, MAP_RUN(4) + 8, 4, UINT32_MAX } },
	{ { MAP, MAP_RUN(4) + 8, 4, UINT32_MAX },
	  { INFO, 40, 8, 0x20 + (uint64_t)UINT32_MAX } },
	{ { MAP, MAP_RUN(4) + 8, 4, 1 << 24 }, { INFO, 40, 8, 0x20 + (1 << 24) } },
	{ { MAP, MAP_RUN(4) + 8, 4, UINT32_MAX }, { INFO, 36, 4, 1 },
	  { INFO, 40, 8, 0x20 + (uint64_t)UINT32_MAX } },
	{ { TABLES, 8, 8, 1ULL << 61 } },
	{ { TABLES, 16, 8, 1ULL << 57 } },
	{ { TABLES, 32, 8, 1ULL << 61 } },
	{ { COMMIT, 16, 8, 1ULL << 62 } },
	{ { COMMIT, 32, 8, 1ULL << 61 } },
	{ { COMMIT, 48, 8, 1ULL << 61 } },
};

static const struct sample images[] = {
	{ .to = "packed", .block_pages = 4 },
	{ .to = "packed", .block_pages = 4, .one_pass = true },
	{ .to = "plain", .block_pages = 4 },
	{ .to = "plain", .block_pages = 4, .one_pass = true },
	{ .to = "elf" },
};

/* Where a note's descriptor lies, or 0. */
static uint64_t find_note(const struct imgfmt_image *image, uint32_t type)
{
	struct imgfmt_note n;

	for (size_t i = 0; !imgfmt_image_note(image, i, &n); i++)
		if (n.type == type)
			return n.offset + 20;
	return 0;
}

static uint64_t find_region(const struct imgfmt_image *image, const char *name)
{
	struct imgfmt_region r;

	for (size_t i = 0; !imgfmt_image_region(image, i, &r); i++)
		if (!strcmp(r.name, name))
			return r.offset;
	return 0;
}

/* Where each part lies in an image; 0 for what it has not. */
static void find_parts(const struct vec *bytes, uint64_t ret[])
{
	struct memory m = memory_of(bytes);
	struct imgfmt_image *image;
	struct imgfmt_error err;

	must(memory_open(&m, false, 0, &image, &err), &err, "opening an image");
	ret[EHDR] = 0;
	ret[PHDR] = ELF_EHDR_SIZE;
	ret[INFO] = find_note(image, IMGFMT_NOTE_INFO);
	ret[BACKUP] = find_note(image, IMGFMT_NOTE_BACKUP_MAP);
	ret[MAPPINGS] = find_note(image, IMGFMT_NOTE_MAPPINGS);
	ret[MAP] = find_region(image, "page map");
	ret[TABLES] = find_region(image, "directory");
	ret[COMMIT] = find_region(image, "commit record");
	imgfmt_image_unref(image);
}

/* False if the image has no such part. */
static bool make_claims(const struct claim *claims, const uint64_t *parts,
			uint8_t *image, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows[0]) && claims[i].bytes; i++) {
		const struct claim *c = &claims[i];

		if (c->part != EHDR && !parts[c->part])
			return false;
		for (unsigned int b = 0; b < c->bytes; b++)
			image[parts[c->part] + c->at + b] =
				(uint8_t)(c->value >> 8 * b);
	}
	repair(image, size);
	return true;
}

static int discard(void *ctx, const void *buf, size_t len)
{
	(void)ctx;
	(void)buf;
	(void)len;
	return 0;
}

/* A core may claim what only reading it through would disprove. */
static int convert(struct memory *m, bool pipe, struct imgfmt_error *err)
{
	const struct imgfmt_convert_opts opts = {
		.struct_size = sizeof(opts), .to = "packed",
	};
	struct imgfmt_output *out;
	struct imgfmt_image *image;
	int rc;

	m->pos = 0;
	rc = memory_open(m, pipe, 0, &image, err);
	if (rc)
		return rc;
	must(imgfmt_output_fn(discard, NULL, "nowhere", &out, err), err,
	     "an output");
	rc = imgfmt_convert(image, &opts, out, NULL, err);
	imgfmt_output_free(out);
	imgfmt_image_unref(image);
	return rc;
}

static void check_status(const struct sample *s, size_t row, bool pipe, int rc,
			 const struct imgfmt_error *err)
{
	switch (rc) {
	case IMGFMT_E_CORRUPT:
	case IMGFMT_E_TRUNCATED:
	case IMGFMT_E_DIGEST:
	case IMGFMT_E_LIMIT:
		return;
	default:
		fail("hostile: %s %s, row %zu, %s: %s: %s",
		     s->one_pass ? "streamed" : "sealed", s->to, row,
		     pipe ? "pipe" : "file", imgfmt_status_name(rc),
		     rc ? err->message : "");
	}
}

static void claim_all(const struct sample *s)
{
	struct imgfmt_error err;
	uint64_t parts[COMMIT + 1];
	struct vec bytes;
	uint8_t *copy;

	must(sample_make(s, &bytes, &err), &err, "making an image");
	find_parts(&bytes, parts);
	copy = malloc(bytes.len);
	if (!copy)
		fail("hostile: out of memory");
	for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
		struct memory m = memory_of(&bytes);

		memcpy(copy, bytes.data, bytes.len);
		if (!make_claims(rows[row], parts, copy, bytes.len))
			continue;
		m.data = copy;
		for (int pipe = 0; pipe < 2; pipe++) {
			m.pos = 0;
			check_status(s, row, pipe,
				     sample_verify(&m, pipe, &err), &err);
			check_status(s, row, pipe, convert(&m, pipe, &err),
				     &err);
		}
	}
	free(copy);
	vec_fini(&bytes);
}

int main(void)
{
	const struct rlimit space = { SPACE, SPACE };
	struct rusage before, after;

	alarm(SECONDS);
	if (!SANITIZED && setrlimit(RLIMIT_AS, &space))
		fail("hostile: cannot limit the address space");
	getrusage(RUSAGE_SELF, &before);
	for (size_t i = 0; i < ARRAY_SIZE(images); i++)
		claim_all(&images[i]);
	getrusage(RUSAGE_SELF, &after);
	if (!SANITIZED && after.ru_maxrss - before.ru_maxrss > MEMORY)
		fail("hostile: %ld kB of memory were needed",
		     after.ru_maxrss - before.ru_maxrss);
	return EXIT_SUCCESS;
}
