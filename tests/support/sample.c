/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/sample.h"

#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit/prng.h"

/* One round of memory: 0x20 frames, of which five pages are stored. */
#define ROUND 0x20u

static const struct imgfmt_run round_runs[] = {
	{ 0x10, 3, IMGFMT_STORED, IMGFMT_NONE },
	{ 0x13, 1, IMGFMT_EXCLUDED, IMGFMT_KEXEC },
	{ 0x18, 2, IMGFMT_STORED, IMGFMT_CACHE },
	{ 0x1a, 2, IMGFMT_EXCLUDED, IMGFMT_FREE },
	{ 0x20, 1, IMGFMT_STORED, IMGFMT_NONE },
};
#define ROUND_RUNS ARRAY_SIZE(round_runs)

static const struct imgfmt_backup_run backup_map[] = {
	{ 0x10, 0x1a, 2 },
	{ 0x13, 0x13, 1 },
};

static const struct imgfmt_mapping mappings[] = {
	{ 0xffff888000010000, 0x10000, 0x9000, 0, 0 },
	{ 0xffffffff81000000, 0x12000, 0x8000, IMGFMT_MAPPING_ALIAS, 0 },
};

/* Of a kernel whose control page is not known: a jump has nothing to hold to. */
static const char vmcoreinfo[] = "OSRELEASE=6.16.1\nPAGESIZE=4096\n";

static const struct imgfmt_note notes[] = {
	{ "CORE", "\1\2\3\4\5", 5, NT_PRSTATUS, 0 },
	{ "VMCOREINFO", vmcoreinfo, sizeof(vmcoreinfo) - 1, 0, 0 },
};

void fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

void must(int rc, const struct imgfmt_error *err, const char *what)
{
	if (rc)
		fail("%s: %s: %s [%s]", what, imgfmt_status_name(rc),
		     err->message, err->rule);
}

/* Zeros, noise, or text that compresses, by turns. */
void sample_page(const struct sample *s, uint64_t pfn, uint8_t *page)
{
	uint64_t state = (pfn + 1) * 0x9e3779b97f4a7c15 + s->seed;

	memset(page, 0, SAMPLE_PAGE);
	if (pfn % 8 == 1)
		return;
	if (pfn % 8 == 2) {
		prng_fill(&state, page, SAMPLE_PAGE);
		return;
	}
	for (unsigned int i = 0; i + 32 < SAMPLE_PAGE; i += 32)
		snprintf((char *)page + i, 32, "frame %llx of %llx, byte %u",
			 (unsigned long long)pfn,
			 (unsigned long long)(s->seed & 0xffff), i & 0xc00);
}

/* All runs of the rounds; freed by the caller. */
static struct imgfmt_run *make_runs(const struct sample *s, size_t *count)
{
	size_t groups = s->groups ? s->groups : 1;
	struct imgfmt_run *r = calloc(groups * ROUND_RUNS, sizeof(*r));

	*count = groups * ROUND_RUNS;
	for (size_t i = 0; r && i < *count; i++) {
		r[i] = round_runs[i % ROUND_RUNS];
		r[i].pfn += i / ROUND_RUNS * ROUND;
		/* Where the jump view has A's pages, the map says. */
		if (s->jump && r[i].class_id == IMGFMT_FREE)
			r[i].state = IMGFMT_STORED;
	}
	return r;
}

static int feed(const struct sample *s, struct imgfmt_writer *w,
		const struct imgfmt_run *runs, size_t count,
		struct imgfmt_error *err)
{
	uint8_t page[SAMPLE_PAGE];
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < count; i++) {
		if (runs[i].state != IMGFMT_STORED)
			continue;
		for (uint64_t j = 0; j < runs[i].pages && !rc; j++) {
			sample_page(s, runs[i].pfn + j, page);
			rc = imgfmt_writer_pages(w, runs[i].pfn + j, 1, page,
						 err);
		}
	}
	return rc;
}

/* Of what the sample says, as much as means something to its sink. */
static struct imgfmt_convert_opts convert_opts(const struct sample *s)
{
	bool core = !strcmp(s->to, "elf");

	return (struct imgfmt_convert_opts){
		.struct_size = sizeof(struct imgfmt_convert_opts),
		.to = s->to,
		.codec = strcmp(s->to, "packed") ? NULL : s->codec,
		.flags = s->content && !core ?
				 IMGFMT_CONVERT_CONTENT_DIGESTS : 0,
		.block_pages = core ? 0 : s->block_pages,
		.threads = s->threads,
	};
}

int sample_write(const struct sample *s, struct imgfmt_output *out,
		 struct imgfmt_error *err)
{
	struct imgfmt_write_opts o = {
		.struct_size = sizeof(o),
		.convert = convert_opts(s),
		.page_size = SAMPLE_PAGE,
		.machine = EM_X86_64,
		.big_endian = s->big_endian,
		.free_policy = IMGFMT_FREE_POISON,
		.poison = 0xaa,
		.time = 1763600000 + (s->seed & 0xff),
		.release = "6.16.1",
		.version = "#1 SMP",
		.notes = notes,
		.note_count = ARRAY_SIZE(notes),
		.mappings = mappings,
		.mapping_count = ARRAY_SIZE(mappings),
	};
	struct imgfmt_run *runs = make_runs(s, &o.run_count);
	struct imgfmt_writer *w = NULL;
	int rc = IMGFMT_E_NOMEM;

	o.runs = runs;
	o.convert.view = s->jump ? IMGFMT_VIEW_JUMP : IMGFMT_VIEW_ORIGINAL;
	o.convert.entry = 0x12040;
	o.convert.backup_map = backup_map;
	o.convert.backup_runs = ARRAY_SIZE(backup_map);
	if (runs)
		rc = imgfmt_writer_new(&o, out, &w, err);
	if (!rc)
		rc = feed(s, w, runs, o.run_count, err);
	if (!rc)
		rc = imgfmt_writer_finish(w, NULL, err);
	imgfmt_writer_free(w);
	free(runs);
	return rc;
}

int sample_make(const struct sample *s, struct vec *bytes,
		struct imgfmt_error *err)
{
	struct imgfmt_output *out;
	int rc;

	vec_init(bytes, 1);
	rc = memory_output(bytes, s->one_pass, -1, &out, err);
	if (rc)
		return rc;
	rc = sample_write(s, out, err);
	imgfmt_output_free(out);
	return rc;
}

int sample_convert(const struct vec *from, bool pipe, const struct sample *to,
		   struct vec *bytes, struct imgfmt_error *err)
{
	const struct imgfmt_convert_opts opts = convert_opts(to);
	struct memory m = memory_of(from);
	struct imgfmt_output *out = NULL;
	struct imgfmt_image *image;
	int rc;

	vec_init(bytes, 1);
	rc = memory_open(&m, pipe, 0, &image, err);
	if (rc)
		return rc;
	rc = memory_output(bytes, to->one_pass, -1, &out, err);
	if (!rc)
		rc = imgfmt_convert(image, &opts, out, NULL, err);
	imgfmt_output_free(out);
	imgfmt_image_unref(image);
	return rc;
}

struct first {
	int status;
	struct imgfmt_error *err;
};

static void keep_first(void *ctx, int severity, const struct imgfmt_error *what)
{
	struct first *f = ctx;

	if (severity != IMGFMT_FINDING_ERROR || f->status)
		return;
	f->status = what->status;
	if (f->err)
		*f->err = *what;
}

int sample_verify(struct memory *m, bool one_pass, struct imgfmt_error *err)
{
	struct first first = { .err = err };
	const struct imgfmt_verify_opts opts = {
		.struct_size = sizeof(opts),
		.finding = keep_first,
		.ctx = &first,
	};
	struct imgfmt_image *image;
	int rc = memory_open(m, one_pass, 0, &image, err);

	if (rc)
		return rc;
	rc = imgfmt_verify(image, &opts, NULL, err);
	imgfmt_image_unref(image);
	return rc ? rc : first.status;
}
