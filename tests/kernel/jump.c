/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jump boot SIZE[@START] BZIMAGE INITRAMFS COMMAND-LINE
 * jump resume CORE
 * jump payload FILE ADDRESS SIZE
 * jump back ENTRY
 * jump go
 * jump drop
 *
 * Loads what can be jumped into, jumps, or drops what is loaded: "boot" a kernel that
 * lives in SIZE bytes of memory from START on (both hexadecimal; by default as high as
 * there is room below 4 GiB) and low memory, "resume" an
 * image (an ELF core in the jump view) which the system then becomes, "payload" a flat
 * binary, "back" the system that jumped here and wants to be entered at ENTRY. Says what it
 * has loaded, and how long that and a jump took.
 *
 * Exit status: 0 done, 1 the kernel has refused, 2 trouble.
 */
#include "load/core_image.h"
#include "load/hibernator.h"
#include "load/kexec_call.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define IOMEM "/proc/iomem"
#define KCORE "/proc/kcore"

/* Where a kernel to boot begins by default: a multiple of this, below that. */
#define BOOT_ALIGN (UINT64_C(1) << 21)
#define BOOT_LIMIT (UINT64_C(1) << 32)

/* How many segments a call takes, of a kernel without this project's changes and with. */
#define STOCK_SEGMENTS 16
#define RESUMABLE_SEGMENTS 65536

struct file {
	void *data;
	size_t bytes;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "jump: %s: %s\n", what, strerror(errno));
	exit(2);
}

static uint64_t size_of(int fd)
{
	struct stat info;
	uint64_t size;

	if (fstat(fd, &info))
		return 0;
	if (!S_ISBLK(info.st_mode))
		return (uint64_t)info.st_size;
	return ioctl(fd, BLKGETSIZE64, &size) ? 0 : size;
}

static struct file map_file(const char *path)
{
	struct file file;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(path);
	file.bytes = size_of(fd);
	file.data = mmap(NULL, file.bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file.data == MAP_FAILED)
		die(path);
	close(fd);
	return file;
}

static struct memory_map read_machine(void)
{
	struct memory_map machine;

	if (memory_map_read(&machine, IOMEM))
		die(IOMEM);
	return machine;
}

/* Whether the kernel has this project's changes: then it has this file. */
static int takes_resumable(void)
{
	return !access("/proc/kexec_pgmap", F_OK);
}

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* What the kernel has refused is an answer, not a trouble. */
static int load(const struct load_plan *plan, unsigned long flags)
{
	double start = milliseconds();

	if (kexec_call_load(plan, flags)) {
		printf("not loaded: %s: %zu segments, %" PRIu64 " pages\n",
		       strerror(errno), plan->count, load_plan_pages(plan));
		return 1;
	}
	printf("loaded: %zu segments, %" PRIu64 " pages, entry 0x%" PRIx64
	       ", %.1f ms\n", plan->count, load_plan_pages(plan), plan->entry,
	       milliseconds() - start);
	return 0;
}

/* ---- What can be loaded */

static void take_place(const char *text, struct hibernator *hibernator)
{
	uint64_t size;
	int n = sscanf(text, "%" SCNx64 "@%" SCNx64, &size,
		       &hibernator->start);

	if (n == 1)
		hibernator->start = memory_map_find(hibernator->machine, size,
						    BOOT_ALIGN, BOOT_LIMIT);
	if (n < 1 || hibernator->start == UINT64_MAX) {
		errno = n < 1 ? EINVAL : ENOSPC;
		die(text);
	}
	hibernator->end = hibernator->start + size;
}

static int boot(char **argv)
{
	struct memory_map machine = read_machine();
	struct file kernel = map_file(argv[1]), initrd = map_file(argv[2]);
	struct hibernator hibernator = {
		.kernel = kernel.data,
		.kernel_bytes = kernel.bytes,
		.initrd = initrd.data,
		.initrd_bytes = initrd.bytes,
		.command_line = argv[3],
		.machine = &machine,
		.kcore = KCORE,
	};
	const char *what;
	int status;

	take_place(argv[0], &hibernator);
	if (hibernator_plan(&hibernator, &what))
		die(what);
	status = load(&hibernator.plan, KEXEC_PRESERVE_CONTEXT);
	hibernator_fini(&hibernator);
	memory_map_fini(&machine);
	return status;
}

static int resume(char **argv)
{
	struct memory_map machine = read_machine();
	struct file core = map_file(argv[0]);
	struct load_plan plan = { 0 };
	uint64_t pages;
	size_t segments;
	int status;

	if (core_image_plan(core.data, core.bytes, &plan))
		die(argv[0]);
	segments = plan.count;
	pages = load_plan_pages(&plan);
	if (core_image_join(&plan, takes_resumable() ? RESUMABLE_SEGMENTS :
			    STOCK_SEGMENTS, &machine))
		die("segments");
	printf("image: %zu segments, %" PRIu64 " pages, ", segments, pages);
	status = load(&plan, takes_resumable() ? KEXEC_RESUMABLE : 0);
	load_plan_fini(&plan);
	memory_map_fini(&machine);
	return status;
}

static int payload(char **argv)
{
	struct file code = map_file(argv[0]);
	struct load_plan plan = { .entry = strtoull(argv[1], NULL, 16) };
	int status;

	if (load_plan_add(&plan, plan.entry, strtoull(argv[2], NULL, 16),
			  code.data, code.bytes))
		die(argv[0]);
	status = load(&plan, KEXEC_PRESERVE_CONTEXT);
	load_plan_fini(&plan);
	return status;
}

/*
 * There is nothing to load, only to jump. But a kernel without this project's
 * changes takes no image without a page, and maps only its own memory and segments for
 * the jump: it is given the page that the other system is entered in, with the content
 * that it has.
 */
static int back(char **argv)
{
	struct load_plan plan = { .entry = strtoull(argv[0], NULL, 16) };
	uint64_t at = PAGE_START(plan.entry);
	size_t size = takes_resumable() ? 0 : PAGE_SIZE;
	int fd = open("/dev/mem", O_RDONLY | O_CLOEXEC), status;
	/* A read would end where this system's own memory does. */
	void *page = mmap(NULL, PAGE_SIZE, PROT_READ, MAP_SHARED, fd, (off_t)at);

	if (page == MAP_FAILED)
		die("/dev/mem");
	close(fd);
	if (load_plan_add(&plan, at, size, page, size))
		die("segments");
	status = load(&plan, KEXEC_PRESERVE_CONTEXT);
	load_plan_fini(&plan);
	return status;
}

/* ---- What can be done with it */

static int go(char **argv)
{
	double start = milliseconds();

	(void)argv;
	if (kexec_call_jump()) {
		printf("no jump: %s\n", strerror(errno));
		return 1;
	}
	printf("back after %.1f ms\n", milliseconds() - start);
	return 0;
}

static int drop(char **argv)
{
	(void)argv;
	if (kexec_call_unload())
		die("kexec_load");
	return 0;
}

static const struct command {
	const char *name;
	int arguments;
	int (*run)(char **argv);
} commands[] = {
	{ "boot", 4, boot },
	{ "resume", 1, resume },
	{ "payload", 3, payload },
	{ "back", 1, back },
	{ "go", 0, go },
	{ "drop", 0, drop },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++) {
		if (!strcmp(argv[1], commands[i].name) &&
		    argc - 2 == commands[i].arguments)
			return commands[i].run(argv + 2);
	}
	fprintf(stderr, "usage: jump boot SIZE[@START] BZIMAGE INITRAMFS COMMAND-LINE\n"
			"       jump resume CORE\n"
			"       jump payload FILE ADDRESS SIZE\n"
			"       jump back ENTRY\n"
			"       jump go | drop\n");
	return 2;
}
