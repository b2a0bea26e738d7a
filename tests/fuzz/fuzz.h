/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share.  A target is one source file with one
 * LLVMFuzzerTestOneInput(), which libFuzzer, AFL++ and replay.c call alike.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdlib.h>

#include "support/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever the input: a failure is a finding like a crash. */
#define FUZZ_ASSERT(condition)                                       \
	do {                                                         \
		if (!(condition))                                    \
			fuzz_fail(__FILE__, __LINE__, #condition);   \
	} while (0)
void fuzz_fail(const char *file, int line, const char *what)
	__attribute__((noreturn));

/*
 * Open, with bounded memory, and call @use.  A failure to open is fine, as
 * long as it is described.
 */
void fuzz_open(const uint8_t *data, size_t size, bool one_pass, uint32_t flags,
	       void (*use)(struct imgfmt_image *image));

/* The same on a copy that was repaired (support/repair.h). */
void fuzz_open_repaired(const uint8_t *data, size_t size, bool one_pass,
			uint32_t flags,
			void (*use)(struct imgfmt_image *image));

/* A failure was described as imgfmt.h promises. */
void fuzz_check_error(int rc, const struct imgfmt_error *err);

/* Look at every row of every table, to the last byte. */
void fuzz_walk_tables(const struct imgfmt_image *image);

/* The check of a depth, and that of fitness; its verdict, told in @ret. */
int fuzz_verify(struct imgfmt_image *image, enum imgfmt_depth depth,
		struct imgfmt_error *ret);

/* Bytes of the input taken one after the other; zeros once it is over. */
struct fuzz_bytes {
	const uint8_t *data;
	size_t size;
};
uint64_t fuzz_take(struct fuzz_bytes *b, unsigned int bytes);

/* A copy of exactly the size, so that a byte too far is found. */
void *fuzz_copy(const void *data, size_t size);

#endif /* TESTS_FUZZ_FUZZ_H */
