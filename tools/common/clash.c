/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/clash.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/input.h"

static bool is_same(const struct stat *in, const struct stat *out)
{
	if (S_ISBLK(in->st_mode) && S_ISBLK(out->st_mode))
		return in->st_rdev == out->st_rdev;
	return (S_ISREG(out->st_mode) || S_ISFIFO(out->st_mode)) &&
	       in->st_dev == out->st_dev && in->st_ino == out->st_ino;
}

/* Whether a file in the directory @path is @out. */
static bool holds(const char *path, const struct stat *out)
{
	DIR *dir = opendir(path);
	const struct dirent *d;
	bool found = false;
	struct stat st;

	while (dir && !found && (d = readdir(dir)))
		found = !fstatat(dirfd(dir), d->d_name, &st, 0) &&
			is_same(&st, out);
	if (dir)
		closedir(dir);
	return found;
}

bool clash_is_same(const char *input, const char *output)
{
	struct stat in, out;

	if ((strcmp(input, "-") ? stat(input, &in) :
				  fstat(STDIN_FILENO, &in)) ||
	    (strcmp(output, "-") ? stat(output, &out) :
				   fstat(STDOUT_FILENO, &out)))
		return false;
	return is_same(&in, &out) ||
	       (S_ISDIR(in.st_mode) && holds(input, &out));
}

/* The file that a key is in, also by its URI. */
static const char *file_of_key(const char *key)
{
	if (!key || strncasecmp(key, "file:", 5) || !access(key, F_OK))
		return key;
	key += 5;
	if (strncmp(key, "//", 2))
		return key;
	key += 2;
	return strncasecmp(key, "localhost/", 10) ? key : key + 9;
}

static bool check_all(struct tool *t, const char *output,
		      const char *const *inputs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		/* A dash is an operand's name of standard input, no option's. */
		if (!inputs[i] || !strcmp(inputs[i], "-") ||
		    !clash_is_same(inputs[i], output))
			continue;
		tool_usage(t, "%s: is the output too", inputs[i]);
		return false;
	}
	return true;
}

bool clash_check(struct tool *t, const char *output, const struct signing *s,
		 const char *const *more, size_t count)
{
	const char *const named[] = {
		t->common.signature, file_of_key(s->key), s->cert,
		s->passphrase_file,
	};

	return check_all(t, output, t->common.trust.items,
			 t->common.trust.count) &&
	       check_all(t, output, named, sizeof(named) / sizeof(named[0])) &&
	       check_all(t, output, more, count);
}
