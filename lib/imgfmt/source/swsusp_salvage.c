/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Salvage: which clusters of a damaged image are whole.  A cluster that was
 * lost may have hidden where the next one begins: then it is looked for, since
 * hardly anything but a cluster decompresses to just the size of one.
 */
#include <stdlib.h>

#include "base/error.h"
#include "source/swsusp.h"

struct salvage {
	struct imgfmt_image *image;
	struct swsusp *s;
	void *reader;
	struct unit_sum total;
	uint64_t lost;
	struct imgfmt_error first;	/* what was wrong with the first one */
	uint64_t next;			/* entry behind the last good cluster */
	uint32_t *left;			/* of each entry, once there was damage */
};

static bool is_damage(int rc)
{
	return rc == IMGFMT_E_CORRUPT || rc == IMGFMT_E_TRUNCATED;
}

static uint32_t entries_of(const struct swsusp *s, uint32_t len)
{
	return swsusp_cluster_entries(len, s->page_size);
}

/* Cluster @c, which begins at @entry: @sum is left as the checksum of it. */
static int place(struct salvage *v, uint64_t c, uint64_t entry,
		 struct unit_sum *sum, struct imgfmt_error *err)
{
	struct swsusp *s = v->s;
	struct cluster *to = &vec_array(&s->clusters, struct cluster)[c];
	uint32_t len;
	int rc;

	*sum = (struct unit_sum){ 0 };
	rc = swsusp_read_length(v->image, c, entry, &len, err);
	if (rc)
		return rc;
	*to = (struct cluster){ .entry = entry, .len = len };
	rc = swsusp_sum(v->reader, c, sum, err);
	if (rc) {
		*to = (struct cluster){ 0 };
		return rc;
	}
	v->next = entry + entries_of(s, len);
	return IMGFMT_OK;
}

/*
 * For each entry: how many clusters there are from it to the end of the map, if
 * one begins there; else 0.  Lengths alone tell, from the end on.
 */
static int count_to_end(struct salvage *v, struct imgfmt_error *err)
{
	const struct swsusp *s = v->s;
	uint64_t count = s->entries;
	uint32_t len;
	int rc;

	if (v->left)
		return IMGFMT_OK;
	rc = source_charge(v->image, (count + 1) * sizeof(*v->left), err);
	if (rc)
		return rc;
	v->left = calloc(count + 1, sizeof(*v->left));
	if (!v->left)
		return err_nomem(err, "salvage");
	for (uint64_t e = count - 1; e > 0; e--) {
		uint64_t next;

		rc = swsusp_read_length(v->image, 0, e, &len, err);
		next = e + entries_of(s, len);
		if (rc && !is_damage(rc))
			return rc;
		if (!rc && (next == count || v->left[next]))
			v->left[e] = v->left[next] + 1;
	}
	return IMGFMT_OK;
}

/* The cluster that begins at @entry, if it is behind @c; else 0. */
static uint64_t number_at(const struct salvage *v, uint64_t c, uint64_t entry)
{
	uint64_t count = v->s->clusters.len;
	uint32_t left = entry < v->s->entries ? v->left[entry] : 0;

	return left && left < count - c ? count - left : 0;
}

/*
 * The next cluster behind @c, which is lost and began at @entry: where its
 * length says, or anywhere.  Its number is known by those that follow it up to
 * the end; where that is damaged too, only one whose place is said is taken,
 * as the next.  IMGFMT_END if there is none.
 */
static int find_next(struct salvage *v, uint64_t c, uint64_t entry,
		     uint64_t *c_ret, struct unit_sum *sum,
		     struct imgfmt_error *err)
{
	struct swsusp *s = v->s;
	bool whole = s->clusters.len == swsusp_cluster_count(s);
	uint64_t said = 0;
	uint32_t len;
	int rc = count_to_end(v, err);

	if (rc)
		return rc;
	if (!swsusp_read_length(v->image, c, entry, &len, NULL))
		said = entry + entries_of(s, len);
	if (said && c + 1 < s->clusters.len &&
	    (!whole || !number_at(v, c, said) ||
	     number_at(v, c, said) == c + 1)) {
		*c_ret = c + 1;
		rc = place(v, *c_ret, said, sum, err);
		if (!is_damage(rc))
			return rc;
	}
	for (uint64_t e = entry + 1; whole && e < s->entries; e++) {
		*c_ret = number_at(v, c, e);
		rc = *c_ret ? place(v, *c_ret, e, sum, err) :
			      IMGFMT_E_CORRUPT;
		if (!is_damage(rc))
			return rc;
	}
	return IMGFMT_END;
}

static void lose(struct salvage *v, const struct imgfmt_error *why)
{
	if (!v->lost++)
		v->first = *why;
}

static int walk(struct salvage *v, struct imgfmt_error *err)
{
	uint64_t c = 0, entry = 1;
	struct unit_sum sum;

	while (c < v->s->clusters.len) {
		struct imgfmt_error e = { 0 };
		int rc = place(v, c, entry, &sum, &e);

		if (is_damage(rc)) {
			lose(v, &e);
			rc = find_next(v, c, entry, &c, &sum, &e);
		}
		if (rc == IMGFMT_END)
			return IMGFMT_OK;
		if (rc) {
			if (err)
				*err = e;
			return rc;
		}
		swsusp_join(&v->total, &sum);
		v->s->compressed +=
			vec_array(&v->s->clusters, struct cluster)[c].len;
		entry = v->next;
		c++;
	}
	return IMGFMT_OK;
}

/* A table of as many clusters as there can be, all of them lost for now. */
static int make_table(struct salvage *v, struct imgfmt_error *err)
{
	const struct cluster none = { 0 };
	struct swsusp *s = v->s;
	uint64_t count = min_u64(swsusp_cluster_count(s), s->entries);
	int rc = source_charge(v->image, count * sizeof(none), err);

	if (!rc)
		rc = vec_reserve(&s->clusters, count, err);
	for (uint64_t i = 0; i < count && !rc; i++)
		rc = vec_push(&s->clusters, &none, err);
	return rc;
}

static int judge(struct salvage *v, struct imgfmt_error *err)
{
	struct imgfmt_error note;
	int rc;

	if (!v->lost && v->s->clusters.len == swsusp_cluster_count(v->s)) {
		rc = swsusp_prove_crc(v->image, &v->total, &note, err);
		return rc == IMGFMT_E_DIGEST ? IMGFMT_E_CORRUPT : rc;
	}
	if (!v->lost)
		return swsusp_ends_early(v->s, swsusp_cluster_count(v->s) + 1,
					 err);
	if (err)
		*err = v->first;
	return v->first.status;
}

int swsusp_salvage(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct reader_opts opts = { 0 };
	struct salvage v = { .image = image, .s = swsusp_of(image) };
	int rc = make_table(&v, err);

	if (!rc)
		rc = swsusp_reader_new(image, &opts, &v.reader, err);
	if (rc)
		return rc;
	rc = walk(&v, err);
	swsusp_reader_free(v.reader);
	if (v.left)
		image->memused -= (v.s->entries + 1) * sizeof(*v.left);
	free(v.left);
	return rc ? rc : judge(&v, err);
}
