/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/saved_kernel.h"

#include <elf.h>
#include <stdarg.h>
#include <stdio.h>

#include "support/sample.h"

const struct saved_form saved_x86_64 = {
	.machine = EM_X86_64, .page_size = 4096, .address_bits = 48,
	.level_bits = 9, .levels = 4,
	.image = 0xffffffffa0000000ULL, .direct = 0xffff8acb40000000ULL,
};

const struct saved_form saved_x86_64_la57 = {
	.machine = EM_X86_64, .page_size = 4096, .address_bits = 57,
	.level_bits = 9, .levels = 5,
	.image = 0xffffffff81000000ULL, .direct = 0xff11000000000000ULL,
};

const struct saved_form saved_arm64_4k = {
	.machine = EM_AARCH64, .page_size = 4096, .address_bits = 48,
	.level_bits = 9, .levels = 4,
	.image = 0xffff800080200000ULL, .direct = 0xffff000040000000ULL,
};

static int read_pages(void *ctx, uint64_t pfn, uint64_t pages, void *buf,
		      struct imgfmt_error *err)
{
	const struct saved_kernel *s = ctx;
	size_t size = s->form->page_size;

	(void)err;
	memcpy(buf, s->bytes + pfn * size, pages * size);
	return IMGFMT_OK;
}

void saved_init_empty(struct saved_kernel *s, const struct saved_form *form)
{
	const struct imgfmt_run all = {
		.pages = SAVED_FRAMES, .state = IMGFMT_STORED,
	};
	struct imgfmt_error err;

	*s = (struct saved_kernel){
		.form = form,
		.next_table = SAVED_FRAMES - 1,
		.root = (uint64_t)SAVED_IMAGE * form->page_size,
	};
	s->bytes = calloc(SAVED_FRAMES, form->page_size);
	if (!s->bytes)
		fail("no memory");
	frames_init(&s->frames);
	must(frames_add(&s->frames, &all, &err), &err, "a run");
	must(frames_build(&s->frames, 64, &err), &err, "the frames");
	s->memory = (struct kernel_memory){
		.read_pages = read_pages, .ctx = s, .frames = &s->frames,
		.page_size = form->page_size, .machine = form->machine,
	};
}

void saved_fini(struct saved_kernel *s)
{
	frames_fini(&s->frames);
	free(s->bytes);
}

static uint64_t entry_of(const struct saved_kernel *s, uint64_t paddr,
			 bool table, unsigned int level)
{
	if (s->form->machine == EM_AARCH64)
		return paddr | 0x0040000000000400ULL | 1 |
		       (table || !level ? 2 : 0);
	return paddr | 0x8000000000000063ULL | (!table && level ? 0x80 : 0);
}

void saved_map(struct saved_kernel *s, uint64_t vaddr, uint64_t paddr,
	       unsigned int level)
{
	const struct saved_form *f = s->form;
	unsigned int page_shift = log2_u64(f->page_size);
	uint64_t table = s->root;

	for (unsigned int at = f->levels - 1;; at--) {
		unsigned int shift = page_shift + at * f->level_bits;
		unsigned int bits = at == f->levels - 1 ?
					    f->address_bits - shift :
					    f->level_bits;
		uint8_t *entry = s->bytes + table +
				 8 * (vaddr >> shift & low_mask(bits));

		if (at == level) {
			put_le64(entry, entry_of(s, paddr, false, level));
			return;
		}
		if (!get_le64(entry)) {
			uint64_t next = s->next_table-- * f->page_size;

			put_le64(entry, entry_of(s, next, true, at));
		}
		table = get_le64(entry) & 0x0000fffffffff000ULL &
			~(uint64_t)(f->page_size - 1);
	}
}

void saved_say(struct saved_kernel *s, const char *fmt, ...)
{
	size_t used = strlen(s->text);
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(s->text + used, sizeof(s->text) - used, fmt, ap);
	va_end(ap);
	if (len < 0 || used + (size_t)len + 1 >= sizeof(s->text))
		fail("the text is too long");
	strcat(s->text, "\n");
}

struct vmcoreinfo saved_text(const struct saved_kernel *s)
{
	return (struct vmcoreinfo){ s->text, strlen(s->text) };
}

uint8_t *saved_at(struct saved_kernel *s, unsigned int page, size_t offset)
{
	return s->bytes + (uint64_t)(SAVED_IMAGE + page) * s->form->page_size +
	       offset;
}

uint64_t saved_address(const struct saved_kernel *s, unsigned int page,
		       size_t offset)
{
	return s->form->image + (uint64_t)page * s->form->page_size + offset;
}

static void say_arch(struct saved_kernel *s)
{
	const struct saved_form *f = s->form;
	uint64_t paddr = (uint64_t)SAVED_IMAGE * f->page_size;

	if (f->machine == EM_AARCH64) {
		saved_say(s, "NUMBER(VA_BITS)=%u", f->address_bits);
		saved_say(s, "NUMBER(kimage_voffset)=0x%llx",
			  (unsigned long long)(f->image - paddr));
		saved_say(s, "NUMBER(PHYS_OFFSET)=0x%llx",
			  (unsigned long long)(-(UINT64_C(1) << f->address_bits) -
					       f->direct));
		return;
	}
	saved_say(s, "NUMBER(phys_base)=%lld",
		  (long long)(paddr - (f->image - 0xffffffff80000000ULL)));
	saved_say(s, "NUMBER(pgtable_l5_enabled)=%d", f->levels == 5);
}

void saved_init(struct saved_kernel *s, const struct saved_form *form)
{
	uint64_t size = form->page_size;
	uint8_t *names;

	saved_init_empty(s, form);
	for (uint64_t i = 0; i < SAVED_IMAGE_FRAMES; i++)
		saved_map(s, form->image + i * size, (SAVED_IMAGE + i) * size,
			  0);
	for (uint64_t i = 0; i < SAVED_FRAMES; i++)
		saved_map(s, form->direct + i * size, i * size, 0);
	names = saved_at(s, SAVED_UTS, 0x100);
	strcpy((char *)names, "Linux");
	strcpy((char *)names + UTS_FIELD, "guest");
	strcpy((char *)names + 2 * UTS_FIELD, SAVED_RELEASE);
	strcpy((char *)names + 3 * UTS_FIELD, SAVED_VERSION);
	saved_say(s, "OSRELEASE=%s", SAVED_RELEASE);
	saved_say(s, "PAGESIZE=%u", form->page_size);
	saved_say(s, "SYMBOL(init_uts_ns)=%llx",
		  (unsigned long long)saved_address(s, SAVED_UTS, 0xf0));
	saved_say(s, "OFFSET(uts_namespace.name)=16");
	saved_say(s, "SYMBOL(swapper_pg_dir)=%llx",
		  (unsigned long long)saved_address(s, SAVED_ROOT, 0));
	saved_say(s, "SYMBOL(_stext)=%llx",
		  (unsigned long long)saved_address(s, SAVED_ROOT, 0));
	saved_say(s, "KERNELOFFSET=1f000000");
	say_arch(s);
}

void saved_put_note(struct saved_kernel *s, uint64_t pfn, const char *text,
		    size_t size)
{
	uint8_t *note = s->bytes + pfn * s->form->page_size;

	put_le32(note, 11);
	put_le32(note + 4, (uint32_t)size);
	put_le32(note + 8, 0);
	memcpy(note + 12, "VMCOREINFO\0", 12);
	memcpy(note + 24, text, size);
}
