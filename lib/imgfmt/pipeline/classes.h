/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which frames a conversion leaves out, by their class: what the image tells
 * itself, or else what the saved kernel's struct pages do.
 */
#ifndef IMGFMT_PIPELINE_CLASSES_H
#define IMGFMT_PIPELINE_CLASSES_H

#include "pipeline/target.h"

/*
 * The classes of opts->exclude into c->classes, if the image does not tell
 * them.  Doubts about them go to opts->caution, and are counted; the classes in
 * doubt are taken out of c->exclude, or IMGFMT_E_CORRUPT ends it.
 */
int classes_find(struct conversion *c, const struct imgfmt_convert_opts *opts,
		 struct imgfmt_error *err);

/*
 * The runs of @all into @ret, with those of class @exclude excluded, and
 * without the frames behind the classes' end.  Frames present in @all that have no class there take that of @classes, if it is
 * among these.
 */
int classes_apply(const struct page_classes *classes, const struct frames *all,
		  uint32_t exclude, struct frames *ret,
		  struct imgfmt_error *err);

#endif /* IMGFMT_PIPELINE_CLASSES_H */
