/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images that have to be signed: whatever is done to one, no parser and no
 * decompressor sees a byte that was not proved, and no page comes out but as
 * it was signed; an input that changes while it is read is no way around that.
 *
 * The linker leads the calls of those parsers here, to be watched.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "elf/elf.h"
#include "record/backup_map.h"
#include "record/block.h"
#include "record/memory.h"
#include "record/page_map.h"
#include "support/judged.h"
#include "support/sanitizer.h"

#define STEP (SANITIZED ? 59u : 11u)

/* ---- What parsers may see ---------------------------------------------- */

static const struct vec *signed_bytes;	/* NULL: anything */
static unsigned int watched;

static void watch(const char *who, const void *bytes, size_t len)
{
	if (!signed_bytes)
		return;
	watched++;
	if (len && !memmem(signed_bytes->data, signed_bytes->len, bytes, len))
		fail("signed: %s saw bytes that no one signed", who);
}

#define WATCH(name, params, bytes, len, args)                    \
	int __real_##name params;                                \
	int __wrap_##name params;                                \
	int __wrap_##name params                                 \
	{                                                        \
		watch(#name, bytes, len);                        \
		return __real_##name args;                       \
	}

WATCH(decompressor_run,
      (struct decompressor *d, const void *src, size_t len, void *dst,
       size_t want, struct imgfmt_error *err),
      src, len, (d, src, len, dst, want, err))
WATCH(block_decode,
      (const void *buf, uint64_t at, const struct block_expect *expect,
       struct block *ret, struct imgfmt_error *err),
      buf, BLOCK_HEADER_SIZE, (buf, at, expect, ret, err))
WATCH(page_map_decode,
      (const void *buf, size_t size, uint64_t at, uint32_t page_size,
       struct vec *ret, struct imgfmt_error *err),
      buf, size, (buf, size, at, page_size, ret, err))
WATCH(backup_map_decode,
      (const void *buf, size_t size, uint64_t at, uint32_t page_size,
       struct vec *ret, struct imgfmt_error *err),
      buf, size, (buf, size, at, page_size, ret, err))
WATCH(mappings_decode,
      (const void *buf, size_t size, uint64_t at, uint32_t page_size,
       struct vec *ret, struct imgfmt_error *err),
      buf, size, (buf, size, at, page_size, ret, err))

/* Below it the front mark is not complete, so that this may be any core. */
#define MARK_SIZE (ELF_EHDR_SIZE + 2 * ELF_PHDR_SIZE)

/* ---- What is done to images --------------------------------------------- */

struct pair {
	const struct sample *s;
	struct sample other;
	struct vec a, b;	/* the image, and one of other pages */
	struct vec changed;	/* a copy of the image, of which room is more */
	struct trusted trusted;
	bool pipe;
};

static void refused(struct pair *p, size_t size, const char *what, uint64_t at)
{
	struct imgfmt_error err = { 0 };
	int rc = judged_read(&p->changed, &p->changed, size, UINT32_MAX, p->pipe,
			     &p->trusted, p->s, &err);

	if (!rc)
		fail("signed: %s %s at %llu: not noticed",
		     p->pipe ? "pipe," : "file,", what,
		     (unsigned long long)at);
	/* One without its marks is some other file. */
	if (rc != IMGFMT_E_SIGNATURE && rc != IMGFMT_E_UNSIGNED &&
	    rc != IMGFMT_E_NOT_IMAGE && rc != IMGFMT_E_UNSUPPORTED &&
	    !*err.rule && at > MARK_SIZE)
		fail("signed: %s at %llu: %s, by no rule", what,
		     (unsigned long long)at, err.message);
}

static void restore(struct pair *p)
{
	memcpy(p->changed.data, p->a.data, p->a.len);
}

static void flip_and_cut(struct pair *p)
{
	uint8_t *bytes = p->changed.data;

	for (uint64_t n = 0; n < p->a.len * 8; n += STEP) {
		bytes[n / 8] ^= (uint8_t)(1u << n % 8);
		refused(p, p->a.len, "flip", n / 8);
		bytes[n / 8] ^= (uint8_t)(1u << n % 8);
	}
	for (size_t size = 0; size < p->a.len; size += 8 * STEP + 1)
		refused(p, size, "cut", size);
	refused(p, p->a.len + 1, "append", p->a.len);
}

/* Every part of the image from the other one, both of which are trusted. */
static unsigned int exchange(struct pair *p)
{
	struct memory m = memory_of(&p->a);
	struct imgfmt_image *image;
	struct imgfmt_region r;
	struct imgfmt_error err;
	unsigned int n = 0;

	must(memory_open(&m, false, 0, &image, &err), &err, "the image");
	for (size_t i = 0; !imgfmt_image_region(image, i, &r); i++) {
		const uint8_t *from = (const uint8_t *)p->b.data + r.offset;
		uint8_t *to = (uint8_t *)p->changed.data + r.offset;

		if (!memcmp(to, from, r.size))
			continue;
		memcpy(to, from, r.size);
		refused(p, p->a.len, r.name, r.offset);
		restore(p);
		n++;
	}
	imgfmt_image_unref(image);
	return n;
}

/* Blocks of the same image in each other's place. */
static void exchange_blocks(struct pair *p)
{
	struct imgfmt_error err;
	struct imgfmt_region r;
	struct memory m = memory_of(&p->a);
	struct imgfmt_image *image;
	size_t i = 0;

	must(memory_open(&m, false, 0, &image, &err), &err, "the image");
	do {
		if (imgfmt_image_region(image, i++, &r))
			fail("signed: no data");
	} while (strcmp(r.name, "data"));
	imgfmt_image_unref(image);
	for (size_t at = 0; at + 2 * SAMPLE_PAGE <= r.size; at += SAMPLE_PAGE) {
		uint8_t *to = (uint8_t *)p->changed.data + r.offset + at;

		memcpy(to, to + SAMPLE_PAGE, SAMPLE_PAGE);
		if (memcmp(to, (uint8_t *)p->a.data + r.offset + at,
			   SAMPLE_PAGE))
			refused(p, p->a.len, "block", at);
		restore(p);
	}
}

/* From every call on, the input is the other image. */
static void turn(struct pair *p)
{
	struct imgfmt_error err;
	unsigned int good = 0;

	for (unsigned int n = 2; n < 200; n++)
		good += !judged_read(&p->a, &p->b, p->a.len, n, p->pipe,
				     &p->trusted, p->s, &err);
	if (!good)
		fail("signed: no image was read before it turned");
}

static void check(const struct sample *s)
{
	struct pair p = { .s = s, .other = *s };
	struct imgfmt_error err;

	p.other.seed = s->seed + 1;
	must(sample_make(s, &p.a, &err), &err, "making an image");
	must(sample_make(&p.other, &p.b, &err), &err, "making another");
	if (p.a.len != p.b.len)
		fail("signed: the images have different sizes");
	judged_manifest(&p.a, &p.trusted.manifests[0]);
	vec_init(&p.trusted.manifests[1], 1);
	vec_init(&p.changed, 1);
	must(vec_append(&p.changed, p.a.data, p.a.len, &err), &err, "a copy");
	must(vec_push(&p.changed, "", &err), &err, "a copy");
	for (int pipe = 0; pipe < 2; pipe++) {
		p.pipe = pipe;
		if (pipe && s->one_pass) {
			signed_bytes = NULL;
			if (judged_read(&p.a, &p.a, p.a.len, UINT32_MAX, true,
					&p.trusted, s, &err) != IMGFMT_E_UNSUPPORTED)
				fail("signed: a streamed image on a pipe");
			break;
		}
		signed_bytes = &p.a;
		watched = 0;
		must(judged_read(&p.a, &p.a, p.a.len, UINT32_MAX, pipe,
				 &p.trusted, s, &err), &err, "the image as it is");
		if (watched < 3)
			fail("signed: the parsers were not watched");
		flip_and_cut(&p);
		turn(&p);
		exchange_blocks(&p);
		signed_bytes = NULL;
		judged_manifest(&p.b, &p.trusted.manifests[1]);
		/* With both trusted, a manifest alone makes no image. */
		if (exchange(&p) < 3)
			fail("signed: the images do not differ");
		vec_fini(&p.trusted.manifests[1]);
	}
	signed_bytes = NULL;
	vec_fini(&p.trusted.manifests[0]);
	vec_fini(&p.changed);
	vec_fini(&p.a);
	vec_fini(&p.b);
}

int main(void)
{
	static const struct sample images[] = {
		{ .to = "packed", .codec = "none", .block_pages = 2,
		  .content = true },
		{ .to = "packed", .codec = "none", .block_pages = 4,
		  .one_pass = true },
		{ .to = "plain", .block_pages = 4, .content = true },
		{ .to = "plain", .block_pages = 2, .one_pass = true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(images); i++)
		check(&images[i]);
	return EXIT_SUCCESS;
}
