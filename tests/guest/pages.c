/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The content of the pages that a guest's memory is filled with.
 */
#include "pages.h"

#include <stdio.h>
#include <string.h>

#define WORDS (PAGE / sizeof(uint64_t))

/* Steele, Lea and Flood's SplitMix64. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void fill_noise(void *page, uint64_t seed)
{
	uint64_t *word = page;
	size_t i;

	for (i = 0; i < WORDS; i++)
		word[i] = next_random(&seed);
}

static void fill_text(void *page, uint64_t seed)
{
	static const char *const words[] = {
		"memory", "page", "frame", "node", "zone", "device", "driver",
		"clock", "timer", "thread", "signal", "socket", "buffer",
		"cache", "inode", "mount", "started", "stopped", "ready",
		"failed", "request", "answer", "session", "table", "entry",
		"for", "with", "from", "the", "and", "not", "was",
	};
	char line[160];
	size_t done = 0;

	while (done < PAGE) {
		uint64_t r = next_random(&seed);
		int len = snprintf(line, sizeof(line),
				   "[%5u.%06u] %s %s: %s %s %s %s (%#x)\n",
				   (unsigned int)(r % 9973),
				   (unsigned int)(r >> 44) % 1000000,
				   words[r & 31], words[r >> 5 & 31],
				   words[r >> 10 & 31], words[r >> 15 & 31],
				   words[r >> 20 & 31], words[r >> 25 & 31],
				   (unsigned int)(r >> 30 & 0xffff));
		size_t part = (size_t)len < PAGE - done ? (size_t)len
							: PAGE - done;

		memcpy((char *)page + done, line, part);
		done += part;
	}
}

static void fill_records(void *page, uint64_t seed)
{
	const uint64_t heap = 0xffff888000000000, text = 0xffffffff81000000;
	uint64_t *word = page;
	size_t i;

	for (i = 0; i < WORDS; i += 8) {
		uint64_t r = next_random(&seed);

		word[i] = heap + (r & 0x3ffffc0);
		word[i + 1] = heap + (r >> 20 & 0x3ffffc0);
		word[i + 2] = r >> 56;
		word[i + 3] = text + (r >> 40 & 0xfff0);
		word[i + 4] = 1 + (i & 0x38);
		word[i + 5] = 0xdead000000000100;
		word[i + 6] = (r & 1) ? heap + i * 8 : 0;
		word[i + 7] = 0;
	}
}

void fill_page(void *page, const char *tag, uint64_t index)
{
	uint64_t seed;

	memcpy(&seed, tag, sizeof(seed));
	seed ^= index << 32;
	if (index % 8 < 5)
		fill_noise(page, seed);
	else if (index % 2)
		fill_text(page, seed);
	else
		fill_records(page, seed);
	memcpy(page, tag, 8);
	memcpy((char *)page + 8, &index, sizeof(index));
}
