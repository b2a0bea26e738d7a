/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which bytes of an ELF core hold which physical memory: the PT_LOAD segments
 * made disjoint, and read through.
 */
#ifndef IMGFMT_SOURCE_EXTENTS_H
#define IMGFMT_SOURCE_EXTENTS_H

#include "base/vec.h"
#include "imgfmt.h"
#include "io/io.h"
#include "layout/frames.h"

struct imgfmt_image;

struct extent {
	uint64_t paddr, bytes, offset;
};

/*
 * Sort extents and cut each to what no earlier one covers; those of which
 * nothing is left are dropped.
 */
void extents_make_disjoint(struct vec *v);

/*
 * Disjoint extents in rising order from the PT_LOAD segments of a core.  Of
 * segments that overlap the one that begins lower, then the longer one, holds
 * the common part; a p_paddr of all ones is no physical memory.
 */
int extents_build(const struct vec *segments, struct vec *ret,
		  struct imgfmt_error *err);

/*
 * Frames that an extent touches are present; what segments cover in memory but
 * not in the file, and no extent touches, is excluded with class none.
 */
int extents_frames(const struct vec *extents, const struct vec *segments,
		   uint32_t page_size, struct frames *ret,
		   struct imgfmt_error *err);

/*
 * Salvage: read all that extents hold, and take out the pages of which the
 * medium gives a part no more (EIO); they are added to @lost, rising.
 */
int extents_drop_unreadable(struct imgfmt_image *image, struct vec *extents,
			    struct vec *lost, struct imgfmt_error *err);

/* Read physical bytes; what no extent holds reads as zero. */
int extents_read(const struct vec *extents, struct io *io, uint64_t paddr,
		 void *buf, size_t len, struct imgfmt_error *err);

/*
 * Mappings (spec 6.6) that the segments' virtual addresses tell.  Those that
 * cover most are the primary ones; a mapping whose memory they cover too is an
 * alias.
 */
int extents_mappings(const struct vec *segments, uint32_t page_size,
		     struct vec *ret, struct imgfmt_error *err);

#endif /* IMGFMT_SOURCE_EXTENTS_H */
