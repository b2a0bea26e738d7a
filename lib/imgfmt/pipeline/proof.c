/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/proof.h"

#include <stdlib.h>

#include "base/error.h"

/*
 * Not of a damaged image, of which parts are lost and counts may be wrong, and
 * not of a pipe, whose source proves itself at its end.
 */
static bool is_wanted(const struct imgfmt_image *image)
{
	return image->ops->prove && image->has_checksum && !image->salvage &&
	       !image->damage.status && !io_is_sequential(image->io);
}

int proof_init(struct proof *p, struct imgfmt_image *image,
	       struct imgfmt_error *err)
{
	uint64_t units;

	*p = (struct proof){ .image = image, .wanted = is_wanted(image) };
	if (!p->wanted)
		return IMGFMT_OK;
	units = image->ops->units(image);
	p->sums.taken = calloc(units, sizeof(*p->sums.taken));
	p->sums.sums = calloc(units, sizeof(*p->sums.sums));
	return p->sums.taken && p->sums.sums ?
		       IMGFMT_OK : err_nomem(err, "the source's checksum");
}

void proof_fini(struct proof *p)
{
	free(p->sums.taken);
	free(p->sums.sums);
}

/* Units that hold no pages of memory, or none that is wanted, were not read. */
static int sum_all(struct proof *p, void *reader, struct unit_sum *total,
		   struct imgfmt_error *err)
{
	const struct source_ops *ops = p->image->ops;
	uint64_t units = ops->units(p->image);
	int rc = IMGFMT_OK;

	for (uint64_t i = 0; i < units && !rc; i++) {
		struct unit_sum *sum = &p->sums.sums[i];

		if (!p->sums.taken[i])
			rc = ops->sum(reader, i, sum, err);
		ops->join(total, sum);
	}
	return rc;
}

int proof_check(struct proof *p, struct imgfmt_error *err)
{
	const struct reader_opts opts = { .verify = true };
	const struct source_ops *ops = p->image->ops;
	struct unit_sum total = { 0 };
	struct imgfmt_error note;
	void *reader;
	int rc;

	if (!p->wanted)
		return IMGFMT_OK;
	rc = ops->reader_new(p->image, &opts, &reader, err);
	if (rc)
		return rc;
	rc = sum_all(p, reader, &total, err);
	if (ops->reader_free)
		ops->reader_free(reader);
	return rc ? rc : ops->prove(p->image, &total, &note, err);
}
