/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/backup_map.h"

#include <stdlib.h>

/* Whether @next goes on where @run ends, on both sides. */
static bool continues(const struct imgfmt_backup_run *run,
		      const struct imgfmt_backup_run *next)
{
	return next->destination == run->destination + run->pages &&
	       next->backup == run->backup + run->pages;
}

/* Most go on from the one before, so merge at once and keep it small. */
int backup_map_add(struct vec *runs, const struct imgfmt_backup_run *run,
		   uint64_t memlimit, struct imgfmt_error *err)
{
	if (runs->len) {
		struct imgfmt_backup_run *last =
			&vec_array(runs, struct imgfmt_backup_run)[runs->len - 1];

		if (continues(last, run)) {
			last->pages += run->pages;
			return IMGFMT_OK;
		}
	}
	if (runs->len >= IMGFMT_MAX_RUNS)
		return err_rule(err, IMGFMT_E_LIMIT, "LIM-01", IMGFMT_NOWHERE,
				"backup map of more than %lu runs",
				IMGFMT_MAX_RUNS);
	if (runs->len >= memlimit / BACKUP_RUN_COST)
		return err_set(err, IMGFMT_E_LIMIT,
			       "backup map needs more than the memory limit of %llu bytes",
			       (unsigned long long)memlimit);
	return vec_push(runs, run, err);
}

static int by_destination(const void *a, const void *b)
{
	const struct imgfmt_backup_run *x = a, *y = b;

	return (x->destination > y->destination) -
	       (x->destination < y->destination);
}

void backup_map_sort(struct vec *runs)
{
	struct imgfmt_backup_run *run =
		vec_array(runs, struct imgfmt_backup_run);
	size_t last = 0;

	if (!runs->len)
		return;
	qsort(runs->data, runs->len, runs->elem, by_destination);
	for (size_t i = 1; i < runs->len; i++) {
		if (continues(&run[last], &run[i]))
			run[last].pages += run[i].pages;
		else
			run[++last] = run[i];
	}
	runs->len = last + 1;
}

static int check_run(const struct imgfmt_backup_run *r, uint64_t limit,
		     struct imgfmt_error *err)
{
	if (!r->pages)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BMAP-02",
				    IMGFMT_NOWHERE, r->destination,
				    "backup map: a run has no pages");
	if (r->pages > limit || r->destination > limit - r->pages ||
	    r->backup > limit - r->pages)
		return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BMAP-02",
				    IMGFMT_NOWHERE, r->destination,
				    "backup map: run 0x%llx -> 0x%llx of %llu pages is beyond the highest address",
				    (unsigned long long)r->destination,
				    (unsigned long long)r->backup,
				    (unsigned long long)r->pages);
	return IMGFMT_OK;
}

static int by_backup(const void *a, const void *b)
{
	const struct imgfmt_backup_run *x = *(const struct imgfmt_backup_run *const *)a;
	const struct imgfmt_backup_run *y = *(const struct imgfmt_backup_run *const *)b;

	return (x->backup > y->backup) - (x->backup < y->backup);
}

static bool in_place(const struct imgfmt_backup_run *r)
{
	return r->destination == r->backup;
}

static int check_backups(const struct imgfmt_backup_run *const *order,
			 size_t count, struct imgfmt_error *err)
{
	for (size_t i = 1; i < count; i++) {
		const struct imgfmt_backup_run *p = order[i - 1];

		if (order[i]->backup < p->backup + p->pages)
			return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BMAP-04",
					    IMGFMT_NOWHERE, order[i]->backup,
					    "backup map: frame 0x%llx is the backup of two destinations",
					    (unsigned long long)order[i]->backup);
	}
	return IMGFMT_OK;
}

/* Merge the two sorted sides; only a run that is its own backup may meet. */
static int check_disjoint(const struct imgfmt_backup_run *by_destination,
			  const struct imgfmt_backup_run *const *order,
			  size_t count, struct imgfmt_error *err)
{
	size_t d = 0, b = 0;

	while (d < count && b < count) {
		const struct imgfmt_backup_run *x = &by_destination[d];
		const struct imgfmt_backup_run *y = order[b];

		if (x->destination + x->pages <= y->backup) {
			d++;
		} else if (y->backup + y->pages <= x->destination) {
			b++;
		} else if (x == y && in_place(x)) {
			d++;
			b++;
		} else {
			uint64_t pfn = max_u64(x->destination, y->backup);

			return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BMAP-05",
					    IMGFMT_NOWHERE, pfn,
					    "backup map: frame 0x%llx is both destination and backup",
					    (unsigned long long)pfn);
		}
	}
	return IMGFMT_OK;
}

int backup_map_check(const struct imgfmt_backup_run *runs, size_t count,
		     uint32_t page_size, struct imgfmt_error *err)
{
	uint64_t limit = IMGFMT_MAX_ADDRESS / page_size;
	const struct imgfmt_backup_run **order;
	int rc;

	for (size_t i = 0; i < count; i++) {
		rc = check_run(&runs[i], limit, err);
		if (rc)
			return rc;
		if (i && runs[i].destination <
				 runs[i - 1].destination + runs[i - 1].pages)
			return err_rule_pfn(err, IMGFMT_E_CORRUPT, "BMAP-03",
					    IMGFMT_NOWHERE, runs[i].destination,
					    "backup map: destination 0x%llx does not rise or overlaps",
					    (unsigned long long)runs[i].destination);
	}
	if (!count)
		return IMGFMT_OK;
	order = calloc(count, sizeof(*order));
	if (!order)
		return err_nomem(err, "the backup map");
	for (size_t i = 0; i < count; i++)
		order[i] = &runs[i];
	qsort(order, count, sizeof(*order), by_backup);
	rc = check_backups(order, count, err);
	if (!rc)
		rc = check_disjoint(runs, order, count, err);
	free(order);
	return rc;
}

int backup_map_decode(const void *desc, size_t size, uint64_t offset,
		      uint32_t page_size, struct vec *ret,
		      struct imgfmt_error *err)
{
	const struct imgfmt_backup_head *head = desc;
	const struct imgfmt_backup_record *r = (const void *)(head + 1);
	uint64_t count = size < sizeof(*head) ? 0 : get_le32(&head->count);
	int rc;

	if (count > IMGFMT_MAX_RUNS)
		return err_rule(err, IMGFMT_E_CORRUPT, "LIM-01", offset,
				"backup map has %llu runs",
				(unsigned long long)count);
	if (size < sizeof(*head) || size != sizeof(*head) + count * sizeof(*r))
		return err_rule(err, IMGFMT_E_CORRUPT, "BMAP-01", offset,
				"backup map of %zu bytes does not fit its count of %llu",
				size, (unsigned long long)count);
	if (crc32c(0, r, count * sizeof(*r)) != get_le32(&head->crc32c))
		return err_rule(err, IMGFMT_E_CORRUPT, "BMAP-01", offset,
				"backup map: wrong CRC32C");
	rc = vec_reserve(ret, count, err);
	for (uint64_t i = 0; i < count && !rc; i++) {
		struct imgfmt_backup_run run = {
			.destination = get_le64(&r[i].destination),
			.backup = get_le64(&r[i].backup),
			.pages = get_le64(&r[i].pages),
		};

		rc = vec_push(ret, &run, err);
	}
	if (!rc)
		rc = backup_map_check(ret->data, ret->len, page_size, err);
	if (rc && err && err->offset == IMGFMT_NOWHERE)
		err->offset = offset;
	return rc;
}

int backup_map_encode(const struct imgfmt_backup_run *runs, size_t count,
		      struct vec *bytes, struct imgfmt_error *err)
{
	struct imgfmt_backup_head head = { .count = htole32((uint32_t)count) };
	size_t start = bytes->len;
	uint8_t *at;
	int rc;

	rc = vec_append(bytes, &head, sizeof(head), err);
	for (size_t i = 0; i < count && !rc; i++) {
		struct imgfmt_backup_record r = {
			.destination = htole64(runs[i].destination),
			.backup = htole64(runs[i].backup),
			.pages = htole64(runs[i].pages),
		};

		rc = vec_append(bytes, &r, sizeof(r), err);
	}
	if (rc)
		return rc;
	at = (uint8_t *)bytes->data + start;
	put_le32(at + offsetof(struct imgfmt_backup_head, crc32c),
		 crc32c(0, at + sizeof(head), bytes->len - start - sizeof(head)));
	return IMGFMT_OK;
}
