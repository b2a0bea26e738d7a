/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Output to a block device.  The first 4096 bytes are wiped before anything
 * else is written, kept in memory meanwhile, and written last, each step
 * flushed (spec 14.3): at no moment does an image with a head lack its body.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "io/in_use.h"
#include "io/output_kinds.h"

#define BLANK_LEN	((uint64_t)1 << 20)	/* at either end */
#define BLANK_STEP	((size_t)64 << 10)

struct output_device {
	struct imgfmt_output out;
	struct output_calls calls;
	uint64_t size;
	int fd;
	bool owns_fd;
	bool touched;		/* a write, or a part of one, has reached it */
	bool wiped;		/* the old mark is gone, and that is flushed */
	uint8_t head[OUTPUT_DEVICE_HEAD];
};

static int flush(const struct output_device *d, struct imgfmt_error *err)
{
	if (d->calls.flush(d->calls.ctx, d->fd) < 0)
		return err_os(err, errno, "%s: cannot flush", d->out.name);
	return IMGFMT_OK;
}

static int check_fits(const struct output_device *d, uint64_t end,
		      struct imgfmt_error *err)
{
	if (end <= d->size)
		return IMGFMT_OK;
	return err_os(err, ENOSPC,
		      "%s: has %" PRIu64 " bytes, needs %" PRIu64 " or more",
		      d->out.name, d->size, end);
}

/* Take away the old mark before the first change [DEV-01]. */
static int wipe(struct output_device *d, struct imgfmt_error *err)
{
	static const uint8_t zeros[OUTPUT_DEVICE_HEAD];
	int rc;

	if (d->wiped)
		return IMGFMT_OK;
	rc = check_fits(d, sizeof(zeros), err);
	if (rc < 0)
		return rc;
	rc = output_pwrite_all(&d->calls, d->fd, d->out.name, 0, zeros,
			       sizeof(zeros), &d->touched, err);
	if (rc < 0)
		return rc;
	rc = flush(d, err);
	d->wiped = rc == IMGFMT_OK;
	return rc;
}

static int device_write(struct imgfmt_output *out, uint64_t off,
			const void *buf, size_t len, struct imgfmt_error *err)
{
	struct output_device *d = (struct output_device *)out;
	size_t kept = 0;
	int rc = check_fits(d, off + len, err);

	if (rc < 0)
		return rc;
	rc = wipe(d, err);
	if (rc < 0)
		return rc;
	if (off < sizeof(d->head)) {
		kept = min_u64(len, sizeof(d->head) - off);
		memcpy(d->head + off, buf, kept);
	}
	return output_pwrite_all(&d->calls, d->fd, out->name, off + kept,
				 (const uint8_t *)buf + kept, len - kept,
				 &d->touched, err);
}

static int device_hole(struct imgfmt_output *out, uint64_t off, uint64_t len,
		       struct imgfmt_error *err)
{
	const struct output_device *d = (struct output_device *)out;
	int rc = check_fits(d, off + len, err);

	return rc < 0 ? rc : output_write_zeros(out, off, len, err);
}

static bool device_wiped(const struct imgfmt_output *out)
{
	return ((const struct output_device *)out)->touched;
}

static int device_expect(const struct imgfmt_output *out, uint64_t size,
			 struct imgfmt_error *err)
{
	return check_fits((const struct output_device *)out, size, err);
}

/* The body is safe before the head makes it an image [DEV-02]. */
static int device_commit(struct imgfmt_output *out, uint64_t size,
			 struct imgfmt_error *err)
{
	struct output_device *d = (struct output_device *)out;
	int rc = check_fits(d, size, err);

	if (rc < 0)
		return rc;
	rc = wipe(d, err);
	if (rc < 0)
		return rc;
	rc = flush(d, err);
	if (rc < 0)
		return rc;
	rc = output_pwrite_all(&d->calls, d->fd, out->name, 0, d->head,
			       sizeof(d->head), &d->touched, err);
	if (rc < 0)
		return rc;
	return flush(d, err);
}

/* Without its head nothing on the device passes for an image. */
static void device_fini(struct imgfmt_output *out)
{
	const struct output_device *d = (struct output_device *)out;

	if (d->owns_fd)
		close(d->fd);
}

static const struct output_ops device_ops = {
	.write = device_write,
	.hole = device_hole,
	.commit = device_commit,
	.wiped = device_wiped,
	.expect = device_expect,
	.fini = device_fini,
};

/* Whether [off, end) reads as zeros. */
static int read_blank(int fd, uint64_t off, uint64_t end, uint8_t *buf,
		      bool *ret)
{
	*ret = true;
	while (off < end && *ret) {
		ssize_t n = pread(fd, buf, min_u64(end - off, BLANK_STEP),
				  (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			break;	/* the size is known: nothing is there */
		*ret = mem_is_zero(buf, (size_t)n);
		off += (size_t)n;
	}
	return 0;
}

/* Refuse what may hold something, unless it was asked for. */
static int check_blank(const struct output_device *d, struct imgfmt_error *err)
{
	uint64_t len = min_u64(d->size, BLANK_LEN);
	uint8_t *buf = malloc(BLANK_STEP);
	bool blank;
	int rc;

	if (!buf)
		return err_nomem(err, "a buffer");
	rc = read_blank(d->fd, 0, len, buf, &blank);
	if (!rc && blank)
		rc = read_blank(d->fd, d->size - len, d->size, buf, &blank);
	if (rc < 0)
		rc = err_os(err, errno, "%s: cannot read", d->out.name);
	else if (!blank)
		rc = output_refuse(d->out.name, "is a device that is not blank",
				   err);
	free(buf);
	return rc;
}

static int get_size(int fd, uint64_t *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (S_ISBLK(st.st_mode))
		return ioctl(fd, BLKGETSIZE64, ret);
	*ret = (uint64_t)st.st_size;
	return 0;
}

int output_open_device_fd(int fd, const char *name, uint32_t flags,
			  const struct output_calls *calls,
			  struct imgfmt_output **ret, struct imgfmt_error *err)
{
	struct output_device *d;
	int rc = output_new(&device_ops, sizeof(*d), name, &d, err);

	*ret = NULL;
	if (rc < 0)
		return rc;
	d->fd = fd;
	d->calls = calls ? *calls : output_system_calls;
	if (get_size(fd, &d->size) < 0)
		rc = err_os(err, errno, "%s: cannot get the size", d->out.name);
	else if (!(flags & IMGFMT_OUTPUT_FORCE))
		rc = check_blank(d, err);
	if (rc < 0) {
		imgfmt_output_free(&d->out);
		return rc;
	}
	*ret = &d->out;
	return IMGFMT_OK;
}

/* O_EXCL: the kernel refuses a device that is mounted, swapped to or part of
   another one. */
int output_open_device(const char *path, uint32_t flags,
		       struct imgfmt_output **ret, struct imgfmt_error *err)
{
	int fd = open(path, O_RDWR | O_EXCL | O_CLOEXEC);
	int rc;

	if (fd < 0 && errno == EBUSY)
		return err_os(err, EBUSY, "%s: the device is in use", path);
	if (fd < 0)
		return err_os(err, errno, "%s: cannot open", path);
	rc = in_use_claim(fd, path, err);
	if (!rc)
		rc = output_open_device_fd(fd, path, flags, NULL, ret, err);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	((struct output_device *)*ret)->owns_fd = true;
	return IMGFMT_OK;
}
