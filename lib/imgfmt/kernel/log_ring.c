/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log as a printk_ringbuffer: a ring of descriptors, one of information
 * for each, and one of text (kernel/printk/printk_ringbuffer.h of Linux 5.10
 * to 6.12).
 *
 * Positions count up for ever; their low bits are the place in the ring.
 */
#include "base/error.h"
#include "kernel/log.h"

/* The two highest bits of a descriptor's state; the rest is its id. */
#define STATE_SHIFT 62u
#define ID_MASK	    low_mask(STATE_SHIFT)
enum { STATE_RESERVED, STATE_COMMITTED, STATE_FINALIZED, STATE_REUSABLE };

/* Positions with this bit set are none; both are this one if the text is
   empty, and anything else if it was lost. */
#define NO_POSITION ((uint64_t)1)
#define EMPTY_TEXT  ((uint64_t)3)

/* Text begins behind the id of its descriptor. */
#define BLOCK_ID 8u

#define WORD 8u

/* The structs are small; what is larger is none of them. */
#define DESC_MAX 256u
#define INFO_MAX 1024u
#define RING_MAX 1024u

struct ring {
	struct log_reader *r;
	/* Sizes, and offsets within them. */
	uint64_t desc_size, state, begin, next;
	uint64_t info_size, seq, time, text_len, caller;
	/* Where everything is, and how large. */
	uint64_t descs, infos, data;
	unsigned int count_bits, text_bits;
	uint64_t tail, head;		/* ids of the oldest, the newest */
	uint64_t text_left;		/* bytes that records can still have */
};

/* An offset that leaves room for @len bytes in @size. */
static bool take_offset(const struct vmcoreinfo *v, const char *name,
			uint64_t size, unsigned int len, uint64_t *ret)
{
	return vmcoreinfo_offset(v, name, ret) && size >= len &&
	       *ret <= size - len;
}

static bool take_size(const struct vmcoreinfo *v, const char *name,
		      uint64_t max, uint64_t *ret)
{
	return vmcoreinfo_size(v, name, ret) && *ret && *ret <= max;
}

static bool find_fields(const struct vmcoreinfo *v, struct ring *ring)
{
	uint64_t lpos, begin, next;

	if (!take_size(v, "prb_desc", DESC_MAX, &ring->desc_size) ||
	    !take_size(v, "printk_info", INFO_MAX, &ring->info_size) ||
	    !take_offset(v, "prb_desc.state_var", ring->desc_size, WORD,
			 &ring->state) ||
	    !take_offset(v, "prb_desc.text_blk_lpos", ring->desc_size, 2 * WORD,
			 &lpos) ||
	    !take_offset(v, "prb_data_blk_lpos.begin", 2 * WORD, WORD, &begin) ||
	    !take_offset(v, "prb_data_blk_lpos.next", 2 * WORD, WORD, &next))
		return false;
	ring->begin = lpos + begin;
	ring->next = lpos + next;
	return take_offset(v, "printk_info.seq", ring->info_size, WORD,
			   &ring->seq) &&
	       take_offset(v, "printk_info.ts_nsec", ring->info_size, WORD,
			   &ring->time) &&
	       take_offset(v, "printk_info.text_len", ring->info_size, 4,
			   &ring->text_len) &&
	       take_offset(v, "printk_info.caller_id", ring->info_size, 4,
			   &ring->caller);
}

/* A word of struct printk_ringbuffer, or of a ring @in it; NULL: its own. */
static bool take_field(const struct vmcoreinfo *v, const uint8_t *rb,
		       uint64_t size, const char *in, const char *name,
		       unsigned int len, uint64_t *ret)
{
	uint64_t base, offset;

	if (!vmcoreinfo_offset(v, in, &base) ||
	    !vmcoreinfo_offset(v, name, &offset) ||
	    add_overflow(base, offset, &offset) || size < len ||
	    offset > size - len)
		return false;
	*ret = log_word(rb + offset, len);
	return true;
}

static bool take_rings(const struct vmcoreinfo *v, const uint8_t *rb,
		       uint64_t size, struct ring *ring)
{
	static const char *const desc = "printk_ringbuffer.desc_ring";
	static const char *const text = "printk_ringbuffer.text_data_ring";
	uint64_t count_bits, text_bits;

	if (!take_field(v, rb, size, desc, "prb_desc_ring.count_bits", 4,
			&count_bits) ||
	    !take_field(v, rb, size, desc, "prb_desc_ring.descs", WORD,
			&ring->descs) ||
	    !take_field(v, rb, size, desc, "prb_desc_ring.infos", WORD,
			&ring->infos) ||
	    !take_field(v, rb, size, desc, "prb_desc_ring.head_id", WORD,
			&ring->head) ||
	    !take_field(v, rb, size, desc, "prb_desc_ring.tail_id", WORD,
			&ring->tail) ||
	    !take_field(v, rb, size, text, "prb_data_ring.size_bits", 4,
			&text_bits) ||
	    !take_field(v, rb, size, text, "prb_data_ring.data", WORD,
			&ring->data) ||
	    count_bits > LOG_COUNT_BITS_MAX || text_bits > LOG_TEXT_BITS_MAX)
		return false;
	ring->count_bits = (unsigned int)count_bits;
	ring->text_bits = (unsigned int)text_bits;
	ring->text_left = (uint64_t)1 << text_bits;
	ring->head &= ID_MASK;
	ring->tail &= ID_MASK;
	/* No more ids than descriptors. */
	return ((ring->head - ring->tail) & ID_MASK) < (uint64_t)1 << count_bits;
}

static int open_ring(struct ring *ring, struct imgfmt_error *err)
{
	struct kernel *k = ring->r->k;
	const struct vmcoreinfo *v = &k->info;
	uint8_t rb[RING_MAX], pointer[WORD];
	uint64_t symbol, size;
	int rc;

	if (!take_size(v, "printk_ringbuffer", sizeof(rb), &size) ||
	    !vmcoreinfo_symbol(v, "prb", &symbol) || !find_fields(v, ring))
		return err_set(err, IMGFMT_E_ABSENT,
			       "VMCOREINFO does not tell the form of the kernel log");
	rc = kernel_read(k, symbol, pointer, sizeof(pointer), err);
	if (!rc)
		rc = kernel_read(k, get_le64(pointer), rb, (size_t)size, err);
	if (rc)
		return rc;
	if (!take_rings(v, rb, size, ring))
		return err_set(err, IMGFMT_E_CORRUPT,
			       "the kernel log has impossible sizes");
	return IMGFMT_OK;
}

static uint64_t wraps(const struct ring *ring, uint64_t lpos)
{
	return lpos >> ring->text_bits;
}

/*
 * Where the text of [begin, next) lies in the ring, with the id in front, and
 * how many bytes; false for positions that cannot be.  A block that does not
 * fit before the end of the ring lies at its start as a whole.
 */
static bool find_block(const struct ring *ring, uint64_t begin, uint64_t next,
		       uint64_t *at, uint64_t *size)
{
	uint64_t mask = low_mask(ring->text_bits);

	if (wraps(ring, begin) == wraps(ring, next - 1) && begin < next) {
		*at = begin & mask;
		*size = next - begin;
	} else if (wraps(ring, begin) + 1 == wraps(ring, next)) {
		*at = 0;
		*size = next & mask;
	} else {
		return false;
	}
	return !(*at % WORD) && *size >= BLOCK_ID;
}

/*
 * The text of a record, which the ring may have lost although it still has
 * the descriptor: then IMGFMT_END.
 */
static int read_text(struct ring *ring, const uint8_t *desc, uint64_t id,
		     uint32_t len, size_t *ret, struct imgfmt_error *err)
{
	uint64_t begin = get_le64(desc + ring->begin);
	uint64_t next = get_le64(desc + ring->next);
	struct kernel *k = ring->r->k;
	uint8_t owner[BLOCK_ID];
	uint64_t at, size;
	int rc;

	*ret = 0;
	if (begin & next & NO_POSITION)
		return begin == EMPTY_TEXT && next == EMPTY_TEXT ? IMGFMT_OK :
								   IMGFMT_END;
	if (!find_block(ring, begin, next, &at, &size) ||
	    size > ring->text_left)
		return IMGFMT_END;
	rc = kernel_read(k, ring->data + at, owner, sizeof(owner), err);
	if (rc)
		return rc;
	if (get_le64(owner) != id)
		return IMGFMT_END;
	ring->text_left -= size;
	*ret = (size_t)min_u64(len, size - BLOCK_ID);
	return kernel_read(k, ring->data + at + BLOCK_ID, ring->r->text, *ret,
			   err);
}

/*
 * Facility, flags and level have no keys; the level lies in the three highest
 * bits of the byte before the caller, as long as that is where it ever was.
 */
static int32_t level_of(const struct ring *ring, const uint8_t *info)
{
	if (ring->caller != ring->text_len + 4)
		return -1;
	return info[ring->text_len + 3] >> 5;
}

static int read_record(struct ring *ring, uint64_t id, struct imgfmt_error *err)
{
	uint64_t slot = id & low_mask(ring->count_bits);
	uint8_t desc[DESC_MAX], info[INFO_MAX];
	struct imgfmt_log_record record = { .text = ring->r->text };
	struct kernel *k = ring->r->k;
	uint64_t state;
	int rc = kernel_read(k, ring->descs + slot * ring->desc_size, desc,
			     (size_t)ring->desc_size, err);

	if (rc)
		return rc;
	state = get_le64(desc + ring->state);
	if ((state & ID_MASK) != id ||
	    (state >> STATE_SHIFT != STATE_COMMITTED &&
	     state >> STATE_SHIFT != STATE_FINALIZED))
		return IMGFMT_OK;
	rc = kernel_read(k, ring->infos + slot * ring->info_size, info,
			 (size_t)ring->info_size, err);
	if (!rc)
		rc = read_text(ring, desc, id,
			       get_le16(info + ring->text_len), &record.size,
			       err);
	if (rc)
		return rc == IMGFMT_END ? IMGFMT_OK : rc;
	record.seq = get_le64(info + ring->seq);
	record.time_ns = get_le64(info + ring->time);
	record.caller = get_le32(info + ring->caller);
	record.level = level_of(ring, info);
	record.has_caller = 1;
	return log_give(ring->r, &record, err);
}

bool log_has_ring(const struct vmcoreinfo *v)
{
	uint64_t symbol;

	return vmcoreinfo_symbol(v, "prb", &symbol);
}

int log_read_ring(struct log_reader *r, struct imgfmt_error *err)
{
	struct ring ring = { .r = r };
	int rc = open_ring(&ring, err);
	uint64_t id = ring.tail;

	while (!rc) {
		rc = read_record(&ring, id, err);
		if (id == ring.head)
			break;
		id = (id + 1) & ID_MASK;
	}
	return rc;
}
