/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sleeper RECORD SCATTERED COMMAND [ARGUMENT..]
 * sleeper --swap PAGES
 *
 * Fills a guest's memory with pages whose content is known, runs COMMAND, which
 * hibernates and returns in the resumed system, and then checks that every page
 * is what it was, and that the processes and the timers go on.
 *
 * RECORD is a new file. It gets a line "TAG INDEX FRAME" for each page that is
 * in memory: the frame (hexadecimal) is that of the kernel's own pagemap. The
 * pages of all regions but IMGANON_ are locked, so they stay in their frames.
 * SCATTERED is a number of pages to swap out before, most of which are freed then,
 * so that what is left lies scattered in the swap.
 *
 * With --swap, it swaps PAGES pages out and reads them back in.
 *
 * Exit status: 0 all is right, 1 something is not, 2 trouble.
 */
#include "pages.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PRESENT (UINT64_C(1) << 63)
#define SWAPPED (UINT64_C(1) << 62)
#define FRAME_MASK ((UINT64_C(1) << 55) - 1)

/* Of those swapped out, one in so many stays. */
#define SCATTER 12

/* What a batch of pages to swap out takes of the memory at most. */
#define BATCH 2048

enum kind {
	ANONYMOUS,
	LOCKED,
	LOCKED_ZERO,
	LOCKED_SHARED,
	SCATTERED,
};

/*
 * Of the memory that the kernel has to give. To hibernate, it takes as much again
 * as is in use, and swaps out if that is too much.
 */
static const struct region {
	char tag[9];
	enum kind kind;
	unsigned int permille;
} regions[] = {
	{ "IMGANON_", ANONYMOUS, 50 },
	{ "IMGLOCK_", LOCKED, 50 },
	{ "IMGZERO_", LOCKED_ZERO, 20 },
	{ "IMGSHARE", LOCKED_SHARED, 20 },
	{ "IMGSWAP_", SCATTERED, 0 },
};

#define REGIONS (sizeof(regions) / sizeof(regions[0]))

/* The memory of one region, and what was found in it. */
struct memory {
	const struct region *region;
	char *start;
	size_t pages;
	uint64_t *frames; /* 0: in none */
};

struct result {
	uint64_t checked;
	uint64_t wrong;
	uint64_t moved;
};

struct holder {
	int ask;
	int answer;
};

static void die(const char *what)
{
	perror(what);
	_exit(2);
}

static int is_locked(enum kind kind)
{
	return kind != ANONYMOUS && kind != SCATTERED;
}

/* ---- One page, one region */

static void expected_page(const struct region *region, size_t i, char *page)
{
	if (region->kind == LOCKED_ZERO)
		memset(page, 0, PAGE);
	else
		fill_page(page, region->tag, i);
}

/* The place of page @i, in pages: scattered ones have gaps of varying size. */
static size_t place_of(const struct region *region, size_t i)
{
	if (region->kind != SCATTERED)
		return i;
	return i * SCATTER + (i * 7 + i / 5) % SCATTER;
}

static char *page_at(const struct memory *memory, size_t i)
{
	return memory->start + place_of(memory->region, i) * PAGE;
}

/* The pagemap's word on the page at @address. */
static uint64_t pagemap_entry(const void *address)
{
	static int fd = -1;
	uint64_t entry;

	if (fd < 0)
		fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (pread(fd, &entry, sizeof(entry),
		  (off_t)((uintptr_t)address / PAGE * sizeof(entry))) !=
	    sizeof(entry))
		die("pagemap");
	return entry;
}

static uint64_t frame_of(const void *address)
{
	uint64_t entry = pagemap_entry(address);

	return entry & PRESENT ? entry & FRAME_MASK : 0;
}

static char *map_pages(size_t pages, int flags)
{
	/* There is no mapping of nothing. */
	char *start = mmap(NULL, (pages + !pages) * PAGE, PROT_READ | PROT_WRITE,
			   flags | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED)
		die("mmap");
	madvise(start, pages * PAGE, MADV_NOHUGEPAGE);
	return start;
}

static size_t count_swapped(const char *start, size_t pages)
{
	size_t i, count = 0;

	for (i = 0; i < pages; i++)
		count += (pagemap_entry(start + i * PAGE) & SWAPPED) != 0;
	return count;
}

/* The kernel takes no more than it can write at once, so ask again. */
static size_t swap_out(char *start, size_t pages)
{
	size_t count = 0;
	int i;

	for (i = 0; i < 20 && count < pages; i++) {
		madvise(start, pages * PAGE, MADV_PAGEOUT);
		count = count_swapped(start, pages);
	}
	return count;
}

/*
 * What is swapped out stays in memory as well until that is short, so make it
 * short: by an eighth more than is free.
 */
static void drop_swap_cache(void)
{
	struct sysinfo info;
	size_t pages, i;
	char *start;

	if (sysinfo(&info))
		die("sysinfo");
	pages = (uint64_t)(info.freeram + info.totalram / 8) * info.mem_unit /
		PAGE;
	start = map_pages(pages, MAP_PRIVATE);
	for (i = 0; i < pages; i++)
		start[i * PAGE] = 1;
	munmap(start, pages * PAGE);
}

/* ---- Filling */

static void fill_region(struct memory *memory)
{
	size_t i;

	memory->start = map_pages(memory->pages,
				  memory->region->kind == LOCKED_SHARED ?
					  MAP_SHARED : MAP_PRIVATE);
	for (i = 0; i < memory->pages; i++)
		expected_page(memory->region, i, page_at(memory, i));
	if (is_locked(memory->region->kind) &&
	    mlock(memory->start, memory->pages * PAGE))
		die("mlock");
}

/*
 * One page of SCATTER is the region's, the others only keep its neighbours in
 * the swap apart from it.
 */
static void scatter_region(struct memory *memory)
{
	size_t all = memory->pages * SCATTER, out = 0, i, n;
	char *start = map_pages(all, MAP_PRIVATE);

	for (i = 0; i < all; i += n) {
		n = all - i < BATCH ? all - i : BATCH;
		for (size_t j = i; j < i + n; j++)
			fill_page(start + j * PAGE, memory->region->tag,
				  j / SCATTER);
		out += swap_out(start + i * PAGE, n);
	}
	for (i = 0; i < all; i++) {
		if (i != place_of(memory->region, i / SCATTER))
			madvise(start + i * PAGE, PAGE, MADV_DONTNEED);
	}
	memory->start = start;
	if (all)
		drop_swap_cache();
	fprintf(stderr, "guest: %zu pages were swapped out, %zu stay there\n",
		out, count_swapped(start, all));
}

static void record_frames(struct memory *memory, FILE *record)
{
	size_t i;

	memory->frames = calloc(memory->pages + 1, sizeof(*memory->frames));
	if (!memory->frames)
		die("calloc");
	for (i = 0; i < memory->pages; i++) {
		memory->frames[i] = frame_of(page_at(memory, i));
		if (memory->frames[i])
			fprintf(record, "%s %zu %" PRIx64 "\n",
				memory->region->tag, i, memory->frames[i]);
	}
}

/* ---- Checking */

static struct result check_region(const struct memory *memory)
{
	struct result result = { 0 };
	char page[PAGE];
	size_t i;

	for (i = 0; i < memory->pages; i++) {
		const char *found = page_at(memory, i);

		/* Before it is touched, and comes from the swap. */
		if (is_locked(memory->region->kind))
			result.moved += frame_of(found) != memory->frames[i];
		expected_page(memory->region, i, page);
		result.checked++;
		result.wrong += memcmp(page, found, PAGE) != 0;
	}
	return result;
}

/* ---- Processes: one for each region, and one that is woken by a timer */

/* A new process, which ends with this one. */
static pid_t fork_child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void hold_region(const struct region *region, size_t pages,
			const char *path, int ask, int answer)
{
	struct memory memory = { .region = region, .pages = pages };
	struct result result;
	FILE *record = fopen(path, "a");
	char byte;

	if (!record)
		die(path);
	if (region->kind == SCATTERED)
		scatter_region(&memory);
	else
		fill_region(&memory);
	record_frames(&memory, record);
	if (fclose(record) || write(answer, "", 1) != 1)
		die("write");
	while (read(ask, &byte, 1) == 1) {
		result = check_region(&memory);
		if (write(answer, &result, sizeof(result)) != sizeof(result))
			die("write");
	}
	_exit(0);
}

static struct holder start_holder(const struct region *region, size_t pages,
				  const char *path)
{
	struct holder holder;
	int ask[2], answer[2];
	char byte;
	pid_t pid;

	if (pipe2(ask, O_CLOEXEC) || pipe2(answer, O_CLOEXEC))
		die("pipe");
	pid = fork_child();
	if (pid == 0) {
		close(ask[1]);
		hold_region(region, pages, path, ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	holder.ask = ask[1];
	holder.answer = answer[0];
	if (read(holder.answer, &byte, 1) != 1)
		die(region->tag);
	return holder;
}

static struct result ask_holder(const struct holder *holder)
{
	struct result result;

	if (write(holder->ask, "", 1) != 1 ||
	    read(holder->answer, &result, sizeof(result)) != sizeof(result))
		die("a process is gone");
	return result;
}

static void sleep_ms(long ms)
{
	const struct timespec time = { .tv_sec = ms / 1000,
				       .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static volatile uint64_t *start_ticking(void)
{
	volatile uint64_t *ticks = (uint64_t *)map_pages(1, MAP_SHARED);
	pid_t pid = fork_child();

	while (pid == 0) {
		sleep_ms(10);
		++*ticks;
	}
	return ticks;
}

static int is_ticking(volatile uint64_t *ticks)
{
	uint64_t before = *ticks;
	int i;

	for (i = 0; i < 100 && *ticks < before + 5; i++)
		sleep_ms(50);
	return *ticks >= before + 5;
}

/* Returns its exit status. */
static int run_command(char **argv)
{
	pid_t pid = fork_child();
	int status;

	if (pid == 0) {
		execvp(argv[0], argv);
		die(argv[0]);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

/* ---- The two uses */

static int sleep_and_check(const char *path, size_t scattered, char **argv)
{
	struct holder holders[REGIONS];
	struct result result, sum = { 0 };
	volatile uint64_t *ticks;
	struct sysinfo info;
	size_t i, all;
	int ticking;

	if (sysinfo(&info))
		die("sysinfo");
	all = (uint64_t)info.totalram * info.mem_unit / PAGE;
	/* The scattered ones first: to swap them out takes free memory. */
	for (i = REGIONS; i-- > 0;) {
		size_t pages = all * regions[i].permille / 1000;

		if (regions[i].kind == SCATTERED)
			pages = scattered / SCATTER;
		holders[i] = start_holder(&regions[i], pages, path);
	}
	ticks = start_ticking();
	if (run_command(argv))
		return 2;
	for (i = 0; i < REGIONS; i++) {
		result = ask_holder(&holders[i]);
		sum.checked += result.checked;
		sum.wrong += result.wrong;
		sum.moved += result.moved;
	}
	ticking = is_ticking(ticks);
	printf("%" PRIu64 " pages, %" PRIu64 " wrong, %" PRIu64
	       " in other frames, timer %s\n",
	       sum.checked, sum.wrong, sum.moved, ticking ? "ticks" : "stands");
	return sum.wrong || sum.moved || !ticking;
}

static int use_swap(size_t pages)
{
	static const struct region region = { "IMGSWAP_", ANONYMOUS, 0 };
	struct memory memory = { .region = &region, .pages = pages };
	struct result result;
	size_t out;

	fill_region(&memory);
	out = swap_out(memory.start, pages);
	result = check_region(&memory);
	printf("%zu pages swapped, %" PRIu64 " wrong\n", out, result.wrong);
	return out < pages / 2 || result.wrong;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--swap"))
		return use_swap(strtoul(argv[2], NULL, 10));
	if (argc < 4) {
		fprintf(stderr, "usage: sleeper RECORD SCATTERED COMMAND..\n"
				"       sleeper --swap PAGES\n");
		return 2;
	}
	return sleep_and_check(argv[1], strtoul(argv[2], NULL, 10), argv + 3);
}
