/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images that are cut, damaged or on a bad disk behind their front, at random
 * places: each page whose block is as it was comes back, and all others are
 * told lost.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source/native.h"
#include "support/sample.h"
#include "unit/prng.h"

#define TRIES	300u
#define FRAMES	0x200u
#define SECTOR	4096u

static const struct sample images[] = {
	{ .to = "packed", .block_pages = 4, .groups = 12 },
	{ .to = "packed", .block_pages = 4, .groups = 12, .one_pass = true },
	{ .to = "packed", .block_pages = 2, .groups = 12, .content = true,
	  .codec = "none", .one_pass = true },
	{ .to = "plain", .block_pages = 4, .groups = 12 },
	{ .to = "plain", .block_pages = 4, .groups = 12, .one_pass = true },
};

/* What must become of a frame. */
enum fate { NOT_PRESENT, SAVED, LOST };

struct trial {
	const struct sample *sample;
	struct imgfmt_image *whole;	/* as it was before the damage */
	const struct vec *bytes;	/* of it */
	struct vec damaged;
	uint64_t bad, bad_end;		/* what the disk does not read */
	enum fate fates[FRAMES];
	bool unverified;
	bool told[FRAMES];		/* to be lost */
	uint64_t seed;
};

static bool is_same(const struct trial *t, uint64_t from, uint64_t len)
{
	return from + len <= t->damaged.len &&
	       (from >= t->bad_end || from + len <= t->bad) &&
	       !memcmp((uint8_t *)t->bytes->data + from,
		       (uint8_t *)t->damaged.data + from, len);
}

/* Of a plain block, only what is stored is under its digest. */
static bool is_block_intact(const struct trial *t, const struct index_entry *e)
{
	uint64_t at = t->whole->plan.data + e->offset;

	if (t->whole->info.profile == IMGFMT_PACKED)
		return is_same(t, at, e->bytes);
	if (at + e->bytes > t->damaged.len ||
	    (at < t->bad_end && at + e->bytes > t->bad))
		return false;
	for (uint64_t m = e->stored_mask | e->zero_mask; m && !t->unverified;
	     m &= m - 1, at += SAMPLE_PAGE)
		if (e->stored_mask & m & -m && !is_same(t, at, SAMPLE_PAGE))
			return false;
	return true;
}

/* Without tables nothing proves the pages of a plain image. */
static void foretell(struct trial *t)
{
	const struct imgfmt_image *w = t->whole;

	memset(t->fates, 0, sizeof(t->fates));
	memset(t->told, 0, sizeof(t->told));
	t->unverified = w->info.profile == IMGFMT_PLAIN &&
			!is_same(t, w->plan.tables_at, w->plan.tables.size);
	for (uint64_t b = 0; b < w->frames.blocks; b++) {
		uint64_t pfn = frames_group(&w->frames, b) *
			       w->info.block_pages;
		struct index_entry e;
		enum fate fate;

		native_entry(native_of(w), b, &e);
		fate = is_block_intact(t, &e) ? SAVED : LOST;
		for (uint64_t m = e.stored_mask | e.zero_mask; m; m &= m - 1)
			t->fates[pfn + (uint64_t)__builtin_ctzll(m)] = fate;
	}
}

/* A few bytes changed, and sometimes a cut or bad sectors, behind the front. */
static void damage(struct trial *t)
{
	uint64_t front = t->whole->plan.front_end, state = t->seed;
	unsigned int changes = (unsigned int)prng_below(&state, 4);
	struct imgfmt_error err;

	vec_init(&t->damaged, 1);
	must(vec_append(&t->damaged, t->bytes->data, t->bytes->len, &err),
	     &err, "copying an image");
	while (changes--) {
		uint64_t at = front + prng_below(&state, t->bytes->len - front);
		uint64_t len = 1 + prng_below(&state, 64);

		len = min_u64(len, t->bytes->len - at);
		for (uint64_t i = 0; i < len; i++)
			((uint8_t *)t->damaged.data)[at + i] ^= 0x55;
	}
	if (!prng_below(&state, 3))
		t->damaged.len = front + prng_below(&state,
						    t->bytes->len - front);
	t->bad = t->bad_end = 0;
	if (!prng_below(&state, 3)) {
		t->bad = align_up(front + prng_below(&state,
						     t->bytes->len - front),
				  SECTOR);
		t->bad_end = t->bad + SECTOR * (1 + prng_below(&state, 20));
	}
}

static void note_lost(void *ctx, const struct imgfmt_run *run)
{
	struct trial *t = ctx;

	for (uint64_t i = 0; i < run->pages; i++)
		t->told[run->pfn + i] = true;
}

static void complain(const struct trial *t, uint64_t pfn, const char *what)
{
	fail("salvage: %s %s, seed %llu: frame 0x%llx: %s",
	     t->sample->one_pass ? "streamed" : "sealed", t->sample->to,
	     (unsigned long long)t->seed, (unsigned long long)pfn, what);
}

static void check_frame(const struct trial *t, struct imgfmt_cursor *c,
			uint64_t pfn)
{
	uint8_t page[SAMPLE_PAGE], want[SAMPLE_PAGE];
	int rc = imgfmt_read_pfn(c, pfn, page, NULL);
	struct imgfmt_run run;

	if (t->told[pfn] != (t->fates[pfn] == LOST))
		complain(t, pfn, t->told[pfn] ? "told lost" : "not told lost");
	if (t->fates[pfn] == SAVED) {
		sample_page(t->sample, pfn, want);
		if (rc)
			complain(t, pfn, "not saved");
		if (!t->unverified && memcmp(page, want, sizeof(page)))
			complain(t, pfn, "saved with other content");
		return;
	}
	if (rc != IMGFMT_E_ABSENT)
		complain(t, pfn, "is there, but should not be");
	if (t->fates[pfn] != LOST)
		return;
	if (imgfmt_cursor_run(c, pfn, &run, NULL) || run.pfn != pfn ||
	    run.state != IMGFMT_EXCLUDED || run.class_id != IMGFMT_NONE)
		complain(t, pfn, "lost, but not excluded with class none");
}

static void check_saved(const struct trial *t, const struct vec *bytes)
{
	struct memory m = memory_of(bytes);
	struct imgfmt_cursor *cursor;
	struct imgfmt_image *image;
	struct imgfmt_error err;
	bool lost = false;

	must(sample_verify(&m, false, &err), &err, "what was saved");
	must(memory_open(&m, false, 0, &image, &err), &err, "what was saved");
	must(imgfmt_cursor_new(image, NULL, &cursor, &err), &err, "a cursor");
	for (uint64_t pfn = 0; pfn < FRAMES; pfn++) {
		check_frame(t, cursor, pfn);
		lost |= t->told[pfn];
	}
	if (lost && !(image->info.not_resumable & IMGFMT_NOT_RESUMABLE_SALVAGED))
		complain(t, 0, "the image does not say that it was salvaged");
	imgfmt_cursor_free(cursor);
	imgfmt_image_unref(image);
}

static void try_salvage(struct trial *t)
{
	const struct imgfmt_convert_opts opts = {
		.struct_size = sizeof(opts),
		.flags = IMGFMT_CONVERT_SALVAGE,
		.lost = note_lost,
		.lost_ctx = t,
	};
	struct imgfmt_convert_result result = { .struct_size = sizeof(result) };
	struct imgfmt_output *out;
	struct imgfmt_image *image;
	struct imgfmt_error err;
	struct memory m;
	struct vec saved;

	damage(t);
	foretell(t);
	m = memory_of(&t->damaged);
	m.bad = t->bad;
	m.bad_end = t->bad_end;
	vec_init(&saved, 1);
	must(memory_open(&m, false, IMGFMT_OPEN_SALVAGE, &image, &err), &err,
	     "opening a damaged image");
	must(memory_output(&saved, false, -1, &out, &err), &err, "an output");
	must(imgfmt_convert(image, &opts, out, &result, &err), &err,
	     "salvaging");
	if (result.unverified != t->unverified)
		complain(t, 0, "verified or not, but said otherwise");
	imgfmt_output_free(out);
	imgfmt_image_unref(image);
	check_saved(t, &saved);
	vec_fini(&saved);
	vec_fini(&t->damaged);
}

/* Calls of a progress callback, of which the one numbered @stop says stop. */
struct calls {
	int count, stop;
	uint64_t done;
};

static int count_call(void *ctx, uint64_t done, uint64_t total)
{
	struct calls *c = ctx;

	if (done > total || done < c->done)
		fail("salvage: %llu of %llu bytes after %llu",
		     (unsigned long long)done, (unsigned long long)total,
		     (unsigned long long)c->done);
	c->done = done;
	return c->count++ == c->stop;
}

/* The search for what is intact can be stopped at any time. */
static void stop_search(const struct vec *bytes)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	int calls = 1;

	/* Without its last byte it is damaged. */
	if (fd < 0 || write(fd, bytes->data, bytes->len - 1) !=
			      (ssize_t)bytes->len - 1)
		fail("salvage: cannot write a file");
	for (int stop = 0; stop <= calls; stop++) {
		struct calls c = { .stop = stop == calls ? -1 : stop };
		const struct imgfmt_open_opts opts = {
			.struct_size = sizeof(opts),
			.flags = IMGFMT_OPEN_SALVAGE,
			.progress = { count_call, &c },
		};
		struct imgfmt_image *image = NULL;
		struct imgfmt_error err;
		int rc = imgfmt_image_open_fd(fd, "image", &opts, &image,
					      &err);

		if (rc != (c.stop < 0 ? IMGFMT_OK : IMGFMT_E_CANCELLED))
			fail("salvage: status %d where stopped at %d", rc,
			     c.stop);
		if (!stop)
			calls = 5;
		if (c.stop < 0 && c.count < calls)
			fail("salvage: only %d calls", c.count);
		imgfmt_image_unref(image);
	}
	close(fd);
}

/* ---- An ELF core, which has nothing to prove its pages by --------------- */

#define CORE_TRIES 40u

/* Where the core has a frame; 0: nowhere. */
static uint64_t core_place(const struct imgfmt_image *image, uint64_t pfn)
{
	uint64_t at = pfn * SAMPLE_PAGE;
	struct imgfmt_segment s;

	for (size_t i = 0; !imgfmt_image_segment(image, i, &s); i++)
		if (s.type == PT_LOAD && at >= s.paddr &&
		    at - s.paddr < s.file_size)
			return s.offset + (at - s.paddr);
	return 0;
}

static int read_frame(struct imgfmt_image *image, uint64_t pfn, uint8_t *page)
{
	struct imgfmt_cursor *cursor;
	struct imgfmt_error err;
	int rc;

	must(imgfmt_cursor_new(image, NULL, &cursor, &err), &err, "a cursor");
	rc = imgfmt_read_pfn(cursor, pfn, page, &err);
	imgfmt_cursor_free(cursor);
	return rc;
}

/* Frames that lie in bad bytes are lost, and all others as they were. */
static void compare_cores(struct imgfmt_image *whole, struct memory *m,
			  uint64_t seed)
{
	static uint8_t want[SAMPLE_PAGE], got[SAMPLE_PAGE];
	struct imgfmt_info info = { .struct_size = sizeof(info) };
	struct imgfmt_image *image;
	struct imgfmt_error err;
	bool any = false;

	must(memory_open(m, false, IMGFMT_OPEN_SALVAGE, &image, &err), &err,
	     "opening a core on a bad disk");
	for (uint64_t pfn = 0; pfn < FRAMES; pfn++) {
		uint64_t at = core_place(whole, pfn);
		bool lost = at && at < m->bad_end && at + SAMPLE_PAGE > m->bad;
		int rc = read_frame(image, pfn, got);

		any |= lost;
		if (rc != (at && !lost ? IMGFMT_OK : IMGFMT_E_ABSENT))
			fail("salvage: core, seed %llu: frame 0x%llx: status %d",
			     (unsigned long long)seed, (unsigned long long)pfn,
			     rc);
		if (!rc && (read_frame(whole, pfn, want) ||
			    memcmp(want, got, sizeof(want))))
			fail("salvage: core, seed %llu: frame 0x%llx is another",
			     (unsigned long long)seed, (unsigned long long)pfn);
	}
	imgfmt_image_info(image, &info);
	if (any != !!(info.not_resumable & IMGFMT_NOT_RESUMABLE_SALVAGED))
		fail("salvage: core, seed %llu: salvaged or not, but said otherwise",
		     (unsigned long long)seed);
	imgfmt_image_unref(image);
}

static void core_on_a_bad_disk(void)
{
	const struct sample sample = { .to = "elf", .groups = 12 };
	struct imgfmt_image *whole;
	struct imgfmt_error err;
	uint64_t first = UINT64_MAX;
	struct memory m;
	struct vec bytes;

	must(sample_make(&sample, &bytes, &err), &err, "making a core");
	m = memory_of(&bytes);
	must(memory_open(&m, false, 0, &whole, &err), &err, "opening a core");
	for (uint64_t pfn = 0; pfn < FRAMES; pfn++)
		if (core_place(whole, pfn))
			first = min_u64(first, core_place(whole, pfn));
	for (uint64_t seed = 0; seed <= CORE_TRIES; seed++) {
		struct memory bad = memory_of(&bytes);
		uint64_t state = seed;

		/* The first try has nothing bad. */
		if (seed) {
			bad.bad = first + prng_below(&state, bytes.len - first);
			bad.bad_end = bad.bad + 1 +
				      prng_below(&state, 5 * SECTOR);
		}
		compare_cores(whole, &bad, seed);
	}
	imgfmt_image_unref(whole);
	vec_fini(&bytes);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
		struct trial t = { .sample = &images[i] };
		struct imgfmt_error err;
		struct memory m;
		struct vec bytes;

		must(sample_make(t.sample, &bytes, &err), &err,
		     "making an image");
		t.bytes = &bytes;
		m = memory_of(&bytes);
		must(memory_open(&m, false, 0, &t.whole, &err), &err,
		     "opening an image");
		for (t.seed = 1; t.seed <= TRIES; t.seed++)
			try_salvage(&t);
		stop_search(&bytes);
		imgfmt_image_unref(t.whole);
		vec_fini(&bytes);
	}
	core_on_a_bad_disk();
	return EXIT_SUCCESS;
}
