/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pipeline: read, encode, write.  Every tool that makes an image goes
 * through here.
 */
#ifndef IMGFMT_PIPELINE_CONVERT_H
#define IMGFMT_PIPELINE_CONVERT_H

#include "pipeline/target.h"

/*
 * Hand all units to @sink and complete its output.  That of the conversion is
 * not the only one: see pipeline/survey.c.
 */
int convert_through(struct conversion *c, const struct sink_ops *sink,
		    const struct imgfmt_convert_opts *opts,
		    struct imgfmt_output *out,
		    struct imgfmt_convert_result *result,
		    struct imgfmt_error *err);

/* Find the zero pages of the target. */
int convert_survey(struct conversion *c, const struct imgfmt_convert_opts *opts,
		   struct imgfmt_output *out, struct imgfmt_error *err);

/* Run a prepared conversion into @out. */
int convert_run(struct conversion *c, const struct imgfmt_convert_opts *opts,
		struct imgfmt_output *out,
		struct imgfmt_convert_result *result, struct imgfmt_error *err);

#endif /* IMGFMT_PIPELINE_CONVERT_H */
