/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Damage of every kind that one bit, or one cut, can do to an image: a full
 * check never calls it clean, and says which rule is broken and where.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "elf/elf.h"
#include "support/sample.h"
#include "support/sanitizer.h"

/* A sanitizer takes ten times as long: every seventh bit shows it as much. */
#define STEP (SANITIZED ? 7u : 1u)

static const struct sample images[] = {
	{ .to = "packed", .block_pages = 2, .content = true },
	{ .to = "packed", .block_pages = 2, .content = true, .one_pass = true },
	{ .to = "plain", .block_pages = 4, .content = true },
	{ .to = "plain", .block_pages = 4, .content = true, .one_pass = true },
	{ .to = "packed", .codec = "none", .block_pages = 1, .one_pass = true,
	  .big_endian = true, .jump = true },
};

/*
 * Bytes whose change can turn an image in a pipe into another kind of file,
 * since the end mark is out of sight: the ELF magic and class.
 */
static bool is_identity(size_t at)
{
	return at <= EI_CLASS;
}

/* Below it the front mark is not complete, so that this may be any core. */
#define MARK_SIZE (ELF_EHDR_SIZE + 2 * ELF_PHDR_SIZE)

/* What is broken, by which rule, and where. */
static bool is_answer(int status, const struct imgfmt_error *err)
{
	bool placed = err->offset != IMGFMT_NOWHERE ||
		      err->pfn != IMGFMT_NOWHERE;

	return placed && err->rule[0] &&
	       (status == IMGFMT_E_CORRUPT || status == IMGFMT_E_DIGEST ||
		status == IMGFMT_E_TRUNCATED);
}

static bool is_other_file(int status)
{
	return status == IMGFMT_E_NOT_IMAGE || status == IMGFMT_E_UNSUPPORTED;
}

static int complain(const struct sample *s, const char *what, size_t at,
		    unsigned int bit, bool pipe, int status,
		    const struct imgfmt_error *err)
{
	fprintf(stderr, "bitflip: %s %s, %s %zu.%u, %s: %s: %s [%s]\n",
		s->one_pass ? "streamed" : "sealed", s->to, what, at, bit,
		pipe ? "pipe" : "file", imgfmt_status_name(status),
		status ? err->message : "", status ? err->rule : "");
	return 1;
}

static int flip(const struct sample *s, const struct vec *bytes, uint64_t n,
		bool pipe)
{
	struct memory m = memory_of(bytes);
	size_t at = (size_t)(n / 8);
	uint8_t *byte = (uint8_t *)bytes->data + at;
	uint8_t mask = (uint8_t)(1u << n % 8);
	struct imgfmt_error err;
	int status;

	*byte ^= mask;
	status = sample_verify(&m, pipe, &err);
	*byte ^= mask;
	if (is_answer(status, &err) ||
	    (pipe && is_identity(at) && is_other_file(status)))
		return 0;
	return complain(s, "flip", at, n % 8, pipe, status, &err);
}

static int cut(const struct sample *s, const struct vec *bytes, size_t size,
	       bool pipe)
{
	struct memory m = memory_of(bytes);
	struct imgfmt_error err;
	int status;

	m.size = size;
	status = sample_verify(&m, pipe, &err);
	if (is_answer(status, &err) ||
	    (size < ELF_EHDR_SIZE && status == IMGFMT_E_NOT_IMAGE) ||
	    (size < MARK_SIZE && status == IMGFMT_E_TRUNCATED))
		return 0;
	return complain(s, "cut", size, 0, pipe, status, &err);
}

static int damage(const struct sample *s)
{
	struct imgfmt_error err;
	struct memory m;
	struct vec bytes;
	int bad = 0;

	must(sample_make(s, &bytes, &err), &err, "making an image");
	for (int pipe = 0; pipe < 2; pipe++) {
		m = memory_of(&bytes);
		must(sample_verify(&m, pipe, &err), &err, "the image as it is");
		for (uint64_t n = 0; n < bytes.len * 8; n += STEP)
			bad += flip(s, &bytes, n, pipe);
		for (size_t size = 0; size < bytes.len; size += STEP)
			bad += cut(s, &bytes, size, pipe);
	}
	vec_fini(&bytes);
	return bad;
}

/* Two at a time, each in a process of its own. */
int main(void)
{
	size_t next = 0, running = 0;
	int bad = 0, status;

	while (next < ARRAY_SIZE(images) || running) {
		if (next < ARRAY_SIZE(images) && running < 2) {
			pid_t child = fork();

			if (child < 0)
				fail("bitflip: cannot fork");
			if (!child)
				return damage(&images[next]) ? EXIT_FAILURE :
							       EXIT_SUCCESS;
			next++;
			running++;
			continue;
		}
		if (wait(&status) < 0)
			fail("bitflip: a process is lost");
		bad |= status;
		running--;
	}
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
