/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls that fail at will.  A program that links inject.c with the options of
 * Makemodule.am has its own malloc() and some system calls go through it, and
 * those of the library with them.
 */
#ifndef TESTS_FAULT_INJECT_H
#define TESTS_FAULT_INJECT_H

#include <stdbool.h>

enum inject_kind {
	INJECT_NOTHING,
	INJECT_MEMORY,	/* allocations, threads, contexts of other libraries */
	INJECT_SYSTEM	/* calls that make and name a file */
};

/* Call @n of this kind, from 0, fails; with @all so does each after it. */
void inject_arm(enum inject_kind kind, int n, bool all);
/* Whether it came to that; nothing fails any more. */
bool inject_disarm(void);
/* Allocations that were not freed yet. */
int inject_live(void);

#endif /* TESTS_FAULT_INJECT_H */
