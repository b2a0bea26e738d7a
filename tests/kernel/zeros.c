/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zeros - take most of the free memory, and see whether it is zero.
 *
 * A kernel that clears pages when they become free gives them out as they are; one
 * that fills them with a pattern looks whether that is still there. Exit status: 0
 * all is zero, 1 something is not, 2 trouble.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

#define PAGE 4096

int main(void)
{
	static const char zero[PAGE - 1];
	size_t pages, i, wrong = 0;
	struct sysinfo info;
	char *memory;

	if (sysinfo(&info)) {
		perror("sysinfo");
		return 2;
	}
	pages = (size_t)info.freeram * info.mem_unit / PAGE / 8 * 7;
	memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		perror("mmap");
		return 2;
	}
	for (i = 0; i < pages; i++) {
		/* What is only read is no page of its own. */
		memory[i * PAGE] = 1;
		wrong += memcmp(memory + i * PAGE + 1, zero, PAGE - 1) != 0;
	}
	printf("%zu new pages, %zu not zero\n", pages, wrong);
	return wrong != 0;
}
