/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the write-back note of an image tells of the hibernation image that it
 * was made from.
 */
#ifndef IMGFMT_SOURCE_SWAP_FACTS_H
#define IMGFMT_SOURCE_SWAP_FACTS_H

#include "source/source.h"

/* Add to the facts of an image with such a note. */
int swap_facts_tell(struct imgfmt_image *image, struct imgfmt_error *err);

#endif /* IMGFMT_SOURCE_SWAP_FACTS_H */
