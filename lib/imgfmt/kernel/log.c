/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/log.h"

#include <stdlib.h>

#include "base/error.h"

uint64_t log_word(const uint8_t *bytes, unsigned int size)
{
	uint64_t word = 0;

	while (size--)
		word = word << 8 | bytes[size];
	return word;
}

int log_give(struct log_reader *r, const struct imgfmt_log_record *record,
	     struct imgfmt_error *err)
{
	if (!r->fn(r->ctx, record))
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_CANCELLED, "cancelled");
}

int log_read(struct kernel *k, imgfmt_log_fn *fn, void *ctx,
	     struct imgfmt_error *err)
{
	struct log_reader r = { .k = k, .fn = fn, .ctx = ctx };
	int rc;

	r.text = malloc(LOG_RECORD_MAX);
	if (!r.text)
		return err_nomem(err, "the kernel log");
	if (log_has_ring(&k->info))
		rc = log_read_ring(&r, err);
	else if (log_has_buffer(&k->info))
		rc = log_read_buffer(&r, err);
	else
		rc = err_set(err, IMGFMT_E_ABSENT,
			     "VMCOREINFO does not tell where the kernel log is");
	free(r.text);
	return rc;
}
