/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sources: formats that can be read.
 *
 * A source fills in a struct imgfmt_image when it opens its input, and from
 * then on only reads pages from it.  Everything above works on the image; the
 * next foreign format is one more table here.
 */
#ifndef IMGFMT_SOURCE_SOURCE_H
#define IMGFMT_SOURCE_SOURCE_H

#include <stdatomic.h>

#include "base/vec.h"
#include "elf/elf.h"
#include "imgfmt.h"
#include "io/io.h"
#include "layout/frames.h"
#include "layout/plan.h"
#include "record/foreign.h"
#include "record/info.h"
#include "record/memory.h"
#include "record/mutable.h"
#include "record/swap_note.h"
#include "trust/trust.h"

struct imgfmt_machine;
struct source_ops;

/*
 * Says whether a manifest is one that the caller of open trusts: IMGFMT_OK;
 * IMGFMT_E_UNSIGNED if no signature is there, which the image then is said to
 * be unless one was demanded; anything else refuses the image.
 */
struct judge {
	int (*fn)(void *ctx, const void *manifest, size_t size,
		  const struct trust_blob *signatures, size_t count,
		  struct imgfmt_error *err);
	void *ctx;
	bool demands;		/* an unsigned image is refused */
};

/* A finding of enum imgfmt_severity. */
typedef void host_tell(void *ctx, int severity,
		       const struct imgfmt_error *what);

/* What a host is asked about an image; each may be NULL. */
struct host {
	const struct imgfmt_machine *machine;
	const char *release;		/* of the kernel that would resume it */
	const char *own_release;	/* of the image's kernel */
	host_tell *tell;
	void *ctx;
};

/* A note with its header and padding in note_bytes. */
struct note_span {
	size_t start, end;
};

/* An opened image.  Nothing of it changes after its source's open. */
struct imgfmt_image {
	atomic_int refs;
	struct io *io;
	bool salvage;
	struct imgfmt_progress progress;	/* while it is opened */
	uint64_t memlimit, memused;	/* of metadata */
	const struct source_ops *ops;
	void *priv;			/* the source's own */

	uint16_t machine;
	bool	 big_endian;
	uint64_t entry;
	bool	 has_info;		/* info came from an information note */
	struct info info;		/* page_size, view, kind always valid */
	struct frames frames;
	struct vec lost;		/* struct imgfmt_run: given up by salvage */
	uint64_t lost_unknown;		/* pages lost with their frame numbers */
	bool	 unverified;		/* salvaged pages have no digest */

	/*
	 * Nothing is parsed, decompressed or given out before its digests lead
	 * to a manifest that was judged (spec 17.1).
	 */
	const struct judge *judge;	/* while it is opened; NULL: not asked */
	struct trust_blob detached;	/* the same; size 0: none */
	bool	 proved;
	enum imgfmt_authenticity authenticity;	/* what came of it */
	unsigned int threads;		/* that opening may start */
	/* Of another format, once proved: SHA256_LEN bytes for each unit. */
	uint8_t *units;

	/* As the caller of open asks. */
	bool	 tolerant;		/* damage is to be told, not refused */
	uint64_t resume_offset;		/* pages */

	/* Of a damaged image: what was found first; status 0: nothing. */
	struct imgfmt_error damage;
	struct vec facts;		/* struct imgfmt_fact, of the source */
	/* Of a foreign image that tells them. */
	bool	 has_resume, has_checksum;
	uint64_t stored_pages, zero_pages;

	struct vec segments;		/* struct imgfmt_segment */
	struct vec note_bytes;		/* of all note segments */
	struct vec notes;		/* struct imgfmt_note, into note_bytes */
	struct vec spans;		/* struct note_span of each note */
	struct vec owners;		/* terminated names the notes point to */
	bool	 has_backup_map, has_memory_map, has_mappings;
	struct vec backup_map;		/* struct imgfmt_backup_run */
	struct memory_map memory;
	struct vec mappings;		/* struct imgfmt_mapping */
	bool	 has_swap;		/* what a write-back to swap takes */
	struct swap_note swap;
	struct vec regions;		/* struct imgfmt_region */

	/* Of streamed and sealed images, once their tables are known. */
	bool	 has_tables;
	struct plan plan;
	struct manifest manifest;
	uint8_t	 manifest_bytes[MANIFEST_SIZE_MAX];
	bool	 has_mutable;
	struct resume resume;
	uint8_t	*slots;			/* IMGFMT_SLOTS units */
};

/* A checksum over a part of the data. */
struct unit_sum {
	uint64_t bytes;
	uint64_t zeros;		/* that the part begins with */
	uint32_t crc;
};

/* Of each unit its sum, once a reader has come past; shared by readers. */
struct unit_sums {
	atomic_uchar *taken;
	struct unit_sum *sums;
};

struct reader_opts {
	uint64_t cache;		/* bytes of decompressed pages to keep */
	bool verify;		/* check digests of what is read */
	struct unit_sums *sums;	/* to fill in for units that are read whole,
				   where the format has them; or NULL */
};

/* A block as it is stored; @bytes is valid until the reader's next call. */
struct stored_block {
	const void *bytes;
	size_t	 size;
	uint16_t codec;
	uint64_t stored_mask, zero_mask;
};

/*
 * A reader belongs to one thread; on a sequential input there can be only one,
 * and it must go forward.  Frame numbers are of the image's own view, and the
 * caller asks for present frames only.
 */
struct source_ops {
	const char *name;
	const char *description;	/* of a foreign format, for people */
	bool resumes;		/* a kernel resumes such an image by itself */
	bool places;		/* has a use for a resume offset */
	/*
	 * The format has no notes: what VMCOREINFO and program headers would
	 * tell is looked for in the memory when it is converted.
	 */
	bool recover;
	/* Whether the input is of this format; @head has its first bytes. */
	int (*probe)(struct io *io, const uint8_t *head, size_t len, bool *ret,
		     struct imgfmt_error *err);
	int (*open)(struct imgfmt_image *image, struct imgfmt_error *err);
	void (*close)(struct imgfmt_image *image);

	int (*reader_new)(struct imgfmt_image *image,
			  const struct reader_opts *opts, void **ret,
			  struct imgfmt_error *err);
	void (*reader_free)(void *reader);
	int (*read)(void *reader, uint64_t pfn, uint64_t pages, void *buf,
		    struct imgfmt_error *err);
	/* Which frames of a group are stored or zero; NULL: all are stored. */
	int (*masks)(void *reader, uint64_t group, uint64_t *stored_ret,
		     uint64_t *zero_ret, struct imgfmt_error *err);
	/* The stored form of a block; NULL: the format has none to give. */
	int (*block)(void *reader, uint64_t block, struct stored_block *ret,
		     struct imgfmt_error *err);
	/*
	 * A checksum over all data that is taken in units, by several readers
	 * at once: ->sum of each unit, ->join of them in their order, and at
	 * the end ->prove, which may also leave a note (status 0, a message).
	 * NULL, all four: the format has none.
	 */
	uint64_t (*units)(const struct imgfmt_image *image);
	int (*sum)(void *reader, uint64_t unit, struct unit_sum *ret,
		   struct imgfmt_error *err);
	void (*join)(struct unit_sum *total, const struct unit_sum *next);
	int (*prove)(const struct imgfmt_image *image,
		     const struct unit_sum *total, struct imgfmt_error *note,
		     struct imgfmt_error *err);
	/*
	 * What a manifest tells of an image of another format, but its units
	 * (spec/manifest.md); and the digest of a unit as it is read, with the
	 * bytes that it was taken of.  NULL, both: the format has none, or its
	 * own.
	 */
	int (*describe)(const struct imgfmt_image *image,
			struct foreign_manifest *ret,
			struct imgfmt_error *err);
	int (*attest)(void *reader, uint64_t unit, uint8_t ret[SHA256_LEN],
		      uint64_t *bytes_ret, struct imgfmt_error *err);
	/*
	 * Whether @host would resume the image; what speaks against it is told.
	 * NULL: the rules of this project's format (spec 6.8), or those of the
	 * image that it was made from and becomes again to be resumed.
	 */
	void (*check_host)(const struct imgfmt_image *image,
			   const struct host *host);
	/* What is worth a note of an image without fault; NULL: nothing. */
	void (*remark)(const struct imgfmt_image *image, host_tell *tell,
		       void *ctx);
	/* After the last page of a sequential input: what proves it. */
	int (*finish)(void *reader, struct imgfmt_error *err);
};

extern const struct source_ops source_native, source_elf, source_swsusp,
	source_snapshot;

/* Sources by position, in the order of probing; NULL past the end. */
const struct source_ops *source_at(unsigned int position);

/* Recognise and open; takes over @io, also when it fails. */
int source_open(struct io *io, const struct imgfmt_open_opts *opts,
		struct imgfmt_image **ret, struct imgfmt_error *err);
/* The same with @judge (or NULL), which counts until the image is open. */
int source_open_judged(struct io *io, const struct imgfmt_open_opts *opts,
		       const struct judge *judge,
		       const struct trust_blob *detached,
		       struct imgfmt_image **ret, struct imgfmt_error *err);

/* ---- judge.c ---- */

/* The same with a judge of what @opts says of trust. */
int source_open_trusting(struct io *io, const struct imgfmt_open_opts *opts,
			 struct imgfmt_image **ret, struct imgfmt_error *err);
/*
 * Have a manifest judged by its signatures, the detached one among them.  An
 * image is proved once this said so and its digests were found right.
 */
int source_judge(struct imgfmt_image *image, const void *manifest, size_t size,
		 const struct trust_blob *signatures, size_t count,
		 struct imgfmt_error *err);

struct imgfmt_image *source_ref(struct imgfmt_image *image);
void source_unref(struct imgfmt_image *image);

/* Account for @bytes of metadata; IMGFMT_E_LIMIT beyond the memory limit. */
int source_charge(struct imgfmt_image *image, uint64_t bytes,
		  struct imgfmt_error *err);

/* Tell how far opening is, in bytes; IMGFMT_E_CANCELLED if it is to stop. */
int source_report(const struct imgfmt_image *image, uint64_t done,
		  uint64_t total, struct imgfmt_error *err);

/* Name a part of the file, unless it is empty. */
int source_add_region(struct imgfmt_image *image, const char *name,
		      uint64_t offset, uint64_t size, struct imgfmt_error *err);

#endif /* IMGFMT_SOURCE_SOURCE_H */
