/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The source "elf": ELF64 cores of a physical memory (QEMU's
 * dump-guest-memory, /proc/vmcore, makedumpfile -E) and bare images, which are
 * the same with an information note.
 */
#include <stdlib.h>

#include "base/error.h"
#include "elf/note.h"
#include "kernel/vmcoreinfo.h"
#include "layout/digests.h"
#include "source/envelope.h"
#include "source/extents.h"
#include "source/attest.h"
#include "source/source.h"

#define PAGE_SIZE_DEFAULT 4096u

static int elf_probe(struct io *io, const uint8_t *head, size_t len, bool *ret,
		     struct imgfmt_error *err)
{
	(void)io;
	(void)err;
	*ret = elf_has_magic(head, len);
	return IMGFMT_OK;
}

struct elf_source {
	struct vec extents;	/* struct extent */
	/* struct extent: what a cut file lacks, or a medium does not give. */
	struct vec cut;
	/* Of headers, program headers and notes, as they were parsed. */
	struct foreign_manifest digests;
};

/* Salvage: the file has only @left bytes of a segment; whole pages of them
 * are kept. */
static int cut_segment(struct imgfmt_image *image, struct imgfmt_segment *s,
		       uint64_t left, struct imgfmt_error *err)
{
	struct elf_source *source = image->priv;
	struct extent lost;

	left -= min_u64(left, (s->paddr + left) % image->info.page_size);
	lost = (struct extent){
		.paddr = s->paddr + left, .bytes = s->file_size - left,
	};

	s->file_size = left;
	return s->paddr == UINT64_MAX ? IMGFMT_OK :
					vec_push(&source->cut, &lost, err);
}

/*
 * The frames that a cut file lacks, once it is known which were excluded: each
 * once, however many segments have it.
 */
static int tell_lost(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct elf_source *source = image->priv;
	const struct extent *cut = vec_array(&source->cut, struct extent);
	const struct frames *f = &image->frames;
	uint32_t page_size = image->info.page_size;
	uint64_t told = 0;

	extents_make_disjoint(&source->cut);
	for (size_t i = 0; i < source->cut.len; i++) {
		uint64_t from = max_u64(cut[i].paddr / page_size, told);
		uint64_t to = div_round_up(cut[i].paddr + cut[i].bytes,
					   page_size);

		for (size_t j = frames_find(f, from); j < f->runs.len; j++) {
			struct imgfmt_run r = frames_runs(f)[j];
			uint64_t end = min_u64(r.pfn + r.pages, to);
			int rc;

			if (r.pfn >= to)
				break;
			if (r.state != IMGFMT_EXCLUDED)
				continue;
			r.pfn = max_u64(r.pfn, from);
			r.pages = end - r.pfn;
			rc = vec_push(&image->lost, &r, err);
			if (rc)
				return rc;
		}
		told = to;
	}
	if (image->lost.len)
		image->info.not_resumable |= IMGFMT_NOT_RESUMABLE_SALVAGED;
	image->unverified = source->cut.len;
	return IMGFMT_OK;
}

/*
 * Parts beyond the end of the file are told at once, and not in the middle of
 * a conversion.  What there is of a cut file can still be salvaged.
 */
static int check_place(struct imgfmt_image *image, size_t i,
		       struct imgfmt_error *err)
{
	struct imgfmt_segment *s =
		&vec_array(&image->segments, struct imgfmt_segment)[i];
	uint64_t size = io_size(image->io);
	uint64_t end;

	if (s->type == PT_LOAD && s->file_size > s->memory_size)
		return err_rule(err, IMGFMT_E_CORRUPT, "ELF-16", s->offset,
				"program header %zu: more in the file than in memory",
				i);
	if (!s->file_size || (s->type != PT_LOAD && s->type != PT_NOTE))
		return IMGFMT_OK;
	if (add_overflow(s->offset, s->file_size, &end) ||
	    end > IMGFMT_MAX_FILE)
		return err_rule(err, IMGFMT_E_CORRUPT, "LIM-01", s->offset,
				"program header %zu: 0x%llx bytes are too many",
				i, (unsigned long long)s->file_size);
	if (size == IO_SIZE_UNKNOWN || end <= size)
		return IMGFMT_OK;
	if (!image->salvage || s->type != PT_LOAD)
		return err_rule(err, IMGFMT_E_TRUNCATED, "ELF-15", s->offset,
				"program header %zu: segment ends at 0x%llx, the file at 0x%llx",
				i, (unsigned long long)end,
				(unsigned long long)size);
	return cut_segment(image, s, s->offset < size ? size - s->offset : 0,
			   err);
}

static int read_notes(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct imgfmt_segment *s =
		vec_array(&image->segments, struct imgfmt_segment);

	for (size_t i = 0; i < image->segments.len; i++) {
		int rc;

		if (s[i].type != PT_NOTE)
			continue;
		rc = check_place(image, i, err);
		if (!rc)
			rc = envelope_read_notes(image, &s[i], err);
		if (rc)
			return rc;
	}
	envelope_settle_notes(image);
	return IMGFMT_OK;
}

/* Of machines that have flags of their own the bit may mean anything. */
static bool is_incomplete(const struct elf_header *h)
{
	return (h->machine == EM_X86_64 || h->machine == EM_AARCH64) &&
	       h->flags & ELF_INCOMPLETE;
}

/* The page size of the write-back note, if there is one that has a valid one. */
static uint32_t swap_page_size(const struct imgfmt_image *image)
{
	const struct imgfmt_note *n =
		vec_array(&image->notes, const struct imgfmt_note);

	for (size_t i = 0; i < image->notes.len; i++) {
		const struct imgfmt_swap_head *head = n[i].desc;
		uint32_t size;

		if (n[i].type != IMGFMT_NOTE_SWAP || n[i].size < sizeof(*head) ||
		    strcmp(n[i].owner, IMGFMT_NOTE_OWNER))
			continue;
		size = get_le32(&head->page_size);
		if (size == 4096 || size == 16384 || size == 65536)
			return size;
	}
	return PAGE_SIZE_DEFAULT;
}

/* What a core without an information note tells of itself. */
static int derive_info(struct imgfmt_image *image, const struct elf_header *h,
		       struct imgfmt_error *err)
{
	struct vmcoreinfo v;

	image->info = (struct info){
		.version_major = IMGFMT_VERSION_MAJOR,
		.level = IMGFMT_BARE,
		.profile = IMGFMT_PLAIN,
		.kind = IMGFMT_HIBERNATED_SYSTEM,
		.view = IMGFMT_VIEW_ORIGINAL,
		.page_size = swap_page_size(image),
		.not_resumable = is_incomplete(h) ?
					 IMGFMT_NOT_RESUMABLE_SALVAGED : 0,
	};
	if (!vmcoreinfo_find(&image->notes, &v))
		return IMGFMT_OK;
	return vmcoreinfo_info(&v, &image->info, err);
}

static int add_regions(struct imgfmt_image *image, const struct envelope *e,
		       struct imgfmt_error *err)
{
	const struct imgfmt_segment *s =
		vec_array(&image->segments, struct imgfmt_segment);
	int rc = source_add_region(image, "ELF header", 0, ELF_EHDR_SIZE, err);

	if (!rc)
		rc = source_add_region(image, "program headers",
				       e->header.phoff,
				       e->phnum * ELF_PHDR_SIZE, err);
	for (size_t i = 0; i < image->segments.len && !rc; i++)
		if (s[i].type == PT_NOTE)
			rc = source_add_region(image, "notes", s[i].offset,
					       s[i].file_size, err);
	return rc;
}

/* A bare image says itself what it is: e_type is wrong then. */
static int check_core(struct imgfmt_image *image, const struct envelope *e,
		      struct imgfmt_error *err)
{
	int status = IMGFMT_E_NOT_IMAGE;

	if (e->header.type == ET_CORE)
		return IMGFMT_OK;
	if (!read_notes(image, NULL) && envelope_has_info(image))
		status = IMGFMT_E_CORRUPT;
	return err_rule(err, status, "ELF-02", 16,
			"an ELF file, but not a core (e_type %u)",
			e->header.type);
}

/*
 * The core of a process has addresses of the process alone: a kernel writes 0
 * for the physical ones.  Two segments may show the same bytes twice, as
 * aliases do, but not others at the same place.
 */
static int check_physical(const struct imgfmt_image *image,
			  struct imgfmt_error *err)
{
	const struct imgfmt_segment *s =
		vec_array(&image->segments, struct imgfmt_segment);
	const struct imgfmt_segment *first = NULL;
	bool differ = false;

	if (image->has_info)
		return IMGFMT_OK;
	for (size_t i = 0; i < image->segments.len; i++) {
		if (s[i].type != PT_LOAD || !s[i].file_size)
			continue;
		if (s[i].paddr)
			return IMGFMT_OK;
		if (!first)
			first = &s[i];
		differ |= s[i].offset != first->offset &&
			  s[i].vaddr != first->vaddr;
	}
	if (!differ)
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_NOT_IMAGE, "ELF-17", IMGFMT_NOWHERE,
			"the core of a process, not of a system's memory: all its segments are at physical address 0");
}

/* What a manifest has of a core besides its pages. */
static int hash_core(struct imgfmt_image *image, const struct envelope *e,
		     struct imgfmt_error *err)
{
	struct elf_source *source = image->priv;
	struct foreign_manifest *m = &source->digests;
	const uint8_t *headers = e->bytes.data;
	struct sha256 sha;
	int rc = sha256_init(&sha, err);

	if (rc)
		return rc;
	rc = foreign_set(m, IMGFMT_ITEM_HEADER, &sha, IMGFMT_DOMAIN_FRONT,
			 headers, ELF_EHDR_SIZE, err);
	if (!rc)
		rc = foreign_set(m, IMGFMT_ITEM_MAP, &sha,
				 IMGFMT_DOMAIN_PAGE_MAP,
				 headers + ELF_EHDR_SIZE,
				 e->phnum * ELF_PHDR_SIZE, err);
	if (!rc)
		rc = foreign_set(m, IMGFMT_ITEM_FACTS, &sha,
				 IMGFMT_DOMAIN_NOTES, image->note_bytes.data,
				 image->note_bytes.len, err);
	sha256_fini(&sha);
	return rc;
}

/* With the page size known: a cut segment ends with a whole page. */
static int check_loads(struct imgfmt_image *image, struct imgfmt_error *err)
{
	const struct imgfmt_segment *s =
		vec_array(&image->segments, struct imgfmt_segment);
	int rc = IMGFMT_OK;

	for (size_t i = 0; i < image->segments.len && !rc; i++)
		if (s[i].type == PT_LOAD)
			rc = check_place(image, i, err);
	return rc;
}

static int open_core(struct imgfmt_image *image, struct envelope *e,
		     struct imgfmt_error *err)
{
	size_t info_end;
	int rc = envelope_read(image, e, err);

	if (!rc)
		rc = check_core(image, e, err);
	if (!rc)
		rc = read_notes(image, err);
	if (!rc)
		rc = derive_info(image, &e->header, err);
	if (!rc)
		rc = envelope_take_records(image, &info_end, err);
	if (!rc && image->info.level != IMGFMT_BARE)
		rc = err_rule(err, IMGFMT_E_CORRUPT, "ELF-08", ELF_EHDR_SIZE,
			      "information note of level %s, program headers of a bare image",
			      image->info.level == IMGFMT_SEALED ? "sealed" :
								   "streamed");
	if (!rc)
		rc = check_physical(image, err);
	if (!rc)
		rc = check_loads(image, err);
	if (!rc)
		rc = hash_core(image, e, err);
	return rc ? rc : add_regions(image, e, err);
}

static int elf_open(struct imgfmt_image *image, struct imgfmt_error *err)
{
	struct elf_source *source = calloc(1, sizeof(*source));
	struct envelope e;
	int rc;

	if (!source)
		return err_nomem(err, "the segments");
	vec_init(&source->extents, sizeof(struct extent));
	vec_init(&source->cut, sizeof(struct extent));
	image->priv = source;
	envelope_init(&e);
	rc = open_core(image, &e, err);
	envelope_fini(&e);
	if (!rc)
		rc = source_charge(image, image->segments.len * 4 *
					  sizeof(struct extent), err);
	if (!rc)
		rc = extents_build(&image->segments, &source->extents, err);
	/* Which frames there are is told before any of them is read. */
	if (!rc && image->salvage && !io_is_sequential(image->io))
		rc = extents_drop_unreadable(image, &source->extents,
					     &source->cut, err);
	if (!rc)
		rc = extents_frames(&source->extents, &image->segments,
				    image->info.page_size, &image->frames, err);
	if (!rc && !image->has_mappings)
		rc = extents_mappings(&image->segments, image->info.page_size,
				      &image->mappings, err);
	if (!rc)
		rc = frames_build(&image->frames, IMGFMT_MAX_BLOCK_PAGES, err);
	if (!rc)
		image->info.max_pfn = image->frames.max_pfn;
	return rc ? rc : tell_lost(image, err);
}

static void elf_close(struct imgfmt_image *image)
{
	struct elf_source *source = image->priv;

	if (!source)
		return;
	vec_fini(&source->cut);
	vec_fini(&source->extents);
	free(source);
}

/* Without a manifest a core is read page by page, and with it by groups. */
struct elf_reader {
	struct imgfmt_image *image;
	struct sha256 sha;
	uint64_t block;		/* whose pages are there; UINT64_MAX: none */
	uint8_t *pages;		/* the present ones, one after the other */
};

static void elf_reader_free(void *reader)
{
	struct elf_reader *r = reader;

	if (!r)
		return;
	sha256_fini(&r->sha);
	free(r->pages);
	free(r);
}

static int elf_reader_new(struct imgfmt_image *image,
			  const struct reader_opts *opts, void **ret,
			  struct imgfmt_error *err)
{
	struct elf_reader *r = calloc(1, sizeof(*r));
	int rc;

	(void)opts;
	*ret = NULL;
	if (!r)
		return err_nomem(err, "a reader");
	r->image = image;
	r->block = UINT64_MAX;
	rc = sha256_init(&r->sha, err);
	if (rc) {
		elf_reader_free(r);
		return rc;
	}
	*ret = r;
	return IMGFMT_OK;
}

/* The present pages of block @block, and their digest. */
static int load_block(struct elf_reader *r, uint64_t block,
		      uint8_t digest[SHA256_LEN], uint64_t *bytes_ret,
		      struct imgfmt_error *err)
{
	const struct imgfmt_image *image = r->image;
	const struct elf_source *source = image->priv;
	uint32_t size = image->info.page_size;
	uint64_t group = frames_group(&image->frames, block);
	uint64_t pfn = group * image->frames.block_pages;
	uint64_t mask = frames_mask(&image->frames, group), left = mask;
	uint8_t *to;
	int rc = IMGFMT_OK;

	r->block = UINT64_MAX;
	if (!r->pages)
		r->pages = malloc((size_t)image->frames.block_pages * size);
	if (!r->pages)
		return err_nomem(err, "pages of a block");
	to = r->pages;
	while (left && !rc) {
		unsigned int n, bit = mask_take_run(&left, &n);

		rc = extents_read(&source->extents, image->io,
				  (pfn + bit) * size, to, (size_t)n * size,
				  err);
		to += (size_t)n * size;
	}
	*bytes_ret = (uint64_t)(to - r->pages);
	return rc ? rc : digest_content(&r->sha, pfn, mask, r->pages, size,
					digest, err);
}

/* Of an image that was proved: the block that was judged then. */
static int get_block(struct elf_reader *r, uint64_t block,
		     struct imgfmt_error *err)
{
	const struct frames *f = &r->image->frames;
	uint8_t digest[SHA256_LEN];
	uint64_t bytes;
	int rc;

	if (r->block == block)
		return IMGFMT_OK;
	rc = load_block(r, block, digest, &bytes, err);
	if (!rc)
		rc = attest_check(r->image, block, digest, IMGFMT_NOWHERE,
				  frames_group(f, block) * f->block_pages,
				  err);
	if (rc) {
		err_prefix(err, "pages of a block");
		return rc;
	}
	r->block = block;
	return IMGFMT_OK;
}

static int read_proved(struct elf_reader *r, uint64_t pfn, uint64_t pages,
		       uint8_t *to, struct imgfmt_error *err)
{
	const struct frames *f = &r->image->frames;
	uint32_t size = r->image->info.page_size;

	for (; pages; pages--, pfn++, to += size) {
		uint64_t group = pfn / f->block_pages;
		uint64_t mask = frames_mask(f, group);
		unsigned int bit = (unsigned int)(pfn % f->block_pages);
		int rc = get_block(r, frames_block(f, pfn), err);

		if (rc)
			return rc;
		memcpy(to, r->pages + (size_t)mask_count(mask & low_mask(bit)) *
				      size, size);
	}
	return IMGFMT_OK;
}

static int elf_read(void *reader, uint64_t pfn, uint64_t pages, void *buf,
		    struct imgfmt_error *err)
{
	struct elf_reader *r = reader;
	const struct elf_source *source = r->image->priv;
	uint64_t size = r->image->info.page_size;

	if (r->image->units)
		return read_proved(r, pfn, pages, buf, err);
	return extents_read(&source->extents, r->image->io, pfn * size, buf,
			    pages * size, err);
}

static int elf_describe(const struct imgfmt_image *image,
			struct foreign_manifest *ret, struct imgfmt_error *err)
{
	const struct elf_source *source = image->priv;

	(void)err;
	*ret = source->digests;
	ret->format = IMGFMT_FOREIGN_ELF;
	ret->page_size = image->info.page_size;
	ret->unit_pages = image->frames.block_pages;
	ret->entry = image->entry;
	ret->units = image->frames.blocks;
	return IMGFMT_OK;
}

static int elf_attest(void *reader, uint64_t unit, uint8_t ret[SHA256_LEN],
		      uint64_t *bytes_ret, struct imgfmt_error *err)
{
	return load_block(reader, unit, ret, bytes_ret, err);
}

/* A pipe that ended early may have been read to its last page all the same. */
static int elf_finish(void *reader, struct imgfmt_error *err)
{
	const struct elf_reader *r = reader;
	const struct imgfmt_image *image = r->image;
	const struct imgfmt_segment *s =
		vec_array(&image->segments, struct imgfmt_segment);
	uint64_t end = 0;
	bool cut;
	int rc;

	for (size_t i = 0; i < image->segments.len; i++)
		if (s[i].type == PT_LOAD && s[i].file_size)
			end = max_u64(end, s[i].offset + s[i].file_size);
	if (!end)
		return IMGFMT_OK;
	rc = io_at_end(image->io, end - 1, &cut, err);
	if (!rc && cut)
		rc = err_rule(err, IMGFMT_E_TRUNCATED, "ELF-15", end,
			      "the input ends before its segments do");
	return rc;
}

const struct source_ops source_elf = {
	.name = "elf",
	.description = "ELF core of a memory, no image of this format",
	.probe = elf_probe,
	.open = elf_open,
	.close = elf_close,
	.reader_new = elf_reader_new,
	.reader_free = elf_reader_free,
	.read = elf_read,
	.describe = elf_describe,
	.attest = elf_attest,
	.finish = elf_finish,
};
