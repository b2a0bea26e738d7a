/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/result.h"

#include <sys/mman.h>
#include <unistd.h>

#include "support/swap.h"

/* More than what a small image should become is not worth the time. */
#define PAGES_MAX 4096u

static void open_it(const struct vec *bytes, bool one_pass,
		    enum imgfmt_depth depth)
{
	struct memory m = memory_of(bytes);
	struct imgfmt_image *image;
	struct imgfmt_error err;

	if (memory_open(&m, one_pass, 0, &image, &err))
		fuzz_fail(__FILE__, __LINE__, err.message);
	fuzz_walk_tables(image);
	/* A block of an unknown codec may have been taken over as it is. */
	if (fuzz_verify(image, depth, &err) &&
	    err.status != IMGFMT_E_UNSUPPORTED)
		fuzz_fail(__FILE__, __LINE__, err.message);
	imgfmt_image_unref(image);
}

void fuzz_check_result(const struct vec *bytes, enum imgfmt_depth depth)
{
	open_it(bytes, false, depth);
	open_it(bytes, true, depth);
}

void fuzz_convert(struct imgfmt_image *image, const char *to, uint32_t view,
		  uint32_t flags, bool one_pass)
{
	const struct imgfmt_convert_opts opts = {
		.struct_size = sizeof(opts),
		.to = to,
		.view = view,
		.flags = flags,
	};
	struct imgfmt_info info = { .struct_size = sizeof(info) };
	enum imgfmt_depth depth = IMGFMT_DEPTH_FULL;
	struct imgfmt_output *out;
	struct imgfmt_error err;
	struct vec bytes;
	int rc;

	imgfmt_image_info(image, &info);
	if (info.present_pages > PAGES_MAX)
		return;
	/*
	 * Blocks may be taken over as they are, and so with what they hold;
	 * not so by a salvage.
	 */
	if (flags & IMGFMT_CONVERT_SALVAGE ||
	    (!info.sequential &&
	     !fuzz_verify(image, IMGFMT_DEPTH_DEEP, &err)))
		depth = IMGFMT_DEPTH_DEEP;
	vec_init(&bytes, 1);
	FUZZ_ASSERT(!memory_output(&bytes, one_pass, -1, &out, NULL));
	rc = imgfmt_convert(image, &opts, out, NULL, &err);
	imgfmt_output_free(out);
	if (rc)
		fuzz_check_error(rc, &err);
	else if (!strcmp(to, "packed") || !strcmp(to, "plain"))
		fuzz_check_result(&bytes, depth);
	else	/* whose pages may come in any order */
		open_it(&bytes, false, depth);
	vec_fini(&bytes);
}

/* Zero or more pages more than the image takes if nothing shrinks. */
static uint32_t area_pages(const struct imgfmt_info *info)
{
	return (uint32_t)(info->present_pages + info->present_pages / 8 + 40);
}

static void check_area(int fd, uint32_t pages, bool written)
{
	struct memory m = { .size = (size_t)pages * SAMPLE_PAGE, .fail_at = -1 };
	uint8_t *bytes = malloc(m.size);
	struct imgfmt_image *image;
	struct imgfmt_error err;

	FUZZ_ASSERT(bytes &&
		    pread(fd, bytes, m.size, 0) == (ssize_t)m.size);
	m.data = bytes;
	if (!written) {
		FUZZ_ASSERT(!memcmp(bytes + SAMPLE_PAGE - 10, "SWAPSPACE2",
				    10));
	} else {
		if (memory_open(&m, false, 0, &image, &err) ||
		    fuzz_verify(image, IMGFMT_DEPTH_DEEP, &err))
			fuzz_fail(__FILE__, __LINE__, err.message);
		imgfmt_image_unref(image);
	}
	free(bytes);
}

void fuzz_write_back(struct imgfmt_image *image)
{
	static const uint32_t bad[] = { 1, 2, 7 };
	const struct imgfmt_convert_opts opts = {
		.struct_size = sizeof(opts), .to = "swsusp",
		.flags = IMGFMT_CONVERT_USED,
	};
	struct imgfmt_info info = { .struct_size = sizeof(info) };
	struct imgfmt_output *out;
	struct imgfmt_error err;
	int fd, rc;

	imgfmt_image_info(image, &info);
	if (info.present_pages > PAGES_MAX)
		return;
	fd = memfd_create("swap", MFD_CLOEXEC);
	FUZZ_ASSERT(fd >= 0);
	swap_make(fd, area_pages(&info), bad, ARRAY_SIZE(bad), 0x5a);
	FUZZ_ASSERT(!swap_output(fd, 0, NULL, &out, NULL));
	rc = imgfmt_convert(image, &opts, out, NULL, &err);
	imgfmt_output_free(out);
	if (rc)
		fuzz_check_error(rc, &err);
	check_area(fd, area_pages(&info), !rc);
	close(fd);
}
