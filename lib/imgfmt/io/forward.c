/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Forward-only input: the head is kept, the rest is seen once.
 */
#include "io/forward.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "io/io.h"

struct forward {
	int64_t (*read)(void *ctx, void *buf, size_t len);
	void *ctx;
	uint64_t pos;		/* of the next byte to pull */
	bool end;		/* the input said so; it is not asked again */
	bool has_peeked;	/* the byte at pos was read ahead */
	uint8_t peeked;
	uint8_t head[IO_HEAD_SIZE];	/* its first min(pos, size) bytes */
	uint8_t dropped[IO_HEAD_SIZE];
};

int forward_new(int64_t (*read)(void *ctx, void *buf, size_t len), void *ctx,
		struct forward **ret, struct imgfmt_error *err)
{
	struct forward *f = malloc(sizeof(*f));

	*ret = NULL;
	if (!f)
		return err_nomem(err, "an input buffer");
	f->read = read;
	f->ctx = ctx;
	f->pos = 0;
	f->end = false;
	f->has_peeked = false;
	*ret = f;
	return IMGFMT_OK;
}

void forward_free(struct forward *f)
{
	free(f);
}

/* Bytes from the input itself, fewer only at its end. */
static int read_some(struct forward *f, uint8_t *buf, size_t len, size_t *ret,
		     struct imgfmt_error *err)
{
	*ret = 0;
	while (*ret < len && !f->end) {
		int64_t n = f->read(f->ctx, buf + *ret, len - *ret);

		if (n == -EINTR)
			return err_set(err, IMGFMT_E_CANCELLED,
				       "interrupted by a signal");
		if (n < 0) {
			err_os(err, (int)-n, "cannot read");
			if (err)
				err->offset = f->pos + *ret;
			return IMGFMT_E_OS;
		}
		if ((uint64_t)n > len - *ret)
			return err_set(err, IMGFMT_E_USAGE,
				       "the input gave more than was asked for");
		f->end = n == 0;
		*ret += (size_t)n;
	}
	return IMGFMT_OK;
}

/* The next bytes: move on, and keep what belongs to the head. */
static int pull(struct forward *f, uint8_t *buf, size_t len, size_t *ret,
		struct imgfmt_error *err)
{
	size_t ahead = f->has_peeked && len;
	size_t n;
	int rc;

	if (ahead)
		buf[0] = f->peeked;
	rc = read_some(f, buf + ahead, len - ahead, &n, err);
	n += ahead;
	if (ahead)
		f->has_peeked = false;
	if (f->pos < IO_HEAD_SIZE)
		memcpy(f->head + f->pos, buf,
		       min_u64(n, IO_HEAD_SIZE - f->pos));
	f->pos += n;
	*ret = n;
	return rc;
}

static int skip_to(struct forward *f, uint64_t off, struct imgfmt_error *err)
{
	while (f->pos < off) {
		size_t n;
		int rc = pull(f, f->dropped,
			      min_u64(off - f->pos, sizeof(f->dropped)), &n,
			      err);

		if (rc < 0 || !n)
			return rc;
	}
	return IMGFMT_OK;
}

static int refuse_way_back(const struct forward *f, uint64_t off,
			   struct imgfmt_error *err)
{
	err_set(err, IMGFMT_E_SEEK,
		"cannot go back from byte %" PRIu64 " to %" PRIu64
		" in a pipe; use a file", f->pos, off);
	if (err)
		err->offset = off;
	return IMGFMT_E_SEEK;
}

int forward_read(struct forward *f, uint64_t off, void *buf, size_t len,
		 size_t *got_ret, struct imgfmt_error *err)
{
	size_t known = min_u64(f->pos, IO_HEAD_SIZE);
	size_t again = 0, n;
	int rc;

	*got_ret = 0;
	if (off < known) {
		again = min_u64(len, known - off);
		memcpy(buf, f->head + off, again);
	}
	if (again == len) {
		*got_ret = len;
		return IMGFMT_OK;
	}
	if (off + again < f->pos)
		return refuse_way_back(f, off + again, err);
	rc = skip_to(f, off, err);
	if (rc < 0)
		return rc;
	if (f->pos < off)
		return IMGFMT_OK;
	rc = pull(f, (uint8_t *)buf + again, len - again, &n, err);
	if (rc < 0)
		return rc;
	*got_ret = again + n;
	return IMGFMT_OK;
}

int forward_at_end(struct forward *f, uint64_t off, bool *ret,
		   struct imgfmt_error *err)
{
	size_t n;
	int rc = skip_to(f, off, err);

	*ret = false;
	if (rc < 0)
		return rc;
	if (off < f->pos || f->has_peeked)
		return IMGFMT_OK;
	rc = read_some(f, &f->peeked, 1, &n, err);
	if (rc < 0)
		return rc;
	f->has_peeked = n == 1;
	*ret = !f->has_peeked;
	return IMGFMT_OK;
}
