/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the clusters of a compressed image begin: each has only its own length
 * in front, so they are found one after the other.
 */
#include <inttypes.h>

#include "base/error.h"
#include "source/swsusp.h"

#define CHARGE_CLUSTERS 4096u

int swsusp_ends_early(const struct swsusp *s, uint64_t needed,
		      struct imgfmt_error *err)
{
	return err_rule(err, IMGFMT_E_TRUNCATED, "SWS-10", IMGFMT_NOWHERE,
			"the swap map ends after %" PRIu64 " entries, the stream needs %s%" PRIu64,
			s->entries, s->codec ? "at least " : "", needed);
}

static int runs_on(const struct swsusp *s, uint64_t needed,
		   struct imgfmt_error *err)
{
	return err_rule(err, IMGFMT_E_CORRUPT, "SWS-11",
			swsusp_entry_offset(s, needed),
			"the swap map has %" PRIu64 " entries, the stream needs %" PRIu64,
			s->entries, needed);
}

int swsusp_read_length(const struct imgfmt_image *image, uint64_t cluster,
		       uint64_t entry, uint32_t *ret, struct imgfmt_error *err)
{
	const struct swsusp *s = swsusp_of(image);
	uint8_t prefix[SWSUSP_PREFIX_SIZE];
	uint64_t len, at;
	int rc;

	*ret = 0;
	if (entry >= s->entries)
		return swsusp_ends_early(s, entry + 1, err);
	at = swsusp_entry_offset(s, entry);
	rc = io_read_full(image->io, at, prefix, sizeof(prefix), "a cluster",
			  err);
	if (rc)
		return rc;
	len = get_le64(prefix);
	if (!len || len > swsusp_cluster_limit(s->page_size))
		return err_rule(err, IMGFMT_E_CORRUPT, "SWS-22", at,
				"cluster %" PRIu64 ", page %" PRIu64 " of the device: length %" PRIu64 " is not 1 to %" PRIu32,
				cluster, at / s->page_size, len,
				swsusp_cluster_limit(s->page_size));
	if (swsusp_cluster_entries((uint32_t)len, s->page_size) >
	    s->entries - entry)
		return swsusp_ends_early(
			s, entry + swsusp_cluster_entries((uint32_t)len,
							  s->page_size),
			err);
	*ret = (uint32_t)len;
	return IMGFMT_OK;
}

static int add_cluster(struct imgfmt_image *image, uint64_t entry,
		       uint32_t len, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	const struct cluster c = { .entry = entry, .len = len };
	int rc = IMGFMT_OK;

	if (s->clusters.len % CHARGE_CLUSTERS == 0)
		rc = source_charge(image, 2 * CHARGE_CLUSTERS * sizeof(c),
				   err);
	if (!rc)
		rc = vec_push(&s->clusters, &c, err);
	if (!rc)
		s->compressed += len;
	return rc;
}

static int walk_clusters(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);
	uint64_t count = swsusp_cluster_count(s), entry = 1;

	for (uint64_t c = 0; c < count; c++) {
		uint32_t len;
		int rc;

		if (entry >= s->entries)
			return swsusp_ends_early(s, entry + count - c, err);
		rc = swsusp_read_length(image, c, entry, &len, err);
		if (!rc)
			rc = add_cluster(image, entry, len, err);
		if (rc)
			return rc;
		entry += swsusp_cluster_entries(len, s->page_size);
	}
	return entry == s->entries ? IMGFMT_OK : runs_on(s, entry, err);
}

int swsusp_find_clusters(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);

	if (s->codec)
		return image->salvage ? swsusp_salvage(image, err) :
					walk_clusters(image, err);
	s->available = min_u64(s->entries, s->info.pages) - 1;
	if (s->entries < s->info.pages)
		return swsusp_ends_early(s, s->info.pages, err);
	return IMGFMT_OK;
}

bool swsusp_body_available(const struct swsusp *s, uint64_t page)
{
	uint64_t c = page / SWSUSP_CLUSTER_PAGES;

	if (!s->codec)
		return page < s->available;
	return c < s->clusters.len &&
	       vec_array(&s->clusters, const struct cluster)[c].len;
}

/* In steps that what was found bounds, and not what the info page claims. */
uint64_t swsusp_available_head(const struct swsusp *s, uint64_t count)
{
	const struct cluster *c = vec_array(&s->clusters, const struct cluster);
	uint64_t n = 0;

	if (!s->codec)
		return min_u64(count, s->available);
	while (n < s->clusters.len && c[n].len &&
	       n * SWSUSP_CLUSTER_PAGES < count)
		n++;
	return min_u64(count, n * SWSUSP_CLUSTER_PAGES);
}

uint64_t swsusp_available_tail(const struct swsusp *s, uint64_t count)
{
	const struct cluster *c = vec_array(&s->clusters, const struct cluster);
	uint64_t n = div_round_up(count, SWSUSP_CLUSTER_PAGES);

	if (!s->codec)
		return s->available < count ? count : 0;
	if (n > s->clusters.len)
		return count;
	while (n && c[n - 1].len)
		n--;
	return min_u64(count, n * SWSUSP_CLUSTER_PAGES);
}
