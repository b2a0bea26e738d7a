/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * struct pglist_data and struct zone (include/linux/mmzone.h), by the offsets
 * of VMCOREINFO.
 */
#include "kernel/zones.h"

#include "format.h"

/* MAX_NUMNODES and MAX_NR_ZONES of any kernel are not larger. */
#define NODES_MAX 1024u
#define ZONES_MAX 8u

/* A struct zone is a few cache lines for each processor's worth of lists. */
#define ZONE_BYTES_MAX 65536u

/* Counters of a zone are words. */
#define COUNTERS_MAX 256u

struct layout {
	uint64_t node_start_pfn, node_spanned_pages, node_zones, nr_zones;
	uint64_t zone_bytes, vm_stat, free_counter;
};

static bool find_layout(const struct vmcoreinfo *v, struct layout *l)
{
	return vmcoreinfo_offset(v, "pglist_data.node_start_pfn",
				 &l->node_start_pfn) &&
	       vmcoreinfo_offset(v, "pglist_data.node_spanned_pages",
				 &l->node_spanned_pages) &&
	       vmcoreinfo_offset(v, "pglist_data.node_zones",
				 &l->node_zones) &&
	       vmcoreinfo_offset(v, "pglist_data.nr_zones", &l->nr_zones) &&
	       vmcoreinfo_size(v, "zone", &l->zone_bytes) &&
	       vmcoreinfo_offset(v, "zone.vm_stat", &l->vm_stat) &&
	       vmcoreinfo_value(v, "NR_FREE_PAGES", &l->free_counter) &&
	       l->zone_bytes <= ZONE_BYTES_MAX &&
	       l->free_counter < COUNTERS_MAX;
}

static bool read_word(struct kernel *k, uint64_t vaddr, uint64_t *ret)
{
	uint8_t bytes[8];

	if (kernel_read(k, vaddr, bytes, sizeof(bytes), NULL))
		return false;
	*ret = get_le64(bytes);
	return true;
}

/* Counts of pages are below this, or something else was read. */
static bool is_count(uint64_t pages)
{
	return pages <= IMGFMT_MAX_ADDRESS;
}

static bool add_node(struct kernel *k, const struct layout *l, uint64_t node,
		     struct zones *ret)
{
	uint64_t first, pages, zones, free;
	uint8_t count[4];

	if (!read_word(k, node + l->node_start_pfn, &first) ||
	    !read_word(k, node + l->node_spanned_pages, &pages) ||
	    kernel_read(k, node + l->nr_zones, count, sizeof(count), NULL))
		return false;
	zones = get_le32(count);
	if (!is_count(first) || !is_count(pages) || zones > ZONES_MAX)
		return false;
	ret->spanned += pages;
	ret->end = max_u64(ret->end, first + pages);
	for (uint64_t i = 0; i < zones; i++) {
		if (!read_word(k, node + l->node_zones + i * l->zone_bytes +
				  l->vm_stat + 8 * l->free_counter, &free) ||
		    !is_count(free))
			return false;
		ret->free += free;
	}
	return true;
}

static bool add_nodes(struct kernel *k, const struct layout *l,
		      struct zones *ret)
{
	uint64_t table, node, count;

	if (!vmcoreinfo_symbol(&k->info, "node_data", &table))
		return vmcoreinfo_symbol(&k->info, "contig_page_data", &node) &&
		       add_node(k, l, node, ret);
	if (!vmcoreinfo_length(&k->info, "node_data", &count) ||
	    count > NODES_MAX)
		return false;
	for (uint64_t i = 0; i < count; i++) {
		if (!read_word(k, table + 8 * i, &node))
			return false;
		if (node && !add_node(k, l, node, ret))
			return false;
	}
	return true;
}

void zones_read(struct kernel *k, struct zones *ret)
{
	struct layout l;

	*ret = (struct zones){ 0 };
	ret->known = find_layout(&k->info, &l) && add_nodes(k, &l, ret) &&
		     ret->spanned;
	if (!ret->known)
		*ret = (struct zones){ 0 };
}
