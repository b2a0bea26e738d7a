/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Input: bytes at an offset, from a file, a block device, memory, a pipe or
 * the caller's functions.
 *
 * A *sequential* input only goes forward.  Its first IO_HEAD_SIZE bytes stay
 * available, so that formats can be recognised; any other way back fails with
 * IMGFMT_E_SEEK.  Skipping forward reads and drops.
 *
 * The size of an input that is not sequential is fixed when it is opened, and
 * nothing behind it is ever returned.  Such an input may be read by several
 * threads at once; a sequential one belongs to one thread.
 *
 * A signal whose handler was installed without SA_RESTART ends a wait for a
 * sequential input with IMGFMT_E_CANCELLED; other reads go on.
 *
 * Error messages do not name the input: who opened it knows the name.
 */
#ifndef IMGFMT_IO_IO_H
#define IMGFMT_IO_IO_H

#include "base/base.h"
#include "base/vec.h"
#include "imgfmt.h"

#define IO_HEAD_SIZE	((size_t)64 << 10)
#define IO_SIZE_UNKNOWN	UINT64_MAX

struct io;

/*
 * A regular file or a block device.  A FIFO, a character device and a file
 * that hides its size, as many in /proc do, become sequential.  A directory is
 * refused.
 */
int io_open_path(const char *path, struct io **ret, struct imgfmt_error *err);

/*
 * The same for a descriptor, which stays the caller's.  Regular files and block
 * devices are read from their beginning, wherever the descriptor stands, and
 * its position does not move; others are read from where they stand.
 */
int io_open_fd(int fd, const char *name, struct io **ret,
	       struct imgfmt_error *err);

/* The caller's functions.  The struct is copied, what it points to is not. */
int io_open_user(const struct imgfmt_io *user, struct io **ret,
		 struct imgfmt_error *err);

/* Memory of the caller, which outlives the input. */
int io_open_memory(const void *data, size_t len, const char *name,
		   struct io **ret, struct imgfmt_error *err);

void io_free(struct io *io);

/*
 * Count positions from byte @bytes of the input on.  IMGFMT_E_SEEK for one that
 * is sequential, IMGFMT_E_USAGE where it is not that long; 0 changes nothing.
 */
int io_skip_front(struct io *io, uint64_t bytes, struct imgfmt_error *err);

/* Never NULL. */
const char *io_name(const struct io *io);
bool io_is_sequential(const struct io *io);
bool io_is_device(const struct io *io);
/* IO_SIZE_UNKNOWN of a sequential input. */
uint64_t io_size(const struct io *io);

/*
 * Read @len bytes from @off.  Fewer only where the input ends; none at and
 * behind its end.  After a failure @got_ret is zero.
 */
int io_read(struct io *io, uint64_t off, void *buf, size_t len, size_t *got_ret,
	    struct imgfmt_error *err);

/*
 * From now on the @len bytes at @off are those at @data, whatever the input
 * would give there: what was proved is what is read.  Pinned ranges do not
 * overlap, and @data is the input's to free(), also on failure.  Not while another thread
 * reads.
 */
int io_pin(struct io *io, uint64_t off, void *data, size_t len,
	   struct imgfmt_error *err);
/* Give all of them up: nothing of them will be asked for again. */
void io_unpin(struct io *io);

/* All of it, or IMGFMT_E_TRUNCATED: "input ends within @what". */
int io_read_full(struct io *io, uint64_t off, void *buf, size_t len,
		 const char *what, struct imgfmt_error *err);

/*
 * Whether there is no byte at or behind @off.  A sequential input is read up to
 * @off to find out; the byte there can still be read afterwards.
 */
int io_at_end(struct io *io, uint64_t off, bool *ret, struct imgfmt_error *err);

/* A piece of a file, and where it lies on the device of its file system. */
struct io_extent {
	uint64_t logical, physical, bytes;
	bool shared;		/* with another file */
};

/*
 * The pieces of a regular file, a vector of struct io_extent, by the word of its
 * file system.  IMGFMT_E_UNSUPPORTED where that cannot tell, or tells of
 * something else than its device; the message says why.
 */
int io_extents(const struct io *io, struct vec *ret, struct imgfmt_error *err);

#endif /* IMGFMT_IO_IO_H */
