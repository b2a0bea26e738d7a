/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Positions on top of an input that only goes forward; see io.h for what can
 * be read again.
 */
#ifndef IMGFMT_IO_FORWARD_H
#define IMGFMT_IO_FORWARD_H

#include "base/base.h"
#include "imgfmt.h"

struct forward;

/* @read is called with @ctx, by the contract of struct imgfmt_io. */
int forward_new(int64_t (*read)(void *ctx, void *buf, size_t len), void *ctx,
		struct forward **ret, struct imgfmt_error *err);
void forward_free(struct forward *f);

/* By the contracts of io_read() and io_at_end(). */
int forward_read(struct forward *f, uint64_t off, void *buf, size_t len,
		 size_t *got_ret, struct imgfmt_error *err);
int forward_at_end(struct forward *f, uint64_t off, bool *ret,
		   struct imgfmt_error *err);

#endif /* IMGFMT_IO_FORWARD_H */
