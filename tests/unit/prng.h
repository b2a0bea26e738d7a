/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small generator of repeatable pseudo-random numbers (xorshift64*): the
 * same on every machine, so that a failing case can be run again.
 */
#ifndef TESTS_UNIT_PRNG_H
#define TESTS_UNIT_PRNG_H

#include <stddef.h>
#include <stdint.h>

/* @state begins as any number but 0. */
static inline uint64_t prng_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static inline uint64_t prng_below(uint64_t *state, uint64_t limit)
{
	return (prng_next(state) >> 11) % limit;
}

static inline void prng_fill(uint64_t *state, void *buf, size_t len)
{
	uint8_t *p = buf;

	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)(prng_next(state) >> 56);
}

#endif /* TESTS_UNIT_PRNG_H */
