/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "io/place.h"

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

struct place {
	struct output_calls calls;
	char *name;
	uint64_t size;
	int fd;
	bool owns_fd;
	bool is_device;
	bool changed;
};

static int measure(struct place *p, struct imgfmt_error *err)
{
	struct stat st;

	if (fstat(p->fd, &st) < 0)
		return err_os(err, errno, "%s: cannot open", p->name);
	p->is_device = S_ISBLK(st.st_mode);
	if (!p->is_device && !S_ISREG(st.st_mode))
		return err_refuse(err, ENOTBLK,
				  "%s: neither a file nor a block device",
				  p->name);
	p->size = (uint64_t)st.st_size;
	if (p->is_device && ioctl(p->fd, BLKGETSIZE64, &p->size) < 0)
		return err_os(err, errno, "%s: cannot get the size", p->name);
	return IMGFMT_OK;
}

int place_open_fd(int fd, const char *name, const struct output_calls *calls,
		  struct place **ret, struct imgfmt_error *err)
{
	struct place *p = calloc(1, sizeof(*p));
	int rc;

	*ret = NULL;
	if (!p)
		return err_nomem(err, "an output");
	p->fd = fd;
	p->calls = calls ? *calls : output_system_calls;
	p->name = strdup(name);
	rc = p->name ? measure(p, err) : err_nomem(err, "an output");
	if (rc) {
		place_free(p);
		return rc;
	}
	*ret = p;
	return IMGFMT_OK;
}

int place_open(const char *path, struct place **ret, struct imgfmt_error *err)
{
	struct stat st;
	int fd, rc;

	*ret = NULL;
	if (stat(path, &st) < 0)
		return err_os(err, errno, "%s: cannot open", path);
	rc = in_use_check(path, &st, err);
	if (rc)
		return rc;
	/*
	 * Of a device, O_EXCL: the kernel refuses one that is in use in a way
	 * that this process cannot see.
	 */
	fd = open(path, O_RDWR | O_CLOEXEC |
			(S_ISBLK(st.st_mode) ? O_EXCL : 0));
	if (fd < 0 && errno == EBUSY)
		return err_os(err, EBUSY, "%s: the device is in use", path);
	if (fd < 0)
		return err_os(err, errno, "%s: cannot open", path);
	rc = in_use_claim(fd, path, err);
	if (!rc)
		rc = place_open_fd(fd, path, NULL, ret, err);
	if (rc)
		close(fd);
	else
		(*ret)->owns_fd = true;
	return rc;
}

void place_free(struct place *p)
{
	if (!p)
		return;
	if (p->owns_fd)
		close(p->fd);
	free(p->name);
	free(p);
}

const char *place_name(const struct place *p)
{
	return p->name;
}

uint64_t place_size(const struct place *p)
{
	return p->size;
}

bool place_is_device(const struct place *p)
{
	return p->is_device;
}

bool place_is_blank_file(struct place *p)
{
	uint64_t end = min_u64(place_size(p), PLACE_BLANK);
	uint8_t part[4096];

	if (place_is_device(p) || !end)
		return false;
	for (uint64_t at = 0; at < end; at += sizeof(part)) {
		size_t len = (size_t)min_u64(sizeof(part), end - at);

		if (place_read(p, at, part, len, NULL) ||
		    !mem_is_zero(part, len))
			return false;
	}
	return true;
}

int place_fd(const struct place *p)
{
	return p->fd;
}

static int check_inside(const struct place *p, uint64_t off, uint64_t len,
			struct imgfmt_error *err)
{
	if (off <= p->size && len <= p->size - off)
		return IMGFMT_OK;
	return err_os(err, ENOSPC,
		      "%s: has %" PRIu64 " bytes, byte %" PRIu64 " is not in it",
		      p->name, p->size, off + len);
}

int place_read(const struct place *p, uint64_t off, void *buf, size_t len,
	       struct imgfmt_error *err)
{
	uint8_t *to = buf;
	int rc = check_inside(p, off, len, err);

	while (len && !rc) {
		ssize_t n = pread(p->fd, to, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_os(err, n ? errno : EIO, "%s: cannot read",
				      p->name);
		to += n;
		off += (size_t)n;
		len -= (size_t)n;
	}
	return rc;
}

int place_write(struct place *p, uint64_t off, const void *buf,
		size_t len, struct imgfmt_error *err)
{
	int rc = check_inside(p, off, len, err);

	return rc ? rc : output_pwrite_all(&p->calls, p->fd, p->name, off, buf,
					   len, &p->changed, err);
}

bool place_changed(const struct place *p)
{
	return p->changed;
}

int place_flush(const struct place *p, struct imgfmt_error *err)
{
	if (p->calls.flush(p->calls.ctx, p->fd) < 0)
		return err_os(err, errno, "%s: cannot flush", p->name);
	return IMGFMT_OK;
}
