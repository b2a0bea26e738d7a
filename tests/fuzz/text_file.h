/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes as a file with a path, for loaders that take one.
 */
#ifndef TESTS_FUZZ_TEXT_FILE_H
#define TESTS_FUZZ_TEXT_FILE_H

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

struct text_file {
	int fd;
	char path[32];
};

static inline struct text_file text_file_new(const uint8_t *data, size_t size)
{
	struct text_file f = { .fd = memfd_create("text", MFD_CLOEXEC) };

	FUZZ_ASSERT(f.fd >= 0 && write(f.fd, data, size) == (ssize_t)size);
	snprintf(f.path, sizeof(f.path), "/proc/self/fd/%d", f.fd);
	return f;
}

static inline void text_file_free(const struct text_file *f)
{
	close(f->fd);
}

#endif /* TESTS_FUZZ_TEXT_FILE_H */
