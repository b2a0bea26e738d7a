/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF headers, notes and the text in them, bare of any file.
 */
#include "elf/elf.h"
#include "elf/note.h"
#include "fuzz/fuzz.h"
#include "kernel/vmcoreinfo.h"
#include "source/envelope.h"

static void walk_headers(const uint8_t *data, size_t size)
{
	uint8_t again[ELF_PHDR_SIZE];
	struct imgfmt_segment s;
	struct imgfmt_error err;
	struct elf_section0 section;
	struct front_marks marks;
	struct elf_header h;
	int rc;

	envelope_marks(data, size, &marks);
	if (size < ELF_EHDR_SIZE)
		return;
	rc = elf_header_decode(data, &h, &err);
	if (rc) {
		fuzz_check_error(rc, &err);
		return;
	}
	elf_section0_decode(data, h.big_endian, &section);
	for (size_t at = ELF_EHDR_SIZE; size - at >= ELF_PHDR_SIZE;
	     at += ELF_PHDR_SIZE) {
		elf_segments_decode(data + at, 1, h.big_endian, &s);
		elf_segments_encode(&s, 1, h.big_endian, again);
		FUZZ_ASSERT(!memcmp(again, data + at, sizeof(again)));
	}
}

static void walk_notes(const uint8_t *data, size_t size, bool big_endian)
{
	struct note_place n;
	struct imgfmt_error err;
	size_t pos = 0, before = 0;
	int rc;

	while (!(rc = note_next(data, size, big_endian, 0, &pos, &n, &err))) {
		FUZZ_ASSERT(pos > before && pos <= size && n.end <= size);
		FUZZ_ASSERT(n.name + n.name_size <= n.desc &&
			    n.desc + n.desc_size <= n.end);
		note_is(data, &n, IMGFMT_NOTE_OWNER);
		before = pos;
	}
	if (rc < 0)
		fuzz_check_error(rc, &err);
}

static void read_text(const uint8_t *data, size_t size)
{
	const struct vmcoreinfo v = { (const char *)data, size };
	struct info info = { .page_size = 4096 };
	const char *text;
	uint64_t number;
	size_t len;

	if (vmcoreinfo_get(&v, "SYMBOL(init_uts_ns)", &text, &len))
		FUZZ_ASSERT(text >= v.text && text + len <= v.text + v.size);
	vmcoreinfo_number(&v, "NUMBER(phys_base)", 10, &number);
	vmcoreinfo_number(&v, "SYMBOL(init_uts_ns)", 16, &number);
	vmcoreinfo_info(&v, &info, NULL);
	FUZZ_ASSERT(memchr(info.release, 0, sizeof(info.release)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);

	walk_headers(copy, size);
	walk_notes(copy, size, false);
	walk_notes(copy, size, true);
	read_text(copy, size);
	free(copy);
	return 0;
}
