/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/mem_map.h"

#include <elf.h>
#include <stdio.h>

#include "base/error.h"

/* Flags in the low bits of section_mem_map (linux/mmzone.h). */
#define SECTION_HAS_MAP	  ((uint64_t)1 << 1)
#define SECTION_FLAG_BITS 6u

/* No architecture has smaller or larger sections (asm/sparsemem.h). */
#define SECTION_BITS_MIN 20u
#define SECTION_BITS_MAX 40u
#define MEMORY_BITS_MAX	 52u

#define SECTION_BYTES_MAX 256u

/* ---- What VMCOREINFO tells -------------------------------------------- */

static int missing(const char *what, struct imgfmt_error *err)
{
	return err_set(err, IMGFMT_E_ABSENT, "VMCOREINFO has no %s", what);
}

static int wrong(const char *what, uint64_t value, struct imgfmt_error *err)
{
	return err_set(err, IMGFMT_E_CORRUPT,
		       "VMCOREINFO: %s cannot be %lld", what,
		       (long long)value);
}

/*
 * Kernels before 5.13 do not tell the bits of a section; of x86_64 they have
 * been the same since sections are (arch/x86/include/asm/sparsemem.h).
 */
static bool find_bits(const struct kernel *k, uint64_t *section,
		      uint64_t *memory)
{
	const struct vmcoreinfo *v = &k->info;
	bool known = k->memory.machine == EM_X86_64;

	if (!vmcoreinfo_value(v, "SECTION_SIZE_BITS", section)) {
		if (!known)
			return false;
		*section = 27;
	}
	if (!vmcoreinfo_value(v, "MAX_PHYSMEM_BITS", memory)) {
		if (!known)
			return false;
		*memory = k->layout.paging.levels > 4 ? 52 : 46;
	}
	return true;
}

/*
 * The table has a second level where it has fewer elements than there are
 * sections.
 */
static int choose_levels(struct mem_map *m, uint64_t length,
			 struct imgfmt_error *err)
{
	uint64_t per_root = m->k->memory.page_size / m->section_bytes;

	if (length == m->sections)
		return IMGFMT_OK;
	if (length != (m->sections + per_root - 1) / per_root)
		return wrong("LENGTH(mem_section)", length, err);
	m->root_sections = per_root;
	return IMGFMT_OK;
}

static int init_sparse(struct mem_map *m, struct imgfmt_error *err)
{
	const struct vmcoreinfo *v = &m->k->info;
	uint64_t section, memory, length;
	unsigned int page_shift =
		(unsigned int)__builtin_ctz(m->k->memory.page_size);

	if (!vmcoreinfo_length(v, "mem_section", &length))
		return missing("LENGTH(mem_section)", err);
	if (!vmcoreinfo_size(v, "mem_section", &m->section_bytes))
		return missing("SIZE(mem_section)", err);
	if (!vmcoreinfo_offset(v, "mem_section.section_mem_map",
			       &m->map_offset))
		return missing("OFFSET(mem_section.section_mem_map)", err);
	if (!find_bits(m->k, &section, &memory))
		return missing("NUMBER(SECTION_SIZE_BITS) or NUMBER(MAX_PHYSMEM_BITS)",
			       err);
	if (section < SECTION_BITS_MIN || section > SECTION_BITS_MAX ||
	    section < page_shift + 9)
		return wrong("NUMBER(SECTION_SIZE_BITS)", section, err);
	if (memory <= section || memory > MEMORY_BITS_MAX)
		return wrong("NUMBER(MAX_PHYSMEM_BITS)", memory, err);
	if (m->section_bytes < 8 || m->section_bytes > SECTION_BYTES_MAX)
		return wrong("SIZE(mem_section)", m->section_bytes, err);
	if (m->map_offset > m->section_bytes - 8)
		return wrong("OFFSET(mem_section.section_mem_map)",
			     m->map_offset, err);
	m->section_shift = (unsigned int)section - page_shift;
	m->sections = (uint64_t)1 << (memory - section);
	return choose_levels(m, length, err);
}

/* A word of the kernel's, at a virtual address. */
static int read_word(struct mem_map *m, uint64_t vaddr, uint64_t *ret,
		     struct imgfmt_error *err)
{
	uint8_t bytes[8];
	int rc = kernel_read(m->k, vaddr, bytes, sizeof(bytes), err);

	*ret = rc ? 0 : get_le64(bytes);
	return rc;
}

/* A field of contig_page_data, the one node that there is. */
static int read_node(struct mem_map *m, uint64_t node, const char *field,
		     uint64_t *ret, struct imgfmt_error *err)
{
	char name[VMCOREINFO_NAME_MAX];
	uint64_t offset;

	snprintf(name, sizeof(name), "pglist_data.%s", field);
	if (!vmcoreinfo_offset(&m->k->info, name, &offset))
		return err_set(err, IMGFMT_E_ABSENT,
			       "VMCOREINFO has no OFFSET(%s)", name);
	return read_word(m, node + offset, ret, err);
}

static int init_flat(struct mem_map *m, struct imgfmt_error *err)
{
	uint64_t node;
	int rc;

	m->flat = true;
	if (!vmcoreinfo_symbol(&m->k->info, "contig_page_data", &node))
		return missing("SYMBOL(mem_section), nor SYMBOL(contig_page_data)",
			       err);
	rc = read_node(m, node, "node_start_pfn", &m->flat_first, err);
	if (!rc)
		rc = read_node(m, node, "node_spanned_pages", &m->flat_pages,
			       err);
	if (!rc)
		rc = read_node(m, node, "node_mem_map", &m->flat_vaddr, err);
	if (!rc && m->flat_first > UINT64_MAX - m->flat_pages)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "the kernel's memory cannot end beyond 2^64");
	return rc;
}

int mem_map_init(struct mem_map *m, struct kernel *k, struct imgfmt_error *err)
{
	uint64_t size;
	int rc;

	*m = (struct mem_map){ .k = k };
	if (!k->translates) {
		if (err)
			*err = k->why_not;
		return k->why_not.status;
	}
	if (!vmcoreinfo_size(&k->info, "page", &size))
		return missing("SIZE(page)", err);
	if (size < MEM_MAP_PAGE_MIN || size > MEM_MAP_PAGE_MAX || size % 8)
		return wrong("SIZE(page)", size, err);
	m->page_bytes = (uint32_t)size;
	rc = vmcoreinfo_symbol(&k->info, "mem_section", &m->table) ?
		     init_sparse(m, err) : init_flat(m, err);
	if (rc)
		err_prefix(err, "the kernel's page array");
	return rc;
}

/* ---- Reading it -------------------------------------------------------- */

/* What cannot be read only makes the classes of some frames unknown. */
static bool is_missing(int rc)
{
	return rc == IMGFMT_E_ABSENT || rc == IMGFMT_E_CORRUPT ||
	       rc == IMGFMT_E_DIGEST || rc == IMGFMT_E_TRUNCATED;
}

static int read_section(struct mem_map *m, uint64_t section, uint64_t *ret,
			struct imgfmt_error *err)
{
	uint64_t at = m->table, index = section, map;
	int rc;

	*ret = 0;
	if (section >= m->sections)
		return IMGFMT_E_ABSENT;
	if (m->root_sections) {
		rc = read_word(m, at + 8 * (section / m->root_sections), &at,
			       err);
		if (rc)
			return rc;
		index = section % m->root_sections;
	}
	if (!at)
		return IMGFMT_E_ABSENT;
	rc = read_word(m, at + index * m->section_bytes + m->map_offset, &map,
		       err);
	if (rc)
		return rc;
	if (!(map & SECTION_HAS_MAP))
		return IMGFMT_E_ABSENT;
	/* What is stored is the address of frame 0, if it were there. */
	*ret = (map & ~low_mask(SECTION_FLAG_BITS)) +
	       (section << m->section_shift) * m->page_bytes;
	return IMGFMT_OK;
}

/* The virtual address of a frame's struct page. */
static int find_page(struct mem_map *m, uint64_t pfn, uint64_t *ret,
		     struct imgfmt_error *err)
{
	uint64_t section;

	*ret = 0;
	if (m->flat) {
		if (pfn < m->flat_first || pfn - m->flat_first >= m->flat_pages)
			return IMGFMT_E_ABSENT;
		*ret = m->flat_vaddr + (pfn - m->flat_first) * m->page_bytes;
		return IMGFMT_OK;
	}
	section = pfn >> m->section_shift;
	if (!m->has_last || m->last_section != section) {
		m->last_rc = read_section(m, section, &m->last_vaddr, err);
		m->has_last = true;
		m->last_section = section;
	}
	*ret = m->last_vaddr +
	       (pfn & low_mask(m->section_shift)) * m->page_bytes;
	return m->last_rc;
}

static int read_one(struct mem_map *m, uint64_t pfn, unsigned int i,
		    uint8_t *pages, uint64_t *known, struct imgfmt_error *err)
{
	uint8_t *to = pages + (size_t)i * m->page_bytes;
	uint64_t vaddr;
	int rc = find_page(m, pfn + i, &vaddr, err);

	if (!rc)
		rc = kernel_read(m->k, vaddr, to, m->page_bytes, err);
	if (!rc)
		known[i / 64] |= (uint64_t)1 << i % 64;
	else if (is_missing(rc))
		memset(to, 0, m->page_bytes);
	else
		return rc;
	return IMGFMT_OK;
}

int mem_map_read(struct mem_map *m, uint64_t pfn, uint8_t *pages,
		 uint64_t *known, struct imgfmt_error *err)
{
	size_t bytes = (size_t)m->page_bytes * MEM_MAP_BATCH;
	uint64_t vaddr;
	int rc;

	memset(known, 0, MEM_MAP_BATCH / 8);
	/* A batch never crosses sections, but the ends of the flat array. */
	if (!m->flat) {
		rc = find_page(m, pfn, &vaddr, err);
		if (is_missing(rc)) {
			memset(pages, 0, bytes);
			return IMGFMT_OK;
		}
		if (!rc)
			rc = kernel_read(m->k, vaddr, pages, bytes, err);
		if (!rc)
			memset(known, 0xff, MEM_MAP_BATCH / 8);
		if (!is_missing(rc))
			return rc;
	}
	for (unsigned int i = 0; i < MEM_MAP_BATCH; i++) {
		rc = read_one(m, pfn, i, pages, known, err);
		if (rc)
			return rc;
	}
	return IMGFMT_OK;
}

bool mem_map_has(struct mem_map *m, uint64_t pfn, uint64_t *first)
{
	uint64_t vaddr;
	bool has = !find_page(m, pfn, &vaddr, NULL);

	if (!m->flat)
		*first = pfn & ~low_mask(m->section_shift);
	else if (has)
		*first = m->flat_first;
	else
		*first = pfn < m->flat_first ? 0 : m->flat_first + m->flat_pages;
	return has;
}

uint64_t mem_map_end(const struct mem_map *m, uint64_t pfn)
{
	if (!m->flat)
		return (pfn | low_mask(m->section_shift)) + 1;
	if (pfn < m->flat_first)
		return m->flat_first;
	return pfn - m->flat_first < m->flat_pages ?
		       m->flat_first + m->flat_pages : UINT64_MAX;
}
