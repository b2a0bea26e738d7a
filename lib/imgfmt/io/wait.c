/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "io/wait.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

/* How late a handler may run that does not end the wait. */
#define ROUND_NS 50000000

/* This thread's mask, with the signals whose handlers have SA_RESTART. */
static int restarting(sigset_t *ret)
{
	struct sigaction sa;
	int rc = pthread_sigmask(SIG_SETMASK, NULL, ret);

	for (int sig = 1; !rc && sig < NSIG; sig++)
		if (!sigaction(sig, NULL, &sa) && sa.sa_flags & SA_RESTART)
			sigaddset(ret, sig);
	return rc;
}

/*
 * poll() itself does not tell the two kinds of handlers apart, so those that
 * restart are held back, for a round at a time.
 */
int fd_wait(int fd, short events)
{
	const struct timespec round = { .tv_nsec = ROUND_NS };
	struct pollfd ready = { .fd = fd, .events = events };
	sigset_t held;
	int n;

	do {
		n = restarting(&held);
		if (n)
			return -n;
		n = ppoll(&ready, 1, &round, &held);
	} while (!n);
	return n < 0 ? -errno : 0;
}
