/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "elf/elf.h"

#include <libelf.h>

#include "base/error.h"

/*
 * One direction of libelf's conversion.  It cannot fail here: sizes match the
 * type and the encoding was checked.
 */
static void convert(Elf_Type type, const void *src, void *dst, size_t size,
		    bool big_endian, bool to_memory)
{
	Elf_Data in = {
		.d_buf = (void *)src, .d_type = type, .d_size = size,
		.d_version = EV_CURRENT,
	};
	Elf_Data out = {
		.d_buf = dst, .d_type = type, .d_size = size,
		.d_version = EV_CURRENT,
	};
	unsigned int encode = big_endian ? ELFDATA2MSB : ELFDATA2LSB;

	if (to_memory)
		elf64_xlatetom(&out, &in, encode);
	else
		elf64_xlatetof(&out, &in, encode);
}

bool elf_has_magic(const void *buf, size_t len)
{
	return len >= SELFMAG && !memcmp(buf, ELFMAG, SELFMAG);
}

int elf_header_decode(const uint8_t buf[ELF_EHDR_SIZE], struct elf_header *ret,
		      struct imgfmt_error *err)
{
	Elf64_Ehdr e;

	*ret = (struct elf_header){ 0 };
	if (!elf_has_magic(buf, ELF_EHDR_SIZE))
		return err_rule(err, IMGFMT_E_NOT_IMAGE, "ELF-01", 0,
				"no ELF magic");
	if (buf[EI_CLASS] != ELFCLASS64)
		return err_rule(err, IMGFMT_E_NOT_IMAGE, "ELF-01", EI_CLASS,
				"ELF class %u is not ELFCLASS64",
				buf[EI_CLASS]);
	if (buf[EI_DATA] != ELFDATA2LSB && buf[EI_DATA] != ELFDATA2MSB)
		return err_rule(err, IMGFMT_E_CORRUPT, "ELF-01", EI_DATA,
				"ELF byte order %u is unknown", buf[EI_DATA]);

	ret->big_endian = buf[EI_DATA] == ELFDATA2MSB;
	convert(ELF_T_EHDR, buf, &e, sizeof(e), ret->big_endian, true);
	memcpy(ret->ident, e.e_ident, EI_NIDENT);
	ret->type = e.e_type;
	ret->machine = e.e_machine;
	ret->version = e.e_version;
	ret->flags = e.e_flags;
	ret->entry = e.e_entry;
	ret->phoff = e.e_phoff;
	ret->shoff = e.e_shoff;
	ret->ehsize = e.e_ehsize;
	ret->phentsize = e.e_phentsize;
	ret->phnum = e.e_phnum;
	ret->shentsize = e.e_shentsize;
	ret->shnum = e.e_shnum;
	ret->shstrndx = e.e_shstrndx;
	return IMGFMT_OK;
}

void elf_header_encode(uint16_t machine, bool big_endian, uint64_t entry,
		       uint32_t flags, uint32_t phnum,
		       uint8_t ret[ELF_EHDR_SIZE])
{
	bool extended = phnum >= PN_XNUM;
	Elf64_Ehdr e = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     big_endian ? ELFDATA2MSB : ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = machine,
		.e_version = EV_CURRENT,
		.e_entry = entry,
		.e_phoff = ELF_EHDR_SIZE,
		.e_flags = flags,
		.e_ehsize = ELF_EHDR_SIZE,
		.e_phentsize = ELF_PHDR_SIZE,
		.e_phnum = (uint16_t)(extended ? PN_XNUM : phnum),
	};

	if (extended) {
		e.e_shoff = ELF_EHDR_SIZE + (uint64_t)phnum * ELF_PHDR_SIZE;
		e.e_shentsize = ELF_SHDR_SIZE;
		e.e_shnum = 1;
	}
	convert(ELF_T_EHDR, &e, ret, sizeof(e), big_endian, false);
}

void elf_segments_decode(const void *buf, size_t count, bool big_endian,
			 struct imgfmt_segment *ret)
{
	for (size_t i = 0; i < count; i++) {
		Elf64_Phdr p;

		convert(ELF_T_PHDR, (const uint8_t *)buf + i * ELF_PHDR_SIZE,
			&p, sizeof(p), big_endian, true);
		ret[i] = (struct imgfmt_segment){
			.type = p.p_type,
			.flags = p.p_flags,
			.offset = p.p_offset,
			.vaddr = p.p_vaddr,
			.paddr = p.p_paddr,
			.file_size = p.p_filesz,
			.memory_size = p.p_memsz,
			.align = p.p_align,
		};
	}
}

void elf_segments_encode(const struct imgfmt_segment *segments, size_t count,
			 bool big_endian, void *ret)
{
	for (size_t i = 0; i < count; i++) {
		const struct imgfmt_segment *s = &segments[i];
		Elf64_Phdr p = {
			.p_type = s->type,
			.p_flags = s->flags,
			.p_offset = s->offset,
			.p_vaddr = s->vaddr,
			.p_paddr = s->paddr,
			.p_filesz = s->file_size,
			.p_memsz = s->memory_size,
			.p_align = s->align,
		};

		convert(ELF_T_PHDR, &p, (uint8_t *)ret + i * ELF_PHDR_SIZE,
			sizeof(p), big_endian, false);
	}
}

void elf_section0_decode(const uint8_t buf[ELF_SHDR_SIZE], bool big_endian,
			 struct elf_section0 *ret)
{
	Elf64_Shdr s;

	convert(ELF_T_SHDR, buf, &s, sizeof(s), big_endian, true);
	ret->phnum = s.sh_info;
	s.sh_info = 0;
	ret->canonical = s.sh_size == 1;
	s.sh_size = 0;
	ret->canonical = ret->canonical && mem_is_zero(&s, sizeof(s));
}

void elf_section0_encode(uint32_t phnum, bool big_endian,
			 uint8_t ret[ELF_SHDR_SIZE])
{
	Elf64_Shdr s = { .sh_size = 1, .sh_info = phnum };

	convert(ELF_T_SHDR, &s, ret, sizeof(s), big_endian, false);
}
