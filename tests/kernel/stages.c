/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stages limits
 * stages rules
 * stages many START COUNT
 * stages leaks START COUNT ROUNDS
 *
 * Looks how much may be loaded without stages, on any kernel. Loads in stages, in a
 * guest whose kernel can: what it must refuse, COUNT segments
 * of one page each with a page between them from START (hexadecimal) on, and the
 * same ROUNDS times to no end - dropped, with a bad segment, until memory runs out -
 * with a look at how much memory is free after each.
 *
 * Exit status: 0 all is as it must be, 1 something is not, 2 trouble.
 */
#include "load/kexec_call.h"
#include "load/memory_map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>

#define RESUMABLE (KEXEC_RESUMABLE | KEXEC_PRESERVE_CONTEXT)
#define START (RESUMABLE | KEXEC_STAGE_START)
#define MORE (RESUMABLE | KEXEC_STAGE_MORE)
#define FINAL (RESUMABLE | KEXEC_STAGE_FINAL)

/* Of one call, so that there are several. */
#define CALL_SEGMENTS 15000

/* What a guest with nothing else to do may take meanwhile. */
#define SLACK_KIB 1024

#define RULE_AT UINT64_C(0x3000000)

static const char page[PAGE_SIZE] = "a page";

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(2);
}

/* ---- What is refused */

enum action { END, LOAD, BAD, NONE, DROP, JUMP };

/* A call, and what it must give: 0 or an errno. */
struct step {
	enum action action;
	unsigned long flags;
	int error;
};

static const struct rule {
	const char *what;
	struct step steps[6];
} rules[] = {
	{ "another stage without a first one", { { LOAD, MORE, EINVAL } } },
	{ "a last stage without a first one", { { LOAD, FINAL, EINVAL } } },
	{ "stages without the flag for resumable images",
	  { { LOAD, KEXEC_STAGE_START, EINVAL } } },
	{ "stages of a kernel for crashes",
	  { { LOAD, START | KEXEC_ON_CRASH, EINVAL } } },
	{ "a jump with nothing loaded", { { JUMP, 0, EINVAL } } },
	{ "a jump into what is half loaded",
	  { { LOAD, START, 0 }, { JUMP, 0, EINVAL } } },
	{ "a jump into what was loaded before a first stage",
	  { { LOAD, RESUMABLE, 0 }, { LOAD, START, 0 }, { JUMP, 0, EINVAL } } },
	{ "another stage after a bad first one",
	  { { BAD, START, EADDRNOTAVAIL }, { LOAD, MORE, EINVAL } } },
	{ "another stage after a bad one",
	  { { LOAD, START, 0 }, { LOAD, MORE, 0 }, { BAD, MORE, EADDRNOTAVAIL },
	    { LOAD, MORE, EINVAL } } },
	{ "a last stage after a bad one",
	  { { LOAD, START, 0 }, { BAD, MORE, EADDRNOTAVAIL },
	    { LOAD, FINAL, EINVAL } } },
	{ "another stage after a plain load",
	  { { LOAD, START, 0 }, { LOAD, 0, 0 }, { LOAD, MORE, EINVAL } } },
	{ "another stage after all was dropped",
	  { { LOAD, START, 0 }, { DROP, 0, 0 }, { LOAD, MORE, EINVAL } } },
	{ "another stage after the last one",
	  { { LOAD, START, 0 }, { NONE, FINAL, 0 }, { LOAD, MORE, EINVAL } } },
	{ "nothing where a first stage follows another one",
	  { { LOAD, START, 0 }, { LOAD, START, 0 }, { NONE, FINAL, 0 } } },
};

static int take_step(const struct step *step)
{
	struct load_plan plan = { .entry = RULE_AT };
	int status = 0;

	errno = 0;
	if (step->action == JUMP)
		return kexec_call_jump();
	if (step->action == DROP)
		return kexec_call_unload();
	if (step->action != NONE &&
	    load_plan_add(&plan, RULE_AT, PAGE_SIZE, page, PAGE_SIZE))
		die("segment");
	if (step->action == BAD)
		plan.segments->mem = (char *)plan.segments->mem + 8;
	status = kexec_call_load(&plan, step->flags);
	load_plan_fini(&plan);
	return status;
}

static int check_rules(void)
{
	size_t i, wrong = 0;

	for (i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const struct step *step = rules[i].steps;
		int is = 0;

		if (kexec_call_unload())
			die("unload");
		for (; step->action != END && is == 0; step++) {
			int status = take_step(step);

			if (status ? errno != step->error : step->error != 0)
				is = status ? errno : -1;
		}
		if (is) {
			wrong++;
			printf("not refused as it must be: %s: %s\n",
			       rules[i].what, is < 0 ? "done" : strerror(is));
		}
	}
	if (kexec_call_unload())
		die("unload");
	printf("%zu rules, %zu broken\n", i, wrong);
	return wrong != 0;
}

/* ---- Many segments */

static void plan_many(struct load_plan *plan, uint64_t start, size_t first,
		      size_t count)
{
	size_t i;

	*plan = (struct load_plan){ .entry = start };
	for (i = first; i < first + count; i++) {
		if (load_plan_add(plan, start + 2 * i * PAGE_SIZE, PAGE_SIZE,
				  page, PAGE_SIZE))
			die("segments");
	}
}

/* All stages but the last. Returns how many calls it took. */
static size_t load_many(uint64_t start, size_t count)
{
	size_t done = 0, calls = 0;
	struct load_plan plan;

	while (done < count) {
		size_t n = count - done < CALL_SEGMENTS ?
			count - done : CALL_SEGMENTS;

		plan_many(&plan, start, done, n);
		if (kexec_call_load(&plan, done ? MORE : START))
			die("kexec_load");
		load_plan_fini(&plan);
		done += n;
		calls++;
	}
	return calls;
}

/* ---- What any kernel takes at most */

static int load_plainly(size_t segments, uint64_t size)
{
	struct load_plan plan = { .entry = RULE_AT };
	int status;
	size_t i;

	for (i = 0; i < segments; i++) {
		if (load_plan_add(&plan, RULE_AT + 2 * i * size, size, page,
				  PAGE_SIZE))
			die("segments");
	}
	errno = 0;
	status = kexec_call_load(&plan, 0);
	load_plan_fini(&plan);
	return status ? errno : 0;
}

/* Without the flag for resumable images, nothing has changed. */
static int check_limits(void)
{
	struct sysinfo info;
	uint64_t half;
	int few, many, small, large;

	if (sysinfo(&info))
		die("sysinfo");
	half = PAGE_START((uint64_t)info.totalram * info.mem_unit / 2);
	few = load_plainly(KEXEC_SEGMENT_MAX, PAGE_SIZE);
	many = load_plainly(KEXEC_SEGMENT_MAX + 1, PAGE_SIZE);
	small = load_plainly(1, PAGE_START(half / 4));
	large = load_plainly(1, half + 2 * PAGE_SIZE);
	if (kexec_call_unload())
		die("unload");
	printf("%d segments: %s, one more: %s, an eighth of memory: %s, more than half: %s\n",
	       KEXEC_SEGMENT_MAX, strerror(few), strerror(many),
	       strerror(small), strerror(large));
	return few || many != EINVAL || small || large != EINVAL;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int load_segments(uint64_t start, size_t count)
{
	const struct load_plan none = { .entry = start };
	double before = seconds();
	size_t calls = load_many(start, count);

	if (kexec_call_load(&none, FINAL))
		die("kexec_load");
	printf("%zu segments in %zu calls, %.2f s\n", count, calls + 1,
	       seconds() - before);
	return 0;
}

/* ---- Loads to no end */

/* Free pages in all zones, and those that a processor keeps at hand. */
static long free_kib(void)
{
	FILE *file = fopen("/proc/zoneinfo", "re");
	long sum = 0, pages;
	char line[128];

	if (!file)
		die("/proc/zoneinfo");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " nr_free_pages %ld", &pages) == 1 ||
		    sscanf(line, " count: %ld", &pages) == 1)
			sum += pages;
	}
	fclose(file);
	return sum * (long)(PAGE_SIZE / 1024);
}

/* Loads until memory runs out, which must be nobody's end. */
static void exhaust(uint64_t start)
{
	struct load_plan plan;
	size_t first = 0;
	int status;

	do {
		plan_many(&plan, start, first, CALL_SEGMENTS);
		status = kexec_call_load(&plan, first ? MORE : START);
		load_plan_fini(&plan);
		first += CALL_SEGMENTS;
	} while (!status);
	if (errno != ENOMEM)
		die("a load of all memory");
}

/* Each of three ends drops what the calls before have loaded. */
static void load_to_no_end(uint64_t start, size_t count, size_t round)
{
	const struct step bad = { BAD, MORE, EADDRNOTAVAIL };

	if (round % 3 == 2) {
		exhaust(start);
		return;
	}
	load_many(start, count);
	if (round % 3 ? !take_step(&bad) : kexec_call_unload())
		die("the end of a load");
}

static int look_for_leaks(uint64_t start, size_t count, size_t rounds)
{
	long before, least, now;
	size_t i;

	/* The first rounds have the kernel take what it keeps. */
	for (i = 0; i < 3; i++)
		load_to_no_end(start, count, i);
	before = least = free_kib();
	for (i = 0; i < rounds; i++) {
		load_to_no_end(start, count, i);
		now = free_kib();
		if (now < least)
			least = now;
		printf("%s%ld", i ? ", " : "KiB free after each: ", now);
	}
	printf("; %zu rounds of %zu pages, free: %ld KiB before, %ld KiB at least\n",
	       rounds, count, before, least);
	return before - least > SLACK_KIB;
}

int main(int argc, char **argv)
{
	uint64_t start = argc > 2 ? strtoull(argv[2], NULL, 16) : 0;
	size_t count = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;

	if (argc == 2 && !strcmp(argv[1], "limits"))
		return check_limits();
	if (argc == 2 && !strcmp(argv[1], "rules"))
		return check_rules();
	if (argc == 4 && !strcmp(argv[1], "many"))
		return load_segments(start, count);
	if (argc == 5 && !strcmp(argv[1], "leaks"))
		return look_for_leaks(start, count,
				      strtoul(argv[4], NULL, 10));
	fprintf(stderr, "usage: stages limits | rules\n"
			"       stages many START COUNT\n"
			"       stages leaks START COUNT ROUNDS\n");
	return 2;
}
