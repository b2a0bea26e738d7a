/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tools that make an image say of it, while it is made and then.
 */
#ifndef TOOLS_COMMON_PRODUCE_REPORT_H
#define TOOLS_COMMON_PRODUCE_REPORT_H

#include "common/produce.h"

/* The callbacks of a conversion; @ctx is the struct produce. */
void report_lost(void *ctx, const struct imgfmt_run *run);
void report_warning(void *ctx, const struct imgfmt_error *what);

void report_warnings_json(const struct produce *p);
void report_json(const struct produce *p, const char *output,
		 const struct imgfmt_convert_result *r);
void report_salvage(struct produce *p, const char *input,
		    const struct imgfmt_convert_result *r);
/*
 * That a signature of @image is not copied: it is of one manifest, and not every
 * format has room for one.
 */
void report_dropped(struct produce *p, const struct imgfmt_image *image,
		    const struct imgfmt_convert_result *r);
/* What was written, in @ns nanoseconds. */
void report_done(const struct produce *p, const char *input,
		 const char *output, const struct imgfmt_convert_result *r,
		 uint64_t ns);
/* Of a dry run, on standard output; -1: no memory. */
int report_plan(const struct produce *p, const struct imgfmt_convert_result *r);

#endif /* TOOLS_COMMON_PRODUCE_REPORT_H */
