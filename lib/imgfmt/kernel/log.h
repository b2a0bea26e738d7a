/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's log, out of its ring in memory, record by record.
 */
#ifndef IMGFMT_KERNEL_LOG_H
#define IMGFMT_KERNEL_LOG_H

#include "kernel/kernel.h"

/*
 * What the rings of a kernel can hold at most: LOG_BUF_LEN_MAX allows more,
 * but none such is known.
 */
#define LOG_TEXT_BITS_MAX  28u
#define LOG_COUNT_BITS_MAX 23u

/* The records on their way to the caller. */
struct log_reader {
	struct kernel *k;
	imgfmt_log_fn *fn;
	void *ctx;
	char *text;		/* of a record: LOG_RECORD_MAX bytes */
};
#define LOG_RECORD_MAX 65536u

/*
 * Give every record that is complete, from the oldest on, to @fn, whose value
 * other than 0 ends it: IMGFMT_E_CANCELLED.  IMGFMT_E_ABSENT: VMCOREINFO does
 * not tell of a log, or memory of it is not in the image.  IMGFMT_E_CORRUPT:
 * it is no log.
 */
int log_read(struct kernel *k, imgfmt_log_fn *fn, void *ctx,
	     struct imgfmt_error *err);

/* The two forms: printk_ringbuffer (Linux 5.10), log_buf (3.5). */
bool log_has_ring(const struct vmcoreinfo *v);
int log_read_ring(struct log_reader *r, struct imgfmt_error *err);
bool log_has_buffer(const struct vmcoreinfo *v);
int log_read_buffer(struct log_reader *r, struct imgfmt_error *err);

int log_give(struct log_reader *r, const struct imgfmt_log_record *record,
	     struct imgfmt_error *err);

/* An unsigned little-endian word of @size bytes, 1 to 8. */
uint64_t log_word(const uint8_t *bytes, unsigned int size);

#endif /* IMGFMT_KERNEL_LOG_H */
