/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output is only done when the system has accepted all of it.
 */
#include "common/closeout.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int standard_fds_fill(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The wrong direction, so that use still fails. */
		if (open("/dev/null",
			 fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return errno;
	}
	return 0;
}

/* Why the first of them failed; what stdio drops it does not try again. */
static int write_errno;

bool write_bytes(FILE *out, const void *data, size_t len)
{
	errno = 0;
	if (fwrite(data, 1, len, out) == len)
		return true;
	if (!write_errno)
		write_errno = errno;
	return false;
}

int closeout(FILE *out)
{
	/* A failure of other calls has lost its errno, if fflush() succeeds. */
	int status = !ferror(out) ? 0 : write_errno ? write_errno : EIO;

	if (fflush(out))
		status = errno;
	if (fclose(out) && !status)
		status = errno;
	return status;
}
