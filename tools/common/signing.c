/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/signing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/signals.h"

const struct opt_name opts_digest[] = {
	{ "sha256", 0 }, { "sha384", 1 }, { "sha512", 2 }, { NULL, 0 }
};

/*
 * Up to the end of the line, byte by byte: what follows in a file is none of
 * our business, and no buffer is left that holds a copy.
 */
static int read_line(int fd, char *buf, size_t room)
{
	size_t len = 0;
	char c = 0;

	for (;;) {
		ssize_t n;

		if (!signals_wait_input(fd))
			return -EINTR;
		n = read(fd, &c, 1);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return -errno;
		if (!n || c == '\n')
			break;
		if (len == room) {
			explicit_bzero(buf, room);
			return -E2BIG;
		}
		buf[len++] = c;
	}
	explicit_bzero(&c, sizeof(c));
	return (int)len;
}

/* What is typed is not shown, whatever happens. */
static int ask_terminal(const char *prompt, char *buf, size_t room)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios old, silent;
	int n;

	if (fd < 0)
		return -errno;
	if (tcgetattr(fd, &old)) {
		n = -errno;
		close(fd);
		return n;
	}
	silent = old;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	silent.c_lflag |= ECHONL;
	if (tcsetattr(fd, TCSAFLUSH, &silent))
		n = -errno;
	else if (write(fd, prompt, strlen(prompt)) < 0)
		n = -errno;
	else
		n = read_line(fd, buf, room);
	tcsetattr(fd, TCSAFLUSH, &old);
	close(fd);
	return n;
}

int signing_passphrase(const char *file, const char *prompt, char *buf,
		       size_t room)
{
	int fd, n;

	if (!file)
		return ask_terminal(prompt, buf, room);
	/* Of a FIFO, it is the reading that waits, where a signal is seen. */
	fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	n = read_line(fd, buf, room);
	close(fd);
	return n;
}

int signing_passphrase_fail(struct tool *t, const char *file, int os_errno)
{
	struct imgfmt_error err = {
		.status = signals_caught() ? IMGFMT_E_CANCELLED : IMGFMT_E_OS,
		.os_errno = os_errno, .offset = IMGFMT_NOWHERE,
		.pfn = IMGFMT_NOWHERE,
	};

	if (os_errno == E2BIG)
		snprintf(err.message, sizeof(err.message),
			 "cannot read the passphrase: longer than %d bytes",
			 SIGNING_PASSPHRASE_MAX);
	else
		snprintf(err.message, sizeof(err.message),
			 "cannot read the passphrase: %s", strerror(os_errno));
	tool_fail(t, file, &err);
	return EXIT_TROUBLE;
}

/* What the library's question needs, and what became of it. */
struct question {
	const struct signing *signing;
	int	 failed;	/* errno of --passphrase-file */
};

static int answer(void *ctx, char *buf, size_t room)
{
	struct question *q = ctx;
	const char *file = q->signing->passphrase_file;
	char prompt[256];
	int n;

	snprintf(prompt, sizeof(prompt), "Passphrase of %.200s: ",
		 q->signing->key);
	n = signing_passphrase(file, prompt, buf,
			       room < SIGNING_PASSPHRASE_MAX ?
				       room : SIGNING_PASSPHRASE_MAX);
	if (n < 0)
		q->failed = -n;
	return n;
}

/* A key is no image: whatever is wrong with it is trouble. */
static int fail(struct tool *t, const struct question *q, const char *prefix,
		struct imgfmt_error *err)
{
	const char *file = q->signing->passphrase_file;

	if (q->failed && file)
		return signing_passphrase_fail(t, file, q->failed);
	if (signals_caught())
		err->status = IMGFMT_E_CANCELLED;
	tool_fail(t, NULL, err);
	if (q->failed && !signals_caught())
		msg_hint(&t->msg, "without a terminal, give --passphrase-file=FILE");
	else if (!q->signing->cert && strstr(err->message, "no certificate"))
		msg_hint(&t->msg, "give the certificate of the key with --%scert=CERT",
			 prefix);
	return EXIT_TROUBLE;
}

bool signing_load(struct tool *t, const struct signing *s, const char *prefix,
		  struct imgfmt_signer **ret, int *exit_ret)
{
	struct question q = { .signing = s };
	const struct imgfmt_signer_opts opts = {
		.struct_size = sizeof(opts),
		.key = s->key,
		.certificate = s->cert,
		.digest = opts_digest[s->digest].name,
		.flags = (s->attributes ? IMGFMT_SIGNER_ATTRIBUTES : 0) |
			 (s->with_cert ? IMGFMT_SIGNER_CERTIFICATE : 0) |
			 (s->pss ? IMGFMT_SIGNER_PSS : 0),
		.passphrase = answer,
		.passphrase_ctx = &q,
	};
	struct imgfmt_error err;

	*ret = NULL;
	if (!s->key) {
		*exit_ret = s->cert || s->passphrase_file ?
			tool_usage(t, "--%s is missing", *prefix ?
				   "sign-key" : "key") : EXIT_YES;
		return !s->cert && !s->passphrase_file;
	}
	if (!imgfmt_signer_new(&opts, ret, &err))
		return true;
	*exit_ret = fail(t, &q, prefix, &err);
	return false;
}
