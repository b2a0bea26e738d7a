/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fault/inject.h"

#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int kind, left, live;
static atomic_bool all, fired;

void inject_arm(enum inject_kind which, int n, bool all_after)
{
	atomic_store(&left, n);
	atomic_store(&all, all_after);
	atomic_store(&fired, false);
	atomic_store(&kind, which);
}

bool inject_disarm(void)
{
	atomic_store(&kind, INJECT_NOTHING);
	return atomic_load(&fired);
}

int inject_live(void)
{
	return atomic_load(&live);
}

static bool fails(enum inject_kind which)
{
	int n;

	if (atomic_load(&kind) != (int)which)
		return false;
	n = atomic_fetch_sub(&left, 1);
	if (n > 0 || (n < 0 && !atomic_load(&all)))
		return false;
	atomic_store(&fired, true);
	return true;
}

static bool no_memory(void)
{
	if (!fails(INJECT_MEMORY))
		return false;
	errno = ENOMEM;
	return true;
}

static void *count(void *p)
{
	atomic_fetch_add(&live, p != NULL);
	return p;
}

/* The linker gives calls of NAME to __wrap_NAME, and NAME to __real_NAME. */
#define WRAP(type, name, ...)           \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

WRAP(void *, malloc, size_t size)
{
	return no_memory() ? NULL : count(__real_malloc(size));
}

WRAP(void *, calloc, size_t n, size_t size)
{
	return no_memory() ? NULL : count(__real_calloc(n, size));
}

WRAP(void *, realloc, void *p, size_t size)
{
	if (no_memory())
		return NULL;
	return p ? __real_realloc(p, size) : count(__real_realloc(p, size));
}

WRAP(char *, strdup, const char *text)
{
	return no_memory() ? NULL : count(__real_strdup(text));
}

WRAP(char *, strndup, const char *text, size_t len)
{
	return no_memory() ? NULL : count(__real_strndup(text, len));
}

WRAP(void, free, void *p)
{
	atomic_fetch_sub(&live, p != NULL);
	__real_free(p);
}

WRAP(void *, EVP_MD_CTX_new, void)
{
	return no_memory() ? NULL : __real_EVP_MD_CTX_new();
}

#ifdef HAVE_ZSTD
WRAP(void *, ZSTD_createCCtx, void)
{
	return no_memory() ? NULL : __real_ZSTD_createCCtx();
}

WRAP(void *, ZSTD_createDCtx, void)
{
	return no_memory() ? NULL : __real_ZSTD_createDCtx();
}
#endif

WRAP(int, pthread_create, pthread_t *thread, const pthread_attr_t *attr,
     void *(*start)(void *), void *arg)
{
	return no_memory() ? EAGAIN :
			     __real_pthread_create(thread, attr, start, arg);
}

/* A call that fails by -1 and errno. */
#define WRAP_SYSTEM(type, name, parameters, arguments)       \
	type __real_##name parameters;                       \
	type __wrap_##name parameters;                       \
	type __wrap_##name parameters                        \
	{                                                    \
		if (!fails(INJECT_SYSTEM))                   \
			return __real_##name arguments;      \
		errno = EIO;                                 \
		return -1;                                   \
	}

/* With large files asked for, the C library has these names for them. */
WRAP_SYSTEM(ssize_t, pwrite64, (int fd, const void *buf, size_t len, off_t off),
	    (fd, buf, len, off))
WRAP_SYSTEM(int, ftruncate64, (int fd, off_t size), (fd, size))
WRAP_SYSTEM(int, openat64, (int dir, const char *name, int flags, mode_t mode),
	    (dir, name, flags, mode))
WRAP_SYSTEM(int, fdatasync, (int fd), (fd))
WRAP_SYSTEM(int, fsync, (int fd), (fd))
WRAP_SYSTEM(int, linkat,
	    (int from, const char *old, int to, const char *new, int flags),
	    (from, old, to, new, flags))
WRAP_SYSTEM(int, renameat, (int from, const char *old, int to, const char *new),
	    (from, old, to, new))
WRAP_SYSTEM(int, renameat2,
	    (int from, const char *old, int to, const char *new,
	     unsigned int flags),
	    (from, old, to, new, flags))
