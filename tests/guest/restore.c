/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restore DEVICE BYTES
 *
 * Resumes the system whose image, a stream as /dev/snapshot gives one, is in the
 * first BYTES of DEVICE. Comes back only if that fails.
 */
#include "pages.h"

#include <fcntl.h>
#include <linux/suspend_ioctls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CHUNK (16 * PAGE)

static int fail(const char *what)
{
	perror(what);
	return 2;
}

/* The kernel takes a page at a time. */
static int write_pages(int fd, const char *bytes, size_t size)
{
	size_t at;

	for (at = 0; at < size; at += PAGE) {
		if (write(fd, bytes + at, PAGE) != PAGE)
			return fail("write");
	}
	return 0;
}

/* Without the page cache, which would take the memory that the image needs. */
static int copy(int from, int to, unsigned long size)
{
	static char buffer[CHUNK] __attribute__((aligned(PAGE)));
	unsigned long at;

	for (at = 0; at < size; at += CHUNK) {
		size_t part = size - at < CHUNK ? size - at : CHUNK;

		if (read(from, buffer, CHUNK) < (ssize_t)part)
			return fail("read");
		if (write_pages(to, buffer, part))
			return 2;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int from, to;

	if (argc != 3) {
		fprintf(stderr, "usage: restore DEVICE BYTES\n");
		return 2;
	}
	from = open(argv[1], O_RDONLY | O_DIRECT);
	if (from < 0)
		return fail(argv[1]);
	to = open("/dev/snapshot", O_WRONLY);
	if (to < 0)
		return fail("/dev/snapshot");
	if (ioctl(to, SNAPSHOT_FREEZE, 0))
		return fail("SNAPSHOT_FREEZE");
	if (!copy(from, to, strtoul(argv[2], NULL, 10)) &&
	    ioctl(to, SNAPSHOT_ATOMIC_RESTORE, 0))
		fail("SNAPSHOT_ATOMIC_RESTORE");
	ioctl(to, SNAPSHOT_UNFREEZE, 0);
	return 2;
}
