/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A saved kernel made by hand: a little physical memory, all of it present,
 * with page tables, names, VMCOREINFO and a log in it.
 *
 *	frame 0		data of the test
 *	IMAGE..+IMAGE_FRAMES
 *			the kernel's image, at virtual IMAGE_VADDR of x86_64 or
 *			of arm64: the top table first, then the names, the
 *			variables, the rings
 *	the last ones	page tables, taken from the end downwards
 */
#ifndef TESTS_SUPPORT_SAVED_KERNEL_H
#define TESTS_SUPPORT_SAVED_KERNEL_H

#include <stdlib.h>

#include "kernel/kernel.h"

#define SAVED_FRAMES	   256u
#define SAVED_IMAGE	   16u	/* frame */
#define SAVED_IMAGE_FRAMES 64u
#define SAVED_RELEASE	   "6.1.0-test"
#define SAVED_VERSION	   "#1 SMP by hand"
#define SAVED_TEXT_MAX	   6000u

/* Offsets in the image, in pages. */
enum { SAVED_ROOT, SAVED_UTS, SAVED_VARIABLES, SAVED_RB, SAVED_DESCS,
       SAVED_INFOS, SAVED_LOG = 16 };

struct saved_form {
	uint16_t machine;
	uint32_t page_size;
	unsigned int address_bits;	/* of virtual addresses */
	unsigned int level_bits, levels;
	uint64_t image, direct;		/* virtual addresses; direct of frame 0 */
};
extern const struct saved_form saved_x86_64, saved_x86_64_la57,
	saved_arm64_4k;

struct saved_kernel {
	const struct saved_form *form;
	uint8_t *bytes;			/* SAVED_FRAMES pages */
	struct frames frames;
	struct kernel_memory memory;	/* not initialised: for kernel_init() */
	uint64_t next_table;		/* frame */
	uint64_t root;			/* physical */
	char text[SAVED_TEXT_MAX];	/* VMCOREINFO */
};

/* Tables, names and VMCOREINFO without keys of a log. */
void saved_init(struct saved_kernel *s, const struct saved_form *form);
/* The same, empty: no tables but an empty root, no text. */
void saved_init_empty(struct saved_kernel *s, const struct saved_form *form);
void saved_fini(struct saved_kernel *s);

/* Map a page of @level (0: the smallest). */
void saved_map(struct saved_kernel *s, uint64_t vaddr, uint64_t paddr,
	       unsigned int level);

/* Add a line to the text, in the form of printf(). */
void saved_say(struct saved_kernel *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

struct vmcoreinfo saved_text(const struct saved_kernel *s);

/* Bytes of a place in the image, and its virtual address. */
uint8_t *saved_at(struct saved_kernel *s, unsigned int page, size_t offset);
uint64_t saved_address(const struct saved_kernel *s, unsigned int page,
		       size_t offset);

/* The note of @text, @size bytes of it, at a frame. */
void saved_put_note(struct saved_kernel *s, uint64_t pfn, const char *text,
		    size_t size);

#endif /* TESTS_SUPPORT_SAVED_KERNEL_H */
