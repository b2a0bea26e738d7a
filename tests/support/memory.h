/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images in memory: an output that collects what is written, and an input
 * that reads it back, at any place or in one pass.
 */
#ifndef TESTS_SUPPORT_MEMORY_H
#define TESTS_SUPPORT_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/vec.h"
#include "imgfmt.h"

/*
 * An output into @bytes, an empty vector of bytes; sealed images come of one
 * that is not @one_pass.  The call numbered @fail_at, from 0, fails with EIO;
 * below 0 none does.
 */
int memory_output(struct vec *bytes, bool one_pass, int fail_at,
		  struct imgfmt_output **ret, struct imgfmt_error *err);

/* What an opened image reads; it must stay in place for as long. */
struct memory {
	const uint8_t *data;
	size_t size;
	size_t pos;	/* of one pass */
	size_t most;	/* bytes that one call gives; 0: all */
	atomic_int fail_at;	/* calls until one fails; below 0: none does */
	size_t bad, bad_end;	/* bytes that cannot be read */
};

int memory_open(struct memory *m, bool one_pass, uint32_t flags,
		struct imgfmt_image **ret, struct imgfmt_error *err);

/* The same for what a vector holds. */
static inline struct memory memory_of(const struct vec *bytes)
{
	return (struct memory){
		.data = bytes->data, .size = bytes->len, .fail_at = -1,
	};
}

#endif /* TESTS_SUPPORT_MEMORY_H */
