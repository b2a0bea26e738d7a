/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A place: a file or a block device that exists and is changed where it
 * stands.  Nothing is created, made longer or shorter, and bytes that nobody
 * writes stay as they are.
 *
 * A place that is in use is refused: a device that is mounted, swapped to or
 * part of another one, a file that is swapped to or that a loop device shows,
 * and whatever another program has open as a place: two writers would mix what
 * they write.  It is held until place_free().
 */
#ifndef IMGFMT_IO_PLACE_H
#define IMGFMT_IO_PLACE_H

#include "base/base.h"
#include "imgfmt.h"
#include "io/output.h"

struct place;

/* A regular file or a block device. */
int place_open(const char *path, struct place **ret, struct imgfmt_error *err);
/*
 * @fd, open for reading and writing, stays the caller's; nobody is asked
 * whether it is in use.  @calls is copied; NULL stands for the system's.
 */
int place_open_fd(int fd, const char *name, const struct output_calls *calls,
		  struct place **ret, struct imgfmt_error *err);
void place_free(struct place *p);

/* Never NULL. */
const char *place_name(const struct place *p);
/* Bytes; it does not change. */
uint64_t place_size(const struct place *p);
bool place_is_device(const struct place *p);

/* Beyond the first superblock of all common file systems. */
#define PLACE_BLANK ((uint64_t)128 << 10)
/*
 * A file, no device, with nothing but zeros where file systems and tables have
 * their marks: what may be a disk is never said to be made anew.
 */
bool place_is_blank_file(struct place *p);
int place_fd(const struct place *p);

/* Each does all of it, inside of the size, and names the place on failure. */
int place_read(const struct place *p, uint64_t off, void *buf, size_t len,
	       struct imgfmt_error *err);
int place_write(struct place *p, uint64_t off, const void *buf,
		size_t len, struct imgfmt_error *err);
int place_flush(const struct place *p, struct imgfmt_error *err);
/* Whether a write has reached it, or a part of one that failed. */
bool place_changed(const struct place *p);

#endif /* IMGFMT_IO_PLACE_H */
