/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IMGFMT_API_CURSOR_H
#define IMGFMT_API_CURSOR_H

#include "source/source.h"
#include "view/view.h"

struct imgfmt_cursor {
	struct imgfmt_image *image;
	void *reader;
	struct view view;
	const struct frames *frames;	/* of the cursor's view */
	struct frames own_frames;
	uint8_t *page;			/* for parts of a page */
};

#endif /* IMGFMT_API_CURSOR_H */
