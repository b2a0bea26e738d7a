/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Output in one pass: descriptors and the caller's function.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "io/output_kinds.h"
#include "io/wait.h"

struct output_stream {
	struct imgfmt_output out;
	int (*write)(void *ctx, const void *buf, size_t len);
	void *ctx;
	int fd;
	bool owns_fd;
};

/* A descriptor may have come to us non-blocking: wait, whatever it says. */
static int fd_write(void *ctx, const void *buf, size_t len)
{
	const struct output_stream *s = ctx;
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(s->fd, (const char *)buf + done, len - done);
		int rc;

		if (n >= 0) {
			done += (size_t)n;
			continue;
		}
		if (errno != EAGAIN)
			return -errno;
		rc = fd_wait(s->fd, POLLOUT);
		if (rc)
			return rc;
	}
	return 0;
}

static int err_interrupted(const char *name, struct imgfmt_error *err)
{
	return err_set(err, IMGFMT_E_CANCELLED, "%s: interrupted by a signal",
		       name);
}

static int stream_write(struct imgfmt_output *out, uint64_t off,
			const void *buf, size_t len, struct imgfmt_error *err)
{
	const struct output_stream *s = (struct output_stream *)out;
	int rc;

	(void)off;
	rc = len ? s->write(s->ctx, buf, len) : 0;
	if (rc == -EINTR)
		return err_interrupted(out->name, err);
	if (rc)
		return err_os(err, abs(rc), "%s: cannot write", out->name);
	return IMGFMT_OK;
}

/* What was written is with the reader already. */
static int stream_commit(struct imgfmt_output *out, uint64_t size,
			 struct imgfmt_error *err)
{
	(void)out;
	(void)size;
	(void)err;
	return IMGFMT_OK;
}

static void stream_fini(struct imgfmt_output *out)
{
	const struct output_stream *s = (struct output_stream *)out;

	if (s->owns_fd)
		close(s->fd);
}

static const struct output_ops stream_ops = {
	.write = stream_write,
	.hole = output_write_zeros,
	.commit = stream_commit,
	.fini = stream_fini,
	.one_pass = true,
};

static int open_fd(int fd, bool owned, const char *name,
		   struct imgfmt_output **ret, struct imgfmt_error *err)
{
	struct output_stream *s;
	int rc = output_new(&stream_ops, sizeof(*s), name, &s, err);

	if (rc < 0)
		return rc;
	s->write = fd_write;
	s->ctx = s;
	s->fd = fd;
	s->owns_fd = owned;
	*ret = &s->out;
	return IMGFMT_OK;
}

int output_open_stream(const char *path, struct imgfmt_output **ret,
		       struct imgfmt_error *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	if (fd < 0 && errno == EINTR)
		return err_interrupted(path, err);
	if (fd < 0)
		return err_os(err, errno, "%s: cannot open", path);
	rc = open_fd(fd, true, path, ret, err);
	if (rc < 0)
		close(fd);
	return rc;
}

/* Said before the work begins, not at the first write. */
int imgfmt_output_fd(int fd, const char *name, struct imgfmt_output **ret,
		     struct imgfmt_error *err)
{
	int mode = fcntl(fd, F_GETFL);

	*ret = NULL;
	if (mode < 0 || (mode & O_ACCMODE) == O_RDONLY)
		return err_os(err, EBADF, "%s: is not open for writing",
			      name ? name : "output");
	return open_fd(fd, false, name, ret, err);
}

int imgfmt_output_fn(int (*write)(void *ctx, const void *buf, size_t len),
		     void *ctx, const char *name, struct imgfmt_output **ret,
		     struct imgfmt_error *err)
{
	struct output_stream *s;
	int rc;

	*ret = NULL;
	if (!write)
		return err_set(err, IMGFMT_E_USAGE,
			       "%s: needs a function that writes",
			       name ? name : "output");
	rc = output_new(&stream_ops, sizeof(*s), name, &s, err);
	if (rc < 0)
		return rc;
	s->write = write;
	s->ctx = ctx;
	s->fd = -1;
	*ret = &s->out;
	return IMGFMT_OK;
}
