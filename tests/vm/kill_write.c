/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library to preload: kills the program before its write number KILL_WRITE
 * (from 1 on) to the file that the environment variable KILL_FILE names. At the
 * end of a program that was not killed it appends the number of its writes to the
 * file KILL_COUNT.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_ulong writes;

static int is_file(int fd)
{
	const char *path = getenv("KILL_FILE");
	struct stat a, b;

	return path && !fstat(fd, &a) && !stat(path, &b) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void count_write(int fd)
{
	const char *at = getenv("KILL_WRITE");

	if (is_file(fd) && atomic_fetch_add(&writes, 1) + 1 ==
	    (at ? strtoul(at, NULL, 10) : 0))
		raise(SIGKILL);
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off64_t off)
{
	static ssize_t (*real)(int, const void *, size_t, off64_t);

	if (!real)
		real = (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(
			RTLD_NEXT, "pwrite64");
	count_write(fd);
	return real(fd, buf, len, off);
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t off)
{
	return pwrite64(fd, buf, len, off);
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("KILL_COUNT");
	FILE *f = path && writes ? fopen(path, "a") : NULL;

	if (!f)
		return;
	fprintf(f, "%lu\n", (unsigned long)writes);
	fclose(f);
}
