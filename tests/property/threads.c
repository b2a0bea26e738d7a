/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same input gives the same bytes: for any number of threads, and whether
 * an image was sealed at once or later.
 */
#include <stdio.h>
#include <stdlib.h>

#include "support/sample.h"

static const uint32_t threads[] = { 0, 1, 2, 8 };
static const char *const sinks[] = { "packed", "plain", "elf" };

static void expect_same(const struct vec *a, const struct vec *b,
			const char *what, const struct sample *s)
{
	size_t i = 0;

	while (i < a->len && i < b->len &&
	       ((uint8_t *)a->data)[i] == ((uint8_t *)b->data)[i])
		i++;
	if (i < a->len || i < b->len)
		fail("threads: %s, %s, codec %s, %u threads: %zu and %zu bytes differ at 0x%zx",
		     what, s->to, s->codec ? s->codec : "-", s->threads,
		     a->len, b->len, i);
}

/* Written page by page, and converted from @source. */
static void any_threads(struct sample s, const struct vec *source)
{
	struct vec first = { 0 }, written, converted;
	struct imgfmt_error err;

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		s.threads = threads[i];
		must(sample_make(&s, &written, &err), &err, "writing");
		must(sample_convert(source, false, &s, &converted, &err), &err,
		     "converting");
		expect_same(&written, &converted, "written and converted", &s);
		if (!i) {
			first = written;
		} else {
			expect_same(&first, &written, "one and many", &s);
			vec_fini(&written);
		}
		vec_fini(&converted);
	}
	vec_fini(&first);
}

/* What a streamed image becomes, from a file and from a pipe. */
static void seal_later(struct sample s)
{
	struct vec streamed, sealed, later;
	struct imgfmt_error err;

	must(sample_make(&s, &sealed, &err), &err, "sealing at once");
	s.one_pass = true;
	must(sample_make(&s, &streamed, &err), &err, "streaming");
	s.one_pass = false;
	s.codec = NULL;		/* the blocks as they are */
	for (int pipe = 0; pipe < 2; pipe++) {
		must(sample_convert(&streamed, pipe, &s, &later, &err), &err,
		     "sealing");
		expect_same(&sealed, &later, "sealed at once and later", &s);
		vec_fini(&later);
	}
	vec_fini(&sealed);
	vec_fini(&streamed);
}

static void each_codec(struct sample s, const struct vec *source)
{
	const char *name;

	for (unsigned int i = 0; (name = imgfmt_codec_name_at(i)); i++) {
		if (!imgfmt_codec_usable(name))
			continue;
		s.codec = name;
		for (int one_pass = 0; one_pass < 2; one_pass++) {
			s.one_pass = one_pass;
			any_threads(s, source);
		}
		s.one_pass = false;
		seal_later(s);
	}
}

int main(void)
{
	struct sample s = { .block_pages = 4, .groups = 40, .content = true };
	struct imgfmt_error err;
	struct vec source;

	s.to = "plain";
	must(sample_make(&s, &source, &err), &err, "making an image");
	for (size_t i = 0; i < ARRAY_SIZE(sinks); i++) {
		s.to = sinks[i];
		if (!i) {
			each_codec(s, &source);
			continue;
		}
		for (int one_pass = 0; one_pass < 2; one_pass++) {
			s.one_pass = one_pass;
			any_threads(s, &source);
		}
		s.one_pass = false;
		if (i == 1)
			seal_later(s);
	}
	vec_fini(&source);
	return EXIT_SUCCESS;
}
