/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small images of every kind of page, made through imgfmt_writer: text, zeros,
 * noise; holes and frames left out; a backup map, mappings with an alias, and
 * notes to pass through.
 */
#ifndef TESTS_SUPPORT_SAMPLE_H
#define TESTS_SUPPORT_SAMPLE_H

#include "support/memory.h"

#define SAMPLE_PAGE 4096u

struct sample {
	const char *to;		/* a sink */
	const char *codec;	/* NULL: the default */
	bool one_pass;		/* streamed, not sealed */
	bool content;		/* content digests */
	bool jump;		/* the jump view */
	bool big_endian;
	uint32_t block_pages;
	uint32_t threads;
	uint32_t groups;	/* memory repeats itself; 0: once */
	uint64_t seed;		/* of what the pages hold */
};

/* Make one into @bytes. */
int sample_make(const struct sample *s, struct vec *bytes,
		struct imgfmt_error *err);
/* The same, into any output. */
int sample_write(const struct sample *s, struct imgfmt_output *out,
		 struct imgfmt_error *err);

/* What page @pfn of a sample holds, if it is present. */
void sample_page(const struct sample *s, uint64_t pfn, uint8_t *page);

/* Convert what @from holds, read as a file or as a pipe, into @bytes. */
int sample_convert(const struct vec *from, bool pipe, const struct sample *to,
		   struct vec *bytes, struct imgfmt_error *err);

/*
 * Open what @m holds and check it in full: the status of the first that is
 * wrong, told in @err, or 0.
 */
int sample_verify(struct memory *m, bool one_pass, struct imgfmt_error *err);

/* A failure of a test is its end: the message, and exit status 1. */
void fail(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
/* What must go well here. */
void must(int rc, const struct imgfmt_error *err, const char *what);

#endif /* TESTS_SUPPORT_SAMPLE_H */
