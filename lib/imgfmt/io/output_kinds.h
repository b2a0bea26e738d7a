/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kinds of output share; private to io/ and its tests.
 */
#ifndef IMGFMT_IO_OUTPUT_KINDS_H
#define IMGFMT_IO_OUTPUT_KINDS_H

#include "io/output.h"

/*
 * By the contracts of output.h.  The generic part has checked that the output
 * is still in order, that no offset passes INT64_MAX, and the position of a
 * one-pass output.
 */
struct output_ops {
	int (*write)(struct imgfmt_output *out, uint64_t off, const void *buf,
		     size_t len, struct imgfmt_error *err);
	int (*hole)(struct imgfmt_output *out, uint64_t off, uint64_t len,
		    struct imgfmt_error *err);
	int (*commit)(struct imgfmt_output *out, uint64_t size,
		      struct imgfmt_error *err);
	/* Whether what was there is gone; NULL: never before the commit. */
	bool (*wiped)(const struct imgfmt_output *out);
	/* NULL: any size will do. */
	int (*expect)(const struct imgfmt_output *out, uint64_t size,
		      struct imgfmt_error *err);
	/* Give up what was not committed; frees all but the generic part. */
	void (*fini)(struct imgfmt_output *out);
	bool one_pass;
};

/* The first member of each kind's own struct. */
struct imgfmt_output {
	const struct output_ops *ops;
	char *name;
	uint64_t pos;		/* end of the last write or hole */
	bool failed;
	bool committed;
};

/* Allocate a kind's struct of @size bytes, zeroed but for the generic part. */
int output_new(const struct output_ops *ops, size_t size, const char *name,
	       void *ret, struct imgfmt_error *err);

/* There is something that only force replaces: IMGFMT_E_OS with EEXIST. */
int output_refuse(const char *name, const char *what, struct imgfmt_error *err);

extern const struct output_calls output_system_calls;

/*
 * Write all of it; @name is for the message.  *@touched, unless it is NULL,
 * becomes true with the first byte that is written.
 */
int output_pwrite_all(const struct output_calls *calls, int fd,
		      const char *name, uint64_t off, const void *buf,
		      size_t len, bool *touched, struct imgfmt_error *err);

/* Write @len zeros through the kind's own write. */
int output_write_zeros(struct imgfmt_output *out, uint64_t off, uint64_t len,
		       struct imgfmt_error *err);

/*
 * A file at @path, which messages call @name.  @named asks for a temporary name from the start, which is what a
 * file system without nameless files gets anyway.
 */
int output_open_file(const char *path, const char *name, uint32_t flags,
		     bool named, struct imgfmt_output **ret,
		     struct imgfmt_error *err);

/* A block device, by its path. */
int output_open_device(const char *path, uint32_t flags,
		       struct imgfmt_output **ret, struct imgfmt_error *err);

/* A FIFO or a character device, by its path. */
int output_open_stream(const char *path, struct imgfmt_output **ret,
		       struct imgfmt_error *err);

#endif /* IMGFMT_IO_OUTPUT_KINDS_H */
