/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/recover.h"

#include "base/error.h"

/* Header of a note, its name with padding; the text follows. */
#define NOTE_HEADER 12u
#define NOTE_NAME   12u
#define NOTE_TEXT   (NOTE_HEADER + NOTE_NAME)
#define NOTE_ALIGN  4u

/* No kernel has less to say. */
#define TEXT_MIN 64u

/* Frames between two calls of the progress function. */
#define PROGRESS_FRAMES 4096u

/* Room for a note whose text is a page, and the empty note behind it. */
#define NOTE_PAGES 2u

/*
 * The size of the text, if what lies at the begin of a page can be a note of
 * VMCOREINFO.
 */
static bool is_header(const uint8_t *page, uint32_t page_size, uint32_t *size)
{
	static const uint8_t name[NOTE_NAME] = VMCOREINFO_OWNER;

	*size = get_le32(page + 4);
	return get_le32(page) == sizeof(VMCOREINFO_OWNER) &&
	       !get_le32(page + 8) && !memcmp(page + NOTE_HEADER, name,
					      sizeof(name)) &&
	       *size >= TEXT_MIN && *size <= page_size;
}

/* The whole note at frame @pfn into @note, of NOTE_PAGES pages. */
static bool read_note(struct kernel_memory *m, uint64_t pfn, uint32_t size,
		      uint8_t *note)
{
	size_t end = NOTE_TEXT + align_up(size, NOTE_ALIGN) + NOTE_HEADER;
	struct vmcoreinfo v = { (const char *)note + NOTE_TEXT, size };

	if (kernel_memory_read(m, pfn * m->page_size, note, end, NULL))
		return false;
	/* Padding, and an empty note that ends the list. */
	return mem_is_zero(note + NOTE_TEXT + size, end - NOTE_TEXT - size) &&
	       vmcoreinfo_is_whole(&v);
}

/* A damaged page has no note; it says nothing about the others. */
static bool ends_search(int rc)
{
	return rc && rc != IMGFMT_E_ABSENT && rc != IMGFMT_E_CORRUPT &&
	       rc != IMGFMT_E_DIGEST && rc != IMGFMT_E_TRUNCATED;
}

/* Whether the frame has a VMCOREINFO of this memory: IMGFMT_OK, or absent. */
static int try_frame(struct kernel *k, uint64_t pfn, struct vec *text,
		     struct imgfmt_error *err)
{
	struct vmcoreinfo v;
	const uint8_t *page;
	uint32_t size;
	int rc = kernel_memory_page(&k->memory, pfn, &page, err);

	if (rc)
		return rc;
	if (!is_header(page, k->memory.page_size, &size) ||
	    !read_note(&k->memory, pfn, size, text->data))
		return IMGFMT_E_ABSENT;
	v.text = (const char *)text->data + NOTE_TEXT;
	v.size = size;
	kernel_describe(k, &v);
	return k->translates ? IMGFMT_OK : IMGFMT_E_ABSENT;
}

struct search {
	const struct recover_opts *opts;
	uint64_t done, total;
};

static int tell_progress(struct search *s, struct imgfmt_error *err)
{
	const struct imgfmt_progress *p = &s->opts->progress;

	if (s->done++ % PROGRESS_FRAMES || !p->fn ||
	    !p->fn(p->ctx, s->done - 1, s->total))
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_CANCELLED, "cancelled");
}

static int search_run(struct search *s, const struct imgfmt_run *run,
		      struct kernel *k, struct vec *text, uint64_t *pfn,
		      struct imgfmt_error *err)
{
	for (uint64_t i = 0; i < run->pages && s->done < s->total; i++) {
		int rc = tell_progress(s, err);

		if (!rc)
			rc = try_frame(k, run->pfn + i, text, err);
		*pfn = run->pfn + i;
		if (!rc || ends_search(rc))
			return rc;
	}
	return IMGFMT_E_ABSENT;
}

static int search_frames(struct search *s, struct kernel *k, struct vec *text,
			 uint64_t *pfn, struct imgfmt_error *err)
{
	const struct frames *f = k->memory.frames;
	const struct imgfmt_run *run = frames_runs(f);

	for (size_t i = 0; i < f->runs.len; i++) {
		int rc = IMGFMT_E_ABSENT;

		if (run[i].state != IMGFMT_EXCLUDED)
			rc = search_run(s, &run[i], k, text, pfn, err);
		if (!rc || ends_search(rc))
			return rc;
	}
	return err_set(err, IMGFMT_E_ABSENT,
		       s->total < f->present ?
			       "no VMCOREINFO in the first %llu frames" :
			       "no VMCOREINFO in the memory (%llu frames)",
		       (unsigned long long)s->total);
}

int recover_kernel(const struct kernel_memory *memory,
		   const struct recover_opts *opts, struct kernel *k,
		   struct vec *text, uint64_t *pfn, struct imgfmt_error *err)
{
	const struct vmcoreinfo none = { "", 0 };
	uint64_t present = memory->frames->present;
	struct search s = {
		.opts = opts,
		.total = opts->frames ? min_u64(opts->frames, present) :
					present,
	};
	int rc = vec_reserve(text, (size_t)memory->page_size * NOTE_PAGES, err);

	if (!rc)
		rc = kernel_init(k, memory, &none, err);
	if (rc)
		return rc;
	if (!arch_find(memory->machine, memory->big_endian))
		rc = err_set(err, IMGFMT_E_ABSENT,
			     "VMCOREINFO is not looked for in the memory of this architecture");
	else
		rc = search_frames(&s, k, text, pfn, err);
	if (rc) {
		kernel_fini(k);
		return rc;
	}
	/* The text alone, where the kernel's description of it points to. */
	memmove(text->data, k->info.text, k->info.size);
	text->len = k->info.size;
	k->info.text = text->data;
	return IMGFMT_OK;
}
