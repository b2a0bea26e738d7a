/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure COMMAND [ARGUMENT..]
 *
 * Runs a command without its output and prints how long it took by the clock,
 * the processor time it took itself and in the kernel (seconds), and the most
 * memory it had (KiB).
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static void run(char **command)
{
	int null = open("/dev/null", O_WRONLY);

	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execvp(command[0], command);
	_exit(127);
}

int main(int argc, char **argv)
{
	double start = now();
	struct rusage usage;
	int status;
	pid_t child;

	if (argc < 2) {
		fprintf(stderr, "usage: measure COMMAND [ARGUMENT..]\n");
		return 2;
	}
	child = fork();
	if (!child)
		run(argv + 1);
	if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
		perror("measure");
		return 2;
	}
	if (status) {
		fprintf(stderr, "measure: %s failed\n", argv[1]);
		return 2;
	}
	printf("%.6f %.6f %.6f %ld\n", now() - start, seconds(&usage.ru_utime),
	       seconds(&usage.ru_stime), usage.ru_maxrss);
	return 0;
}
