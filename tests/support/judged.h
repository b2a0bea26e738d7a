/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading images that have to be signed, from an input that may turn into
 * another one while it is read.
 */
#ifndef TESTS_SUPPORT_JUDGED_H
#define TESTS_SUPPORT_JUDGED_H

#include "support/sample.h"

/* Trusts the manifests of two images; an empty vector is no manifest. */
struct trusted {
	struct vec manifests[2];
};

/* The manifest of what @bytes hold, made if it has none; an empty vector. */
void judged_manifest(const struct vec *bytes, struct vec *ret);

/*
 * Open what the first @size bytes of @now are, and from the read numbered @turn
 * on those of @later, and read every page of it: each is as the sample has it,
 * or the test fails.  The status, told in @err.
 */
int judged_read(const struct vec *now, const struct vec *later, size_t size,
		unsigned int turn, bool pipe, struct trusted *trusted,
		const struct sample *s, struct imgfmt_error *err);

#endif /* TESTS_SUPPORT_JUDGED_H */
