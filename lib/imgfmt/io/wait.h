/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waiting for a descriptor that came to us non-blocking.
 */
#ifndef IMGFMT_IO_WAIT_H
#define IMGFMT_IO_WAIT_H

/*
 * Until @fd is ready for the poll() events @events, as a blocking read or
 * write would: a signal whose handler was installed without SA_RESTART ends it
 * with -EINTR, after any other it goes on.  0 or a negative errno.
 */
int fd_wait(int fd, short events);

#endif /* IMGFMT_IO_WAIT_H */
