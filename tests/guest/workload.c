/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * workload DIRECTORY
 *
 * Fills a guest's memory with pages whose content is known, and returns once
 * all is in place; its child processes stay and hold the memory. DIRECTORY is
 * on a tmpfs.
 */
#include "pages.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPE_PAGES 16

enum place {
	ANONYMOUS,
	ANONYMOUS_HUGE,
	ANONYMOUS_ZERO,
	FILE_ON_TMPFS,
	PIPES,
	FREED_ANONYMOUS,
	FREED_FILE,
};

/* Of the memory that the kernel has to give, so that every size of guest works. */
static const struct region {
	char tag[9];
	enum place place;
	unsigned int permille;
} regions[] = {
	{ "IMGANON_", ANONYMOUS, 110 },
	{ "IMGHUGE_", ANONYMOUS_HUGE, 60 },
	{ "IMGZERO_", ANONYMOUS_ZERO, 20 },
	{ "IMGTMPFS", FILE_ON_TMPFS, 90 },
	{ "IMGPIPE_", PIPES, 2 },
	{ "IMGFREED", FREED_ANONYMOUS, 60 },
	{ "IMGUNLNK", FREED_FILE, 30 },
};

#define REGIONS (sizeof(regions) / sizeof(regions[0]))

static void die(const char *what)
{
	perror(what);
	_exit(2);
}

/* Zero pages are written all the same, so that each has a frame of its own. */
static void fill_anonymous(const struct region *region, size_t pages)
{
	char *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (memory == MAP_FAILED)
		die("mmap");
	madvise(memory, pages * PAGE,
		region->place == ANONYMOUS_HUGE ? MADV_HUGEPAGE
						: MADV_NOHUGEPAGE);
	for (i = 0; i < pages; i++) {
		if (region->place == ANONYMOUS_ZERO)
			((volatile char *)memory)[i * PAGE] = 0;
		else
			fill_page(memory + i * PAGE, region->tag, i);
	}
}

static void write_page(int fd, const struct region *region, size_t index)
{
	char page[PAGE];

	fill_page(page, region->tag, index);
	if (write(fd, page, PAGE) != PAGE)
		die("write");
}

static void fill_file(const struct region *region, size_t pages)
{
	int fd = open(region->tag, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	size_t i;

	if (fd < 0)
		die("open");
	for (i = 0; i < pages; i++)
		write_page(fd, region, i);
	close(fd);
	if (region->place == FREED_FILE && unlink(region->tag))
		die("unlink");
}

static void fill_pipes(const struct region *region, size_t pages)
{
	size_t i;
	int fds[2];

	for (i = 0; i < pages - pages % PIPE_PAGES; i++) {
		if (i % PIPE_PAGES == 0 && pipe(fds))
			die("pipe");
		write_page(fds[1], region, i);
	}
}

static void fill_region(const struct region *region, size_t pages)
{
	switch (region->place) {
	case FILE_ON_TMPFS:
	case FREED_FILE:
		fill_file(region, pages);
		break;
	case PIPES:
		fill_pipes(region, pages);
		break;
	default:
		fill_anonymous(region, pages);
		break;
	}
}

static int is_held(enum place place)
{
	return place != FREED_ANONYMOUS && place != FREED_FILE;
}

/* A process for each region: it tells by fd that the pages are there. */
static void start_holder(const struct region *region, size_t pages, int fd)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return;
	fill_region(region, pages);
	if (!is_held(region->place))
		_exit(0);
	if (write(fd, "", 1) != 1)
		die("write");
	for (;;)
		pause();
}

static void wait_holder(const struct region *region, int fd)
{
	char byte;
	int status;

	if (is_held(region->place)) {
		if (read(fd, &byte, 1) != 1)
			die(region->tag);
	} else if (wait(&status) < 0 || status) {
		die(region->tag);
	}
}

int main(int argc, char **argv)
{
	struct sysinfo info;
	size_t i, all;
	int fds[2];

	if (argc != 2 || chdir(argv[1])) {
		fprintf(stderr, "usage: workload DIRECTORY\n");
		return 2;
	}
	if (sysinfo(&info) || pipe(fds))
		die("workload");
	all = (uint64_t)info.totalram * info.mem_unit / PAGE;

	for (i = 0; i < REGIONS; i++) {
		start_holder(&regions[i], all * regions[i].permille / 1000,
			     fds[1]);
		wait_holder(&regions[i], fds[0]);
	}
	return 0;
}
