/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images of other formats with a signature beside them: a bit that reaches a
 * resumed kernel cannot change, nothing is decompressed that was not signed,
 * and what is read is what was verified.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "codec/codec.h"
#include "record/swsusp.h"
#include "support/judged.h"
#include "support/sanitizer.h"
#include "support/swap.h"

#define STEP (SANITIZED ? 401u : 53u)
#define AREA_PAGES 64u

static const struct vec *signed_bytes;	/* NULL: anything */
static unsigned int watched;

int __real_decompressor_run_some(struct decompressor *d, const void *src,
				 size_t len, void *dst, size_t want,
				 size_t *ret, struct imgfmt_error *err);
int __wrap_decompressor_run_some(struct decompressor *d, const void *src,
				 size_t len, void *dst, size_t want,
				 size_t *ret, struct imgfmt_error *err);
int __wrap_decompressor_run_some(struct decompressor *d, const void *src,
				 size_t len, void *dst, size_t want,
				 size_t *ret, struct imgfmt_error *err)
{
	if (signed_bytes) {
		watched++;
		if (!memmem(signed_bytes->data, signed_bytes->len, src, len))
			fail("signed_foreign: decompressed what no one signed");
	}
	return __real_decompressor_run_some(d, src, len, dst, want, ret, err);
}

/* Bytes of which each must count. */
struct range {
	uint64_t from, to;
};

struct image {
	const struct swap_sample *s;
	struct vec bytes, other, changed;
	struct range covered[8];
	size_t ranges;
	struct trusted trusted;
};

static bool is_covered(const struct image *i, uint64_t at)
{
	for (size_t r = 0; r < i->ranges; r++)
		if (at >= i->covered[r].from && at < i->covered[r].to)
			return true;
	return false;
}

static void flip_all(struct image *i)
{
	uint8_t *bytes = i->changed.data;
	uint64_t accepted = 0;
	struct imgfmt_error err;

	for (uint64_t n = 0; n < i->changed.len * 8;
	     n += is_covered(i, n / 8) ? 1 + STEP / 4 : STEP) {
		bytes[n / 8] ^= (uint8_t)(1u << n % 8);
		if (!judged_read(&i->changed, &i->changed, i->changed.len,
				 UINT32_MAX, false, &i->trusted,
				 &i->s->sample, &err)) {
			accepted++;
			if (is_covered(i, n / 8))
				fail("signed_foreign: flip at %llu.%u is not noticed",
				     (unsigned long long)n / 8,
				     (unsigned int)(n % 8));
		}
		bytes[n / 8] ^= (uint8_t)(1u << n % 8);
	}
	/* What no kernel reads may change: a whole area is not refused. */
	if (i->s->codec && !accepted)
		fail("signed_foreign: unused pages are signed too");
}

/* From every call on, the input is another image of the same form. */
static void turn(struct image *i)
{
	struct imgfmt_error err;
	unsigned int good = 0;

	for (unsigned int n = 1; n < 120; n++)
		good += !judged_read(&i->bytes, &i->other, i->bytes.len, n,
				     false, &i->trusted, &i->s->sample, &err);
	if (!good)
		fail("signed_foreign: no image was read before it turned");
}

/* The same image after a resume began, and when swap has used its pages. */
static void consume(struct image *i)
{
	uint8_t *page = i->changed.data;
	struct swsusp_header h;
	struct imgfmt_error err;
	int rc;

	swsusp_header_load(page, SAMPLE_PAGE, &h);
	memcpy(h.signature, h.original, sizeof(h.signature));
	swsusp_header_store(&h, SAMPLE_PAGE, page);
	must(judged_read(&i->changed, &i->changed, i->changed.len, UINT32_MAX,
			 false, &i->trusted, &i->s->sample, &err), &err,
	     "a consumed image");
	memset(page + 3 * SAMPLE_PAGE, 0x55, 20 * SAMPLE_PAGE);
	rc = judged_read(&i->changed, &i->changed, i->changed.len, UINT32_MAX,
			 false, &i->trusted, &i->s->sample, &err);
	if (rc != IMGFMT_E_UNFIT || strcmp(err.rule, "SWS-27"))
		fail("signed_foreign: a consumed image: %s",
		     imgfmt_status_name(rc));
}

static void read_area(int fd, struct vec *ret)
{
	struct imgfmt_error err;

	vec_init(ret, 1);
	must(vec_reserve(ret, AREA_PAGES * SAMPLE_PAGE, &err), &err, "an area");
	ret->len = AREA_PAGES * SAMPLE_PAGE;
	if (pread(fd, ret->data, ret->len, 0) != (ssize_t)ret->len)
		fail("signed_foreign: cannot read the area");
}

static void make(const struct swap_sample *s, struct vec *ret)
{
	struct imgfmt_error err;
	int fd;

	if (!s->codec) {
		must(sample_make(&s->sample, ret, &err), &err, "an image");
		return;
	}
	fd = memfd_create("area", MFD_CLOEXEC);
	if (fd < 0)
		fail("signed_foreign: no memory file");
	swap_make(fd, AREA_PAGES, NULL, 0, 0xaa);
	must(swap_write(s, fd, 0, NULL, NULL, &err), &err, "writing to swap");
	read_area(fd, ret);
	close(fd);
}

static void find_covered(struct image *i)
{
	struct memory m = memory_of(&i->bytes);
	struct imgfmt_image *image;
	struct imgfmt_region r;
	struct imgfmt_error err;

	must(memory_open(&m, false, 0, &image, &err), &err, "the image");
	for (size_t n = 0; !imgfmt_image_region(image, n, &r); n++) {
		if (!strcmp(r.name, "swap header")) {
			r.offset += r.size - SWSUSP_TAIL_SIZE;
			r.size = SWSUSP_TAIL_SIZE;
		}
		if (i->ranges < ARRAY_SIZE(i->covered))
			i->covered[i->ranges++] = (struct range){
				r.offset, r.offset + r.size,
			};
	}
	imgfmt_image_unref(image);
}

static void check(const struct swap_sample *s)
{
	struct image i = { .s = s };
	struct swap_sample other = *s;
	struct imgfmt_error err;

	other.sample.seed++;
	make(s, &i.bytes);
	make(&other, &i.other);
	find_covered(&i);
	vec_init(&i.changed, 1);
	must(vec_append(&i.changed, i.bytes.data, i.bytes.len, &err), &err,
	     "a copy");
	judged_manifest(&i.bytes, &i.trusted.manifests[0]);
	vec_init(&i.trusted.manifests[1], 1);
	signed_bytes = &i.bytes;
	watched = 0;
	must(judged_read(&i.bytes, &i.bytes, i.bytes.len, UINT32_MAX, false,
			 &i.trusted, &s->sample, &err), &err, "the image");
	if (s->codec && strcmp(s->codec, "none") && !watched)
		fail("signed_foreign: the decompressor was not watched");
	flip_all(&i);
	turn(&i);
	if (s->codec)
		consume(&i);
	signed_bytes = NULL;
	vec_fini(&i.trusted.manifests[0]);
	vec_fini(&i.changed);
	vec_fini(&i.other);
	vec_fini(&i.bytes);
}

int main(void)
{
	static const struct swap_sample images[] = {
		{ { .to = "packed", .groups = 4 }, "none" },
		{ { .to = "packed", .groups = 4 }, "lz4",
		  SWSUSP_LZ4 | SWSUSP_CRC32, .backwards = true },
		{ { .to = "elf", .groups = 2 }, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(images); i++)
		check(&images[i]);
	return EXIT_SUCCESS;
}
