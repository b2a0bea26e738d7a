/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel logs of any bytes, in both forms: reading ends, and gives no more
 * text than the ring has.
 *
 *	byte		0: the ring; else the buffer
 *	ring: bits of the count (4) and of the text (4), tail (8), head (8)
 *	buffer: size (4), first (4), next (4)
 *	then		page of the image (1), offset (2), length (1), bytes
 */
#include "fuzz/fuzz.h"
#include "kernel/log.h"
#include "support/saved_log.h"

struct sum {
	uint64_t bytes;
	uint8_t	 every;	/* so that each byte is looked at */
};

static int take_record(void *ctx, const struct imgfmt_log_record *r)
{
	struct sum *sum = ctx;

	FUZZ_ASSERT(r->size < LOG_RECORD_MAX && r->level >= -1 && r->level < 8);
	for (size_t i = 0; i < r->size; i++)
		sum->every ^= (uint8_t)r->text[i];
	sum->bytes += r->size;
	return 0;
}

static uint64_t start(struct saved_kernel *s, struct fuzz_bytes *b)
{
	uint32_t size, first;
	unsigned int count_bits, text_bits;
	uint64_t tail;

	if (fuzz_take(b, 1)) {
		size = (uint32_t)fuzz_take(b, 4);
		first = (uint32_t)fuzz_take(b, 4);
		saved_buffer_init(s, size, first, (uint32_t)fuzz_take(b, 4));
		return size;
	}
	saved_ring_init(s, 0);
	count_bits = (unsigned int)fuzz_take(b, 4);
	text_bits = (unsigned int)fuzz_take(b, 4);
	tail = fuzz_take(b, 8);
	saved_ring_set(s, count_bits, text_bits, tail, fuzz_take(b, 8));
	return text_bits <= LOG_TEXT_BITS_MAX ? UINT64_C(1) << text_bits : 0;
}

/* Not over the page tables, which another target takes care of. */
static void put_bytes(struct saved_kernel *s, struct fuzz_bytes *b)
{
	unsigned int page = SAVED_VARIABLES +
			    (unsigned int)fuzz_take(b, 1) %
				    (SAVED_IMAGE_FRAMES - SAVED_VARIABLES - 1);
	size_t offset = (size_t)fuzz_take(b, 2) % 4096;
	uint64_t len = fuzz_take(b, 1);

	for (uint64_t i = 0; i < len && b->size; i++)
		*saved_at(s, page, offset + i) = (uint8_t)fuzz_take(b, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes b = { data, size };
	struct sum sum = { 0 };
	struct imgfmt_error err;
	struct saved_kernel s;
	struct vmcoreinfo v;
	struct kernel k;
	uint64_t most;
	int rc;

	saved_init(&s, &saved_x86_64);
	most = start(&s, &b);
	while (b.size)
		put_bytes(&s, &b);
	v = saved_text(&s);
	FUZZ_ASSERT(!kernel_init(&k, &s.memory, &v, NULL));
	FUZZ_ASSERT(k.translates);
	rc = log_read(&k, take_record, &sum, &err);
	if (rc)
		fuzz_check_error(rc, &err);
	/* The bytes may have changed the size too. */
	FUZZ_ASSERT(sum.bytes <= most ||
		    sum.bytes <= UINT64_C(1) << LOG_TEXT_BITS_MAX);
	kernel_fini(&k);
	saved_fini(&s);
	return 0;
}
