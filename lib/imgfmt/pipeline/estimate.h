/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a conversion would write, by converting a sample of it.
 */
#ifndef IMGFMT_PIPELINE_ESTIMATE_H
#define IMGFMT_PIPELINE_ESTIMATE_H

#include "pipeline/target.h"

/*
 * Bytes, time and sample into @result; all 0 where there is nothing to write,
 * or the input is a pipe, which can be read but once.
 */
int convert_estimate(struct conversion *c,
		     const struct imgfmt_convert_opts *opts,
		     struct imgfmt_convert_result *result,
		     struct imgfmt_error *err);

#endif /* IMGFMT_PIPELINE_ESTIMATE_H */
