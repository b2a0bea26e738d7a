/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes describe an image.  What imgfmt_writer makes of it opens, is
 * without fault, and holds the pages that went in; what it refuses, it
 * describes.
 */
#include <elf.h>
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "fuzz/result.h"
#include "record/backup_map.h"

#define RUNS_MAX	24u
#define PAGES_MAX	300u	/* present ones */
#define TABLE_MAX	4u	/* rows of the other tables */

struct description {
	struct imgfmt_write_opts opts;
	struct imgfmt_run runs[RUNS_MAX];
	struct imgfmt_backup_run backup[TABLE_MAX];
	struct imgfmt_mapping mappings[TABLE_MAX];
	struct imgfmt_note notes[TABLE_MAX];
	bool one_pass;
	uint8_t seed;
};

/* Pages of one byte, whose value and so whether it is zero the seed tells. */
static void fill_page(const struct description *d, uint64_t pfn, uint8_t *page)
{
	uint8_t value = (uint8_t)(pfn * d->seed % 7);

	memset(page, value, d->opts.page_size);
	if (value == 3)
		for (uint32_t i = 0; i < d->opts.page_size; i++)
			page[i] = (uint8_t)((i * i * 31 + pfn) >> 3);
}

static void describe_runs(struct description *d, struct fuzz_bytes *b)
{
	uint64_t pfn = fuzz_take(b, 2), present = 0;
	uint32_t count = fuzz_take(b, 1) % (RUNS_MAX + 1);

	for (uint32_t i = 0; i < count; i++) {
		struct imgfmt_run *r = &d->runs[i];
		uint8_t how = (uint8_t)fuzz_take(b, 1);

		pfn += how & 0x80 ? fuzz_take(b, 2) : how & 3;
		r->pfn = pfn;
		r->pages = fuzz_take(b, 1) % 100;
		r->state = how >> 2 & 3;
		r->class_id = fuzz_take(b, 1) % (IMGFMT_CLASSES + 1);
		if (r->state == IMGFMT_EXCLUDED && how & 0x40)
			r->pages <<= fuzz_take(b, 1) % 48;
		else if (r->state != IMGFMT_EXCLUDED)
			present += r->pages;
		if (present > PAGES_MAX)
			break;
		d->opts.run_count = i + 1;
		pfn += r->pages;
	}
	d->opts.runs = d->runs;
}

static void describe_tables(struct description *d, struct fuzz_bytes *b)
{
	static const char *const owners[] = { "CORE", "IMGFMT", "", "XEN" };
	uint8_t counts = (uint8_t)fuzz_take(b, 1);

	for (size_t i = 0; i < counts % TABLE_MAX; i++) {
		d->backup[i].destination = fuzz_take(b, 1);
		d->backup[i].backup = fuzz_take(b, 1);
		d->backup[i].pages = fuzz_take(b, 1) % 16;
		d->opts.convert.backup_map = d->backup;
		d->opts.convert.backup_runs = i + 1;
	}
	for (size_t i = 0; i < (counts >> 2) % TABLE_MAX; i++) {
		d->mappings[i].paddr = fuzz_take(b, 2) << 8;
		d->mappings[i].vaddr = fuzz_take(b, 8);
		d->mappings[i].bytes = fuzz_take(b, 2) << 8;
		d->mappings[i].flags = (uint32_t)fuzz_take(b, 1) % 3;
		d->opts.mapping_count = i + 1;
	}
	for (size_t i = 0; i < (counts >> 4) % TABLE_MAX; i++) {
		d->notes[i].owner = owners[fuzz_take(b, 1) % 4];
		d->notes[i].type = IMGFMT_NOTE_INFO +
				   (uint32_t)fuzz_take(b, 1) - 1;
		d->notes[i].size = fuzz_take(b, 1) % 32;
		d->notes[i].desc = "a descriptor of up to thirty-two";
		d->opts.note_count = i + 1;
	}
	d->opts.mappings = d->mappings;
	d->opts.notes = d->notes;
}

static void describe(struct description *d, struct fuzz_bytes *b)
{
	static const char *const sinks[] = { "packed", "plain" };
	static const char *const codecs[] = {
		NULL, "none", "zlib:1", "lzma:0", "zstd:1", "lz4",
	};
	static const uint32_t sizes[] = { 4096, 16384, 65536, 8192 };
	struct imgfmt_write_opts *o = &d->opts;
	uint8_t how = (uint8_t)fuzz_take(b, 1);

	*d = (struct description){ .one_pass = how & 1 };
	o->struct_size = sizeof(*o);
	o->convert.struct_size = sizeof(o->convert);
	o->convert.to = sinks[how >> 1 & 1];
	o->convert.flags = how >> 2 & 1 ? IMGFMT_CONVERT_CONTENT_DIGESTS : 0;
	o->convert.flags |= how >> 3 & 1 ? IMGFMT_CONVERT_KEEP_ZERO : 0;
	o->big_endian = how >> 4 & 1;
	o->convert.threads = how >> 5 & 1;
	o->page_size = sizes[how >> 6];
	o->convert.codec = codecs[fuzz_take(b, 1) % ARRAY_SIZE(codecs)];
	/* Which is refused, and nothing is learnt from it. */
	if (!strcmp(o->convert.to, "plain"))
		o->convert.codec = NULL;
	o->convert.block_pages = 1u << fuzz_take(b, 1) % 8;
	o->convert.view = fuzz_take(b, 1) % 4;
	o->convert.kind = fuzz_take(b, 1) % 4;
	o->convert.entry = fuzz_take(b, 3);
	o->machine = (uint16_t)fuzz_take(b, 2);
	o->free_policy = fuzz_take(b, 1) % 5;
	o->poison = (uint8_t)fuzz_take(b, 1);
	o->time = fuzz_take(b, 4);
	d->seed = (uint8_t)fuzz_take(b, 1);
	describe_tables(d, b);
	describe_runs(d, b);
}

static int write_pages(const struct description *d, struct imgfmt_writer *w,
		       struct imgfmt_error *err)
{
	uint8_t *page = malloc(d->opts.page_size);
	int rc = IMGFMT_OK;

	FUZZ_ASSERT(page);
	for (size_t i = 0; i < d->opts.run_count; i++) {
		const struct imgfmt_run *r = &d->runs[i];

		if (r->state == IMGFMT_EXCLUDED)
			continue;
		for (uint64_t j = 0; j < r->pages && !rc; j++) {
			fill_page(d, r->pfn + j, page);
			rc = imgfmt_writer_pages(w, r->pfn + j, 1, page, err);
		}
	}
	free(page);
	return rc;
}

static int write_image(const struct description *d, struct vec *bytes,
		       struct imgfmt_error *err)
{
	struct imgfmt_output *out;
	struct imgfmt_writer *w;
	int rc;

	FUZZ_ASSERT(!memory_output(bytes, d->one_pass, -1, &out, NULL));
	rc = imgfmt_writer_new(&d->opts, out, &w, err);
	if (!rc)
		rc = write_pages(d, w, err);
	if (!rc)
		rc = imgfmt_writer_finish(w, NULL, err);
	imgfmt_writer_free(w);
	imgfmt_output_free(out);
	return rc;
}

static void check_pages(const struct description *d, const struct vec *bytes)
{
	struct memory m = memory_of(bytes);
	uint8_t *page = malloc(d->opts.page_size);
	uint8_t *want = malloc(d->opts.page_size);
	struct imgfmt_cursor *c;
	struct imgfmt_image *image;

	FUZZ_ASSERT(page && want && !memory_open(&m, false, 0, &image, NULL) &&
		    !imgfmt_cursor_new(image, NULL, &c, NULL));
	for (size_t i = 0; i < d->opts.run_count; i++) {
		const struct imgfmt_run *r = &d->runs[i];

		for (uint64_t j = 0; j < r->pages &&
		     r->state != IMGFMT_EXCLUDED; j++) {
			fill_page(d, r->pfn + j, want);
			FUZZ_ASSERT(!imgfmt_read_pfn(c, r->pfn + j, page,
						     NULL));
			FUZZ_ASSERT(!memcmp(page, want, d->opts.page_size));
		}
	}
	imgfmt_cursor_free(c);
	imgfmt_image_unref(image);
	free(want);
	free(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes b = { data, size };
	struct imgfmt_error err;
	struct description d;
	struct vec bytes;
	int rc;

	describe(&d, &b);
	vec_init(&bytes, 1);
	rc = write_image(&d, &bytes, &err);
	if (rc) {
		fuzz_check_error(rc, &err);
	} else {
		fuzz_check_result(&bytes, IMGFMT_DEPTH_DEEP);
		check_pages(&d, &bytes);
	}
	vec_fini(&bytes);
	return 0;
}
