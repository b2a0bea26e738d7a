/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each allocation, each read, each write and each call on a file fails once,
 * and once for good.  What comes of it is a described failure, or the very
 * result that there would have been; never a leak, nor anything left behind.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault/inject.h"
#include "support/sample.h"
#include "support/swap.h"

#define TRIES_MAX 20000
#define MOST	  5000u	/* bytes that one read gives */
#define SALVAGES  100	/* tries of a salvage, which may go well early */

static struct vec packed, streamed, plain, core;
static struct vec damaged, damaged_plain;

/* One thing to do with an image. */
struct task {
	const char *name;
	const struct vec *input;
	const char *to;		/* NULL: check it; else convert it */
	bool pipe, one_pass, salvage;
	uint32_t threads, view;
};

static const struct task tasks[] = {
	{ "check", &packed },
	{ "check with threads", &packed, .threads = 2 },
	{ "check streamed", &streamed },
	{ "check a pipe", &streamed, .pipe = true },
	{ "check a sealed pipe", &packed, .pipe = true },
	{ "check plain", &plain, .threads = 1 },
	{ "check a core", &core },
	{ "seal", &streamed, "packed" },
	{ "seal a pipe", &streamed, "packed", .pipe = true },
	{ "pack", &plain, "packed", .threads = 2 },
	{ "pack a core", &core, "packed", .one_pass = true },
	{ "unpack", &packed, "plain", .one_pass = true },
	{ "to a core", &packed, "elf", .threads = 1 },
	{ "to the jump view", &packed, "packed", .view = IMGFMT_VIEW_JUMP },
	{ "write back", &packed, "swsusp", .threads = 2 },
	{ "write a core back", &core, "swsusp" },
	{ "salvage", &damaged, "packed", .salvage = true },
	{ "salvage plain", &damaged_plain, "plain", .salvage = true },
};

/* Which read or write fails; below 0 none does. */
struct io_fault {
	int read, write;
};

static int check_image(const struct task *t, struct imgfmt_image *image,
		       struct imgfmt_error *err)
{
	const struct imgfmt_verify_opts opts = {
		.struct_size = sizeof(opts),
		.depth = IMGFMT_DEPTH_DEEP,
		.flags = IMGFMT_VERIFY_RESUMABLE,
		.threads = t->threads,
	};
	struct imgfmt_report report = { .struct_size = sizeof(report) };
	int rc = imgfmt_verify(image, &opts, &report, err);

	/* Only the core is no image to resume. */
	if (!rc && report.errors != (t->input == &core))
		fail("fault: %s: a sound image is called %s", t->name,
		     imgfmt_status_name(report.status));
	return rc;
}

/* The calls on an area, of which one fails. */
static ssize_t swap_pwrite(void *ctx, int fd, const void *buf, size_t len,
			   off_t off)
{
	int *left = ctx;

	if ((*left)--)
		return pwrite(fd, buf, len, off);
	errno = EIO;
	return -1;
}

static int swap_flush(void *ctx, int fd)
{
	int *left = ctx;

	(void)fd;
	if ((*left)--)
		return 0;
	errno = EIO;
	return -1;
}

/* After any failure the area is plain swap, or holds the whole image. */
static void check_area(const uint8_t *area, size_t size, int n)
{
	struct memory m = { .data = area, .size = size, .fail_at = -1 };
	struct imgfmt_error err;

	if (!memcmp(area + SAMPLE_PAGE - 10, "SWAPSPACE2", 10))
		return;
	if (sample_verify(&m, false, &err))
		fail("fault: write %d to swap: a part of an image: %s", n,
		     err.message);
}

static int convert_to_swap(struct imgfmt_image *image,
			   const struct imgfmt_convert_opts *opts, int fail_at,
			   struct vec *ret, struct imgfmt_error *err)
{
	static uint8_t bytes[40 * SAMPLE_PAGE];
	const struct swap_sample s = { .zero_elided = true };
	int left = fail_at;
	const struct output_calls calls = { swap_pwrite, swap_flush, &left };
	int fd = memfd_create("swap", MFD_CLOEXEC);
	struct imgfmt_output *out = NULL;
	int rc;

	swap_make(fd, sizeof(bytes) / SAMPLE_PAGE, NULL, 0, 1);
	rc = swap_attach(&s, image, err);
	if (!rc)
		rc = swap_output(fd, 0, &calls, &out, err);
	if (!rc)
		rc = imgfmt_convert(image, opts, out, NULL, err);
	imgfmt_output_free(out);
	if (pread(fd, bytes, sizeof(bytes), 0) != sizeof(bytes))
		fail("fault: cannot read an area");
	if (rc && fail_at >= 0)
		check_area(bytes, sizeof(bytes), fail_at);
	close(fd);
	return rc ? rc : vec_append(ret, bytes, sizeof(bytes), err);
}

static int convert_image(const struct task *t, struct imgfmt_image *image,
			 int fail_at, struct vec *ret, struct imgfmt_error *err)
{
	const struct imgfmt_convert_opts opts = {
		.struct_size = sizeof(opts),
		.to = t->to,
		.flags = t->salvage ? IMGFMT_CONVERT_SALVAGE : 0,
		.threads = t->threads,
		.view = t->view,
	};
	struct imgfmt_output *out;
	int rc;

	if (!strcmp(t->to, "swsusp"))
		return convert_to_swap(image, &opts, fail_at, ret, err);
	rc = memory_output(ret, t->one_pass, fail_at, &out, err);
	if (rc)
		return rc;
	rc = imgfmt_convert(image, &opts, out, NULL, err);
	imgfmt_output_free(out);
	return rc;
}

static int run(const struct task *t, struct io_fault f, struct vec *ret,
	       struct imgfmt_error *err)
{
	struct memory m = memory_of(t->input);
	struct imgfmt_image *image;
	int rc;

	m.fail_at = f.read;
	m.most = MOST;
	vec_init(ret, 1);
	rc = memory_open(&m, t->pipe, t->salvage ? IMGFMT_OPEN_SALVAGE : 0,
			 &image, err);
	if (rc)
		return rc;
	rc = t->to ? convert_image(t, image, f.write, ret, err) :
		     check_image(t, image, err);
	imgfmt_image_unref(image);
	return rc;
}

/* Judge one try: its failure, or its result. */
static void judge(const struct task *t, const char *what, int n, int rc,
		  const struct imgfmt_error *err, const struct vec *result,
		  const struct vec *want)
{
	if (rc) {
		if (rc != err->status || !err->message[0])
			fail("fault: %s, %s %d: %s is not described", t->name,
			     what, n, imgfmt_status_name(rc));
		return;
	}
	if (result->len != want->len ||
	    (want->len && memcmp(result->data, want->data, want->len)))
		fail("fault: %s, %s %d: another result", t->name, what, n);
}

static void try_memory(const struct task *t, const struct vec *want, bool all)
{
	bool fired = true;

	for (int n = 0; fired; n++) {
		const struct io_fault none = { -1, -1 };
		struct imgfmt_error err = { 0 };
		int live = inject_live();
		struct vec result;
		int rc;

		if (n == TRIES_MAX)
			fail("fault: %s does not end", t->name);
		inject_arm(INJECT_MEMORY, n, all);
		rc = run(t, none, &result, &err);
		fired = inject_disarm();
		judge(t, "allocation", n, rc, &err, &result, want);
		if (rc && rc != IMGFMT_E_NOMEM && rc != IMGFMT_E_OS)
			fail("fault: %s, allocation %d: %s: %s", t->name, n,
			     imgfmt_status_name(rc), err.message);
		vec_fini(&result);
		if (inject_live() != live)
			fail("fault: %s, allocation %d: %d not freed", t->name,
			     n, inject_live() - live);
	}
}

/* A salvage may do with less when it cannot read: only that it ends matters. */
static void try_io(const struct task *t, const struct vec *want, bool writes)
{
	int rc = IMGFMT_E_OS;

	for (int n = 0; rc || (t->salvage && n < SALVAGES); n++) {
		struct io_fault f = { writes ? -1 : n, writes ? n : -1 };
		struct imgfmt_error err = { 0 };
		int live = inject_live();
		struct vec result;

		rc = run(t, f, &result, &err);
		if (rc || !t->salvage)
			judge(t, writes ? "write" : "read", n, rc, &err,
			      &result, want);
		if (rc && rc != IMGFMT_E_OS)
			fail("fault: %s, %s %d: %s: %s", t->name,
			     writes ? "write" : "read", n,
			     imgfmt_status_name(rc), err.message);
		vec_fini(&result);
		if (inject_live() != live)
			fail("fault: %s, input or output %d: %d not freed",
			     t->name, n, inject_live() - live);
	}
}

static int count_files(const char *folder, const char *name)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int count = 0;

	if (!dir)
		fail("fault: cannot open %s", folder);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			count++;
		else if (strcmp(entry->d_name, ".") &&
			 strcmp(entry->d_name, ".."))
			fail("fault: %s: %s stays behind", name,
			     entry->d_name);
	}
	closedir(dir);
	return count;
}

static void check_file(const char *path, int n, const struct vec *want)
{
	uint8_t *data = malloc(want->len + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (!data || fd < 0 ||
	    pread(fd, data, want->len + 1, 0) != (ssize_t)want->len ||
	    memcmp(data, want->data, want->len))
		fail("fault: call %d on a file: what has its name is not complete",
		     n);
	close(fd);
	free(data);
}

static int write_file(const char *path, uint32_t flags,
		      struct imgfmt_error *err)
{
	const struct imgfmt_convert_opts opts = {
		.struct_size = sizeof(opts), .to = "packed",
	};
	struct memory m = memory_of(&streamed);
	struct imgfmt_output *out;
	struct imgfmt_image *image;
	int rc;

	must(memory_open(&m, false, 0, &image, err), err, "opening an image");
	rc = imgfmt_output_path(path, flags, &out, err);
	if (!rc)
		rc = imgfmt_convert(image, &opts, out, NULL, err);
	imgfmt_output_free(out);
	imgfmt_image_unref(image);
	return rc;
}

/* An old file stays whole until the new one takes its name. */
static void try_file(const char *folder, bool replace, const struct vec *want)
{
	static const char old[] = "old";
	char path[256];
	bool fired = true;
	struct stat st;

	snprintf(path, sizeof(path), "%s/image", folder);
	for (int n = 0; fired; n++) {
		struct imgfmt_error err = { 0 };
		int rc, fd;

		unlink(path);
		fd = replace ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)
			     : -1;
		if (replace && (write(fd, old, sizeof(old)) < 0 || close(fd)))
			fail("fault: cannot write %s", path);
		inject_arm(INJECT_SYSTEM, n, false);
		rc = write_file(path, replace ? IMGFMT_OUTPUT_FORCE : 0, &err);
		fired = inject_disarm();
		if (rc && (rc != IMGFMT_E_OS || err.os_errno != EIO))
			fail("fault: call %d on a file: %s", n, err.message);
		if (count_files(folder, "a file") > 1)
			fail("fault: call %d on a file: two files", n);
		if (!stat(path, &st) && st.st_size != sizeof(old))
			check_file(path, n, want);
		else if (!rc || (replace && stat(path, &st)))
			fail("fault: call %d on a file: it is not there", n);
	}
	unlink(path);
}

static void make_inputs(void)
{
	struct sample s = { .to = "packed", .block_pages = 4, .groups = 3,
			    .content = true };
	struct imgfmt_error err;

	must(sample_make(&s, &packed, &err), &err, "a packed image");
	must(sample_make(&s, &damaged, &err), &err, "an image to damage");
	((uint8_t *)damaged.data)[damaged.len - 500] ^= 1;
	s.to = "plain";
	must(sample_make(&s, &damaged_plain, &err), &err, "one more");
	((uint8_t *)damaged_plain.data)[damaged_plain.len - 500] ^= 1;
	s.to = "packed";
	s.one_pass = true;
	must(sample_make(&s, &streamed, &err), &err, "a streamed image");
	s.to = "plain";
	must(sample_make(&s, &plain, &err), &err, "a plain image");
	s.to = "elf";
	must(sample_make(&s, &core, &err), &err, "a core");
}

static void try_all(const struct task *t)
{
	const struct io_fault none = { -1, -1 };
	struct imgfmt_error err;
	struct vec want;

	must(run(t, none, &want, &err), &err, t->name);
	try_memory(t, &want, false);
	try_memory(t, &want, true);
	try_io(t, &want, false);
	if (t->to)
		try_io(t, &want, true);
	vec_fini(&want);
}

int main(void)
{
	char folder[] = "/tmp/imgfmt-fault-XXXXXX";
	struct vec want;
	struct imgfmt_error err;
	const struct io_fault none = { -1, -1 };
	const struct task seal = { "seal", &streamed, "packed" };

	make_inputs();
	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++)
		try_all(&tasks[i]);
	must(run(&seal, none, &want, &err), &err, "sealing");
	if (!mkdtemp(folder))
		fail("fault: cannot make a folder in /tmp");
	try_file(folder, false, &want);
	try_file(folder, true, &want);
	rmdir(folder);
	vec_fini(&want);
	vec_fini(&packed);
	vec_fini(&streamed);
	vec_fini(&plain);
	vec_fini(&damaged);
	vec_fini(&damaged_plain);
	vec_fini(&core);
	return EXIT_SUCCESS;
}
