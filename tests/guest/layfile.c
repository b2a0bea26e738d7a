/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layfile MIB FILE [FILLER]
 *
 * Makes a file of MIB mebibytes of zeros, and prints its extents on the device
 * in order, a line "FIRST COUNT" each, in pages from the start of the device.
 * With FILLER, a second file is written in between, so that the first one lies
 * in many small pieces.
 */
#include "pages.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CHUNK_PAGES 256

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static int open_new(const char *path)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);

	if (fd < 0)
		die(path);
	return fd;
}

static void take_room(int fd, size_t from, size_t pages)
{
	if (fallocate(fd, 0, (off_t)from * PAGE, (off_t)pages * PAGE))
		die("fallocate");
}

/* Pieces of 1 to 31 pages, with 1 to 5 pages of the other file behind each. */
static void scatter(int fd, int filler, size_t pages)
{
	size_t at = 0, filled = 0, i;

	for (i = 0; at < pages; i++) {
		size_t n = 1 + i * 7 % 31, gap = 1 + i % 5;

		if (n > pages - at)
			n = pages - at;
		take_room(fd, at, n);
		take_room(filler, filled, gap);
		at += n;
		filled += gap;
	}
}

static void write_zeros(int fd, size_t pages)
{
	static const char zeros[CHUNK_PAGES * PAGE];
	size_t at, n;

	for (at = 0; at < pages; at += n) {
		n = pages - at < CHUNK_PAGES ? pages - at : CHUNK_PAGES;
		if (pwrite(fd, zeros, n * PAGE, (off_t)at * PAGE) !=
		    (ssize_t)(n * PAGE))
			die("pwrite");
	}
	if (fsync(fd))
		die("fsync");
}

/* The file system's blocks are pages. */
static unsigned int block_of(int fd, size_t page)
{
	int block = (int)page;

	if (ioctl(fd, FIBMAP, &block))
		die("FIBMAP");
	return (unsigned int)block;
}

static void print_extents(int fd, size_t pages)
{
	unsigned int first = 0;
	size_t count = 0, i;

	for (i = 0; i < pages; i++) {
		unsigned int block = block_of(fd, i);

		if (count && block == first + count) {
			count++;
			continue;
		}
		if (count)
			printf("%u %zu\n", first, count);
		first = block;
		count = 1;
	}
	printf("%u %zu\n", first, count);
}

int main(int argc, char **argv)
{
	size_t pages;
	int fd;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: layfile MIB FILE [FILLER]\n");
		return 2;
	}
	pages = strtoul(argv[1], NULL, 10) * ((1 << 20) / PAGE);
	fd = open_new(argv[2]);
	if (argc == 4)
		scatter(fd, open_new(argv[3]), pages);
	else
		take_room(fd, 0, pages);
	write_zeros(fd, pages);
	print_extents(fd, pages);
	return 0;
}
