/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Output: struct imgfmt_output of imgfmt.h.  It has no effect under its name
 * before output_commit(); without a commit imgfmt_output_free() leaves nothing
 * behind (on a device: nothing that could pass for an image).
 *
 * A *file* is nameless or has a temporary name in the same directory until it
 * is committed.  A file that exists is only replaced with IMGFMT_OUTPUT_FORCE,
 * and even then by a rename, so that readers of the old one keep it.  The mode
 * of a new file is 0600: a memory image holds passwords and keys.
 *
 * A *device* must not be in use, and is only overwritten without
 * IMGFMT_OUTPUT_FORCE if its first and last MiB are all zero: that is where
 * partition tables, file systems, swap areas, RAID members and images have
 * their marks.  The order of writing is that of spec 14.3.
 *
 * All else (pipes, sockets, character devices, the caller's function) takes
 * *one pass*.  A signal whose handler was installed without SA_RESTART ends a
 * wait for their reader with IMGFMT_E_CANCELLED.
 *
 * Error messages name the output.  After a failed write or hole the output can
 * only be freed.
 */
#ifndef IMGFMT_IO_OUTPUT_H
#define IMGFMT_IO_OUTPUT_H

#include <sys/types.h>

#include "base/base.h"
#include "imgfmt.h"

#define OUTPUT_DEVICE_HEAD 4096u	/* written last, spec 14.3 */

/* A file or a device: any offset can be written at any time. */
bool output_is_seekable(const struct imgfmt_output *out);

/* Never NULL. */
const char *output_name(const struct imgfmt_output *out);

/* Write at @off; in one pass @off must be where the last call ended. */
int output_write(struct imgfmt_output *out, uint64_t off, const void *buf,
		 size_t len, struct imgfmt_error *err);

/*
 * @len zero bytes at @off, where nothing was written before.  A file gets a
 * hole, any other output gets zeros.
 */
int output_hole(struct imgfmt_output *out, uint64_t off, uint64_t len,
		struct imgfmt_error *err);

/*
 * It will have at least @size bytes: said before the first write, so that a
 * device that is too small keeps what it holds.
 */
int output_expect(struct imgfmt_output *out, uint64_t size,
		  struct imgfmt_error *err);

/*
 * The output is complete and @size bytes long: flush it and give it its name.
 * In one pass @size must be what was written.
 */
int output_commit(struct imgfmt_output *out, uint64_t size,
		  struct imgfmt_error *err);

/*
 * The system calls of a device.  A test puts its own here to see their order
 * and to let one fail.  They return -1 and set errno.
 */
struct output_calls {
	ssize_t (*pwrite)(void *ctx, int fd, const void *buf, size_t len,
			  off_t off);
	int (*flush)(void *ctx, int fd);
	void *ctx;
};

/*
 * Treat @fd, open for reading and writing, as a device.  It stays the caller's
 * and its size is fixed.  @calls is copied; NULL stands for the system's.
 */
int output_open_device_fd(int fd, const char *name, uint32_t flags,
			  const struct output_calls *calls,
			  struct imgfmt_output **ret, struct imgfmt_error *err);

#endif /* IMGFMT_IO_OUTPUT_H */
