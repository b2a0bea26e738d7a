/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A shorter image written over a longer one on a device, with the power cut
 * at any moment: of the writes since the last flush any may have come through,
 * or a part of one.  What is on the device then is never an image, unless it
 * is the old one untouched or the new one complete.
 *
 * The program is linked with --wrap=io_is_device: its inputs are devices.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io/io.h"
#include "io/output.h"
#include "support/power.h"
#include "support/sample.h"

/* A device of one size with what it should hold, and what was done to it. */
struct device {
	int fd;
	size_t size;
	struct vec first, second;	/* the images */
	struct power *power;
};

static const struct {
	struct sample first, second;
	size_t behind;	/* bytes of the device behind the first image */
} pairs[] = {
	{ { .to = "packed", .block_pages = 4, .groups = 6 },
	  { .to = "packed", .block_pages = 4, .groups = 2, .seed = 1 }, 70000 },
	{ { .to = "plain", .block_pages = 4, .groups = 3 },
	  { .to = "plain", .block_pages = 4, .groups = 2, .seed = 1 }, 4096 },
	{ { .to = "packed", .block_pages = 4, .groups = 6, .seed = 2 },
	  { .to = "packed", .block_pages = 4, .groups = 6, .seed = 3 }, 0 },
	{ { .to = "packed", .block_pages = 4, .groups = 16, .one_pass = true },
	  { .to = "plain", .block_pages = 4, .groups = 1, .seed = 1 }, 0 },
};

bool __wrap_io_is_device(const struct io *io);

bool __wrap_io_is_device(const struct io *io)
{
	return !io_is_sequential(io);
}

static void make_device(struct device *d, size_t pair)
{
	struct imgfmt_error err;

	must(sample_make(&pairs[pair].first, &d->first, &err), &err,
	     "the first image");
	must(sample_make(&pairs[pair].second, &d->second, &err), &err,
	     "the second image");
	d->size = d->first.len + pairs[pair].behind;
	d->fd = memfd_create("device", MFD_CLOEXEC);
	if (d->fd < 0 || ftruncate(d->fd, (off_t)d->size))
		fail("device: cannot make one");
	if (pwrite(d->fd, d->first.data, d->first.len, 0) !=
	    (ssize_t)d->first.len)
		fail("device: cannot fill it");
	d->power = power_new(d->fd, d->size);
}

static void free_device(struct device *d)
{
	power_free(d->power);
	close(d->fd);
	vec_fini(&d->first);
	vec_fini(&d->second);
}

static void write_second(struct device *d, size_t pair)
{
	const struct output_calls calls = power_calls(d->power);
	struct imgfmt_output *out;
	struct imgfmt_error err;

	must(output_open_device_fd(d->fd, "disk", IMGFMT_OUTPUT_FORCE, &calls,
				   &out, &err), &err, "opening the device");
	must(sample_write(&pairs[pair].second, out, &err), &err,
	     "writing the second image");
	imgfmt_output_free(out);
}

static bool holds(const struct device *d, const struct vec *image)
{
	return !memcmp(d->power->disk, image->data, image->len);
}

/* Judge what is on the disk: an image only if all of it is there. */
static void judge(struct power *p, int count, void *ctx)
{
	struct memory m = { .data = p->disk, .size = p->size, .fail_at = -1 };
	const struct device *d = ctx;
	struct imgfmt_error err;
	int status = sample_verify(&m, false, &err);

	if (!status && !holds(d, &d->first) && !holds(d, &d->second))
		fail("device: cut after %d calls: an image of both", count);
	if (status && holds(d, &d->second))
		must(status, &err, "the second image on the device");
}

/*
 * Convert @from to @to with @codec on a device of @size bytes, all of them
 * 0xff.  What is @wiped and how many calls were made come back.
 */
static int convert_to(const struct vec *from, size_t size, const char *to,
		      const char *codec, bool *wiped, int *calls)
{
	const struct imgfmt_convert_opts opts = {
		.struct_size = sizeof(opts), .to = to, .codec = codec,
	};
	struct memory m = memory_of(from);
	struct output_calls log;
	struct power *power;
	struct imgfmt_output *out;
	struct imgfmt_image *image;
	struct imgfmt_error err;
	int rc, fd = memfd_create("device", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size))
		fail("device: cannot make one");
	power = power_new(fd, size);
	memset(power->old, 0xff, size);
	if (pwrite(fd, power->old, size, 0) != (ssize_t)size)
		fail("device: cannot fill it");
	log = power_calls(power);
	must(memory_open(&m, false, 0, &image, &err), &err, "an image");
	must(output_open_device_fd(fd, "disk", IMGFMT_OUTPUT_FORCE, &log,
				   &out, &err), &err, "opening the device");
	rc = imgfmt_convert(image, &opts, out, NULL, &err);
	if (rc && (rc != IMGFMT_E_OS || err.os_errno != ENOSPC))
		must(rc, &err, "a conversion that only lacks room");
	*wiped = imgfmt_output_wiped(out);
	*calls = power->log.count;
	imgfmt_output_free(out);
	imgfmt_image_unref(image);
	power_free(power);
	close(fd);
	return rc;
}

/*
 * A device that is too small is left as it was where the size is known: for
 * plain pages, blocks that are taken over, and what no codec can make fit.
 * Elsewhere it is wiped, and the library says so.
 */
static void refuse_what_does_not_fit(void)
{
	static const struct sample sample = {
		.to = "packed", .block_pages = 4, .groups = 6,
	};
	static const struct {
		const char *to, *codec;
		bool known;
	} rows[] = {
		{ "packed", NULL, true },
		{ "plain", NULL, true },
		{ "elf", NULL, true },
		{ "packed", "zlib", false },
	};
	struct vec image, made;
	struct imgfmt_error err;
	bool wiped;
	int calls;

	must(sample_make(&sample, &image, &err), &err, "an image");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct sample to = {
			.to = rows[i].to, .codec = rows[i].codec,
		};

		must(sample_convert(&image, false, &to, &made, &err), &err,
		     "a conversion");
		if (convert_to(&image, made.len, to.to, to.codec, &wiped,
			       &calls) || wiped)
			fail("device: %s: does not fit exactly", to.to);
		if (!convert_to(&image, made.len - 1, to.to, to.codec, &wiped,
				&calls))
			fail("device: %s: fits into too little", to.to);
		if (wiped == rows[i].known || !calls != rows[i].known)
			fail("device: %s: refused %s", to.to,
			     wiped ? "too late" : "without a word");
		if (!convert_to(&image, 8192, to.to, to.codec, &wiped,
				&calls) || wiped || calls)
			fail("device: %s: began what cannot fit", to.to);
		vec_fini(&made);
	}
	vec_fini(&image);
}

int main(void)
{
	refuse_what_does_not_fit();
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct device d = { 0 };

		make_device(&d, i);
		write_second(&d, i);
		power_cut_everywhere(d.power, 40, judge, &d);
		if (!holds(&d, &d.second))
			fail("device: the second image is not there in the end");
		free_device(&d);
	}
	return EXIT_SUCCESS;
}
