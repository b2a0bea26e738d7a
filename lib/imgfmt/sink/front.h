/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The front of a native image, made from a target: notes, page map, headers,
 * and the digests that hold them.
 */
#ifndef IMGFMT_SINK_FRONT_H
#define IMGFMT_SINK_FRONT_H

#include "layout/plan.h"
#include "sink/sink.h"

struct front {
	const struct target *t;
	struct info info;	/* complete but for what is known at the end */
	struct plan plan;
	struct vec notes, map;	/* bytes */
	struct vec segments;
	size_t info_end;	/* end of the information note in notes */
	uint8_t notes_digest[SHA256_LEN], map_digest[SHA256_LEN];
};

/* Everything that does not depend on page contents. */
int front_init(struct front *f, const struct target *t, uint8_t level,
	       uint8_t profile, struct imgfmt_error *err);
void front_fini(struct front *f);

/* With the plan finished: program headers and sizes in the information note. */
int front_settle(struct front *f, struct imgfmt_error *err);

/* The bytes from 0 to the page map, and to the end of the front. */
int front_bytes(struct front *f, struct vec *ret, struct imgfmt_error *err);

#endif /* IMGFMT_SINK_FRONT_H */
