/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/saved_log.h"

/* Of the structs, in this order; other kernels have others. */
#define DESC_SIZE   24u
#define INFO_SIZE   88u
#define HEADER_SIZE 16u

void saved_ring_set(struct saved_kernel *s, unsigned int count_bits,
		    unsigned int text_bits, uint64_t tail, uint64_t head)
{
	uint8_t *rb = saved_at(s, SAVED_RB, 0);

	put_le32(rb, count_bits);
	put_le64(rb + 24, head);
	put_le64(rb + 32, tail);
	put_le32(rb + 48, text_bits);
}

void saved_ring_init(struct saved_kernel *s, uint64_t first_id)
{
	uint8_t *rb = saved_at(s, SAVED_RB, 0);
	const struct saved_record none = {
		.id = first_id, .state = SAVED_REUSABLE, .begin = 1, .next = 1,
	};

	saved_say(s, "SYMBOL(prb)=%llx",
		  (unsigned long long)saved_address(s, SAVED_VARIABLES, 0));
	saved_say(s, "SIZE(printk_ringbuffer)=88\n"
		  "OFFSET(printk_ringbuffer.desc_ring)=0\n"
		  "OFFSET(printk_ringbuffer.text_data_ring)=48\n"
		  "OFFSET(prb_desc_ring.count_bits)=0\n"
		  "OFFSET(prb_desc_ring.descs)=8\n"
		  "OFFSET(prb_desc_ring.infos)=16\n"
		  "OFFSET(prb_desc_ring.head_id)=24\n"
		  "OFFSET(prb_desc_ring.tail_id)=32\n"
		  "OFFSET(prb_data_ring.size_bits)=0\n"
		  "OFFSET(prb_data_ring.data)=8\n"
		  "SIZE(prb_desc)=24\nOFFSET(prb_desc.state_var)=0\n"
		  "OFFSET(prb_desc.text_blk_lpos)=8\n"
		  "OFFSET(prb_data_blk_lpos.begin)=0\n"
		  "OFFSET(prb_data_blk_lpos.next)=8\n"
		  "SIZE(printk_info)=88\nOFFSET(printk_info.seq)=0\n"
		  "OFFSET(printk_info.ts_nsec)=8\n"
		  "OFFSET(printk_info.text_len)=16\n"
		  "OFFSET(printk_info.caller_id)=20");
	put_le64(saved_at(s, SAVED_VARIABLES, 0), saved_address(s, SAVED_RB, 0));
	put_le64(rb + 8, saved_address(s, SAVED_DESCS, 0));
	put_le64(rb + 16, saved_address(s, SAVED_INFOS, 0));
	put_le64(rb + 56, saved_address(s, SAVED_LOG, 0));
	saved_ring_set(s, SAVED_COUNT_BITS, SAVED_TEXT_BITS, first_id,
		       first_id);
	saved_ring_put(s, &none);
}

void saved_ring_put(struct saved_kernel *s, const struct saved_record *r)
{
	size_t slot = (size_t)(r->id & low_mask(SAVED_COUNT_BITS));
	uint64_t place = r->begin & low_mask(SAVED_TEXT_BITS);
	uint8_t *desc = saved_at(s, SAVED_DESCS, slot * DESC_SIZE);
	uint8_t *info = saved_at(s, SAVED_INFOS, slot * INFO_SIZE);
	uint8_t *data;

	put_le64(desc, (uint64_t)r->state << 62 |
			       (r->id & low_mask(62)));
	put_le64(desc + 8, r->begin);
	put_le64(desc + 16, r->next);
	put_le64(info, r->id & 0xff);
	put_le64(info + 8, r->time_ns);
	put_le16(info + 16, (uint16_t)(r->text ? strlen(r->text) : 0));
	info[19] = (uint8_t)(r->level << 5 | 2);
	put_le32(info + 20, r->caller);
	if (!r->text)
		return;
	/* What does not fit before the end lies at the start. */
	if ((r->begin ^ (r->next - 1)) >> SAVED_TEXT_BITS)
		place = 0;
	data = saved_at(s, SAVED_LOG, place);
	put_le64(data, r->id & low_mask(62));
	memcpy(data + 8, r->text, strlen(r->text));
}

void saved_buffer_init(struct saved_kernel *s, uint32_t size, uint32_t first,
		       uint32_t next)
{
	static const char *const names[] = {
		"log_buf", "log_buf_len", "log_first_idx", "log_next_idx",
	};
	uint8_t *at = saved_at(s, SAVED_VARIABLES, 0);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		saved_say(s, "SYMBOL(%s)=%llx", names[i],
			  (unsigned long long)saved_address(
				  s, SAVED_VARIABLES, i * 8));
	saved_say(s, "SIZE(printk_log)=%u\nOFFSET(printk_log.ts_nsec)=0\n"
		  "OFFSET(printk_log.len)=8\nOFFSET(printk_log.text_len)=10",
		  HEADER_SIZE);
	put_le64(at, saved_address(s, SAVED_LOG, 0));
	put_le32(at + 8, size);
	put_le32(at + 16, first);
	put_le32(at + 24, next);
}

uint32_t saved_buffer_put(struct saved_kernel *s, uint32_t at, uint64_t time_ns,
			  const char *text)
{
	uint8_t *header = saved_at(s, SAVED_LOG, at);
	size_t len = strlen(text);
	uint16_t size = (uint16_t)align_up(HEADER_SIZE + len, 8);

	put_le64(header, time_ns);
	put_le16(header + 8, size);
	put_le16(header + 10, (uint16_t)len);
	memcpy(header + HEADER_SIZE, text, len);
	return at + size;
}

void saved_buffer_end(struct saved_kernel *s, uint32_t at)
{
	memset(saved_at(s, SAVED_LOG, at), 0, HEADER_SIZE);
}
