/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core_headers.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_NOTES (UINT64_C(1) << 20)
#define MAX_SEGMENTS 4096

/* The running kernel's own view of its memory: /proc/kcore. */
struct kcore {
	int fd;
	Elf64_Phdr *segments;
	size_t count;
};

static int read_at(int fd, void *data, size_t bytes, uint64_t offset)
{
	ssize_t n = pread(fd, data, bytes, (off_t)offset);

	if (n == (ssize_t)bytes)
		return 0;
	if (n >= 0)
		errno = EINVAL;
	return -1;
}

static int open_kcore(struct kcore *kcore, const char *path)
{
	Elf64_Ehdr header;

	*kcore = (struct kcore){ .fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (kcore->fd < 0 || read_at(kcore->fd, &header, sizeof(header), 0))
		return -1;
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) ||
	    header.e_phentsize != sizeof(*kcore->segments) ||
	    header.e_phnum > MAX_SEGMENTS) {
		errno = EINVAL;
		return -1;
	}
	kcore->count = header.e_phnum;
	kcore->segments = calloc(kcore->count + 1, sizeof(*kcore->segments));
	if (!kcore->segments)
		return -1;
	return read_at(kcore->fd, kcore->segments,
		       kcore->count * sizeof(*kcore->segments), header.e_phoff);
}

static void close_kcore(struct kcore *kcore)
{
	if (kcore->fd >= 0)
		close(kcore->fd);
	free(kcore->segments);
}

/* Where the kernel has the page at @address mapped; 0 if it does not say. */
static uint64_t mapped_at(const struct kcore *kcore, uint64_t address)
{
	size_t i;

	for (i = 0; i < kcore->count; i++) {
		const Elf64_Phdr *segment = &kcore->segments[i];

		if (segment->p_type == PT_LOAD &&
		    segment->p_paddr != UINT64_MAX &&
		    segment->p_paddr <= address &&
		    address - segment->p_paddr < segment->p_memsz &&
		    segment->p_memsz <= UINT64_MAX - segment->p_paddr)
			return address - segment->p_paddr + segment->p_vaddr;
	}
	return 0;
}

/* Room for a name of 4-byte units, and the same for the descriptor. */
static size_t note_size(const Elf64_Nhdr *note)
{
	return sizeof(*note) + (((size_t)note->n_namesz + 3) & ~(size_t)3) +
		(((size_t)note->n_descsz + 3) & ~(size_t)3);
}

/* The note VMCOREINFO among the @bytes bytes of @notes, or NULL. */
static const char *find_vmcoreinfo(const char *notes, size_t bytes, size_t *size)
{
	static const char name[] = "VMCOREINFO";

	while (bytes >= sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *note = (const void *)notes;

		*size = note_size(note);
		if (*size > bytes)
			break;
		if (note->n_namesz == sizeof(name) &&
		    !memcmp(note + 1, name, sizeof(name)))
			return notes;
		notes += *size;
		bytes -= *size;
	}
	errno = ENOENT;
	return NULL;
}

static char *read_notes(const struct kcore *kcore, size_t *bytes)
{
	const Elf64_Phdr *segment = kcore->segments;
	char *notes;

	if (!kcore->count || segment->p_type != PT_NOTE ||
	    segment->p_filesz > MAX_NOTES) {
		errno = EINVAL;
		return NULL;
	}
	*bytes = segment->p_filesz;
	notes = malloc(*bytes + 1);
	if (notes && !read_at(kcore->fd, notes, *bytes, segment->p_offset))
		return notes;
	free(notes);
	return NULL;
}

/* Lays the headers out in @data: the file's, then the segments', then the note. */
static void lay_out(char *data, const struct memory_map *memory,
		    const struct kcore *kcore, uint64_t address,
		    uint64_t notes_at, const char *note, size_t size)
{
	Elf64_Ehdr *header = (void *)data;
	Elf64_Phdr *segment = (void *)(header + 1);
	size_t i;

	*header = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(*header),
		.e_ehsize = sizeof(*header),
		.e_phentsize = sizeof(*segment),
	};
	*segment++ = (Elf64_Phdr){
		.p_type = PT_NOTE,
		.p_offset = address + notes_at,
		.p_paddr = address + notes_at,
		.p_filesz = size,
		.p_memsz = size,
	};
	for (i = 0; i < memory->count; i++) {
		const struct memory_range *range = &memory->ranges[i];
		uint64_t start = PAGE_END(range->start);
		uint64_t end = PAGE_START(range->end);

		if (range->kind != MEMORY_RAM || start >= end)
			continue;
		*segment++ = (Elf64_Phdr){
			.p_type = PT_LOAD,
			.p_flags = PF_R | PF_W | PF_X,
			.p_offset = start,
			.p_vaddr = mapped_at(kcore, start),
			.p_paddr = start,
			.p_filesz = end - start,
			.p_memsz = end - start,
		};
	}
	header->e_phnum = (Elf64_Half)(segment - (Elf64_Phdr *)(header + 1));
	memcpy(data + notes_at, note, size);
}

void *core_headers_make(const struct memory_map *memory, const char *path,
			uint64_t address, size_t *bytes)
{
	uint64_t notes_at = sizeof(Elf64_Ehdr) +
		(memory->count + 1) * sizeof(Elf64_Phdr);
	char *notes = NULL, *data = NULL;
	const char *note = NULL;
	struct kcore kcore;
	size_t size = 0;

	if (!open_kcore(&kcore, path))
		notes = read_notes(&kcore, &size);
	if (notes)
		note = find_vmcoreinfo(notes, size, &size);
	if (note) {
		*bytes = notes_at + size;
		data = calloc(1, *bytes);
	}
	if (data)
		lay_out(data, memory, &kcore, address, notes_at, note, size);
	free(notes);
	close_kcore(&kcore);
	return data;
}
