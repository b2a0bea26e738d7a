/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/saved_jump.h"

#include "support/sample.h"

static const struct {
	uint64_t paddr, value;
} words[] = {
	{ 0x50800, 0xffffffff81236f00ULL },
	{ 0x50808, 0x80050033 },
	{ 0x50810, 0x5a006 },
	{ 0x50818, 0x6b0 },
	{ 0x50820, 0x52000 },
	{ 0x50828, 0x51000 },
	{ 0x50830, 0x55002 },
	{ 0x52000, 0x53063 },
	{ 0x53000, 0x54063 },
	{ 0x54000, 0xe3 },
	{ 0x52ff8, 0x11063 },
	{ 0x11ff0, 0x57063 },
	{ 0x57048, 0x58063 },
	{ 0x581a0, 0x50063 },
	{ 0x55000, 0x10001 },
	{ 0x55008, 0x20008 },
	{ 0x55010, 0x21008 },
	{ 0x55018, 0x22008 },
	{ 0x55020, 0x23008 },
	{ 0x55028, 0x56002 },
	{ 0x56000, 0x19001 },
	{ 0x56008, 0x19008 },
	{ 0x56010, 4 },
	{ 0x5aff8, 0x5b063 },
	{ 0x5bff0, 0x5c063 },
	{ 0x5c048, 0x5d063 },
	{ 0x5d1a0, 0x5e063 },
	{ 0x5d1b0, 0x800000000005f063ULL },
	{ 0x5ff38, 0xffffffff81234123ULL },
};

void saved_jump_init(struct saved_kernel *s)
{
	const struct imgfmt_run run = {
		.pages = SAVED_JUMP_FRAMES, .state = IMGFMT_STORED,
	};
	struct imgfmt_error err;

	saved_init_empty(s, &saved_x86_64);
	frames_fini(&s->frames);
	frames_init(&s->frames);
	must(frames_add(&s->frames, &run, &err), &err, "a run");
	must(frames_build(&s->frames, 64, &err), &err, "the frames");
	must(kernel_memory_init(&s->memory, &err), &err, "the memory");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		saved_jump_put(s, words[i].paddr, words[i].value);
}

void saved_jump_fini(struct saved_kernel *s)
{
	kernel_memory_fini(&s->memory);
	saved_fini(s);
}

void saved_jump_put(struct saved_kernel *s, uint64_t paddr, uint64_t value)
{
	put_le64(s->bytes + paddr, value);
}
