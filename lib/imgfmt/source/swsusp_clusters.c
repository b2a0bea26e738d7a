/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the clusters of a compressed image begin: each has only its own length
 * in front, so they are found one after the other.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "digest/crc32.h"
#include "source/swsusp.h"

#define CHARGE_CLUSTERS 4096u

static int ends_early(const struct swsusp *s, uint64_t needed,
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

static int check_length(const struct swsusp *s, uint64_t cluster,
			uint64_t entry, uint64_t len, struct imgfmt_error *err)
{
	if (len && len <= swsusp_cluster_limit(s->page_size))
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_CORRUPT, "SWS-22",
			swsusp_entry_offset(s, entry),
			"cluster %" PRIu64 ", page %" PRIu64 " of the device: length %" PRIu64 " is not 1 to %" PRIu32,
			cluster, swsusp_entry_offset(s, entry) / s->page_size,
			len, swsusp_cluster_limit(s->page_size));
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
		uint8_t prefix[SWSUSP_PREFIX_SIZE];
		uint64_t len;
		int rc;

		if (entry >= s->entries)
			return ends_early(s, entry + count - c, err);
		rc = io_read_full(image->io, swsusp_entry_offset(s, entry),
				  prefix, sizeof(prefix), "a cluster", err);
		len = get_le64(prefix);
		if (!rc)
			rc = check_length(s, c, entry, len, err);
		if (rc)
			return rc;
		if (swsusp_cluster_entries((uint32_t)len, s->page_size) >
		    s->entries - entry)
			return ends_early(s, entry + count - c, err);
		rc = add_cluster(image, entry, (uint32_t)len, err);
		if (rc)
			return rc;
		entry += swsusp_cluster_entries((uint32_t)len, s->page_size);
	}
	return entry == s->entries ? IMGFMT_OK : runs_on(s, entry, err);
}

int swsusp_find_clusters(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct swsusp *s = swsusp_of(image);

	if (s->codec)
		return walk_clusters(image, err);
	s->available = min_u64(s->entries, s->info.pages) - 1;
	if (s->entries < s->info.pages)
		return ends_early(s, s->info.pages, err);
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

/* What a pass over all clusters found. */
struct trial {
	struct unit_sum total;
	uint64_t lost;
	struct imgfmt_error first;	/* what was wrong with the first one */
};

static int try_cluster(struct swsusp *s, void *reader, uint64_t c,
		       struct trial *t, struct imgfmt_error *err)
{
	struct unit_sum sum = { 0 };
	struct imgfmt_error e = { 0 };
	int rc = swsusp_sum(reader, c, &sum, &e);

	if (rc && rc != IMGFMT_E_CORRUPT && rc != IMGFMT_E_TRUNCATED) {
		if (err)
			*err = e;
		return rc;
	}
	if (!rc) {
		swsusp_join(&t->total, &sum);
		return IMGFMT_OK;
	}
	vec_array(&s->clusters, struct cluster)[c].len = 0;
	if (!t->lost++)
		t->first = e;
	return IMGFMT_OK;
}

int swsusp_try_clusters(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct reader_opts opts = { 0 };
	struct swsusp *s = swsusp_of(image);
	struct trial t = { 0 };
	void *reader;
	int rc;

	if (!image->salvage || !s->codec)
		return IMGFMT_OK;
	rc = swsusp_reader_new(image, &opts, &reader, err);
	if (rc)
		return rc;
	for (uint64_t c = 0; c < s->clusters.len && !rc; c++)
		rc = try_cluster(s, reader, c, &t, err);
	swsusp_reader_free(reader);
	if (rc)
		return rc;
	if (t.lost) {
		if (err)
			*err = t.first;
		return t.first.status;
	}
	if (s->clusters.len < swsusp_cluster_count(s))
		return IMGFMT_OK;	/* it is known by now */
	rc = swsusp_prove(image, &t.total, &t.first, err);
	return rc == IMGFMT_E_DIGEST ? IMGFMT_E_CORRUPT : rc;
}
