/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ELF64 headers, bytes to struct and back, in either byte order.
 *
 * The conversions are libelf's memory-based ones, which need no descriptor and
 * so serve pipes as well as files.  Nothing here does I/O or allocates.
 */
#ifndef IMGFMT_ELF_ELF_H
#define IMGFMT_ELF_ELF_H

#include <elf.h>

#include "base/base.h"
#include "imgfmt.h"

#define ELF_EHDR_SIZE	64u
#define ELF_PHDR_SIZE	56u
#define ELF_SHDR_SIZE	64u

/* In e_flags, as makedumpfile marks a core that does not have all it should. */
#define ELF_INCOMPLETE	1u

struct elf_header {
	uint8_t	 ident[EI_NIDENT];
	bool	 big_endian;
	uint16_t type, machine;
	uint32_t version, flags;
	uint64_t entry, phoff, shoff;
	uint16_t ehsize, phentsize, phnum;	/* phnum as it stands there */
	uint16_t shentsize, shnum, shstrndx;
};

/* Whether @buf begins with the ELF magic. */
bool elf_has_magic(const void *buf, size_t len);

/*
 * IMGFMT_E_NOT_IMAGE without the magic, IMGFMT_E_UNSUPPORTED for another class
 * than ELFCLASS64, IMGFMT_E_CORRUPT for an unknown byte order.
 */
int elf_header_decode(const uint8_t buf[ELF_EHDR_SIZE], struct elf_header *ret,
		      struct imgfmt_error *err);
/*
 * A header in the form of spec 4.1 and 4.2 for @phnum program headers; @flags
 * is 0 but in a foreign core.
 */
void elf_header_encode(uint16_t machine, bool big_endian, uint64_t entry,
		       uint32_t flags, uint32_t phnum,
		       uint8_t ret[ELF_EHDR_SIZE]);

/* @count program headers of ELF_PHDR_SIZE each. */
void elf_segments_decode(const void *buf, size_t count, bool big_endian,
			 struct imgfmt_segment *ret);
void elf_segments_encode(const struct imgfmt_segment *segments, size_t count,
			 bool big_endian, void *ret);

/* Section header 0 of PN_XNUM: the number of program headers in sh_info. */
struct elf_section0 {
	uint32_t phnum;
	bool canonical;		/* spec 4.2: nothing but the number and 1 */
};
void elf_section0_decode(const uint8_t buf[ELF_SHDR_SIZE], bool big_endian,
			 struct elf_section0 *ret);
void elf_section0_encode(uint32_t phnum, bool big_endian,
			 uint8_t ret[ELF_SHDR_SIZE]);

/* Bytes of ELF header, program headers and section header of spec 4.2. */
static inline uint64_t elf_headers_size(uint64_t phnum)
{
	return ELF_EHDR_SIZE + phnum * ELF_PHDR_SIZE +
	       (phnum >= PN_XNUM ? ELF_SHDR_SIZE : 0);
}

#endif /* IMGFMT_ELF_ELF_H */
