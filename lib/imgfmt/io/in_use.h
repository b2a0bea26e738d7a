/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the system or another program uses a file or a block device that is
 * to be changed where it stands.
 */
#ifndef IMGFMT_IO_IN_USE_H
#define IMGFMT_IO_IN_USE_H

#include <sys/stat.h>

#include "imgfmt.h"

/*
 * IMGFMT_E_OS with EBUSY, and what it is used for, if @path, with @st, is
 * mounted, swapped to or shown by a loop device: as far as /proc and /sys tell.
 */
int in_use_check(const char *path, const struct stat *st,
		 struct imgfmt_error *err);

/*
 * Keep others off what is open as @fd, for as long as it is open: EBUSY if one
 * of them is there already, and EROFS for a device that takes no writes.
 * @path is for the message.
 */
int in_use_claim(int fd, const char *path, struct imgfmt_error *err);

#endif /* IMGFMT_IO_IN_USE_H */
