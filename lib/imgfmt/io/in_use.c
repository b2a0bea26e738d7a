/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "io/in_use.h"

#include <errno.h>
#include <glob.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "base/error.h"

/* The kernel writes blanks and backslashes in names as three octal digits. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++, to++) {
		unsigned int c;

		if (*from == '\\' && sscanf(from + 1, "%3o", &c) == 1) {
			*to = (char)c;
			from += 3;
		} else {
			*to = *from;
		}
	}
	*to = '\0';
}

/* The same device, or the same file. */
static bool same(const struct stat *a, const struct stat *b)
{
	if (S_ISBLK(a->st_mode) || S_ISBLK(b->st_mode))
		return S_ISBLK(a->st_mode) && S_ISBLK(b->st_mode) &&
		       a->st_rdev == b->st_rdev;
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static int refuse(const char *path, const char *what, const char *where,
		  struct imgfmt_error *err)
{
	return err_os(err, EBUSY, "%s: %s %.60s", path, what, where);
}

/* Lines of mountinfo: "ID PARENT MAJOR:MINOR ROOT POINT ..". */
static int check_mounts(const char *path, const struct stat *st,
			struct imgfmt_error *err)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	int rc = IMGFMT_OK;
	char *line = NULL;
	size_t size = 0;

	while (f && !rc && getline(&line, &size, f) > 0) {
		unsigned int major, minor;
		char *point = NULL;

		if (sscanf(line, "%*s %*s %u:%u %*s %ms", &major, &minor,
			   &point) == 3 &&
		    makedev(major, minor) == st->st_rdev) {
			unescape(point);
			rc = refuse(path, "is mounted on", point, err);
		}
		free(point);
	}
	free(line);
	if (f)
		fclose(f);
	return rc;
}

/* Lines of swaps, but the first: "NAME KIND ..". */
static int check_swaps(const char *path, const struct stat *st,
		       struct imgfmt_error *err)
{
	FILE *f = fopen("/proc/swaps", "re");
	int rc = IMGFMT_OK;
	char *line = NULL;
	size_t size = 0;

	while (f && !rc && getline(&line, &size, f) > 0) {
		struct stat swap;

		line[strcspn(line, " \t\n")] = '\0';
		unescape(line);
		if (*line == '/' && !stat(line, &swap) && same(&swap, st))
			rc = refuse(path, "is in use as swap,", line, err);
	}
	free(line);
	if (f)
		fclose(f);
	return rc;
}

static int check_loop(const char *path, const struct stat *st,
		      const char *attribute, struct imgfmt_error *err)
{
	FILE *f = fopen(attribute, "re");
	int rc = IMGFMT_OK;
	char *line = NULL;
	struct stat back;
	char name[32];
	size_t size = 0;
	ssize_t len = f ? getline(&line, &size, f) : -1;

	/* /sys/block/NAME/loop/backing_file */
	if (len > 0) {
		line[len - 1] = '\0';
		if (!stat(line, &back) && same(&back, st)) {
			snprintf(name, sizeof(name), "%s",
				 attribute + strlen("/sys/block/"));
			name[strcspn(name, "/")] = '\0';
			rc = refuse(path, "is the file behind", name, err);
		}
	}
	free(line);
	if (f)
		fclose(f);
	return rc;
}

static int check_loops(const char *path, const struct stat *st,
		       struct imgfmt_error *err)
{
	int rc = IMGFMT_OK;
	glob_t found;

	if (glob("/sys/block/*/loop/backing_file", GLOB_NOSORT, NULL, &found))
		return IMGFMT_OK;
	for (size_t i = 0; i < found.gl_pathc && !rc; i++)
		rc = check_loop(path, st, found.gl_pathv[i], err);
	globfree(&found);
	return rc;
}

int in_use_check(const char *path, const struct stat *st,
		 struct imgfmt_error *err)
{
	int rc = check_swaps(path, st, err);

	if (!rc)
		rc = S_ISBLK(st->st_mode) ? check_mounts(path, st, err) :
					    check_loops(path, st, err);
	return rc;
}

/*
 * A device was opened with O_EXCL, which is its lock; to lock it in this way
 * too would meet udev, which does so while it looks at a device.
 */
int in_use_claim(int fd, const char *path, struct imgfmt_error *err)
{
	struct stat st;
	int read_only = 0;

	if (fstat(fd, &st) < 0)
		return err_os(err, errno, "%s: cannot open", path);
	if (S_ISBLK(st.st_mode)) {
		if (!ioctl(fd, BLKROGET, &read_only) && read_only)
			return err_refuse(err, EROFS,
					  "%s: the device is read-only", path);
		return IMGFMT_OK;
	}
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return IMGFMT_OK;
	if (errno == EWOULDBLOCK)
		return err_refuse(err, EBUSY,
				  "%s: is in use: another program is changing it",
				  path);
	return err_os(err, errno, "%s: cannot lock", path);
}
