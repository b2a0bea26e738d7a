/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the system uses a file or a block device, as far as /proc and /sys
 * tell.
 */
#ifndef IMGFMT_IO_IN_USE_H
#define IMGFMT_IO_IN_USE_H

#include <sys/stat.h>

#include "imgfmt.h"

/*
 * IMGFMT_E_OS with EBUSY, and what it is used for, if @path, with @st, is
 * mounted, swapped to or shown by a loop device.
 */
int in_use_check(const char *path, const struct stat *st,
		 struct imgfmt_error *err);

#endif /* IMGFMT_IO_IN_USE_H */
