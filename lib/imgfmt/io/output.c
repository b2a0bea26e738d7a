/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The part that all outputs share: which kind a path calls for, and the order
 * of calls.
 */
#include "io/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "io/output_kinds.h"

#define ZEROS_LEN 16384u

static ssize_t system_pwrite(void *ctx, int fd, const void *buf, size_t len,
			     off_t off)
{
	(void)ctx;
	return pwrite(fd, buf, len, off);
}

static int system_flush(void *ctx, int fd)
{
	(void)ctx;
	return fdatasync(fd);
}

const struct output_calls output_system_calls = {
	.pwrite = system_pwrite,
	.flush = system_flush,
};

int output_new(const struct output_ops *ops, size_t size, const char *name,
	       void *ret, struct imgfmt_error *err)
{
	struct imgfmt_output *out = calloc(1, size);

	if (!out)
		return err_nomem(err, "an output");
	out->name = strdup(name ? name : "output");
	if (!out->name) {
		free(out);
		return err_nomem(err, "an output");
	}
	out->ops = ops;
	/* @ret is a pointer to the kind's own type. */
	memcpy(ret, &out, sizeof(out));
	/* cppcheck-suppress memleak ; the caller has it */
	return IMGFMT_OK;
}

int output_refuse(const char *name, const char *what, struct imgfmt_error *err)
{
	return err_refuse(err, EEXIST, "%s: %s; use --force", name, what);
}

void imgfmt_output_free(struct imgfmt_output *out)
{
	if (!out)
		return;
	out->ops->fini(out);
	free(out->name);
	free(out);
}

/* The path leads nowhere: a new file, unless a symbolic link has lost its end. */
static int open_new(const char *path, uint32_t flags,
		    struct imgfmt_output **ret, struct imgfmt_error *err)
{
	struct stat st;

	if (!lstat(path, &st))
		return err_os(err, ENOENT, "%s: a symbolic link to nothing",
			      path);
	return output_open_file(path, path, flags, false, ret, err);
}

/*
 * Replace what a symbolic link leads to, not the link.  Messages name what the
 * caller does.
 */
static int open_existing(const char *path, uint32_t flags,
			 struct imgfmt_output **ret, struct imgfmt_error *err)
{
	char *real;
	int rc;

	if (!(flags & IMGFMT_OUTPUT_FORCE))
		return output_refuse(path, "exists", err);
	real = realpath(path, NULL);
	if (!real)
		return err_os(err, errno, "%s: cannot open", path);
	rc = output_open_file(real, path, flags, false, ret, err);
	free(real);
	return rc;
}

int imgfmt_output_path(const char *path, uint32_t flags,
		       struct imgfmt_output **ret, struct imgfmt_error *err)
{
	struct stat st;

	*ret = NULL;
	if (flags & ~(IMGFMT_OUTPUT_FORCE | IMGFMT_OUTPUT_PUBLIC))
		return err_set(err, IMGFMT_E_USAGE,
			       "%s: unknown output flags", path);
	if (stat(path, &st) < 0) {
		if (errno != ENOENT)
			return err_os(err, errno, "%s: cannot open", path);
		return open_new(path, flags, ret, err);
	}
	if (S_ISDIR(st.st_mode))
		return err_os(err, EISDIR, "%s: cannot write", path);
	if (S_ISBLK(st.st_mode))
		return output_open_device(path, flags, ret, err);
	if (S_ISREG(st.st_mode))
		return open_existing(path, flags, ret, err);
	return output_open_stream(path, ret, err);
}

bool output_is_seekable(const struct imgfmt_output *out)
{
	return !out->ops->one_pass;
}

const char *output_name(const struct imgfmt_output *out)
{
	return out->name;
}

/* A call that comes too late. */
static int check_open(const struct imgfmt_output *out, struct imgfmt_error *err)
{
	if (out->committed)
		return err_set(err, IMGFMT_E_USAGE, "%s: already complete",
			       out->name);
	if (out->failed)
		return err_set(err, IMGFMT_E_USAGE,
			       "%s: cannot go on after a failure", out->name);
	return IMGFMT_OK;
}

/* Only offsets that the system can express, and in one pass only the next. */
static int check_range(const struct imgfmt_output *out, uint64_t off,
		       uint64_t len, struct imgfmt_error *err)
{
	uint64_t end;
	int rc = check_open(out, err);

	if (rc < 0)
		return rc;
	if (add_overflow(off, len, &end) || end > INT64_MAX)
		return err_os(err, EFBIG, "%s: cannot write", out->name);
	if (out->ops->one_pass && off != out->pos)
		return err_set(err, IMGFMT_E_USAGE,
			       "%s: takes one pass, is at byte %" PRIu64
			       ", not %" PRIu64, out->name, out->pos, off);
	return IMGFMT_OK;
}

int output_write(struct imgfmt_output *out, uint64_t off, const void *buf,
		 size_t len, struct imgfmt_error *err)
{
	int rc = check_range(out, off, len, err);

	if (rc < 0)
		return rc;
	rc = out->ops->write(out, off, buf, len, err);
	out->failed = rc < 0;
	out->pos = off + len;
	return rc;
}

int output_hole(struct imgfmt_output *out, uint64_t off, uint64_t len,
		struct imgfmt_error *err)
{
	int rc = check_range(out, off, len, err);

	if (rc < 0)
		return rc;
	rc = out->ops->hole(out, off, len, err);
	out->failed = rc < 0;
	out->pos = off + len;
	return rc;
}

int imgfmt_output_wiped(const struct imgfmt_output *out)
{
	return !out->committed && out->ops->wiped && out->ops->wiped(out);
}

int output_expect(struct imgfmt_output *out, uint64_t size,
		  struct imgfmt_error *err)
{
	return out->ops->expect ? out->ops->expect(out, size, err) : IMGFMT_OK;
}

int output_commit(struct imgfmt_output *out, uint64_t size,
		  struct imgfmt_error *err)
{
	int rc = check_open(out, err);

	if (rc < 0)
		return rc;
	if (out->ops->one_pass && size != out->pos)
		return err_set(err, IMGFMT_E_USAGE,
			       "%s: has %" PRIu64 " bytes, not %" PRIu64,
			       out->name, out->pos, size);
	rc = out->ops->commit(out, size, err);
	out->failed = rc < 0;
	out->committed = rc == IMGFMT_OK;
	return rc;
}

int imgfmt_output_put(struct imgfmt_output *out, const void *data, size_t size,
		      struct imgfmt_error *err)
{
	int rc = output_expect(out, size, err);

	if (!rc)
		rc = output_write(out, 0, data, size, err);
	return rc ? rc : output_commit(out, size, err);
}

int output_pwrite_all(const struct output_calls *calls, int fd,
		      const char *name, uint64_t off, const void *buf,
		      size_t len, bool *touched, struct imgfmt_error *err)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = calls->pwrite(calls->ctx, fd,
					  (const char *)buf + done, len - done,
					  (off_t)(off + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_os(err, n ? errno : ENOSPC,
				      "%s: cannot write", name);
		if (touched)
			*touched = true;
		done += (size_t)n;
	}
	return IMGFMT_OK;
}

int output_write_zeros(struct imgfmt_output *out, uint64_t off, uint64_t len,
		       struct imgfmt_error *err)
{
	static const uint8_t zeros[ZEROS_LEN];

	while (len) {
		size_t n = min_u64(len, sizeof(zeros));
		int rc = out->ops->write(out, off, zeros, n, err);

		if (rc < 0)
			return rc;
		off += n;
		len -= n;
	}
	return IMGFMT_OK;
}
