/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sources "swsusp" and "snapshot": the image that Linux's own hibernation
 * writes to swap, and the same stream of pages bare (spec/swsusp.md).  Shared
 * by its parts: swsusp.c opens, swsusp_map.c reads the list of device pages,
 * swsusp_clusters.c finds the clusters, swsusp_frames.c reads the page list,
 * swsusp_reader.c reads pages, swsusp_attest.c has what a signature covers,
 * swsusp_facts.c tells what there is to know.
 *
 * The stream is the info page and, behind it, the *body*: meta pages with the
 * page list, then data pages.  Body pages count from 0; 32 of them make a
 * cluster, in uncompressed images too, where it is the unit of checking only.
 */
#ifndef IMGFMT_SOURCE_SWSUSP_H
#define IMGFMT_SOURCE_SWSUSP_H

#include "codec/codec.h"
#include "record/swsusp.h"
#include "source/source.h"

/* Map entries from @entry on that are pages from @page on, up to the next run. */
struct map_run {
	uint64_t entry, page;
};

struct cluster {
	uint64_t entry;		/* its first map entry */
	uint32_t len;		/* compressed bytes; 0: lost */
	uint32_t reserved;
};

/* Frames whose contents lie one after the other. */
struct page_run {
	uint64_t pfn, pages;
	uint64_t data;		/* data page of the first, or one of these */
};

#define PAGE_RUN_ZERO	UINT64_MAX
#define PAGE_RUN_LOST	(UINT64_MAX - 1)

struct swsusp {
	bool bare;			/* a bare stream */
	bool has_header, has_info;	/* read, if not all right */
	bool info_is_right;
	bool consumed;
	uint32_t page_size;
	uint64_t header_page;
	struct swsusp_header header;
	struct swsusp_area area;
	struct swsusp_info info;
	uint8_t map_digest[SHA256_LEN];		/* of the map pages */
	uint8_t info_digest[SHA256_LEN];	/* of the info page */
	const struct codec *codec;	/* NULL: uncompressed */

	struct vec extents;	/* struct io_extent, of a swap file as input */
	struct imgfmt_error no_extents;	/* why there are none */
	uint64_t pages;		/* of the input, at most */
	struct vec map;		/* struct map_run */
	uint64_t entries;	/* of the map, the info page's included */
	struct vec map_pages;	/* struct map_run: what the map itself takes */
	uint64_t map_count;

	struct vec clusters;	/* struct cluster */
	uint64_t compressed;	/* bytes in clusters */
	uint64_t available;	/* body pages, if not compressed */

	struct vec runs;	/* struct page_run, rising */
	uint64_t listed, zero;	/* frames */
	uint64_t unlisted;	/* meta pages that are lost */
	struct vec parts;	/* struct list_part, in the order of the list */

	/* Facts as text. */
	char flag_text[40], ratio_text[24];
};

/*
 * A part of the page list, as long as each frame is the next higher one of all
 * that are listed; the last one included.
 */
struct list_part {
	uint64_t first, last;
};

static inline struct swsusp *swsusp_of(const struct imgfmt_image *image)
{
	return image->priv;
}

static inline uint64_t swsusp_body_pages(const struct swsusp *s)
{
	return s->info.pages - 1;
}

static inline uint64_t swsusp_cluster_count(const struct swsusp *s)
{
	return div_round_up(swsusp_body_pages(s), SWSUSP_CLUSTER_PAGES);
}

/* Pages of cluster @c, which the last one may have fewer of. */
static inline uint32_t swsusp_cluster_pages(const struct swsusp *s, uint64_t c)
{
	return (uint32_t)min_u64(SWSUSP_CLUSTER_PAGES,
				 swsusp_body_pages(s) -
					 c * SWSUSP_CLUSTER_PAGES);
}

/*
 * Whether to go on after @rc: there is no error, or it is one of the image
 * that is to be opened all the same.  The first one is kept.
 */
bool swsusp_bear(struct imgfmt_image *image, int rc,
		 const struct imgfmt_error *err);

/* ---- swsusp_map.c ---- */

/* The page of the input that page @page of the device is [SWS-06]. */
int swsusp_translate(const struct swsusp *s, uint64_t page, const char *what,
		     uint64_t *ret, struct imgfmt_error *err);
/*
 * Of a swap file that is the input itself: where its file system says that it
 * lies on the device, whose pages the map has.
 */
int swsusp_find_extents(struct imgfmt_image *image, struct imgfmt_error *err);
/*
 * Read the chain of map pages and the info page, which its first entry leads
 * to, and check them [SWS-06 to SWS-15].  What was read stays on failure.
 */
int swsusp_read_map(struct imgfmt_image *image, struct imgfmt_error *err);
/* Read whole pages of the map's entries from @entry on. */
int swsusp_read_entries(const struct imgfmt_image *image, uint64_t entry,
			uint64_t count, void *buf, struct imgfmt_error *err);
/* Byte in the input of an entry's page. */
uint64_t swsusp_entry_offset(const struct swsusp *s, uint64_t entry);

/* ---- swsusp_clusters.c ---- */

/*
 * Find every cluster [SWS-10, SWS-11, SWS-22]; salvage decompresses them too,
 * and loses those that cannot be.
 */
int swsusp_find_clusters(struct imgfmt_image *image, struct imgfmt_error *err);
/* The compressed length of a cluster that begins at @entry, all there. */
int swsusp_read_length(const struct imgfmt_image *image, uint64_t cluster,
		       uint64_t entry, uint32_t *ret, struct imgfmt_error *err);
/* SWS-10. */
int swsusp_ends_early(const struct swsusp *s, uint64_t needed,
		      struct imgfmt_error *err);
/* Whether there is something to read of a body page. */
bool swsusp_body_available(const struct swsusp *s, uint64_t page);
/*
 * Of the first @count body pages: how many are there before the first gap, and
 * the first one behind the last gap.
 */
uint64_t swsusp_available_head(const struct swsusp *s, uint64_t count);
uint64_t swsusp_available_tail(const struct swsusp *s, uint64_t count);

/* ---- swsusp_salvage.c ---- */

int swsusp_salvage(struct imgfmt_image *image, struct imgfmt_error *err);

/* ---- swsusp_frames.c ---- */

/* Read the page list and make the frame table [SWS-16 to SWS-21]. */
int swsusp_read_frames(struct imgfmt_image *image, struct imgfmt_error *err);
/* The run that holds @pfn, a listed frame. */
const struct page_run *swsusp_find_run(const struct swsusp *s, uint64_t pfn);
/* The first frame of a cluster, or IMGFMT_NOWHERE. */
uint64_t swsusp_cluster_pfn(const struct swsusp *s, uint64_t cluster);

/* ---- swsusp_reader.c ---- */

int swsusp_reader_new(struct imgfmt_image *image,
		      const struct reader_opts *opts, void **ret,
		      struct imgfmt_error *err);
void swsusp_reader_free(void *reader);
/* Body pages, available ones. */
int swsusp_read_body(void *reader, uint64_t page, uint64_t pages, void *buf,
		     struct imgfmt_error *err);
int swsusp_read(void *reader, uint64_t pfn, uint64_t pages, void *buf,
		struct imgfmt_error *err);
int swsusp_masks(void *reader, uint64_t group, uint64_t *stored_ret,
		 uint64_t *zero_ret, struct imgfmt_error *err);
int swsusp_finish(void *reader, struct imgfmt_error *err);
/* The checksum of the body: its units are the clusters [SWS-22 to SWS-25]. */
uint64_t swsusp_units(const struct imgfmt_image *image);
int swsusp_sum(void *reader, uint64_t unit, struct unit_sum *ret,
	       struct imgfmt_error *err);
void swsusp_join(struct unit_sum *total, const struct unit_sum *next);
int swsusp_prove_crc(const struct imgfmt_image *image,
		     const struct unit_sum *total, struct imgfmt_error *note,
		     struct imgfmt_error *err);

/* ---- swsusp_attest.c ---- */

/*
 * Of an image that has to be signed: prove what the page list is read from, and
 * all other clusters with it.
 */
int swsusp_prove(struct imgfmt_image *image, struct imgfmt_error *err);
/* The same page as it was parsed, while the image is opened. */
int swsusp_pin(struct imgfmt_image *image, uint64_t at, const uint8_t *page,
	       struct imgfmt_error *err);
/* The digest of an info page. */
int swsusp_hash_info(struct swsusp *s, const uint8_t *page,
		     struct imgfmt_error *err);
int swsusp_describe(const struct imgfmt_image *image,
		    struct foreign_manifest *ret, struct imgfmt_error *err);
int swsusp_attest(void *reader, uint64_t unit, uint8_t ret[SHA256_LEN],
		  uint64_t *bytes_ret, struct imgfmt_error *err);

/* ---- swsusp_note.c ---- */

/* Fill in the write-back note of an image that is sound so far. */
int swsusp_make_note(struct imgfmt_image *image, struct imgfmt_error *err);

/* ---- swsusp_place.c ---- */

/* The part of the note that tells where the image lies. */
int swsusp_note_place(struct imgfmt_image *image, struct imgfmt_error *err);
/* Whether the area is longer than what the input has of it. */
void swsusp_remark(const struct imgfmt_image *image, host_tell *tell,
		   void *ctx);

/* ---- swsusp_host.c ---- */

/* SWS-28 to SWS-32. */
void swsusp_check_host(const struct imgfmt_image *image,
		       const struct host *host);

/* ---- swsusp_facts.c ---- */

int swsusp_tell_facts(struct imgfmt_image *image, struct imgfmt_error *err);

#endif /* IMGFMT_SOURCE_SWSUSP_H */
