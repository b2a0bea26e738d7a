/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/swap.h"

#include <stdlib.h>
#include <unistd.h>

#include "record/swsusp.h"
#include "sink/swap_area.h"
#include "source/source.h"

void swap_make(int fd, uint32_t pages, const uint32_t *bad, uint32_t bad_count,
	       uint8_t fill)
{
	uint8_t page[SAMPLE_PAGE] = { 0 };

	put_le32(page + 1024, 1);
	put_le32(page + 1028, pages - 1);
	put_le32(page + 1032, bad_count);
	memcpy(page + 1036, "0123456789abcdef", 16);
	memcpy(page + 1052, "label", 5);
	for (uint32_t i = 0; i < bad_count; i++)
		put_le32(page + 1536 + (size_t)i * 4, bad[i]);
	memcpy(page + sizeof(page) - 10, "SWAPSPACE2", 10);
	for (uint32_t i = 0; i < pages; i++) {
		if (pwrite(fd, page, sizeof(page), (off_t)i * SAMPLE_PAGE) !=
		    sizeof(page))
			fail("swap: cannot make an area");
		memset(page, fill, sizeof(page));
	}
}

int swap_note_of(const struct swap_sample *s, uint64_t halves,
		 struct swap_note *ret, struct imgfmt_error *err)
{
	const struct swsusp_info info = {
		.arch = SWSUSP_ARCH_X86_64,
		.x86_64 = { .jump_address = 0xffffffff81000000,
			    .jump_address_phys = 0x1000000, .cr3 = 0x2000000,
			    .magic = SWSUSP_X86_64_MAGIC },
		.num_physpages = 1 << 20, .image_pages = 1, .pages = 3,
		.size = 3 * SAMPLE_PAGE,
	};
	const struct swap_part parts[] = {
		{ halves, halves + (1 << 20) },
		{ 0, halves - 1 },
	};
	uint8_t page[SAMPLE_PAGE];
	int rc;

	ret->header_flags = s->header_flags;
	ret->hardware_signature = s->header_flags & SWSUSP_HW_SIG ? 77 : 0;
	ret->zero_elided = s->zero_elided;
	swsusp_info_encode(&info, sizeof(page), page);
	rc = swap_note_set_info(ret, page, sizeof(page), err);
	if (rc || !s->backwards)
		return rc;
	return vec_append(&ret->parts, parts, ARRAY_SIZE(parts), err);
}

int swap_attach(const struct swap_sample *s, struct imgfmt_image *image,
		struct imgfmt_error *err)
{
	image->has_swap = true;
	return swap_note_of(s, image->frames.max_pfn / 2, &image->swap, err);
}

int swap_output(int fd, uint32_t flags, const struct output_calls *calls,
		struct imgfmt_output **ret, struct imgfmt_error *err)
{
	const struct imgfmt_swap_opts opts = { .flags = flags };
	struct swap_area *area;
	struct place *place;
	int rc = place_open_fd(fd, "swap", calls, &place, err);

	if (!rc)
		rc = swap_area_open(place, &opts, &area, err);
	*ret = rc ? NULL : swap_area_output(area);
	return rc;
}

int swap_write(const struct swap_sample *s, int fd, uint32_t flags,
	       const struct output_calls *calls,
	       struct imgfmt_convert_result *result, struct imgfmt_error *err)
{
	const struct imgfmt_convert_opts opts = {
		.struct_size = sizeof(opts), .to = "swsusp",
		.codec = s->codec, .threads = s->threads,
	};
	struct imgfmt_image *image = NULL;
	struct imgfmt_output *out = NULL;
	struct memory m;
	struct vec bytes;
	int rc = sample_make(&s->sample, &bytes, err);

	m = memory_of(&bytes);
	if (!rc)
		rc = memory_open(&m, false, 0, &image, err);
	if (!rc)
		rc = swap_attach(s, image, err);
	if (!rc)
		rc = swap_output(fd, flags, calls, &out, err);
	if (!rc)
		rc = imgfmt_convert(image, &opts, out, result, err);
	imgfmt_output_free(out);
	imgfmt_image_unref(image);
	vec_fini(&bytes);
	return rc;
}
