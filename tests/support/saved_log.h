/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel logs made by hand, in the memory of a saved kernel: both forms.
 */
#ifndef TESTS_SUPPORT_SAVED_LOG_H
#define TESTS_SUPPORT_SAVED_LOG_H

#include "support/saved_kernel.h"

/* The ring of 5.10: as many descriptors, bytes of text. */
#define SAVED_COUNT_BITS 4u
#define SAVED_TEXT_BITS	 9u

/* States of a descriptor, in its two highest bits. */
enum { SAVED_RESERVED, SAVED_COMMITTED, SAVED_FINALIZED, SAVED_REUSABLE };

/* The keys of VMCOREINFO, and an empty ring whose ids begin at @first_id. */
void saved_ring_init(struct saved_kernel *s, uint64_t first_id);

/* Fields of the ring: its size in bits, head and tail. */
void saved_ring_set(struct saved_kernel *s, unsigned int count_bits,
		    unsigned int text_bits, uint64_t tail, uint64_t head);

struct saved_record {
	uint64_t id;
	unsigned int state;
	uint64_t begin, next;	/* positions; the text goes there */
	const char *text;	/* NULL: there is none */
	uint64_t time_ns;
	uint32_t caller;
	uint8_t	 level;
};
void saved_ring_put(struct saved_kernel *s, const struct saved_record *r);

/* The buffer before 5.10, of @size bytes. */
void saved_buffer_init(struct saved_kernel *s, uint32_t size, uint32_t first,
		       uint32_t next);
/* A record at @at; the place of the one behind it.  Of length 0: the end. */
uint32_t saved_buffer_put(struct saved_kernel *s, uint32_t at, uint64_t time_ns,
			  const char *text);
void saved_buffer_end(struct saved_kernel *s, uint32_t at);

#endif /* TESTS_SUPPORT_SAVED_LOG_H */
