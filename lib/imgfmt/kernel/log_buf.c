/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log as log_buf: records with a header, one behind the other, in a ring
 * that a header of length 0 sends back to its start (kernel/printk/printk.c of
 * Linux 3.5 to 5.9).
 */
#include "base/error.h"
#include "kernel/log.h"

#define HEADER_MAX 256u

struct buffer {
	uint64_t data, size;	/* of the ring */
	uint64_t first, next;	/* of the oldest record, behind the newest */
	const char *type;	/* "printk_log", or "log" before 3.11 */
	uint64_t header, time, len, text_len;
};

static bool take_member(const struct vmcoreinfo *v, const struct buffer *b,
			const char *member, unsigned int len, uint64_t *ret)
{
	char name[VMCOREINFO_NAME_MAX];
	size_t type = strlen(b->type), rest = strlen(member);

	memcpy(name, b->type, type);
	memcpy(name + type, member, rest + 1);
	return vmcoreinfo_offset(v, name, ret) && b->header >= len &&
	       *ret <= b->header - len;
}

static bool find_header(const struct vmcoreinfo *v, struct buffer *b)
{
	b->type = "printk_log";
	if (!vmcoreinfo_size(v, b->type, &b->header)) {
		b->type = "log";
		if (!vmcoreinfo_size(v, b->type, &b->header))
			return false;
	}
	return b->header && b->header <= HEADER_MAX &&
	       take_member(v, b, ".ts_nsec", 8, &b->time) &&
	       take_member(v, b, ".len", 2, &b->len) &&
	       take_member(v, b, ".text_len", 2, &b->text_len);
}

/* A variable of the kernel, of @size bytes. */
static int read_variable(struct kernel *k, const char *name, unsigned int size,
			 uint64_t *ret, struct imgfmt_error *err)
{
	uint8_t bytes[8];
	uint64_t symbol;
	int rc;

	if (!vmcoreinfo_symbol(&k->info, name, &symbol))
		return err_set(err, IMGFMT_E_ABSENT,
			       "VMCOREINFO does not tell where %s is", name);
	rc = kernel_read(k, symbol, bytes, size, err);
	if (!rc)
		*ret = log_word(bytes, size);
	return rc;
}

static int open_buffer(struct kernel *k, struct buffer *b,
		       struct imgfmt_error *err)
{
	int rc;

	if (!find_header(&k->info, b))
		return err_set(err, IMGFMT_E_ABSENT,
			       "VMCOREINFO does not tell the form of the kernel log");
	rc = read_variable(k, "log_buf", 8, &b->data, err);
	if (!rc)
		rc = read_variable(k, "log_buf_len", 4, &b->size, err);
	if (!rc)
		rc = read_variable(k, "log_first_idx", 4, &b->first, err);
	if (!rc)
		rc = read_variable(k, "log_next_idx", 4, &b->next, err);
	if (rc)
		return rc;
	if (b->size > (uint64_t)1 << LOG_TEXT_BITS_MAX || b->first >= b->size ||
	    b->next > b->size)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "the kernel log has impossible sizes");
	return IMGFMT_OK;
}

static int read_record(struct log_reader *r, const struct buffer *b,
		       uint64_t at, const uint8_t *header, uint64_t seq,
		       struct imgfmt_error *err)
{
	struct imgfmt_log_record record = {
		.seq = seq,
		.time_ns = get_le64(header + b->time),
		.level = -1,
		.text = r->text,
		.size = (size_t)min_u64(get_le16(header + b->text_len),
					get_le16(header + b->len) - b->header),
	};
	int rc = kernel_read(r->k, b->data + at + b->header, r->text,
			     record.size, err);

	return rc ? rc : log_give(r, &record, err);
}

bool log_has_buffer(const struct vmcoreinfo *v)
{
	uint64_t symbol;

	return vmcoreinfo_symbol(v, "log_first_idx", &symbol);
}

/*
 * The header at @at and the length of its record; 0 sends back to the start.
 */
static int read_header(struct log_reader *r, const struct buffer *b,
		       uint64_t at, uint64_t left, uint8_t *header,
		       uint64_t *len, struct imgfmt_error *err)
{
	int rc;

	*len = 0;
	if (b->header > b->size - at)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "the kernel log has no end");
	rc = kernel_read(r->k, b->data + at, header, (size_t)b->header, err);
	if (rc)
		return rc;
	*len = get_le16(header + b->len);
	if (*len && (*len < b->header || *len > b->size - at || *len > left))
		return err_set(err, IMGFMT_E_CORRUPT,
			       "the kernel log has a record of %llu bytes",
			       (unsigned long long)*len);
	return IMGFMT_OK;
}

int log_read_buffer(struct log_reader *r, struct imgfmt_error *err)
{
	uint8_t header[HEADER_MAX];
	struct buffer b = { 0 };
	uint64_t at, left, len, seq = 0;
	bool wrapped = false;
	int rc = open_buffer(r->k, &b, err);

	/* All records together are no more than the ring. */
	left = b.size;
	at = b.first;
	while (!rc && at != b.next) {
		rc = read_header(r, &b, at, left, header, &len, err);
		if (rc)
			break;
		if (len) {
			rc = read_record(r, &b, at, header, seq++, err);
			left -= len;
			at += len;
			continue;
		}
		if (wrapped)
			return err_set(err, IMGFMT_E_CORRUPT,
				       "the kernel log has no end");
		wrapped = true;
		at = 0;
	}
	return rc;
}
