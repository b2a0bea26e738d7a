/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Input of all kinds, each brought into the form of the caller's own: a struct
 * imgfmt_io with either read_at or read.
 */
#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"
#include "io/forward.h"
#include "io/wait.h"

struct pin {
	uint64_t off;
	size_t	 len;
	uint8_t	*data;
};

struct io {
	struct imgfmt_io in;
	struct forward *forward;	/* NULL: positions are the input's own */
	char *name;
	const uint8_t *memory;
	uint64_t front;		/* bytes of the input before position 0 */
	int fd;
	bool owns_fd;
	bool is_device;
	struct vec pins;	/* struct pin, rising */
};

static int io_new(const char *name, struct io **ret, struct imgfmt_error *err)
{
	struct io *io = calloc(1, sizeof(*io));

	*ret = NULL;
	if (!io)
		return err_nomem(err, "an input");
	io->fd = -1;
	vec_init(&io->pins, sizeof(struct pin));
	io->name = strdup(name ? name : "input");
	if (!io->name) {
		free(io);
		return err_nomem(err, "an input");
	}
	*ret = io;
	return IMGFMT_OK;
}

void io_free(struct io *io)
{
	if (!io)
		return;
	if (io->owns_fd)
		close(io->fd);
	io_unpin(io);
	forward_free(io->forward);
	free(io->name);
	free(io);
}

/* The input is set up but for its positions; @io is freed on failure. */
static int finish_open(struct io *io, struct io **ret, struct imgfmt_error *err)
{
	if (!io->in.read_at) {
		int rc = forward_new(io->in.read, io->in.ctx, &io->forward,
				     err);

		if (rc < 0) {
			io_free(io);
			return rc;
		}
		io->in.size = IO_SIZE_UNKNOWN;
	}
	*ret = io;
	return IMGFMT_OK;
}

static int64_t fd_read_at(void *ctx, void *buf, size_t len, uint64_t off)
{
	const struct io *io = ctx;
	ssize_t n = pread(io->fd, buf, len, (off_t)off);

	return n < 0 ? -errno : n;
}

/* A descriptor may have come to us non-blocking: wait, whatever it says. */
static int64_t fd_read(void *ctx, void *buf, size_t len)
{
	const struct io *io = ctx;

	for (;;) {
		ssize_t n = read(io->fd, buf, len);
		int rc;

		if (n >= 0)
			return n;
		if (errno != EAGAIN)
			return -errno;
		rc = fd_wait(io->fd, POLLIN);
		if (rc)
			return rc;
	}
}

static int64_t memory_read_at(void *ctx, void *buf, size_t len, uint64_t off)
{
	const struct io *io = ctx;

	memcpy(buf, io->memory + off, len);
	return (int64_t)len;
}

/* Files of /proc claim to be empty: believe only one that cannot be read. */
static bool hides_size(int fd)
{
	char byte;

	return pread(fd, &byte, 1, 0) != 0;
}

/* Choose between positions and one direction, and learn the size. */
static int set_up_fd(struct io *io, struct imgfmt_error *err)
{
	struct stat st;
	uint64_t size = 0;

	if (fstat(io->fd, &st) < 0)
		return err_os(err, errno, "cannot read");
	if (S_ISDIR(st.st_mode))
		return err_os(err, EISDIR, "cannot read");
	io->in.ctx = io;
	io->is_device = S_ISBLK(st.st_mode);
	if (io->is_device) {
		if (ioctl(io->fd, BLKGETSIZE64, &size) < 0)
			return err_os(err, errno, "cannot get the size");
	} else if (S_ISREG(st.st_mode)) {
		size = (uint64_t)st.st_size;
	}
	if (io->is_device ||
	    (S_ISREG(st.st_mode) && (size || !hides_size(io->fd)))) {
		io->in.size = size;
		io->in.read_at = fd_read_at;
	} else {
		io->in.read = fd_read;
	}
	return IMGFMT_OK;
}

static int open_fd(int fd, bool owned, const char *name, struct io **ret,
		   struct imgfmt_error *err)
{
	struct io *io;
	int rc = io_new(name, &io, err);

	*ret = NULL;
	if (rc < 0) {
		if (owned)
			close(fd);
		return rc;
	}
	io->fd = fd;
	io->owns_fd = owned;
	rc = set_up_fd(io, err);
	if (rc < 0) {
		io_free(io);
		return rc;
	}
	return finish_open(io, ret, err);
}

int io_open_path(const char *path, struct io **ret, struct imgfmt_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	*ret = NULL;
	if (fd < 0 && errno == EINTR)
		return err_set(err, IMGFMT_E_CANCELLED,
			       "interrupted by a signal");
	if (fd < 0)
		return err_os(err, errno, "cannot open");
	return open_fd(fd, true, path, ret, err);
}

int io_open_fd(int fd, const char *name, struct io **ret,
	       struct imgfmt_error *err)
{
	return open_fd(fd, false, name, ret, err);
}

int io_open_user(const struct imgfmt_io *user, struct io **ret,
		 struct imgfmt_error *err)
{
	struct imgfmt_io in = { 0 };
	struct io *io;
	int rc;

	*ret = NULL;
	memcpy(&in, user, min_u64(user->struct_size, sizeof(in)));
	if (!in.read_at && !in.read)
		return err_set(err, IMGFMT_E_USAGE,
			       "an input needs read_at or read");
	rc = io_new(in.name, &io, err);
	if (rc < 0)
		return rc;
	io->in = in;
	return finish_open(io, ret, err);
}

int io_open_memory(const void *data, size_t len, const char *name,
		   struct io **ret, struct imgfmt_error *err)
{
	struct io *io;
	int rc = io_new(name, &io, err);

	*ret = NULL;
	if (rc < 0)
		return rc;
	io->memory = data;
	io->in.ctx = io;
	io->in.size = len;
	io->in.read_at = memory_read_at;
	return finish_open(io, ret, err);
}

const char *io_name(const struct io *io)
{
	return io->name;
}

bool io_is_sequential(const struct io *io)
{
	return io->forward;
}

bool io_is_device(const struct io *io)
{
	return io->is_device;
}

int io_skip_front(struct io *io, uint64_t bytes, struct imgfmt_error *err)
{
	if (!bytes)
		return IMGFMT_OK;
	if (io->forward)
		return err_set(err, IMGFMT_E_SEEK,
			       "an offset needs random access, and this is a pipe");
	if (bytes >= io->in.size)
		return err_set(err, IMGFMT_E_USAGE,
			       "offset %llu is not in the input, which has %llu bytes",
			       (unsigned long long)bytes,
			       (unsigned long long)io->in.size);
	io->front += bytes;
	io->in.size -= bytes;
	return IMGFMT_OK;
}

uint64_t io_size(const struct io *io)
{
	return io->in.size;
}

/* The range lies within the size, so an early end is the input's fault. */
static int read_at(const struct io *io, uint64_t off, uint8_t *buf, size_t len,
		   size_t *got_ret, struct imgfmt_error *err)
{
	size_t got = 0;

	while (got < len) {
		int64_t n = io->in.read_at(io->in.ctx, buf + got, len - got,
					   io->front + off + got);

		if (n == -EINTR)
			continue;
		if (n < 0) {
			err_os(err, (int)-n, "cannot read");
			if (err)
				err->offset = off + got;
			return IMGFMT_E_OS;
		}
		if ((uint64_t)n > len - got)
			return err_set(err, IMGFMT_E_USAGE,
				       "the input gave more than was asked for");
		if (!n)
			break;
		got += (size_t)n;
	}
	*got_ret = got;
	return IMGFMT_OK;
}

int io_pin(struct io *io, uint64_t off, void *data, size_t len,
	   struct imgfmt_error *err)
{
	const struct pin p = { .off = off, .len = len, .data = data };
	int rc = vec_push(&io->pins, &p, err);
	struct pin *list = vec_array(&io->pins, struct pin);
	size_t i = io->pins.len;

	if (rc) {
		free(data);
		return rc;
	}
	while (--i && list[i - 1].off > off)
		list[i] = list[i - 1];
	list[i] = p;
	return IMGFMT_OK;
}

void io_unpin(struct io *io)
{
	for (size_t i = 0; i < io->pins.len; i++)
		free(vec_array(&io->pins, struct pin)[i].data);
	vec_fini(&io->pins);
}

/* Bytes from the input itself, fewer only at its end. */
static int read_input(struct io *io, uint64_t off, uint8_t *buf, size_t len,
		      size_t *got_ret, struct imgfmt_error *err)
{
	*got_ret = 0;
	if (io->forward)
		return forward_read(io->forward, off, buf, len, got_ret, err);
	if (off >= io->in.size)
		return IMGFMT_OK;
	len = min_u64(len, io->in.size - off);
	return read_at(io, off, buf, len, got_ret, err);
}

/* As many of @len bytes at @off as lie in one pin, or before the next one. */
static int read_piece(struct io *io, uint64_t off, uint8_t *buf, size_t len,
		      size_t *want_ret, size_t *got_ret,
		      struct imgfmt_error *err)
{
	const struct pin *p = vec_array(&io->pins, const struct pin);
	const struct pin *end = p + io->pins.len;

	while (p < end && off >= p->off + p->len)
		p++;
	*want_ret = len;
	if (p < end && off >= p->off) {
		*got_ret = *want_ret = min_u64(len, p->off + p->len - off);
		memcpy(buf, p->data + (off - p->off), *got_ret);
		return IMGFMT_OK;
	}
	if (p < end)
		*want_ret = min_u64(len, p->off - off);
	return read_input(io, off, buf, *want_ret, got_ret, err);
}

int io_read(struct io *io, uint64_t off, void *buf, size_t len, size_t *got_ret,
	    struct imgfmt_error *err)
{
	size_t done = 0;

	*got_ret = 0;
	while (done < len) {
		size_t want, got;
		int rc = read_piece(io, off + done, (uint8_t *)buf + done,
				    len - done, &want, &got, err);

		if (rc)
			return rc;
		done += got;
		if (got < want)
			break;
	}
	*got_ret = done;
	return IMGFMT_OK;
}

int io_read_full(struct io *io, uint64_t off, void *buf, size_t len,
		 const char *what, struct imgfmt_error *err)
{
	size_t got;
	int rc = io_read(io, off, buf, len, &got, err);

	if (rc < 0 || got == len)
		return rc;
	err_set(err, IMGFMT_E_TRUNCATED, "input ends within %s", what);
	if (err)
		err->offset = off + got;
	return IMGFMT_E_TRUNCATED;
}

int io_at_end(struct io *io, uint64_t off, bool *ret, struct imgfmt_error *err)
{
	if (io->forward)
		return forward_at_end(io->forward, off, ret, err);
	*ret = off >= io->in.size;
	return IMGFMT_OK;
}

#define EXTENTS_AT_ONCE 256u

/* Extents whose place on the device is not known, or not their content's. */
#define EXTENT_UNUSABLE \
	(FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC | \
	 FIEMAP_EXTENT_ENCODED | FIEMAP_EXTENT_NOT_ALIGNED | \
	 FIEMAP_EXTENT_DATA_INLINE | FIEMAP_EXTENT_DATA_TAIL)

static int cannot_tell(struct imgfmt_error *err, const char *why)
{
	return err_set(err, IMGFMT_E_UNSUPPORTED,
		       "its place on the device is not known (%s)",
		       why);
}

static int take_extents(const struct fiemap *map, uint64_t *next, bool *last,
			struct vec *ret, struct imgfmt_error *err)
{
	for (uint32_t i = 0; i < map->fm_mapped_extents; i++) {
		const struct fiemap_extent *e = &map->fm_extents[i];
		const struct io_extent x = {
			.logical = e->fe_logical, .physical = e->fe_physical,
			.bytes = e->fe_length,
			.shared = e->fe_flags & FIEMAP_EXTENT_SHARED,
		};
		int rc;

		if (e->fe_flags & EXTENT_UNUSABLE)
			return cannot_tell(err, "part of it has no fixed place");
		rc = vec_push(ret, &x, err);
		if (rc)
			return rc;
		*next = x.logical + x.bytes;
		*last = e->fe_flags & FIEMAP_EXTENT_LAST;
	}
	*last |= !map->fm_mapped_extents;
	return IMGFMT_OK;
}

int io_extents(const struct io *io, struct vec *ret, struct imgfmt_error *err)
{
	struct fiemap *map;
	struct statfs fs;
	struct stat st;
	uint64_t next = 0;
	bool last = false;
	int rc = IMGFMT_OK;

	if (io->fd < 0 || fstat(io->fd, &st) || !S_ISREG(st.st_mode))
		return cannot_tell(err, "it is not a regular file");
	if (io->front)
		return cannot_tell(err, "an offset into it is given");
	if (!fstatfs(io->fd, &fs) && fs.f_type == BTRFS_SUPER_MAGIC)
		return cannot_tell(err, "btrfs has addresses of its own");
	map = calloc(1, sizeof(*map) +
			EXTENTS_AT_ONCE * sizeof(map->fm_extents[0]));
	if (!map)
		return err_nomem(err, "the extents of a file");
	while (!rc && !last) {
		*map = (struct fiemap){
			.fm_start = next, .fm_length = FIEMAP_MAX_OFFSET - next,
			.fm_extent_count = EXTENTS_AT_ONCE,
		};
		if (ioctl(io->fd, FS_IOC_FIEMAP, map) < 0)
			rc = cannot_tell(err, strerror(errno));
		else
			rc = take_extents(map, &next, &last, ret, err);
	}
	free(map);
	return rc;
}
