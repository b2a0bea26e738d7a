/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The engine: units in, encoded by workers, written by a sink in order.  The
 * pipeline feeds it from a source, imgfmt_writer from its caller.
 */
#ifndef IMGFMT_PIPELINE_ENGINE_H
#define IMGFMT_PIPELINE_ENGINE_H

#include "pool/pool.h"
#include "sink/sink.h"

/* Fills a unit's pages in a worker; NULL: the owner does before submitting. */
struct engine_fill {
	int (*reader_new)(void *ctx, void **ret, struct imgfmt_error *err);
	void (*reader_free)(void *reader);
	int (*fill)(void *ctx, void *reader, struct unit *unit,
		    struct imgfmt_error *err);
	void *ctx;
};

struct engine;

int engine_new(const struct target *t, const struct sink_ops *sink,
	       struct imgfmt_output *out, const struct engine_fill *fill,
	       unsigned int threads, const struct imgfmt_progress *progress,
	       struct engine **ret, struct imgfmt_error *err);
void engine_free(struct engine *e);

/*
 * A unit for the present frames of a group, to fill in its pages if there is
 * no fill.
 */
int engine_get(struct engine *e, uint64_t group, struct unit **ret,
	       struct imgfmt_error *err);
/*
 * The unit that comes next where the sink cuts, else that of the next group at
 * or after *@group, which moves on.  IMGFMT_END behind the last one.
 */
int engine_next(struct engine *e, uint64_t *group, struct unit **ret,
		struct imgfmt_error *err);
/* Hand it on; groups come in rising order. */
int engine_put(struct engine *e, struct unit *unit, struct imgfmt_error *err);
/* Write what is under way, without completing the output. */
int engine_drain(struct engine *e, struct imgfmt_error *err);
/* Complete the output; the counts of @result come from the target. */
int engine_finish(struct engine *e, struct imgfmt_convert_result *result,
		  struct imgfmt_error *err);

#endif /* IMGFMT_PIPELINE_ENGINE_H */
