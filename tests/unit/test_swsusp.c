/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images of Linux's own hibernation, built here of records: their bytes, every
 * page back from wherever it was put, and what damage costs.
 */
#include <check.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "digest/crc32.h"
#include "prng.h"
#include "record/swsusp.h"

#define FRAMES	700u
#define SPARE	64u	/* pages of the device that nothing uses */

/* How an image is made. */
struct plan {
	uint32_t page_size, flags;
	bool	 shuffle;	/* pages of the device in any order */
	bool	 zones;		/* the upper half of the frames comes first */
	uint64_t before;	/* pages before the swap header */
	bool	 consumed;
};

struct built {
	uint8_t *bytes;
	size_t size;
	uint64_t *slots;	/* pages of the device, in the order of use */
	uint64_t used;
	uint64_t stored;
	const struct plan *plan;
	uint64_t entries[8192];
	uint64_t count;
	uint64_t first_entry[512];	/* of each cluster */
	uint64_t clusters;
};

/* Frames lie in runs with gaps; every seventh is zero, where that is known. */
static uint64_t frame_at(const struct plan *p, unsigned int i)
{
	if (p->zones)
		i = (i + FRAMES / 2) % FRAMES;
	return 16 + i + i / 50 * 13;
}

static bool is_zero(uint64_t pfn)
{
	return pfn % 7 == 3;
}

/* Content by frame: text, noise and nothing else in turn. */
static void fill_page(uint64_t pfn, uint32_t size, uint8_t *page)
{
	uint64_t state = pfn + 1;

	memset(page, (int)(pfn & 0x7f) | 1, size);
	if (pfn % 3 == 0)
		prng_fill(&state, page, size);
	put_le64(page, pfn);
}

static uint8_t *place(struct built *b, uint64_t *slot_ret)
{
	ck_assert_uint_lt(b->used, b->size / b->plan->page_size);
	*slot_ret = b->slots[b->used++];
	return b->bytes + *slot_ret * b->plan->page_size;
}

static void put_pages(struct built *b, const uint8_t *from, uint64_t pages)
{
	uint32_t size = b->plan->page_size;

	for (; pages; pages--, from += size)
		memcpy(place(b, &b->entries[b->count++]), from, size);
}

static void put_cluster(struct built *b, struct compressor *c,
			const uint8_t *from, size_t len)
{
	uint32_t size = b->plan->page_size;
	size_t cap = (size_t)40 * size, n;
	uint8_t *out = calloc(1, cap);

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(compressor_run(c, from, len, out + SWSUSP_PREFIX_SIZE,
					cap - SWSUSP_PREFIX_SIZE, &n, NULL), 0);
	ck_assert_uint_le(n, swsusp_cluster_limit(size));
	put_le64(out, n);
	b->first_entry[b->clusters++] = b->count;
	put_pages(b, out, swsusp_cluster_entries((uint32_t)n, size));
	free(out);
}

/* The body: page list and data pages. */
static uint8_t *make_body(struct built *b, uint64_t *meta_ret,
			  uint64_t *pages_ret)
{
	uint32_t size = b->plan->page_size;
	uint64_t meta = div_round_up(FRAMES * 8, size);
	uint8_t *body = calloc(FRAMES + meta, size);
	uint8_t *to = body + meta * size;

	ck_assert_ptr_nonnull(body);
	for (unsigned int i = 0; i < FRAMES; i++) {
		uint64_t pfn = frame_at(b->plan, i);
		uint64_t entry = pfn;

		if (is_zero(pfn)) {
			entry |= SWSUSP_LIST_ZERO;
		} else {
			fill_page(pfn, size, to);
			to += size;
			b->stored++;
		}
		put_le64(body + i * 8, entry);
	}
	if (meta * size > FRAMES * 8)
		put_le64(body + FRAMES * 8, SWSUSP_LIST_END);
	*meta_ret = meta;
	*pages_ret = meta + b->stored;
	return body;
}

static void put_map(struct built *b, uint64_t *first_ret)
{
	uint32_t size = b->plan->page_size, room = swsusp_map_entries(size);
	uint64_t left = b->count, at = 0, next;
	uint8_t *page = place(b, first_ret);

	while (left) {
		uint32_t n = (uint32_t)min_u64(left, room);
		uint8_t *following = NULL;

		next = 0;
		if (left > n)
			following = place(b, &next);
		swsusp_map_encode(b->entries + at, n, next, size, page);
		at += n;
		left -= n;
		page = following;
	}
}

static void make_slots(struct built *b)
{
	uint64_t count = b->size / b->plan->page_size, n = 0, state = 9;

	b->slots = calloc(count, sizeof(*b->slots));
	ck_assert_ptr_nonnull(b->slots);
	for (uint64_t i = 1; i < count; i++)
		if (i != b->plan->before)
			b->slots[n++] = i;
	for (uint64_t i = n - 1; b->plan->shuffle && i > 0; i--) {
		uint64_t j = prng_below(&state, i + 1), was = b->slots[i];

		b->slots[i] = b->slots[j];
		b->slots[j] = was;
	}
}

static void put_header(struct built *b, uint64_t first, uint32_t crc)
{
	struct swsusp_header h = {
		.image = first, .crc32 = crc, .flags = b->plan->flags,
		.original = "SWAPSPACE2", .signature = "S1SUSPEND",
	};

	if (b->plan->consumed)
		memcpy(h.signature, h.original, sizeof(h.signature));
	swsusp_header_store(&h, b->plan->page_size,
			    b->bytes + b->plan->before * b->plan->page_size);
}

static void build(const struct plan *p, struct built *b)
{
	const struct codec *codec = p->flags & SWSUSP_LZ4 ?
				    codec_by_id(CODEC_LZ4) : &codec_lzo;
	struct swsusp_info info = {
		.arch = SWSUSP_ARCH_X86_64, .num_physpages = 2 * FRAMES,
		.x86_64 = { .magic = SWSUSP_X86_64_MAGIC, .cr3 = 0x1000 },
	};
	uint64_t meta, pages, first;
	uint8_t *body, *page;
	uint32_t crc;

	*b = (struct built){ .plan = p };
	b->size = (size_t)(FRAMES * 2 + SPARE + p->before) * p->page_size;
	b->bytes = calloc(1, b->size);
	ck_assert_ptr_nonnull(b->bytes);
	make_slots(b);
	body = make_body(b, &meta, &pages);
	info.image_pages = b->stored;
	info.pages = pages + 1;
	info.size = info.pages * p->page_size;
	page = malloc(p->page_size);
	ck_assert_ptr_nonnull(page);
	swsusp_info_encode(&info, p->page_size, page);
	put_pages(b, page, 1);
	crc = crc32_le(0, body, pages * p->page_size);
	if (p->flags & SWSUSP_NOCOMPRESS) {
		put_pages(b, body, pages);
		crc = 0;
	} else {
		struct compressor c;

		ck_assert_int_eq(compressor_init(&c, codec, 1,
						 swsusp_cluster_size(p->page_size),
						 NULL), 0);
		for (uint64_t i = 0; i < pages; i += SWSUSP_CLUSTER_PAGES)
			put_cluster(b, &c, body + i * p->page_size,
				    min_u64(pages - i, SWSUSP_CLUSTER_PAGES) *
					    p->page_size);
		compressor_fini(&c);
	}
	put_map(b, &first);
	put_header(b, first, crc);
	free(page);
	free(body);
}

static void built_fini(struct built *b)
{
	free(b->slots);
	free(b->bytes);
}

static int64_t read_at(void *ctx, void *buf, size_t len, uint64_t off)
{
	const struct built *b = ctx;

	len = min_u64(len, b->size - off);
	memcpy(buf, b->bytes + off, len);
	return (int64_t)len;
}

static int open_built(struct built *b, uint32_t flags, uint64_t memlimit,
		      struct imgfmt_image **ret, struct imgfmt_error *err)
{
	const struct imgfmt_open_opts opts = {
		.struct_size = sizeof(opts), .flags = flags,
		.memlimit = memlimit, .resume_offset = b->plan->before,
	};
	const struct imgfmt_io io = {
		.struct_size = sizeof(io), .ctx = b, .read_at = read_at,
		.size = b->size,
	};

	return imgfmt_image_open_io(&io, &opts, ret, err);
}

/* Pages that are there and right; the others must be excluded. */
static unsigned int check_pages(struct imgfmt_image *image,
				const struct plan *p)
{
	static uint8_t page[65536], want[65536];
	struct imgfmt_cursor *c;
	unsigned int right = 0;
	struct imgfmt_error err;

	ck_assert_int_eq(imgfmt_cursor_new(image, NULL, &c, &err), 0);
	for (unsigned int i = 0; i < FRAMES; i++) {
		/* Far apart, so that clusters are met more than once. */
		uint64_t pfn = frame_at(p, (i * 37) % FRAMES);
		int rc = imgfmt_read_pfn(c, pfn, page, &err);

		if (rc == IMGFMT_E_ABSENT)
			continue;
		ck_assert_msg(!rc, "%s", err.message);
		if (is_zero(pfn))
			memset(want, 0, p->page_size);
		else
			fill_page(pfn, p->page_size, want);
		ck_assert_mem_eq(page, want, p->page_size);
		right++;
	}
	ck_assert_int_eq(imgfmt_read_pfn(c, 1, page, NULL), IMGFMT_E_ABSENT);
	imgfmt_cursor_free(c);
	return right;
}

/* Which codecs this build has, decides what can be tested. */
static bool can(const struct plan *p)
{
	return p->flags & SWSUSP_NOCOMPRESS ||
	       codec_is_built(p->flags & SWSUSP_LZ4 ? codec_by_id(CODEC_LZ4) :
						      &codec_lzo);
}

static uint64_t errors_of(struct imgfmt_image *image, uint32_t threads,
			  uint32_t flags, int *status_ret)
{
	const struct imgfmt_verify_opts opts = {
		.struct_size = sizeof(opts), .threads = threads,
		.flags = flags,
	};
	struct imgfmt_report report = { .struct_size = sizeof(report) };

	ck_assert_int_eq(imgfmt_verify(image, &opts, &report, NULL), 0);
	*status_ret = report.status;
	return report.errors;
}

static const struct plan plans[] = {
	{ 4096, SWSUSP_NOCOMPRESS, false, false, 0, false },
	{ 4096, SWSUSP_NOCOMPRESS, true, true, 0, false },
	{ 4096, SWSUSP_CRC32, true, false, 0, false },
	{ 4096, SWSUSP_CRC32, false, true, 7, false },
	{ 4096, SWSUSP_CRC32 | SWSUSP_LZ4, true, false, 0, true },
	{ 16384, SWSUSP_CRC32 | SWSUSP_LZ4, true, true, 3, false },
	{ 16384, SWSUSP_CRC32, true, false, 0, false },
	{ 65536, SWSUSP_NOCOMPRESS, true, false, 0, false },
	{ 65536, SWSUSP_CRC32 | SWSUSP_LZ4, false, false, 0, false },
};

START_TEST(every_page_is_found)
{
	const struct plan *p = &plans[_i];
	struct imgfmt_info info = { .struct_size = sizeof(info) };
	struct imgfmt_resume resume;
	struct imgfmt_image *image;
	struct imgfmt_error err;
	struct built b;
	int status;

	if (!can(p))
		return;
	build(p, &b);
	ck_assert_msg(!open_built(&b, 0, 0, &image, &err), "%s", err.message);
	imgfmt_image_info(image, &info);
	ck_assert_str_eq(info.format, "swsusp");
	ck_assert_uint_eq(info.page_size, p->page_size);
	ck_assert_uint_eq(info.stored_pages, b.stored);
	ck_assert_uint_eq(info.zero_pages, FRAMES - b.stored);
	ck_assert_uint_eq(check_pages(image, p), FRAMES);
	for (uint32_t threads = 0; threads < 3; threads++)
		ck_assert_uint_eq(errors_of(image, threads, 0, &status), 0);
	ck_assert_int_eq(imgfmt_image_resume(image, &resume), 0);
	ck_assert_uint_eq(resume.state, p->consumed ? IMGFMT_RESUME_CLAIMED :
						      IMGFMT_RESUME_PENDING);
	ck_assert_uint_eq(errors_of(image, 0, IMGFMT_VERIFY_RESUMABLE, &status),
			  p->consumed);
	imgfmt_image_unref(image);
	built_fini(&b);
}
END_TEST

/* In pieces of one page each a map takes memory, which is limited. */
START_TEST(pieces_are_limited)
{
	static const struct plan p = {
		4096, SWSUSP_NOCOMPRESS, true, false, 0, false
	};
	struct imgfmt_image *image;
	struct imgfmt_error err;
	struct built b;

	build(&p, &b);
	ck_assert_int_eq(open_built(&b, 0, 40000, &image, &err),
			 IMGFMT_E_LIMIT);
	ck_assert_ptr_nonnull(strstr(err.message, "too many pieces"));
	ck_assert_int_eq(open_built(&b, 0, 4 << 20, &image, &err), 0);
	imgfmt_image_unref(image);
	built_fini(&b);
}
END_TEST

/* Byte @pos of a cluster's pages, wherever these are. */
static uint8_t *cluster_byte(const struct built *b, uint64_t cluster,
			     uint64_t pos)
{
	uint32_t size = b->plan->page_size;
	uint64_t entry = b->first_entry[cluster] + pos / size;

	return b->bytes + b->entries[entry] * size + pos % size;
}

/* A bad cluster costs its own pages and no others, wherever it breaks. */
START_TEST(salvage_loses_one_cluster)
{
	static const struct plan p = {
		4096, SWSUSP_CRC32, true, true, 0, false
	};
	struct imgfmt_info info = { .struct_size = sizeof(info) };
	struct imgfmt_image *image;
	struct imgfmt_error err;
	struct built b;
	uint64_t len;
	uint8_t *at;
	int status;

	if (!can(&p))
		return;
	build(&p, &b);
	at = cluster_byte(&b, 5, 0);
	len = get_le64(at);
	if (_i == 0)	/* the end of its stream */
		*cluster_byte(&b, 5, SWSUSP_PREFIX_SIZE + len - 3) ^= 0xff;
	else if (_i == 1)
		put_le64(at, 0);		/* its length */
	else
		put_le64(at, len ^ 0x4000);	/* another one */
	if (!open_built(&b, 0, 0, &image, &err)) {
		ck_assert_int_eq(_i, 0);
		ck_assert_uint_gt(errors_of(image, 2, 0, &status), 0);
		ck_assert_int_eq(status, IMGFMT_E_CORRUPT);
		imgfmt_image_unref(image);
	}
	ck_assert_int_eq(open_built(&b, IMGFMT_OPEN_SALVAGE, 0, &image, &err),
			 0);
	imgfmt_image_info(image, &info);
	ck_assert_uint_eq(info.excluded_pages, SWSUSP_CLUSTER_PAGES);
	ck_assert_uint_eq(check_pages(image, &p),
			  FRAMES - SWSUSP_CLUSTER_PAGES);
	ck_assert_int_eq(imgfmt_image_damage(image, &err), 0);
	imgfmt_image_unref(image);
	built_fini(&b);
}
END_TEST

/* Bytes that decompress, but to something else: only the CRC tells. */
START_TEST(crc_covers_all)
{
	static const struct plan p = {
		4096, SWSUSP_CRC32 | SWSUSP_LZ4, false, false, 0, false
	};
	struct imgfmt_image *image;
	struct imgfmt_error err;
	struct built b;
	int status = 0;

	if (!can(&p))
		return;
	build(&p, &b);
	/* Not each byte is one of a page. */
	for (uint64_t pos = 9; pos < 2000 && status != IMGFMT_E_DIGEST; pos++) {
		*cluster_byte(&b, 7, pos) ^= 1;
		ck_assert_int_eq(open_built(&b, 0, 0, &image, &err), 0);
		if (errors_of(image, 1, 0, &status))
			ck_assert(status == IMGFMT_E_DIGEST ||
				  status == IMGFMT_E_CORRUPT);
		imgfmt_image_unref(image);
		*cluster_byte(&b, 7, pos) ^= 1;
	}
	ck_assert_int_eq(status, IMGFMT_E_DIGEST);
	built_fini(&b);
}
END_TEST

/* A cluster does not say how much it holds: the codecs do. */
START_TEST(codecs_tell_lengths)
{
	const struct codec *const codecs[] = { codec_by_id(CODEC_LZ4),
					       &codec_lzo };
	static uint8_t src[5000], packed[8000], plain[9000];
	struct decompressor d;
	struct compressor c;
	uint64_t state = 7;
	size_t n, got;

	prng_fill(&state, src, sizeof(src) / 2);
	for (size_t i = 0; i < ARRAY_SIZE(codecs); i++) {
		if (!codec_is_built(codecs[i]))
			continue;
		ck_assert_int_eq(compressor_init(&c, codecs[i], 1,
						 sizeof(plain), NULL), 0);
		ck_assert_int_eq(decompressor_init(&d, codecs[i],
						   sizeof(plain), NULL), 0);
		ck_assert_int_eq(compressor_run(&c, src, sizeof(src), packed,
						sizeof(packed), &n, NULL), 0);
		ck_assert_int_eq(decompressor_run_some(&d, packed, n, plain,
						       sizeof(plain), &got,
						       NULL), 0);
		ck_assert_uint_eq(got, sizeof(src));
		ck_assert_mem_eq(plain, src, got);
		ck_assert_int_eq(decompressor_run_some(&d, packed, n, plain,
						       sizeof(src) - 1, &got,
						       NULL),
				 IMGFMT_E_CORRUPT);
		ck_assert_int_eq(decompressor_run_some(&d, packed, n, plain,
						       sizeof(plain) + 1, &got,
						       NULL), IMGFMT_E_USAGE);
		compressor_fini(&c);
		decompressor_fini(&d);
	}
}
END_TEST

/* Offsets of the kernel's structures, x86_64 with pages of 4 KiB. */
START_TEST(records_have_their_places)
{
	static uint8_t page[4096];
	const struct swsusp_header h = {
		.hardware_signature = 0x01020304, .crc32 = 0x05060708,
		.image = 0x1112131415161718, .flags = 0x15,
		.original = "SWAP-SPACE", .signature = "S1SUSPEND",
	};
	const struct swsusp_info info = {
		.arch = SWSUSP_ARCH_X86_64, .num_physpages = 0x30,
		.image_pages = 0x10, .pages = 0x12, .size = 0x12000,
		.x86_64 = { 1, 2, 3, SWSUSP_X86_64_MAGIC, 5 },
	};

	swsusp_header_store(&h, sizeof(page), page);
	ck_assert(mem_is_zero(page, 0xfd8));
	ck_assert_uint_eq(get_le32(page + 0xfd8), 0x01020304);
	ck_assert_uint_eq(get_le32(page + 0xfdc), 0x05060708);
	ck_assert_uint_eq(get_le64(page + 0xfe0), 0x1112131415161718);
	ck_assert_uint_eq(get_le32(page + 0xfe8), 0x15);
	ck_assert_mem_eq(page + 0xfec, "SWAP-SPACES1SUSPEND", 20);
	swsusp_info_encode(&info, sizeof(page), page);
	ck_assert_uint_eq(get_le64(page + 24), SWSUSP_X86_64_MAGIC);
	ck_assert_uint_eq(get_le64(page + 32), 5);
	ck_assert_uint_eq(get_le64(page + 400), 0x30);
	ck_assert_uint_eq(get_le64(page + 416), 0x10);
	ck_assert_uint_eq(get_le64(page + 424), 0x12);
	ck_assert_uint_eq(get_le64(page + 432), 0x12000);
	ck_assert_uint_eq(swsusp_cluster_limit(4096), 139333);
	ck_assert_uint_eq(swsusp_cluster_entries(139333, 4096), 35);
	ck_assert_uint_eq(swsusp_map_entries(16384), 2047);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("swsusp");
	TCase *tc = tcase_create("swsusp");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, records_have_their_places);
	tcase_add_test(tc, codecs_tell_lengths);
	tcase_add_loop_test(tc, every_page_is_found, 0,
			    (int)ARRAY_SIZE(plans));
	tcase_add_test(tc, pieces_are_limited);
	tcase_add_loop_test(tc, salvage_loses_one_cluster, 0, 3);
	tcase_add_test(tc, crc_covers_all);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
