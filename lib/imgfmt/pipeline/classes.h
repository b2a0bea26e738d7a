/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which frames a conversion leaves out, by their class: what the image tells
 * itself, or else what the saved kernel's struct pages do.
 */
#ifndef IMGFMT_PIPELINE_CLASSES_H
#define IMGFMT_PIPELINE_CLASSES_H

#include "pipeline/target.h"

/*
 * The classes of opts->exclude into c->classes, by frames of the target's view,
 * if the image does not tell them; doubts about them go to opts->caution, and
 * are counted; the classes in doubt are taken out of c->exclude, or
 * IMGFMT_E_CORRUPT ends it.  If anything is to be left out, into c->needed what
 * must not be.
 */
int classes_find(struct conversion *c, const struct imgfmt_convert_opts *opts,
		 struct imgfmt_error *err);

/*
 * The runs of @all into @ret, with those of the classes c->exclude excluded, and
 * without the frames behind the classes' end.  Frames present in @all that have
 * no class there take that of c->classes, if it is among these.  Those in
 * c->needed stay present.
 */
int classes_apply(const struct conversion *c, const struct frames *all,
		  struct frames *ret, struct imgfmt_error *err);

#endif /* IMGFMT_PIPELINE_CLASSES_H */
