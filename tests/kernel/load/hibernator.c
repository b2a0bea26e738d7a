/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hibernator.h"

#include "boot_image.h"
#include "core_headers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The memory that starting another processor takes ends here. */
#define LOW_END UINT64_C(0xa0000)

/* The first pages. */
#define STUB_AT 0
#define PARAMETERS_AT PAGE_SIZE
#define COMMAND_LINE_AT (2 * PAGE_SIZE)
#define FIRST_BYTES (3 * PAGE_SIZE)

/* Without this, the kernel would not take the memory for that of another one. */
#define BACK " kexec_jump_back_entry=0x"
#define DIGITS 16

/* The end of boot_stub.S. */
struct stub_fields {
	uint64_t kernel;
	uint64_t parameters;
	uint64_t digits;
	uint64_t headers_entry;
};

extern const char boot_stub[], boot_stub_fields[], boot_stub_end[];

/* Where the larger parts come to lie. */
struct places {
	uint64_t kernel;
	uint64_t initrd;
	uint64_t headers;
};

/* Its own memory, and what the firmware keeps. */
static int plan_memory(struct hibernator *h, struct memory_range *low,
		       uint64_t headers)
{
	size_t i;

	*low = (struct memory_range){ LOW_END, LOW_END, MEMORY_RAM };
	for (i = 0; i < h->machine->count; i++) {
		const struct memory_range *range = &h->machine->ranges[i];

		if (range->kind == MEMORY_RAM && range->start < LOW_END) {
			low->start = PAGE_END(range->start);
			low->end = range->end < LOW_END ?
				PAGE_START(range->end) : LOW_END;
		}
		if (range->kind != MEMORY_RAM &&
		    memory_map_set(&h->memory, range->start, range->end,
				   range->kind))
			return -1;
	}
	if (memory_map_set(&h->memory, low->start, low->end, MEMORY_RAM) ||
	    memory_map_set(&h->memory, h->start, headers, MEMORY_RAM))
		return -1;
	/* It maps this as memory of another kernel, which may not be its RAM. */
	return memory_map_set(&h->memory, headers, h->end, MEMORY_RESERVED);
}

/* The hibernated system's memory, but for what the other one takes. */
static int plan_headers(struct hibernator *h, struct places *places,
			size_t *bytes)
{
	struct memory_map rest = { 0 };
	int status = 0;
	size_t i;

	for (i = 0; i < h->machine->count && !status; i++) {
		const struct memory_range *range = &h->machine->ranges[i];

		status = memory_map_set(&rest, range->start, range->end,
					range->kind);
	}
	if (!status)
		status = memory_map_cut(&rest, 0, LOW_END) ||
			memory_map_cut(&rest, h->start, h->end) ? -1 : 0;
	/* Their size does not depend on where they are. */
	if (!status)
		h->headers = core_headers_make(&rest, h->kcore, 0, bytes);
	free(h->headers);
	places->headers = h->end - PAGE_END(*bytes);
	h->headers = status ? NULL :
		core_headers_make(&rest, h->kcore, places->headers, bytes);
	memory_map_fini(&rest);
	return h->headers ? 0 : -1;
}

static void fill_stub(struct hibernator *h, const struct places *places)
{
	char *line = h->first + COMMAND_LINE_AT;
	const struct stub_fields fields = {
		.kernel = boot_image_entry(places->kernel),
		.parameters = h->start + PARAMETERS_AT,
		.digits = h->start + COMMAND_LINE_AT + strlen(line) - DIGITS,
		.headers_entry = places->headers + CORE_HEADERS_ENTRY,
	};

	memcpy(h->first + STUB_AT, boot_stub,
	       (size_t)(boot_stub_end - boot_stub));
	memcpy(h->first + STUB_AT + (boot_stub_fields - boot_stub), &fields,
	       sizeof(fields));
}

static int fill_first(struct hibernator *h, const struct boot_image *image,
		      const struct places *places, size_t header_bytes)
{
	const struct boot_facts facts = {
		.command_line = h->start + COMMAND_LINE_AT,
		.initrd = places->initrd,
		.initrd_bytes = h->initrd_bytes,
		.memory = &h->memory,
	};
	int n;

	h->first = calloc(1, FIRST_BYTES);
	if (!h->first)
		return -1;
	n = snprintf(h->first + COMMAND_LINE_AT, PAGE_SIZE,
		     "%s elfcorehdr=%zu@0x%" PRIx64 BACK "%016d",
		     h->command_line, (size_t)PAGE_END(header_bytes),
		     places->headers, 0);
	if (n < 0 || (uint64_t)n >= PAGE_SIZE ||
	    (uint32_t)n > image->header->cmdline_size) {
		errno = E2BIG;
		return -1;
	}
	fill_stub(h, places);
	return boot_image_set(image, &facts,
			      (void *)(h->first + PARAMETERS_AT));
}

/* The kernel behind the first pages, the initramfs at the end. */
static int place(const struct hibernator *h, const struct boot_image *image,
		 struct places *places)
{
	uint64_t align = image->header->kernel_alignment;
	uint64_t kernel_end;

	if (align < PAGE_SIZE)
		align = PAGE_SIZE;
	places->kernel = (h->start + FIRST_BYTES + align - 1) & ~(align - 1);
	kernel_end = places->kernel + PAGE_END(image->header->init_size);
	places->initrd = places->headers - PAGE_END(h->initrd_bytes);
	if (places->headers > h->start &&
	    places->initrd < places->headers && places->initrd >= kernel_end)
		return 0;
	errno = ENOSPC;
	return -1;
}

static int add_segments(struct hibernator *h, const struct boot_image *image,
			const struct places *places, size_t header_bytes,
			const struct memory_range *low)
{
	struct load_plan *plan = &h->plan;

	plan->entry = h->start + STUB_AT;
	if (load_plan_add(plan, h->start, FIRST_BYTES, h->first, FIRST_BYTES) ||
	    load_plan_add(plan, places->kernel, PAGE_END(image->kernel_bytes),
			  image->kernel, image->kernel_bytes) ||
	    load_plan_add(plan, places->initrd, PAGE_END(h->initrd_bytes),
			  h->initrd, h->initrd_bytes) ||
	    load_plan_add(plan, places->headers, PAGE_END(header_bytes),
			  h->headers, header_bytes))
		return -1;
	if (load_plan_cover(plan, h->start, h->end))
		return -1;
	return load_plan_cover(plan, low->start, low->end);
}

int hibernator_plan(struct hibernator *h, const char **what)
{
	struct places places = { 0 };
	struct boot_image image;
	struct memory_range low;
	size_t header_bytes = 0;

	*what = "memory";
	if ((h->start | h->end) % PAGE_SIZE || h->start < LOW_END ||
	    !memory_map_is_ram(h->machine, h->start, h->end)) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	*what = "kernel";
	if (boot_image_open(&image, h->kernel, h->kernel_bytes))
		return -1;
	*what = "core headers";
	if (plan_headers(h, &places, &header_bytes))
		return -1;
	*what = "room";
	if (place(h, &image, &places))
		return -1;
	*what = "memory map";
	if (plan_memory(h, &low, places.headers))
		return -1;
	*what = "parameters";
	if (fill_first(h, &image, &places, header_bytes))
		return -1;
	*what = "segments";
	return add_segments(h, &image, &places, header_bytes, &low);
}

void hibernator_fini(struct hibernator *h)
{
	load_plan_fini(&h->plan);
	memory_map_fini(&h->memory);
	free(h->first);
	free(h->headers);
}
