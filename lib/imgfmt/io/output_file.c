/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Output to a file that has no name, or a temporary one, until it is complete.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "io/output_kinds.h"

#define FILE_MODE	0600	/* a memory image holds secrets */
#define PUBLIC_MODE	0666
#define NAME_TRIES	1000
#define FD_PATH_LEN	32
#define TEMP_STEM	200	/* bytes of the final name in a temporary one */

struct output_file {
	struct imgfmt_output out;
	int dir;
	int fd;
	mode_t mode;
	bool replace;
	char base[NAME_MAX + 1];	/* final name in dir */
	char temp[NAME_MAX + 1];	/* temporary name in dir, or empty */
};

/* Nameless files are named through /proc; linkat() on the descriptor itself
   would take a privilege. */
static void set_fd_path(char path[FD_PATH_LEN], int fd)
{
	snprintf(path, FD_PATH_LEN, "/proc/self/fd/%d", fd);
}

/* Give the nameless file a name that must be free. */
static int link_nameless(const struct output_file *f, const char *name)
{
	char path[FD_PATH_LEN];

	set_fd_path(path, f->fd);
	return linkat(AT_FDCWD, path, f->dir, name, AT_SYMLINK_FOLLOW);
}

static int create_named(const struct output_file *f, const char *name)
{
	return openat(f->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		      f->mode);
}

/*
 * Call @take with temporary names until one is free, and keep that.  Returns
 * what @take did; below 0 with errno set.
 */
static int take_temp_name(struct output_file *f,
			  int (*take)(const struct output_file *f,
				      const char *name))
{
	for (int i = 0; i < NAME_TRIES; i++) {
		int rc;

		snprintf(f->temp, sizeof(f->temp), ".%.*s.%d.%d", TEMP_STEM,
			 f->base, (int)getpid(), i);
		rc = take(f, f->temp);
		if (rc >= 0)
			return rc;
		if (errno != EEXIST)
			break;
	}
	f->temp[0] = '\0';
	return -1;
}

static int file_write(struct imgfmt_output *out, uint64_t off, const void *buf,
		      size_t len, struct imgfmt_error *err)
{
	const struct output_file *f = (struct output_file *)out;

	return output_pwrite_all(&output_system_calls, f->fd, out->name, off,
				 buf, len, NULL, err);
}

/* Nothing was written there, and the size is set in the end. */
static int file_hole(struct imgfmt_output *out, uint64_t off, uint64_t len,
		     struct imgfmt_error *err)
{
	(void)out;
	(void)off;
	(void)len;
	(void)err;
	return IMGFMT_OK;
}

/* Never over a file that came into being meanwhile. */
static int publish_new(struct output_file *f)
{
	if (!f->temp[0])
		return link_nameless(f, f->base);
	if (!renameat2(f->dir, f->temp, f->dir, f->base, RENAME_NOREPLACE)) {
		f->temp[0] = '\0';
		return 0;
	}
	/* Not every file system has the flag; fini removes the other name. */
	if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
		return -1;
	return linkat(f->dir, f->temp, f->dir, f->base, 0);
}

static int publish_over(struct output_file *f)
{
	if (!f->temp[0] && take_temp_name(f, link_nameless) < 0)
		return -1;
	if (renameat(f->dir, f->temp, f->dir, f->base) < 0)
		return -1;
	f->temp[0] = '\0';
	return 0;
}

static int file_commit(struct imgfmt_output *out, uint64_t size,
		       struct imgfmt_error *err)
{
	struct output_file *f = (struct output_file *)out;
	int rc;

	if (size > INT64_MAX)
		return err_os(err, EFBIG, "%s: cannot write", out->name);
	if (ftruncate(f->fd, (off_t)size) < 0)
		return err_os(err, errno, "%s: cannot set the size", out->name);
	if (fdatasync(f->fd) < 0)
		return err_os(err, errno, "%s: cannot flush", out->name);
	rc = f->replace ? publish_over(f) : publish_new(f);
	if (rc < 0)
		return err_os(err, errno, "%s: cannot give the file its name",
			      out->name);
	/* Some file systems cannot flush a directory and need not. */
	if (fsync(f->dir) < 0 && errno != EINVAL && errno != EBADF)
		return err_os(err, errno,
			      "%s: complete, but its directory cannot be flushed",
			      out->name);
	return IMGFMT_OK;
}

static void file_fini(struct imgfmt_output *out)
{
	const struct output_file *f = (struct output_file *)out;

	if (f->temp[0])
		unlinkat(f->dir, f->temp, 0);
	if (f->fd >= 0)
		close(f->fd);
	if (f->dir >= 0)
		close(f->dir);
}

static const struct output_ops file_ops = {
	.write = file_write,
	.hole = file_hole,
	.commit = file_commit,
	.fini = file_fini,
};

/* Open the directory and keep the last part of the path. */
static int open_directory(struct output_file *f, const char *path,
			  struct imgfmt_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t len = strlen(base);
	char *dir;

	if (!len)
		return err_os(err, *path ? EISDIR : ENOENT, "%s: cannot write",
			      f->out.name);
	if (len >= sizeof(f->base))
		return err_os(err, ENAMETOOLONG, "%s: cannot write",
			      f->out.name);
	memcpy(f->base, base, len + 1);
	dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	if (!dir)
		return err_nomem(err, "an output");
	f->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (f->dir < 0)
		return err_os(err, errno, "%s: cannot open its directory",
			      f->out.name);
	return IMGFMT_OK;
}

/* A nameless file that could not be named in the end is of no use. */
static bool open_nameless(struct output_file *f)
{
	char path[FD_PATH_LEN];

	f->fd = openat(f->dir, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC,
		       f->mode);
	if (f->fd < 0)
		return false;
	set_fd_path(path, f->fd);
	if (!access(path, F_OK))
		return true;
	close(f->fd);
	f->fd = -1;
	return false;
}

int output_open_file(const char *path, const char *name, uint32_t flags,
		     bool named, struct imgfmt_output **ret,
		     struct imgfmt_error *err)
{
	struct output_file *f;
	int rc = output_new(&file_ops, sizeof(*f), name, &f, err);

	*ret = NULL;
	if (rc < 0)
		return rc;
	f->dir = -1;
	f->fd = -1;
	f->mode = flags & IMGFMT_OUTPUT_PUBLIC ? PUBLIC_MODE : FILE_MODE;
	f->replace = flags & IMGFMT_OUTPUT_FORCE;
	rc = open_directory(f, path, err);
	if (rc < 0)
		goto fail;
	if (named || !open_nameless(f)) {
		f->fd = take_temp_name(f, create_named);
		if (f->fd < 0) {
			rc = err_os(err, errno, "%s: cannot create", name);
			goto fail;
		}
	}
	*ret = &f->out;
	return IMGFMT_OK;
fail:
	imgfmt_output_free(&f->out);
	return rc;
}
