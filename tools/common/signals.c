/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals are noted here and acted upon elsewhere.
 */
#include "common/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>

/* SIGXCPU warns of a limit that ends what goes on. */
static const int stopping[] = {
	SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGXCPU
};

/* All that a handler may touch. */
static struct {
	volatile sig_atomic_t stop;
	volatile sig_atomic_t report;
} pending;

static void note_stop(int sig)
{
	if (!pending.stop)
		pending.stop = sig;
}

static void note_report(int sig)
{
	(void)sig;
	pending.report = 1;
}

static void catch_one(int sig, void (*handler)(int), int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };
	struct sigaction old;

	if (!sigaction(sig, NULL, &old) && old.sa_handler == SIG_IGN)
		return;
	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

void signals_catch(void)
{
	/* Without SA_RESTART a blocked read returns and sees the wish. */
	for (size_t i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++)
		catch_one(stopping[i], note_stop, 0);
	catch_one(SIGUSR1, note_report, SA_RESTART);
	/* A file that grows too large is an error of write() like others. */
	signal(SIGXFSZ, SIG_IGN);
}

int signals_caught(void)
{
	return pending.stop;
}

bool signals_wait_input(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	sigset_t stop, old;
	int n = -1;

	sigemptyset(&stop);
	for (size_t i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++)
		sigaddset(&stop, stopping[i]);
	sigprocmask(SIG_BLOCK, &stop, &old);
	while (n < 0 && !pending.stop) {
		n = ppoll(&p, 1, NULL, &old);
		if (n < 0 && errno != EINTR)
			break;
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return !pending.stop;
}

bool signals_take_report(void)
{
	bool wanted = pending.report;

	if (wanted)
		pending.report = 0;
	return wanted;
}

void signals_reraise(void)
{
	int sig = pending.stop;
	sigset_t set;

	if (!sig)
		return;
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
}
