/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * workload DIRECTORY
 *
 * Fills a guest's memory with pages whose content is known, and returns once
 * all is in place; its child processes stay and hold the memory. DIRECTORY is
 * on a tmpfs.
 *
 * A page begins with the tag of its region (8 characters) and its index in
 * the region (64 bits, little-endian). The rest follows from the two alone:
 * noise in five pages of eight, else text, or records with pointers as a kernel
 * has them. That compresses about as well as the memory of systems in use.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define WORDS (PAGE / sizeof(uint64_t))
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

/* Steele, Lea and Flood's SplitMix64. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void fill_noise(void *page, uint64_t seed)
{
	uint64_t *word = page;
	size_t i;

	for (i = 0; i < WORDS; i++)
		word[i] = next_random(&seed);
}

static void fill_text(void *page, uint64_t seed)
{
	static const char *const words[] = {
		"memory", "page", "frame", "node", "zone", "device", "driver",
		"clock", "timer", "thread", "signal", "socket", "buffer",
		"cache", "inode", "mount", "started", "stopped", "ready",
		"failed", "request", "answer", "session", "table", "entry",
		"for", "with", "from", "the", "and", "not", "was",
	};
	char line[160];
	size_t done = 0;

	while (done < PAGE) {
		uint64_t r = next_random(&seed);
		int len = snprintf(line, sizeof(line),
				   "[%5u.%06u] %s %s: %s %s %s %s (%#x)\n",
				   (unsigned int)(r % 9973),
				   (unsigned int)(r >> 44) % 1000000,
				   words[r & 31], words[r >> 5 & 31],
				   words[r >> 10 & 31], words[r >> 15 & 31],
				   words[r >> 20 & 31], words[r >> 25 & 31],
				   (unsigned int)(r >> 30 & 0xffff));
		size_t part = (size_t)len < PAGE - done ? (size_t)len
							: PAGE - done;

		memcpy((char *)page + done, line, part);
		done += part;
	}
}

static void fill_records(void *page, uint64_t seed)
{
	const uint64_t heap = 0xffff888000000000, text = 0xffffffff81000000;
	uint64_t *word = page;
	size_t i;

	for (i = 0; i < WORDS; i += 8) {
		uint64_t r = next_random(&seed);

		word[i] = heap + (r & 0x3ffffc0);
		word[i + 1] = heap + (r >> 20 & 0x3ffffc0);
		word[i + 2] = r >> 56;
		word[i + 3] = text + (r >> 40 & 0xfff0);
		word[i + 4] = 1 + (i & 0x38);
		word[i + 5] = 0xdead000000000100;
		word[i + 6] = (r & 1) ? heap + i * 8 : 0;
		word[i + 7] = 0;
	}
}

static void fill_page(void *page, const char *tag, uint64_t index)
{
	uint64_t seed;

	memcpy(&seed, tag, sizeof(seed));
	seed ^= index << 32;
	if (index % 8 < 5)
		fill_noise(page, seed);
	else if (index % 2)
		fill_text(page, seed);
	else
		fill_records(page, seed);
	memcpy(page, tag, 8);
	memcpy((char *)page + 8, &index, sizeof(index));
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
