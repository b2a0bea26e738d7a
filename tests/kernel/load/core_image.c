/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core_image.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static int check_header(const Elf64_Ehdr *header, size_t bytes,
			size_t *segments)
{
	const Elf64_Shdr *section;

	errno = ENOEXEC;
	if (bytes < sizeof(*header) ||
	    memcmp(header->e_ident, ELFMAG, SELFMAG) ||
	    header->e_ident[EI_CLASS] != ELFCLASS64 ||
	    header->e_type != ET_CORE || header->e_machine != EM_X86_64 ||
	    header->e_phentsize != sizeof(Elf64_Phdr))
		return -1;
	*segments = header->e_phnum;
	if (header->e_phnum == PN_XNUM) {
		if (header->e_shoff > bytes - sizeof(*section))
			return -1;
		section = (const void *)((const char *)header +
					 header->e_shoff);
		*segments = section->sh_info;
	}
	if (header->e_phoff > bytes ||
	    (bytes - header->e_phoff) / sizeof(Elf64_Phdr) < *segments)
		return -1;
	return 0;
}

/* Whether @segment of the core could be made part of the one before it. */
static int add_segment(struct load_plan *plan, const char *core, size_t bytes,
		       const Elf64_Phdr *segment)
{
	struct kexec_segment *last = plan->count ?
		&plan->segments[plan->count - 1] : NULL;
	const char *data = core + segment->p_offset;

	if (segment->p_filesz > segment->p_memsz ||
	    segment->p_offset > bytes ||
	    segment->p_filesz > bytes - segment->p_offset) {
		errno = ENOEXEC;
		return -1;
	}
	if (last && (uintptr_t)last->mem + last->memsz == segment->p_paddr &&
	    last->bufsz == last->memsz &&
	    (const char *)last->buf + last->bufsz == data) {
		last->bufsz += segment->p_filesz;
		last->memsz += segment->p_memsz;
		return 0;
	}
	return load_plan_add(plan, segment->p_paddr, segment->p_memsz, data,
			     segment->p_filesz);
}

int core_image_plan(const void *core, size_t bytes, struct load_plan *plan)
{
	const Elf64_Ehdr *header = core;
	const Elf64_Phdr *segment;
	size_t count, i;

	if (check_header(header, bytes, &count))
		return -1;
	segment = (const void *)((const char *)core + header->e_phoff);
	for (i = 0; i < count; i++) {
		if (segment[i].p_type == PT_LOAD && segment[i].p_memsz &&
		    add_segment(plan, core, bytes, &segment[i]))
			return -1;
	}
	plan->entry = header->e_entry;
	return 0;
}

static uint64_t end_of(const struct kexec_segment *segment)
{
	return (uintptr_t)segment->mem + segment->memsz;
}

/* The bytes between @segment and the next one; UINT64_MAX if they must stay. */
static uint64_t gap_after(const struct kexec_segment *segment,
			  const struct memory_map *memory)
{
	uint64_t start = end_of(segment);
	uint64_t end = (uintptr_t)segment[1].mem;

	return memory_map_is_ram(memory, start, end) ? end - start : UINT64_MAX;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Makes one of segments @from to @to, both included. */
static int join(struct load_plan *plan, size_t from, size_t to)
{
	struct kexec_segment *first = &plan->segments[from];
	size_t size = end_of(&plan->segments[to]) - (uintptr_t)first->mem;
	char *buffer = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (buffer == MAP_FAILED)
		return -1;
	for (i = from; i <= to; i++) {
		const struct kexec_segment *segment = &plan->segments[i];

		memcpy(buffer + ((uintptr_t)segment->mem -
				 (uintptr_t)first->mem),
		       segment->buf, segment->bufsz);
	}
	first->buf = buffer;
	first->bufsz = size;
	first->memsz = size;
	memmove(first + 1, &plan->segments[to + 1],
		(plan->count - to - 1) * sizeof(*first));
	plan->count -= to - from;
	return 0;
}

int core_image_join(struct load_plan *plan, size_t max,
		    const struct memory_map *memory)
{
	size_t many = plan->count > max ? plan->count - max : 0, i, last;
	uint64_t *gaps, limit = 0;

	if (!many)
		return 0;
	gaps = calloc(plan->count, sizeof(*gaps));
	if (!gaps)
		return -1;
	for (i = 0; i + 1 < plan->count; i++)
		gaps[i] = gap_after(&plan->segments[i], memory);
	qsort(gaps, plan->count - 1, sizeof(*gaps), compare);
	limit = gaps[many - 1];
	free(gaps);
	if (limit == UINT64_MAX) {
		errno = E2BIG;
		return -1;
	}
	for (i = 0; i < plan->count; i++) {
		for (last = i; last + 1 < plan->count &&
		     gap_after(&plan->segments[last], memory) <= limit;)
			last++;
		if (last > i && join(plan, i, last))
			return -1;
	}
	return 0;
}
