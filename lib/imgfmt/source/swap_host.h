/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a machine and its kernel would resume an image that was made from a
 * hibernation image, once it is written back to swap.
 */
#ifndef IMGFMT_SOURCE_SWAP_HOST_H
#define IMGFMT_SOURCE_SWAP_HOST_H

#include "source/source.h"

/* SWS-28 to SWS-32 by the note of an image that has_swap. */
int swap_note_check_host(const struct imgfmt_image *image,
			 const struct host *host, struct imgfmt_error *err);

#endif /* IMGFMT_SOURCE_SWAP_HOST_H */
