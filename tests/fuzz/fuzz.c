/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/fuzz.h"

#include <stdio.h>

#include "support/repair.h"

void fuzz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	abort();
}

/* Keeps a compiler from dropping reads whose result does not matter. */
static volatile uint8_t sink;

static void touch(const void *p, size_t len)
{
	const uint8_t *b = p;
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum ^= b[i];
	sink = sum;
}

static void touch_text(const char *text)
{
	FUZZ_ASSERT(text);
	touch(text, strlen(text));
}

void fuzz_check_error(int rc, const struct imgfmt_error *err)
{
	FUZZ_ASSERT(rc < 0 && err->status == rc);
	FUZZ_ASSERT(err->message[0] && memchr(err->message, 0,
					      sizeof(err->message)));
	FUZZ_ASSERT(memchr(err->rule, 0, sizeof(err->rule)));
	FUZZ_ASSERT(!strchr(err->message, '\n'));
	FUZZ_ASSERT(imgfmt_status_name(rc));
}

void fuzz_open(const uint8_t *data, size_t size, bool one_pass, uint32_t flags,
	       void (*use)(struct imgfmt_image *image))
{
	struct memory m = { .data = data, .size = size, .fail_at = -1 };
	struct imgfmt_image *image;
	struct imgfmt_error err;
	int rc = memory_open(&m, one_pass, flags, &image, &err);

	if (rc) {
		FUZZ_ASSERT(!image);
		fuzz_check_error(rc, &err);
		return;
	}
	use(image);
	imgfmt_image_unref(image);
}

void fuzz_open_repaired(const uint8_t *data, size_t size, bool one_pass,
			uint32_t flags, void (*use)(struct imgfmt_image *image))
{
	uint8_t *copy = fuzz_copy(data, size);

	repair(copy, size);
	fuzz_open(copy, size, one_pass, flags, use);
	free(copy);
}

static void walk_facts(const struct imgfmt_image *image)
{
	struct imgfmt_error damage;
	struct imgfmt_fact fact;

	for (size_t i = 0; !imgfmt_image_fact(image, i, &fact); i++) {
		touch_text(fact.name);
		if (fact.kind == IMGFMT_FACT_TEXT)
			touch_text(fact.text);
		if (fact.kind == IMGFMT_FACT_BYTES)
			touch(fact.bytes, fact.size);
	}
	if (!imgfmt_image_damage(image, &damage))
		fuzz_check_error(damage.status, &damage);
}

static void walk_records(const struct imgfmt_image *image)
{
	struct imgfmt_backup_run backup;
	struct imgfmt_memory_range range;
	struct imgfmt_mapping mapping;
	struct imgfmt_resume resume;
	struct imgfmt_slot slot;
	const void *manifest;
	const char *text;
	size_t size;

	for (size_t i = 0; !imgfmt_image_backup_run(image, i, &backup); i++)
		FUZZ_ASSERT(backup.pages);
	for (size_t i = 0; !imgfmt_image_memory_range(image, i, &range); i++)
		FUZZ_ASSERT(range.bytes);
	for (size_t i = 0; !imgfmt_image_mapping(image, i, &mapping); i++)
		FUZZ_ASSERT(mapping.bytes);
	if (!imgfmt_image_vmcoreinfo(image, &text, &size))
		touch(text, size);
	if (!imgfmt_image_manifest(image, &manifest, &size))
		touch(manifest, size);
	if (!imgfmt_image_resume(image, &resume)) {
		touch_text(resume.who);
		touch_text(resume.reason);
	}
	for (size_t i = 0; !imgfmt_image_slot(image, i, &slot); i++)
		if (slot.kind)
			touch(slot.signature, slot.size);
}

void fuzz_walk_tables(const struct imgfmt_image *image)
{
	struct imgfmt_info info = { .struct_size = sizeof(info) };
	struct imgfmt_segment segment;
	struct imgfmt_region region;
	struct imgfmt_note note;
	size_t i;

	imgfmt_image_info(image, &info);
	touch_text(info.release);
	touch_text(info.version);
	touch_text(info.format);
	for (i = 0; !imgfmt_image_note(image, i, &note); i++) {
		touch_text(note.owner);
		touch(note.desc, note.size);
	}
	FUZZ_ASSERT(i == info.notes);
	for (i = 0; !imgfmt_image_segment(image, i, &segment); i++)
		touch(&segment, sizeof(segment));
	FUZZ_ASSERT(i == info.segments);
	for (i = 0; !imgfmt_image_region(image, i, &region); i++)
		touch_text(region.name);
	walk_records(image);
	walk_facts(image);
}

static void check_finding(void *ctx, int severity,
			  const struct imgfmt_error *what)
{
	struct imgfmt_error *first = ctx;

	if (severity != IMGFMT_FINDING_ERROR)
		return;
	fuzz_check_error(what->status, what);
	if (!first->status)
		*first = *what;
}

int fuzz_verify(struct imgfmt_image *image, enum imgfmt_depth depth,
		struct imgfmt_error *ret)
{
	struct imgfmt_error ignored = { 0 };
	const struct imgfmt_verify_opts opts = {
		.struct_size = sizeof(opts),
		.depth = depth,
		.finding = check_finding,
		.ctx = ret,
	};
	struct imgfmt_verify_opts fitness = opts;
	struct imgfmt_report report = { .struct_size = sizeof(report) };
	struct imgfmt_error err;
	int rc;

	*ret = (struct imgfmt_error){ 0 };
	rc = imgfmt_verify(image, &opts, &report, &err);
	if (rc) {
		fuzz_check_error(rc, &err);
		*ret = err;
		return rc;
	}
	FUZZ_ASSERT(!report.errors == !report.status);
	fitness.depth = IMGFMT_DEPTH_QUICK;
	fitness.flags = IMGFMT_VERIFY_RESUMABLE;
	fitness.kernel = "6.16.1";
	fitness.ctx = &ignored;
	rc = imgfmt_verify(image, &fitness, NULL, &err);
	if (rc)
		fuzz_check_error(rc, &err);
	return report.status;
}

uint64_t fuzz_take(struct fuzz_bytes *b, unsigned int bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < bytes && b->size; i++, b->size--)
		value |= (uint64_t)*b->data++ << 8 * i;
	return value;
}

void *fuzz_copy(const void *data, size_t size)
{
	void *copy = malloc(size ? size : 1);

	FUZZ_ASSERT(copy);
	if (size)
		memcpy(copy, data, size);
	return copy;
}
