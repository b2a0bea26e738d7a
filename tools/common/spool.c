/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/input.h"
#include "common/signals.h"

#define CHUNK ((size_t)256 << 10)

static int fail(struct tool *t, const char *file, int status,
		const char *what, const char *why)
{
	struct imgfmt_error err = {
		.status = status,
		.offset = IMGFMT_NOWHERE,
		.pfn = IMGFMT_NOWHERE,
	};

	snprintf(err.message, sizeof(err.message), "%s%s%s", what,
		 why ? ": " : "", why ? why : "");
	tool_fail(t, file, &err);
	return -1;
}

static const char *folder(void)
{
	const char *path = getenv("TMPDIR");

	return path && *path ? path : "/var/tmp";
}

/* A name is taken away at once where a file cannot be made without one. */
static int open_nameless(const char *dir)
{
	char path[4096];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	if (snprintf(path, sizeof(path), "%s/imgfmt-XXXXXX", dir) >=
	    (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static bool write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR && !signals_caught())
			continue;
		if (n <= 0)
			return false;
		buf += n;
		len -= (size_t)n;
	}
	return true;
}

/* 0 at the end of the input. */
static int copy(struct tool *t, const char *operand, int from, int to,
		uint64_t limit, char *buf)
{
	const char *input = input_name(operand);
	uint64_t done = 0;

	progress_start(&t->progress, "spooling");
	for (;;) {
		ssize_t n = read(from, buf, CHUNK);

		if (n < 0 && errno == EINTR && !signals_caught())
			continue;
		if (signals_caught())
			return fail(t, input, IMGFMT_E_CANCELLED, "stopped",
				    NULL);
		if (n < 0)
			return fail(t, input, IMGFMT_E_OS, "cannot read",
				    strerror(errno));
		if (!n)
			return 0;
		done += (uint64_t)n;
		if (done > limit)
			return fail(t, input, IMGFMT_E_LIMIT,
				    "it has to be read at any place, and the pipe has more than --spool allows",
				    units_size(UNITS_BUF, limit,
					       t->common.bytes));
		if (!write_all(to, buf, (size_t)n))
			return fail(t, folder(), IMGFMT_E_OS,
				    "cannot spool the input",
				    strerror(errno));
		progress_update(&t->progress, done, 0);
	}
}

int spool_operand(struct tool *t, const char *operand, uint64_t limit,
		  int *exit_ret)
{
	bool standard = !strcmp(operand, "-");
	int from = standard ? STDIN_FILENO :
			      open(operand, O_RDONLY | O_CLOEXEC);
	int to = -1, rc = -1;
	char *buf;

	*exit_ret = EXIT_TROUBLE;
	if (from < 0)
		return fail(t, operand, IMGFMT_E_OS, "cannot open",
			    strerror(errno));
	buf = malloc(CHUNK);
	if (!buf)
		rc = fail(t, operand, IMGFMT_E_NOMEM, "no memory", NULL);
	else if ((to = open_nameless(folder())) < 0)
		rc = fail(t, folder(), IMGFMT_E_OS, "cannot spool the input",
			  strerror(errno));
	else
		rc = copy(t, operand, from, to, limit, buf);
	progress_finish(&t->progress);
	free(buf);
	if (!standard)
		close(from);
	if (rc && to >= 0)
		close(to);
	return rc ? -1 : to;
}
