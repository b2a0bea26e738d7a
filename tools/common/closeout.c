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

int closeout(FILE *out)
{
	/* An earlier failure has lost its errno by now. */
	int status = ferror(out) ? EIO : 0;

	if (fflush(out))
		status = errno;
	if (fclose(out) && !status)
		status = errno;
	return status;
}
