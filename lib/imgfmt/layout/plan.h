/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where everything lies in a streamed or sealed image (spec 4.5): the one
 * computation that writer and reader share.
 */
#ifndef IMGFMT_LAYOUT_PLAN_H
#define IMGFMT_LAYOUT_PLAN_H

#include "base/base.h"
#include "imgfmt.h"
#include "record/tables.h"

struct plan {
	/* What it is computed from. */
	uint8_t	 level, profile;
	bool	 content;
	uint32_t page_size;
	uint64_t phnum;		/* program headers */
	uint64_t notes_size, map_size;
	struct tables tables;

	/* Offsets in the file. */
	uint64_t notes, map, front_end;
	uint64_t tables_at, mutable_at;	/* mutable_at: 0 unless sealed */
	uint64_t data, data_size, commit, image_size;
};

/* Program headers before the PT_LOAD segments, or in all when packed. */
#define PLAN_PLAIN_PHDRS  3u
#define PLAN_PACKED_PHDRS 4u

/* Fill in all that does not depend on the size of the data. */
int plan_front(struct plan *p, uint64_t block_count, struct imgfmt_error *err);
/* And the rest. */
int plan_finish(struct plan *p, uint64_t data_size, struct imgfmt_error *err);

#endif /* IMGFMT_LAYOUT_PLAN_H */
