/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image written to a swap area, with the power cut at any moment.  What is
 * there then is plain swap, unless it is the old image untouched or the new one
 * complete; the rest of the header page, bad pages and what lies behind the
 * area stay as they are, always.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/swsusp.h"
#include "support/power.h"
#include "support/swap.h"

#define BEHIND SAMPLE_PAGE	/* bytes behind the area */

/* Of what was there before. */
enum old { OLD_SWAP, OLD_PENDING, OLD_CONSUMED };

static const struct {
	struct swap_sample image;
	uint32_t pages;		/* of the area */
	enum old old;
	unsigned int effort;
} cases[] = {
	{ { { .to = "packed", .groups = 7 }, "none" }, 64, OLD_SWAP, 30 },
	{ { { .to = "packed", .groups = 7 }, "lzo" }, 64, OLD_PENDING, 30 },
	{ { { .to = "plain", .groups = 5, .seed = 2 }, "none",
	    .zero_elided = true }, 64, OLD_PENDING, 30 },
	{ { { .to = "packed", .groups = 6 }, "lz4", SWSUSP_LZ4 | SWSUSP_CRC32,
	    .backwards = true }, 64, OLD_CONSUMED, 30 },
	/* Too little room for the worst case: counted first. */
	{ { { .to = "elf", .groups = 6 }, "lzo", .zero_elided = true }, 34,
	  OLD_PENDING, 30 },
	/* Two map pages. */
	{ { { .to = "packed", .groups = 104 }, "none" }, 700, OLD_PENDING, 1 },
};

static const uint32_t bad[] = { 1, 5, 6, 20 };

struct area {
	size_t header_end;	/* bytes of the header page that stay */
	uint8_t *new;		/* the whole of it, when complete */
};

static bool stays(const struct power *p, const struct area *a)
{
	if (memcmp(p->disk, p->old, a->header_end) ||
	    memcmp(p->disk + p->size - BEHIND, p->old + p->size - BEHIND,
		   BEHIND))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (memcmp(p->disk + (size_t)bad[i] * SAMPLE_PAGE,
			   p->old + (size_t)bad[i] * SAMPLE_PAGE, SAMPLE_PAGE))
			return false;
	return true;
}

static void judge(struct power *p, int count, void *ctx)
{
	const struct area *a = ctx;
	struct swsusp_header h;

	swsusp_header_load(p->disk, SAMPLE_PAGE, &h);
	if (!stays(p, a))
		fail("swap: cut after %d calls: more than the image changed",
		     count);
	if (!strcmp(h.signature, "SWAPSPACE2") && !h.image)
		return;
	if (memcmp(p->disk, p->old, p->size) &&
	    memcmp(p->disk, a->new, p->size))
		fail("swap: cut after %d calls: neither swap, nor the old image, nor the new one",
		     count);
}

static int make_area(size_t i)
{
	const struct swap_sample first = {
		.sample = { .to = "packed", .groups = 4, .seed = 9 },
		.codec = "none",
	};
	int fd = memfd_create("swap", MFD_CLOEXEC);
	struct imgfmt_error err;

	if (fd < 0)
		fail("swap: cannot make an area");
	swap_make(fd, cases[i].pages, bad, ARRAY_SIZE(bad), 0x55);
	if (ftruncate(fd, (off_t)cases[i].pages * SAMPLE_PAGE + BEHIND))
		fail("swap: cannot make an area");
	if (cases[i].old == OLD_SWAP)
		return fd;
	must(swap_write(&first, fd, 0, NULL, NULL, &err), &err,
	     "the first image");
	if (cases[i].old == OLD_CONSUMED &&
	    pwrite(fd, "SWAPSPACE2", 10, SAMPLE_PAGE - 10) != 10)
		fail("swap: cannot write");
	return fd;
}

static void try_case(size_t i)
{
	int fd = make_area(i);
	size_t size = (size_t)cases[i].pages * SAMPLE_PAGE + BEHIND;
	struct power *p = power_new(fd, size);
	const struct output_calls calls = power_calls(p);
	struct area a = { .header_end = SAMPLE_PAGE - SWSUSP_TAIL_SIZE };
	struct imgfmt_error err;

	if (cases[i].old == OLD_PENDING &&
	    swap_write(&cases[i].image, fd, 0, &calls, NULL, &err) !=
		    IMGFMT_E_OS)
		fail("swap: a pending image is replaced without force");
	if (p->log.count)
		fail("swap: something was written before the refusal");
	must(swap_write(&cases[i].image, fd, IMGFMT_OUTPUT_FORCE, &calls, NULL,
			&err), &err, "the second image");
	a.new = malloc(size);
	if (!a.new || pread(fd, a.new, size, 0) != (ssize_t)size)
		fail("swap: cannot read");
	if (memcmp(a.new + SAMPLE_PAGE - 10, "S1SUSPEND", 10))
		fail("swap: there is no image in the end");
	power_cut_everywhere(p, cases[i].effort, judge, &a);
	free(a.new);
	power_free(p);
	close(fd);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		try_case(i);
	return EXIT_SUCCESS;
}
