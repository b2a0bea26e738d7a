/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/memory.h"

#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "io/output_kinds.h"

struct memory_out {
	struct imgfmt_output out;
	struct vec *bytes;
	atomic_int fail_at;
};

/* Whether this call is the one to fail. */
static bool fails(atomic_int *fail_at)
{
	return atomic_load(fail_at) >= 0 && !atomic_fetch_sub(fail_at, 1);
}

/* Make room up to @end, zeroed. */
static int grow(struct memory_out *m, uint64_t end, struct imgfmt_error *err)
{
	size_t more;
	int rc;

	if (fails(&m->fail_at))
		return err_os(err, EIO, "memory: cannot write");
	if (end <= m->bytes->len)
		return IMGFMT_OK;
	more = (size_t)end - m->bytes->len;
	rc = vec_reserve(m->bytes, more, err);
	if (rc)
		return rc;
	memset((uint8_t *)m->bytes->data + m->bytes->len, 0, more);
	m->bytes->len = (size_t)end;
	return IMGFMT_OK;
}

static int out_write(struct imgfmt_output *out, uint64_t off, const void *buf,
		     size_t len, struct imgfmt_error *err)
{
	struct memory_out *m = (struct memory_out *)out;
	int rc = grow(m, off + len, err);

	if (!rc && len)
		memcpy((uint8_t *)m->bytes->data + off, buf, len);
	return rc;
}

static int out_hole(struct imgfmt_output *out, uint64_t off, uint64_t len,
		    struct imgfmt_error *err)
{
	return grow((struct memory_out *)out, off + len, err);
}

static int out_commit(struct imgfmt_output *out, uint64_t size,
		      struct imgfmt_error *err)
{
	return grow((struct memory_out *)out, size, err);
}

static void out_fini(struct imgfmt_output *out)
{
	(void)out;
}

static const struct output_ops ops[] = {
	{ .write = out_write, .hole = out_hole, .commit = out_commit,
	  .fini = out_fini },
	{ .write = out_write, .hole = out_hole, .commit = out_commit,
	  .fini = out_fini, .one_pass = true },
};

int memory_output(struct vec *bytes, bool one_pass, int fail_at,
		  struct imgfmt_output **ret, struct imgfmt_error *err)
{
	struct memory_out *m;
	int rc = output_new(&ops[one_pass], sizeof(*m), "memory", &m, err);

	*ret = NULL;
	if (rc)
		return rc;
	m->bytes = bytes;
	atomic_init(&m->fail_at, fail_at);
	*ret = &m->out;
	return IMGFMT_OK;
}

static int64_t read_at(void *ctx, void *buf, size_t len, uint64_t off)
{
	struct memory *m = ctx;

	if (fails(&m->fail_at))
		return -EIO;
	if (off >= m->size)
		return 0;
	len = min_u64(len, m->size - off);
	if (m->most)
		len = min_u64(len, m->most);
	if (off < m->bad_end && off + len > m->bad) {
		if (off >= m->bad)
			return -EIO;
		len = m->bad - off;
	}
	memcpy(buf, m->data + off, len);
	return (int64_t)len;
}

static int64_t read_next(void *ctx, void *buf, size_t len)
{
	struct memory *m = ctx;
	int64_t n = read_at(m, buf, len, m->pos);

	if (n > 0)
		m->pos += (size_t)n;
	return n;
}

int memory_open(struct memory *m, bool one_pass, uint32_t flags,
		struct imgfmt_image **ret, struct imgfmt_error *err)
{
	const struct imgfmt_open_opts opts = {
		.struct_size = sizeof(opts), .flags = flags,
	};
	const struct imgfmt_io io = {
		.struct_size = sizeof(io),
		.ctx = m,
		.read_at = one_pass ? NULL : read_at,
		.read = read_next,
		.size = m->size,
		.name = "memory",
	};

	return imgfmt_image_open_io(&io, &opts, ret, err);
}
