/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * marked MARKERS CORE
 *
 * Looks in the ELF core CORE for the pages that a guest says it has: MARKERS
 * has a line "TAG INDEX FRAME" for each, the frame in hexadecimal. Prints for
 * each tag how many there are, and how many are in CORE as they must be. Shares
 * no code with the tools that made CORE.
 *
 * Exit status: 0 all are, but for those of IMGANON_, which may move or be swapped
 * out until the guest hibernates; 1 some are not, 2 trouble.
 */
#include "../guest/pages.h"

#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAGS_MAX 8

struct core {
	const unsigned char *bytes;
	size_t size;
	const Elf64_Phdr *segments;
	size_t count;
};

struct tally {
	char tag[9];
	size_t said, right;
};

static void die(const char *what)
{
	fprintf(stderr, "marked: %s\n", what);
	exit(2);
}

static void open_core(const char *path, struct core *core)
{
	int fd = open(path, O_RDONLY);
	const Elf64_Ehdr *header;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || (size_t)st.st_size < sizeof(*header))
		die("cannot open the core");
	core->size = (size_t)st.st_size;
	core->bytes = mmap(NULL, core->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (core->bytes == MAP_FAILED)
		die("cannot map the core");
	header = (const Elf64_Ehdr *)core->bytes;
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) ||
	    header->e_ident[EI_CLASS] != ELFCLASS64)
		die("not an ELF core of 64 bits");
	core->count = header->e_phnum;
	/* Of very many, the first section tells the number. */
	if (core->count == PN_XNUM)
		core->count = ((const Elf64_Shdr *)(core->bytes +
						    header->e_shoff))->sh_info;
	core->segments = (const Elf64_Phdr *)(core->bytes + header->e_phoff);
}

/* The bytes of the frame: NULL if the core has none, @zeros if it says so. */
static const unsigned char *find_frame(const struct core *core, uint64_t frame,
				       const unsigned char *zeros)
{
	uint64_t address = frame * PAGE;
	size_t i;

	for (i = 0; i < core->count; i++) {
		const Elf64_Phdr *p = &core->segments[i];
		uint64_t in = address - p->p_paddr;

		if (p->p_type != PT_LOAD || address < p->p_paddr ||
		    in >= p->p_memsz)
			continue;
		if (in >= p->p_filesz)
			return zeros;
		if (p->p_offset + in + PAGE > core->size)
			die("the core is too short");
		return core->bytes + p->p_offset + in;
	}
	return NULL;
}

static int is_right(const struct core *core, const char *tag, uint64_t index,
		    uint64_t frame)
{
	static const unsigned char zeros[PAGE];
	unsigned char page[PAGE] = { 0 };
	const unsigned char *found = find_frame(core, frame, zeros);

	if (strcmp(tag, "IMGZERO_"))
		fill_page(page, tag, index);
	return found && !memcmp(found, page, PAGE);
}

static struct tally *tally_of(struct tally *tallies, const char *tag)
{
	size_t i;

	for (i = 0; i < TAGS_MAX; i++) {
		if (!*tallies[i].tag)
			strcpy(tallies[i].tag, tag);
		if (!strcmp(tallies[i].tag, tag))
			return &tallies[i];
	}
	die("too many tags");
	return NULL;
}

int main(int argc, char **argv)
{
	struct tally tallies[TAGS_MAX] = { 0 };
	uint64_t index, frame;
	struct core core;
	FILE *markers;
	char tag[9];
	int status = 0;
	size_t i;

	if (argc != 3)
		die("usage: marked MARKERS CORE");
	markers = fopen(argv[1], "r");
	if (!markers)
		die("cannot open the markers");
	open_core(argv[2], &core);
	while (fscanf(markers, "%8s %" SCNu64 " %" SCNx64, tag, &index,
		      &frame) == 3) {
		struct tally *tally = tally_of(tallies, tag);

		tally->said++;
		tally->right += (size_t)is_right(&core, tag, index, frame);
	}
	if (!feof(markers) || !*tallies[0].tag)
		die("no markers");
	for (i = 0; i < TAGS_MAX && *tallies[i].tag; i++) {
		printf("%s %zu of %zu\n", tallies[i].tag, tallies[i].right,
		       tallies[i].said);
		if (strcmp(tallies[i].tag, "IMGANON_"))
			status |= tallies[i].right < tallies[i].said;
	}
	return status;
}
