/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A swap area as the place of a hibernation image: its page slots, and where
 * each lies on the device that is resumed from.
 *
 * At each moment the area is plain swap, or holds one whole image
 * (spec/swsusp.md, clause 11): what is left of an older image is taken back
 * before the first slot is written, and the header page gets its new end when
 * everything else is safe.
 *
 * An area is an output that only a sink which knows areas writes to.
 */
#ifndef IMGFMT_SINK_SWAP_AREA_H
#define IMGFMT_SINK_SWAP_AREA_H

#include "io/output.h"
#include "io/place.h"
#include "record/swap_extents.h"
#include "record/swap_header.h"
#include "record/swap_note.h"
#include "record/swsusp.h"

struct swap_area;

/*
 * Open the area in @place, which is taken over, also on failure; see
 * imgfmt_output_swap() for the options.
 */
int swap_area_open(struct place *place, const struct imgfmt_swap_opts *opts,
		   struct swap_area **ret, struct imgfmt_error *err);
/*
 * Look only for the header page: enough for swap_area_pending() and
 * swap_area_invalidate().
 */
int swap_area_find(struct place *place, const struct imgfmt_swap_opts *opts,
		   struct swap_area **ret, struct imgfmt_error *err);
/* Free it with imgfmt_output_free(). */
struct imgfmt_output *swap_area_output(struct swap_area *a);
/* NULL if @out is no swap area. */
struct swap_area *swap_area_of(struct imgfmt_output *out);

uint32_t swap_area_page_size(const struct swap_area *a);
/* Whether an image waits there to be resumed. */
bool swap_area_pending(const struct swap_area *a);
/*
 * An image that was made of one in swap: if it lay in this very area, it takes
 * the slots again that it had, before any other [SWS-37].  If the system has
 * memory of its own in the area, it takes no others, and goes to no other area
 * unless @elsewhere [SWS-38].  A file that could be a swap file or the image of a
 * disk is refused where it matters which, that is in any other area.
 */
int swap_area_take_home(struct swap_area *a, const struct swap_note *note,
			bool elsewhere, struct imgfmt_error *err);
/* Whether it takes @elsewhere to write the image there [SWS-38]. */
bool swap_area_misses_memory(const struct swap_area *a,
			     const struct swap_note *note);
/*
 * Whether the area has the UUID of the one that the image was in, which is what
 * a boot finds a partition by; so if that is not known, and of a swap file,
 * which is found by its place.
 */
bool swap_area_has_uuid(const struct swap_area *a,
			const struct swap_note *note);
/* Slots that can be used: all but the header and the bad ones. */
uint64_t swap_area_slots(const struct swap_area *a);

/* Whether there are more, which the system may have memory in. */
bool swap_area_has_others(const struct swap_area *a);

/* A way through the usable slots; zero is before the first one. */
struct swap_walk {
	uint64_t slot;
	bool others;		/* past those that the image had before */
};
/* The next slot; false if none is left. */
bool swap_area_next(const struct swap_area *a, struct swap_walk *walk);
/* The page of the device where a slot lies; of slot 0 the header page. */
uint64_t swap_area_page(const struct swap_area *a, uint64_t slot);

/*
 * The extents (struct swap_extent) of a swap file, for a page size.
 * IMGFMT_E_UNSUPPORTED if the kernel could not resume from it.
 */
int swap_file_extents(struct place *place, uint32_t page_size, struct vec *ret,
		      struct imgfmt_error *err);

/* Write @pages slots in a row from @slot on. */
int swap_area_write(struct swap_area *a, uint64_t slot, uint64_t pages,
		    const void *buf, struct imgfmt_error *err);
/*
 * All slots are written: flush them, then make an image of the area.  The
 * signatures of @header are filled in.
 */
int swap_area_commit(struct swap_area *a, struct swsusp_header *header,
		     struct imgfmt_error *err);
/* Put the signature of a pending image back to that of swap, and flush. */
int swap_area_invalidate(struct swap_area *a, struct imgfmt_error *err);

#endif /* IMGFMT_SINK_SWAP_AREA_H */
