/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/page_layout.h"

#include <stdio.h>

#include "base/error.h"

#define NO_BIT 64u

/* MAX_PAGE_ORDER + 1 of any kernel; arm64 with 64 KiB pages has 14. */
#define ORDERS_MAX 32u

/* ---- Encodings of types ------------------------------------------------ */

/* Below this a count of mappings is none (PAGE_MAPCOUNT_RESERVE). */
#define MAPCOUNT_RESERVE (-128)

static bool is_negative(uint32_t word)
{
	return (int32_t)word < MAPCOUNT_RESERVE;
}

static bool is_any(uint32_t word)
{
	(void)word;
	return true;
}

static bool is_old_buddy(uint32_t word)
{
	return (int32_t)word == MAPCOUNT_RESERVE;
}

/* A type is a bit that is cleared: buddy, offline, table, guard, hugetlb, slab. */
static bool is_known_low(uint32_t word)
{
	return !(~word & ~(uint32_t)0x1fff);
}

/* The same with bits at the top; those below may count. */
static bool is_high(uint32_t word)
{
	return word >> 31 && ~word & 0x7f000000;
}

/* One byte at the top: 0xf0 buddy to 0xf8 large_kmalloc. */
static bool is_byte(uint32_t word)
{
	return word >> 24 >= 0xf0 && word >> 24 < 0xff;
}

static bool is_known_byte(uint32_t word)
{
	return word >> 24 <= 0xf8;
}

static const struct page_types encodings[] = {
	/* until 4.17; 4.18 to 6.10; 6.11; from 6.12 on */
	{ (uint32_t)-128, is_old_buddy, is_any },
	{ (uint32_t)-129, is_negative, is_known_low },
	{ ~(uint32_t)0x40000000, is_high, is_any },
	{ 0xf0000000, is_byte, is_known_byte },
};

/* ---- Orders of compound pages ------------------------------------------ */

/*
 * Each row needs the keys it names.  A row without an offset has the order in
 * the low byte of the second page's flags.
 */
struct page_order {
	const char *order, *dtor;	/* OFFSET() of bytes */
	bool in_second;			/* offsets are of the second page */
	const char *bit;		/* NUMBER() of a bit of its flags */
	const char *type;		/* NUMBER() of the head's _mapcount */
};

static const struct page_order orders[] = {
	/* from 6.9 on */
	{ .type = "PAGE_HUGETLB_MAPCOUNT_VALUE" },
	/* 6.6 to 6.8 */
	{ .bit = "PG_hugetlb" },
	/* 6.3 to 6.5 */
	{ .order = "folio._folio_order", .dtor = "folio._folio_dtor" },
	/* until 6.2 */
	{ .order = "page.compound_order", .dtor = "page.compound_dtor",
	  .in_second = true },
	/* without hugetlb, from 6.6 on */
	{ .order = NULL },
};

/* A field of @bytes that begins within @size. */
static bool find_offset(const struct vmcoreinfo *v, const char *name,
			uint32_t bytes, uint32_t size, uint32_t *ret)
{
	uint64_t value;

	*ret = 0;
	if (!vmcoreinfo_offset(v, name, &value) || value > size - bytes)
		return false;
	*ret = (uint32_t)value;
	return true;
}

static unsigned int find_bit(const struct vmcoreinfo *v, const char *name)
{
	uint64_t value;

	return vmcoreinfo_value(v, name, &value) && value < 64 ?
		       (unsigned int)value : NO_BIT;
}

static struct page_value find_type(const struct vmcoreinfo *v, const char *name)
{
	struct page_value ret = { 0 };
	uint64_t value;

	ret.known = vmcoreinfo_value(v, name, &value) &&
		    (value <= UINT32_MAX || value >= (uint64_t)INT32_MIN);
	ret.value = (uint32_t)value;
	return ret;
}

static bool take_order(struct page_layout *l, const struct vmcoreinfo *v,
		       const struct page_order *row)
{
	uint32_t shift = row->in_second ? l->page_bytes : 0;
	uint32_t room = (row->in_second ? 1 : 2) * l->page_bytes;
	uint64_t dtor;

	if (row->type && !l->hugetlb.known)
		return false;
	if (row->bit) {
		l->hugetlb_bit = find_bit(v, row->bit);
		if (l->hugetlb_bit == NO_BIT)
			return false;
	}
	if (row->order) {
		if (!find_offset(v, row->order, 1, room, &l->order_offset))
			return false;
		l->order_offset += shift;
	}
	/* A kernel without hugetlb pages has no number of theirs. */
	if (row->dtor && vmcoreinfo_value(v, "HUGETLB_PAGE_DTOR", &dtor) &&
	    dtor <= UINT8_MAX &&
	    find_offset(v, row->dtor, 1, room, &l->dtor_offset)) {
		l->dtor_offset += shift;
		l->hugetlb_dtor = (uint32_t)dtor;
	}
	l->order = row;
	return true;
}

/* ---- All of it ---------------------------------------------------------- */

static int missing(const char *what, struct imgfmt_error *err)
{
	return err_set(err, IMGFMT_E_ABSENT, "VMCOREINFO has no %s", what);
}

static int take_fields(struct page_layout *l, const struct vmcoreinfo *v,
		       struct imgfmt_error *err)
{
	const struct {
		const char *name;
		uint32_t bytes, *ret;
	} fields[] = {
		{ "page.flags", 8, &l->flags },
		{ "page.mapping", 8, &l->mapping },
		{ "page._mapcount", 4, &l->mapcount },
		{ "page.private", 8, &l->private_field },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!find_offset(v, fields[i].name, fields[i].bytes,
				 l->page_bytes, fields[i].ret))
			return err_set(err, IMGFMT_E_ABSENT,
				       "VMCOREINFO has no OFFSET(%s) in a struct page",
				       fields[i].name);
	/* Renamed in 7.1. */
	if (!find_offset(v, "page.compound_head", 8, l->page_bytes,
			 &l->compound) &&
	    !find_offset(v, "page.compound_info", 8, l->page_bytes,
			 &l->compound))
		return missing("OFFSET(page.compound_head)", err);
	return IMGFMT_OK;
}

static int take_free(struct page_layout *l, const struct vmcoreinfo *v,
		     uint32_t want, struct imgfmt_error *err)
{
	const uint32_t blocks = IMGFMT_EXCLUDE(IMGFMT_FREE) |
				IMGFMT_EXCLUDE(IMGFMT_UNACCEPTED);
	uint64_t length;

	l->buddy = find_type(v, "PAGE_BUDDY_MAPCOUNT_VALUE");
	l->offline = find_type(v, "PAGE_OFFLINE_MAPCOUNT_VALUE");
	l->unaccepted = find_type(v, "PAGE_UNACCEPTED_MAPCOUNT_VALUE");
	l->hugetlb = find_type(v, "PAGE_HUGETLB_MAPCOUNT_VALUE");
	l->slab = find_type(v, "PAGE_SLAB_MAPCOUNT_VALUE");
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		if (l->buddy.known && l->buddy.value == encodings[i].buddy)
			l->types = &encodings[i];
	if (!(want & blocks))
		return IMGFMT_OK;
	if (!l->buddy.known)
		return missing("NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)", err);
	if (!vmcoreinfo_length(v, "zone.free_area", &length))
		return missing("LENGTH(zone.free_area)", err);
	if (!length || length > ORDERS_MAX)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "VMCOREINFO: LENGTH(zone.free_area) cannot be %llu",
			       (unsigned long long)length);
	l->orders = (uint32_t)length;
	return IMGFMT_OK;
}

static int take_bits(struct page_layout *l, const struct vmcoreinfo *v,
		     uint32_t want, struct imgfmt_error *err)
{
	const struct {
		const char *name;
		unsigned int *ret;
	} bits[] = {
		{ "PG_lru", &l->lru },
		{ "PG_private", &l->private_bit },
		{ "PG_swapcache", &l->swapcache },
		{ "PG_swapbacked", &l->swapbacked },
	};
	const uint32_t by_bits = IMGFMT_EXCLUDE(IMGFMT_CACHE) |
				 IMGFMT_EXCLUDE(IMGFMT_CACHE_PRIVATE) |
				 IMGFMT_EXCLUDE(IMGFMT_USER);

	l->hwpoison = find_bit(v, "PG_hwpoison");
	l->slab_bit = find_bit(v, "PG_slab");
	if (!vmcoreinfo_value(v, "PG_head_mask", &l->head_mask))
		l->head_mask = 0;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		*bits[i].ret = find_bit(v, bits[i].name);
		if (want & by_bits && *bits[i].ret == NO_BIT)
			return err_set(err, IMGFMT_E_ABSENT,
				       "VMCOREINFO has no NUMBER(%s)",
				       bits[i].name);
	}
	if (!(want & by_bits))
		return IMGFMT_OK;
	/* Slab pages look anonymous, and are the kernel's. */
	if (!l->slab.known && l->slab_bit == NO_BIT)
		return missing("NUMBER(PG_slab) or NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)",
			       err);
	if (!l->head_mask)
		return missing("NUMBER(PG_head_mask)", err);
	return IMGFMT_OK;
}

int page_layout_init(struct page_layout *l, const struct vmcoreinfo *v,
		     uint32_t page_bytes, uint32_t want,
		     struct imgfmt_error *err)
{
	int rc;

	*l = (struct page_layout){
		.page_bytes = page_bytes,
		.hugetlb_bit = NO_BIT,
	};
	rc = take_fields(l, v, err);
	if (!rc)
		rc = take_free(l, v, want, err);
	if (!rc)
		rc = take_bits(l, v, want, err);
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]) && !rc; i++)
		if (take_order(l, v, &orders[i]))
			break;
	return rc;
}

static uint64_t second_flags(const struct page_layout *l, const uint8_t *head)
{
	return get_le64(head + l->page_bytes + l->flags);
}

unsigned int page_layout_order(const struct page_layout *l,
			       const uint8_t *head)
{
	return l->order->order ? head[l->order_offset] :
				 second_flags(l, head) & 0xff;
}

bool page_layout_is_huge(const struct page_layout *l, const uint8_t *head)
{
	if (l->order->type)
		return get_le32(head + l->mapcount) == l->hugetlb.value;
	if (l->order->bit)
		return second_flags(l, head) >> l->hugetlb_bit & 1;
	return l->dtor_offset && head[l->dtor_offset] == l->hugetlb_dtor;
}
