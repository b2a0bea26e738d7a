/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading pages of a stream, cluster by cluster where it is compressed, and
 * the checksum over all of it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "digest/crc32.h"
#include "source/attest.h"
#include "source/swsusp.h"

struct slot {
	uint64_t cluster;	/* UINT64_MAX: empty */
	uint8_t *pages;
};

struct swsusp_reader {
	struct imgfmt_image *image;
	struct swsusp *s;
	struct decompressor codec;	/* of a compressed image */
	uint8_t *raw;			/* a cluster as it is stored */
	struct slot *slots;		/* direct mapped */
	uint64_t slot_count;
	struct unit_sums *sums;		/* or NULL */
	struct sha256 sha;
};

static int reader_init(struct swsusp_reader *r, const struct reader_opts *opts,
		       struct imgfmt_error *err)
{
	uint32_t page_size = r->s->page_size;
	uint32_t size = swsusp_cluster_size(page_size);
	uint64_t want = r->s->codec || r->image->units ?
				max_u64(opts->cache / size, 1) : 1;
	int rc = sha256_init(&r->sha, err);

	if (rc)
		return rc;

	r->slot_count = min_u64(want, swsusp_cluster_count(r->s));
	r->slots = calloc(r->slot_count, sizeof(*r->slots));
	if (!r->slots)
		return err_nomem(err, "a reader");
	for (uint64_t i = 0; i < r->slot_count; i++)
		r->slots[i].cluster = UINT64_MAX;
	if (!r->s->codec)
		return IMGFMT_OK;
	r->raw = malloc((size_t)swsusp_cluster_entries(
				swsusp_cluster_limit(page_size), page_size) *
			page_size);
	if (!r->raw)
		return err_nomem(err, "a reader");
	rc = decompressor_init(&r->codec, r->s->codec, size, err);
	if (rc == IMGFMT_E_UNSUPPORTED)
		err_set(err, rc, "the image is compressed with %s, which is not part of this build",
			r->s->codec->name);
	return rc;
}

int swsusp_reader_new(struct imgfmt_image *image,
		      const struct reader_opts *opts, void **ret,
		      struct imgfmt_error *err)
{
	struct swsusp_reader *r = calloc(1, sizeof(*r));
	int rc;

	*ret = NULL;
	if (!r)
		return err_nomem(err, "a reader");
	r->image = image;
	r->s = swsusp_of(image);
	r->sums = opts->sums;
	rc = reader_init(r, opts, err);
	if (rc) {
		swsusp_reader_free(r);
		return rc;
	}
	*ret = r;
	return IMGFMT_OK;
}

void swsusp_reader_free(void *reader)
{
	struct swsusp_reader *r = reader;

	if (!r)
		return;
	sha256_fini(&r->sha);
	decompressor_fini(&r->codec);
	for (uint64_t i = 0; r->slots && i < r->slot_count; i++)
		free(r->slots[i].pages);
	free(r->slots);
	free(r->raw);
	free(r);
}

static int bad_cluster(const struct swsusp *s, uint64_t c, const char *rule,
		       const char *what, struct imgfmt_error *err)
{
	uint64_t at = swsusp_entry_offset(
		s, vec_array(&s->clusters, const struct cluster)[c].entry);

	return err_rule_pfn(err, IMGFMT_E_CORRUPT, rule, at,
			    swsusp_cluster_pfn(s, c),
			    "cluster %" PRIu64 ", page %" PRIu64 " of the device: %s",
			    c, at / s->page_size, what);
}

/* A cluster as it is stored, into raw. */
static int load_raw(struct swsusp_reader *r, uint64_t cluster,
		    struct imgfmt_error *err)
{
	const struct swsusp *s = r->s;
	const struct cluster *c =
		&vec_array(&s->clusters, const struct cluster)[cluster];
	int rc = swsusp_read_entries(
		r->image, c->entry,
		swsusp_cluster_entries(c->len, s->page_size), r->raw, err);

	if (rc)
		return rc;
	/* Another length than when the image was opened. */
	if (get_le64(r->raw) != c->len)
		return bad_cluster(s, cluster, "SWS-22",
				   "its length has changed", err);
	return IMGFMT_OK;
}

/* Of an image that was proved: what was read is what was judged then. */
static int check_unit(struct swsusp_reader *r, uint64_t cluster,
		      const uint8_t *bytes, size_t len,
		      struct imgfmt_error *err)
{
	uint8_t digest[SHA256_LEN];
	uint64_t entry = 1 + cluster * SWSUSP_CLUSTER_PAGES;
	uint64_t at;
	int rc;

	if (!r->image->units)
		return IMGFMT_OK;
	rc = sha256(&r->sha, IMGFMT_DOMAIN_BLOCK, bytes, len, digest, err);
	if (rc)
		return rc;
	if (r->s->codec)
		entry = vec_array(&r->s->clusters,
				  const struct cluster)[cluster].entry;
	at = r->s->bare ? entry * r->s->page_size :
			  swsusp_entry_offset(r->s, entry);
	rc = attest_check(r->image, cluster, digest, at,
			  swsusp_cluster_pfn(r->s, cluster), err);
	if (rc)
		err_prefix(err, "cluster %" PRIu64, cluster);
	return rc;
}

static int unpack(struct swsusp_reader *r, uint64_t cluster, uint8_t *pages,
		  struct imgfmt_error *err)
{
	const struct swsusp *s = r->s;
	const struct cluster *c =
		&vec_array(&s->clusters, const struct cluster)[cluster];
	size_t want = (size_t)swsusp_cluster_pages(s, cluster) * s->page_size;
	struct imgfmt_error e;
	char what[64];
	size_t len;
	int rc = load_raw(r, cluster, err);

	if (!rc)
		rc = check_unit(r, cluster, r->raw,
				SWSUSP_PREFIX_SIZE + c->len, err);
	if (rc)
		return rc;
	rc = decompressor_run_some(&r->codec, r->raw + SWSUSP_PREFIX_SIZE,
				   c->len, pages, want, &len, &e);
	if (rc == IMGFMT_E_CORRUPT)
		return bad_cluster(s, cluster, "SWS-23", e.message, err);
	if (!rc && len != want) {
		snprintf(what, sizeof(what), "holds %zu bytes, not %zu", len,
			 want);
		return bad_cluster(s, cluster, "SWS-24", what, err);
	}
	if (rc && err)
		*err = e;
	return rc;
}

/* Consecutive body pages of an uncompressed stream. */
static int read_raw(struct swsusp_reader *r, uint64_t page, uint64_t pages,
		    void *buf, struct imgfmt_error *err)
{
	const struct swsusp *s = r->s;
	int rc;

	if (s->bare) {
		rc = io_read_full(r->image->io, (1 + page) * s->page_size,
				  buf, pages * s->page_size, "the stream",
				  err);
		if (rc == IMGFMT_E_TRUNCATED && err)
			memcpy(err->rule, "SWS-26", sizeof("SWS-26"));
		return rc;
	}
	return swsusp_read_entries(r->image, 1 + page, pages, buf, err);
}

/* Zero bytes that @b begins with. */
static uint64_t leading_zeros(const uint8_t *b, uint64_t len)
{
	uint64_t n = 0;

	while (len - n >= 4096 && mem_is_zero(b + n, 4096))
		n += 4096;
	while (n < len && !b[n])
		n++;
	return n;
}

static struct unit_sum sum_of(const struct swsusp *s, uint64_t cluster,
			      const uint8_t *pages)
{
	uint64_t bytes = (uint64_t)swsusp_cluster_pages(s, cluster) *
			 s->page_size;

	return (struct unit_sum){
		.bytes = bytes,
		.zeros = leading_zeros(pages, bytes),
		.crc = s->header.flags & SWSUSP_CRC32 ?
			       crc32_le(0, pages, bytes) : 0,
	};
}

/* Several readers may come past a cluster, and the first one notes its sum. */
static void note_sum(struct swsusp_reader *r, const struct slot *slot)
{
	if (r->sums && !atomic_exchange(&r->sums->taken[slot->cluster], 1))
		r->sums->sums[slot->cluster] =
			sum_of(r->s, slot->cluster, slot->pages);
}

static int load_slot(struct swsusp_reader *r, uint64_t cluster,
		     struct slot **ret, struct imgfmt_error *err)
{
	struct slot *slot = &r->slots[cluster % r->slot_count];
	const struct swsusp *s = r->s;
	int rc;

	*ret = slot;
	if (slot->cluster == cluster)
		return IMGFMT_OK;
	slot->cluster = UINT64_MAX;
	if (!slot->pages)
		slot->pages = malloc(swsusp_cluster_size(s->page_size));
	if (!slot->pages)
		return err_nomem(err, "pages of a cluster");
	rc = s->codec ? unpack(r, cluster, slot->pages, err) :
			read_raw(r, cluster * SWSUSP_CLUSTER_PAGES,
				 swsusp_cluster_pages(s, cluster), slot->pages,
				 err);
	if (!rc && !s->codec)
		rc = check_unit(r, cluster, slot->pages,
				(size_t)swsusp_cluster_pages(s, cluster) *
					s->page_size, err);
	if (rc)
		return rc;
	slot->cluster = cluster;
	note_sum(r, slot);
	return IMGFMT_OK;
}

int swsusp_read_body(void *reader, uint64_t page, uint64_t pages, void *buf,
		     struct imgfmt_error *err)
{
	struct swsusp_reader *r = reader;
	uint32_t size = r->s->page_size;
	uint8_t *to = buf;

	if (!r->s->codec && !r->image->units)
		return read_raw(r, page, pages, buf, err);
	while (pages) {
		uint64_t cluster = page / SWSUSP_CLUSTER_PAGES;
		uint64_t skip = page % SWSUSP_CLUSTER_PAGES;
		uint64_t n = min_u64(pages, SWSUSP_CLUSTER_PAGES - skip);
		struct slot *slot;
		int rc = load_slot(r, cluster, &slot, err);

		if (rc)
			return rc;
		memcpy(to, slot->pages + skip * size, n * size);
		to += n * size;
		page += n;
		pages -= n;
	}
	return IMGFMT_OK;
}

int swsusp_read(void *reader, uint64_t pfn, uint64_t pages, void *buf,
		struct imgfmt_error *err)
{
	struct swsusp_reader *r = reader;
	const struct swsusp *s = r->s;
	uint64_t meta = swsusp_meta_pages(&s->info);
	uint8_t *to = buf;

	while (pages) {
		const struct page_run *run = swsusp_find_run(s, pfn);
		uint64_t skip = pfn - run->pfn;
		uint64_t n = min_u64(pages, run->pages - skip);
		int rc = IMGFMT_OK;

		if (run->data == PAGE_RUN_ZERO)
			memset(to, 0, n * s->page_size);
		else
			rc = swsusp_read_body(r, meta + run->data + skip, n,
					      to, err);
		if (rc)
			return rc;
		to += n * s->page_size;
		pfn += n;
		pages -= n;
	}
	return IMGFMT_OK;
}

int swsusp_masks(void *reader, uint64_t group, uint64_t *stored_ret,
		 uint64_t *zero_ret, struct imgfmt_error *err)
{
	const struct swsusp_reader *r = reader;
	const struct swsusp *s = r->s;
	uint32_t group_pages = r->image->frames.block_pages;
	uint64_t start = group * group_pages, end = start + group_pages;
	const struct page_run *run = swsusp_find_run(s, start);
	const struct page_run *last =
		vec_array(&s->runs, const struct page_run) + s->runs.len;

	(void)err;
	*stored_ret = *zero_ret = 0;
	for (; run < last && run->pfn < end; run++) {
		uint64_t from = max_u64(run->pfn, start);
		uint64_t to = min_u64(run->pfn + run->pages, end);
		uint64_t mask;

		if (from >= to)
			continue;
		mask = low_mask((unsigned int)(to - from)) << (from - start);
		if (run->data == PAGE_RUN_ZERO)
			*zero_ret |= mask;
		else if (run->data != PAGE_RUN_LOST)
			*stored_ret |= mask;
	}
	return IMGFMT_OK;
}

/* A bare stream on a pipe shows only now how long it is. */
int swsusp_finish(void *reader, struct imgfmt_error *err)
{
	const struct swsusp_reader *r = reader;
	const struct swsusp *s = r->s;
	bool at_end;
	int rc;

	if (!s->bare || !io_is_sequential(r->image->io))
		return IMGFMT_OK;
	rc = io_at_end(r->image->io, s->info.size - 1, &at_end, err);
	if (rc)
		return rc;
	if (at_end)
		return err_rule(err, IMGFMT_E_TRUNCATED, "SWS-26",
				s->info.size,
				"the stream ends before its %" PRIu64 " bytes",
				s->info.size);
	rc = io_at_end(r->image->io, s->info.size, &at_end, err);
	if (!rc && !at_end)
		rc = err_rule(err, IMGFMT_E_CORRUPT, "SWS-26", s->info.size,
			      "something follows the stream's %" PRIu64 " bytes",
			      s->info.size);
	return rc;
}

/* As it is stored: nothing is decompressed for it. */
int swsusp_attest(void *reader, uint64_t unit, uint8_t ret[SHA256_LEN],
		  uint64_t *bytes_ret, struct imgfmt_error *err)
{
	struct swsusp_reader *r = reader;
	const struct swsusp *s = r->s;
	struct slot *slot;
	int rc;

	if (!s->codec) {
		*bytes_ret = (uint64_t)swsusp_cluster_pages(s, unit) *
			     s->page_size;
		rc = load_slot(r, unit, &slot, err);
		return rc ? rc : sha256(&r->sha, IMGFMT_DOMAIN_BLOCK,
					slot->pages, *bytes_ret, ret, err);
	}
	*bytes_ret = SWSUSP_PREFIX_SIZE +
		     vec_array(&s->clusters, const struct cluster)[unit].len;
	rc = load_raw(r, unit, err);
	return rc ? rc : sha256(&r->sha, IMGFMT_DOMAIN_BLOCK, r->raw,
				*bytes_ret, ret, err);
}

uint64_t swsusp_units(const struct imgfmt_image *image)
{
	return swsusp_cluster_count(swsusp_of(image));
}

int swsusp_sum(void *reader, uint64_t unit, struct unit_sum *ret,
	       struct imgfmt_error *err)
{
	struct swsusp_reader *r = reader;
	struct slot *slot;
	int rc = load_slot(r, unit, &slot, err);

	if (!rc)
		*ret = sum_of(r->s, unit, slot->pages);
	return rc;
}

void swsusp_join(struct unit_sum *total, const struct unit_sum *next)
{
	if (total->zeros == total->bytes)
		total->zeros += next->zeros;
	total->bytes += next->bytes;
	total->crc = crc32_le_join(total->crc, next->crc, next->bytes);
}

int swsusp_prove_crc(const struct imgfmt_image *image,
		     const struct unit_sum *total, struct imgfmt_error *note,
		     struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);

	if (!(s->header.flags & SWSUSP_CRC32))
		return IMGFMT_OK;
	if (total->zeros)
		err_set(note, IMGFMT_OK,
			"the stream begins with %" PRIu64 " zero bytes, whose number its CRC does not tell",
			total->zeros);
	if (total->crc == s->header.crc32)
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_DIGEST, "SWS-25",
			(s->header_page + 1) * s->page_size - 36,
			"the CRC of the stream is 0x%08" PRIx32 ", the header says 0x%08" PRIx32,
			total->crc, s->header.crc32);
}
