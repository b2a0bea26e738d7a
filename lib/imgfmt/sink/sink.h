/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sinks: formats that can be written.
 *
 * The target's frames are cut into units, each of which a worker encodes and
 * the sink writes, in order.  A unit is a group of frames, unless the sink has
 * its own way to cut.  The next format is one more table here.
 */
#ifndef IMGFMT_SINK_SINK_H
#define IMGFMT_SINK_SINK_H

#include "base/bitmap.h"
#include "base/vec.h"
#include "codec/codec.h"
#include "digest/sha256.h"
#include "imgfmt.h"
#include "io/output.h"
#include "layout/frames.h"
#include "record/info.h"
#include "record/memory.h"
#include "record/swap_note.h"

/* What is to be written: everything but page contents. */
struct target {
	uint16_t machine;
	bool	 big_endian;
	uint64_t entry;
	struct info info;	/* kind, view, page size, ...; the sink adds
				   level, profile and layout */
	struct frames frames;
	bool	 has_backup_map, has_memory_map;
	struct vec backup_map;	/* struct imgfmt_backup_run */
	struct memory_map memory;
	struct vec mappings;	/* struct imgfmt_mapping */
	bool	 used;		/* it was consumed or claimed */
	bool	 elsewhere;	/* to any swap area, whatever it lacks */
	bool	 has_swap;
	struct swap_note swap;
	/*
	 * Whether the sink has to know the zero pages before the first unit;
	 * which they are, by their ranks among the present ones, once known.
	 */
	bool	 elide_zero;
	struct bitmap *zero;
	struct vec notes;	/* bytes: the notes to pass through */
	bool	 content;	/* content digests */
	bool	 keep_zero;	/* store zero pages, where the format can */
	uint64_t data_size;	/* bytes of blocks, if known before, else 0 */
	const struct codec *codec;
	int	 level;
	const struct imgfmt_signer *signer;	/* NULL: nobody signs */
};

void target_init(struct target *t);
void target_fini(struct target *t);

/* Frames one after the other. */
struct unit_span {
	uint64_t pfn, pages;
};

#define UNIT_SPANS IMGFMT_MAX_BLOCK_PAGES

/* A part of the frames on its way. */
struct unit {
	/* A group: */
	uint64_t pfn;		/* its first frame */
	uint64_t present;	/* mask */
	/* or what the sink has cut: */
	uint64_t position;	/* for the sink's own use */
	uint32_t own;		/* pages in front that the sink makes itself */
	uint32_t spans;		/* of frames whose pages come then */
	struct unit_span span[UNIT_SPANS];

	uint64_t done;		/* pages of the target that it settles */
	uint8_t *pages;		/* one after the other */

	/* The source's stored form, to be taken over as it is. */
	bool	 verbatim;
	size_t	 payload_size;

	/* What encoding makes of it. */
	uint64_t stored_mask, zero_mask;
	uint16_t codec;
	uint8_t *out;		/* room for a block; the payload behind the
				   header already if verbatim */
	size_t	 out_size;
	uint32_t crc32;		/* the kernel's, of the pages */
	uint8_t	 digest[SHA256_LEN], content[SHA256_LEN];
};

/* A worker's tools. */
struct coder {
	struct sha256 sha;
	struct compressor compressor;
};

struct sink_ops {
	const char *name;
	uint32_t flags;		/* IMGFMT_SINK_ */
	bool blocks;		/* stores blocks: verbatim ones are welcome */
	bool tables;		/* has groups of pages, and digests */
	bool signs;		/* can be signed, when it is sealed */
	/*
	 * Choose the codec and look whether the target can become such an
	 * image at all.  NULL: anything can, and the codec is none or a
	 * block's.
	 */
	int (*prepare)(struct target *t,
		       const struct imgfmt_convert_opts *opts,
		       struct imgfmt_error *err);
	/*
	 * Say through opts->caution, before anything is written, what the
	 * caller should know of a target that can be written; NULL: nothing.
	 */
	void (*caution)(const struct target *t,
			const struct imgfmt_convert_opts *opts,
			struct imgfmt_output *out);
	uint32_t block_pages;	/* of all its units; 0: as the target says */
	/*
	 * Bytes of a unit's out, behind which emit does without the pages;
	 * NULL: none.
	 */
	size_t (*room)(const struct target *t);
	/*
	 * What is to be gone through once before the output is written, and
	 * fails if that must not begin; NULL: nothing.
	 */
	const struct sink_ops *(*rehearsal)(const struct target *t,
					    struct imgfmt_output *out);
	/*
	 * For a dry run, which does not open: what opening would refuse; NULL:
	 * nothing.
	 */
	int (*look)(const struct target *t, struct imgfmt_output *out,
		    struct imgfmt_error *err);
	/* Begin: lay everything out, and write what can be written. */
	int (*open)(const struct target *t, struct imgfmt_output *out,
		    void **ret, struct imgfmt_error *err);
	void (*close)(void *sink);
	/*
	 * The next unit: all of it but its pages.  IMGFMT_END behind the last
	 * one.  NULL: units are groups.
	 */
	int (*cut)(void *sink, struct unit *unit, struct imgfmt_error *err);
	/*
	 * In a worker, on a unit with pages or a verbatim payload; the sink
	 * is only read.
	 */
	int (*encode)(const void *sink, const struct target *t,
		      struct coder *coder, struct unit *unit,
		      struct imgfmt_error *err);
	/* In order, one at a time, in any thread. */
	int (*emit)(void *sink, const struct unit *unit,
		    struct imgfmt_error *err);
	/* Complete and commit the output. */
	int (*finish)(void *sink, struct imgfmt_convert_result *result,
		      struct imgfmt_error *err);
};

extern const struct sink_ops sink_packed, sink_plain, sink_elf, sink_swsusp,
	sink_snapshot;

/* Sinks by position; NULL past the end. */
const struct sink_ops *sink_at(unsigned int position);
const struct sink_ops *sink_by_name(const char *name);

/*
 * Refuse options, of conversion or writer, that say nothing to @sink:
 * IMGFMT_E_USAGE.
 */
int sink_check_opts(const struct sink_ops *sink,
		    const struct imgfmt_convert_opts *opts,
		    struct imgfmt_error *err);

int coder_init(struct coder *c, const struct target *t,
	       struct imgfmt_error *err);
void coder_fini(struct coder *c);

/* Zero and stored masks of a unit's pages. */
void unit_find_zero(const struct target *t, struct unit *unit);

/* Encoding of a sink that takes pages as they are: the masks, no more. */
int sink_encode_masks(const void *sink, const struct target *t,
		      struct coder *coder, struct unit *unit,
		      struct imgfmt_error *err);

/* Write the present pages of a unit at @offset, zero ones as holes. */
int sink_write_pages(struct imgfmt_output *out, uint64_t offset,
		     const struct target *t, const struct unit *unit,
		     struct imgfmt_error *err);

#endif /* IMGFMT_SINK_SINK_H */
