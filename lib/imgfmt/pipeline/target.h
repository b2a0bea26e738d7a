/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From an opened image and what is asked of the output to the target.
 */
#ifndef IMGFMT_PIPELINE_TARGET_H
#define IMGFMT_PIPELINE_TARGET_H

#include "kernel/page_class.h"
#include "pipeline/proof.h"
#include "sink/sink.h"
#include "source/source.h"
#include "view/view.h"

/* Options with their defaults resolved for one image. */
struct conversion {
	struct imgfmt_image *image;
	const struct sink_ops *sink;
	uint32_t source_view;	/* enum imgfmt_view */
	struct view view;	/* output to source; no swaps: the same view */
	struct target target;
	bool verbatim;		/* blocks can be taken over as they are */
	uint32_t recovery;	/* enum imgfmt_recovery */
	struct page_classes classes;	/* by the saved kernel, if asked for */
	struct frames needed;	/* never left out: what a jump takes */
	uint32_t doubts;	/* that were told of them */
	/* By the saved kernel's count, of a hibernation image, if it told. */
	bool swap_known;
	uint64_t swap_used;	/* pages */
	uint32_t exclude;	/* what was asked for, but classes in doubt */
	uint64_t taken_back;	/* frames left out, but in a closed gap */
	struct vmcoreinfo given;	/* by the caller; text NULL: none was */
	struct proof proof;	/* of what is read of the source */
	struct bitmap zero;	/* of the target, if its sink asks for it */
};

/* The VMCOREINFO given, or else that of a note; false if there is none. */
bool conversion_note(const struct conversion *c, struct vmcoreinfo *ret);

/* A conversion is initialised also where this fails. */
int conversion_init(struct conversion *c, struct imgfmt_image *image,
		    const struct imgfmt_convert_opts *opts,
		    struct imgfmt_error *err);
void conversion_fini(struct conversion *c);

#endif /* IMGFMT_PIPELINE_TARGET_H */
