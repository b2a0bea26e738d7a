/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sinks: formats that can be written.
 *
 * The pipeline cuts the target's frames into groups; each becomes a unit that
 * a worker encodes and the sink writes, in order.  The next format is one more
 * table here.
 */
#ifndef IMGFMT_SINK_SINK_H
#define IMGFMT_SINK_SINK_H

#include "base/vec.h"
#include "codec/codec.h"
#include "digest/sha256.h"
#include "imgfmt.h"
#include "io/output.h"
#include "layout/frames.h"
#include "record/info.h"
#include "record/memory.h"

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
	struct vec notes;	/* bytes: the notes to pass through */
	bool	 content;	/* content digests */
	bool	 keep_zero;	/* store zero pages, where the format can */
	uint64_t data_size;	/* bytes of blocks, if known before, else 0 */
	const struct codec *codec;
	int	 level;
};

void target_init(struct target *t);
void target_fini(struct target *t);

/* One group on its way. */
struct unit {
	uint64_t pfn;		/* its first frame */
	uint64_t present;	/* mask */
	uint8_t *pages;		/* the present ones, one after the other */

	/* The source's stored form, to be taken over as it is. */
	bool	 verbatim;
	size_t	 payload_size;

	/* What encoding makes of it. */
	uint64_t stored_mask, zero_mask;
	uint16_t codec;
	uint8_t *out;		/* room for a block; the payload behind the
				   header already if verbatim */
	size_t	 out_size;
	uint8_t	 digest[SHA256_LEN], content[SHA256_LEN];
};

/* A worker's tools. */
struct coder {
	struct sha256 sha;
	struct compressor compressor;
};

struct sink_ops {
	const char *name;
	bool blocks;		/* stores blocks: verbatim ones are welcome,
				   and emit does without the pages */
	bool tables;		/* has groups of pages, and digests */
	/* Begin: lay everything out, and write what can be written. */
	int (*open)(const struct target *t, struct imgfmt_output *out,
		    void **ret, struct imgfmt_error *err);
	void (*close)(void *sink);
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

extern const struct sink_ops sink_packed, sink_plain, sink_elf;

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

/* Write the present pages of a unit at @offset, zero ones as holes. */
int sink_write_pages(struct imgfmt_output *out, uint64_t offset,
		     const struct target *t, const struct unit *unit,
		     struct imgfmt_error *err);

#endif /* IMGFMT_SINK_SINK_H */
