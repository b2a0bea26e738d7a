/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the summary tells beyond the fields of the image.
 */
#include "facts.h"

#include <elf.h>
#include <string.h>

#include "kernel.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof(*(a)))

/* Only the lack of a backup map can be mended. */
#define HOPELESS (IMGFMT_NOT_RESUMABLE_NO_ENTRY | \
		  IMGFMT_NOT_RESUMABLE_LEFT_OUT | \
		  IMGFMT_NOT_RESUMABLE_SALVAGED)

/* In the order of spec 6.7. */
static const char *const reason_sentences[] = {
	"it has no entry",
	"pages that a resume needs were left out",
	"it was salvaged from a damaged image",
	"no backup map tells where its pages belong for the jump",
};

static void add_obstacle(struct facts *f, const char *word,
			 const char *sentence)
{
	if (f->obstacle_count < OBSTACLES_MAX)
		f->obstacles[f->obstacle_count++] =
			(struct obstacle){ word, sentence };
}

static void find_obstacles(struct facts *f, const struct dump *d)
{
	uint32_t reasons = d->info.not_resumable;
	/* The record of a hibernating kernel's image stops nobody. */
	bool once = d->info.kind == IMGFMT_HIBERNATED_SYSTEM && f->has_resume;
	struct imgfmt_error damage;

	if (d->info.level == IMGFMT_BARE && !d->info.resumes)
		add_obstacle(f, imgfmt_level_name(IMGFMT_BARE),
			     "it is bare, without digests and commit record");
	if (d->damaged || !imgfmt_image_damage(d->image, &damage))
		add_obstacle(f, "damaged",
			     !d->damaged && damage.status ==
					     IMGFMT_E_UNSUPPORTED ?
				     "it cannot be read here" :
				     "it is damaged or cut");
	/* This tool has salvaged it, not who made the image. */
	if (d->damaged)
		reasons &= ~IMGFMT_NOT_RESUMABLE_SALVAGED;
	for (unsigned int i = 0; i < ARRAY_LEN(reason_sentences); i++)
		if (reasons >> i & 1)
			add_obstacle(f, imgfmt_reason_name(i),
				     reason_sentences[i]);
	if (once && f->resume.state == IMGFMT_RESUME_CLAIMED)
		add_obstacle(f, imgfmt_resume_state_name(IMGFMT_RESUME_CLAIMED),
			     "it was claimed, so it may have been resumed");
	if (once && f->resume.state == IMGFMT_RESUME_FAILED)
		add_obstacle(f, imgfmt_resume_state_name(IMGFMT_RESUME_FAILED),
			     "a resume of it failed");
}

/* Whether it was made from a hibernation image, and its kernel still would
   resume that. */
static void look_at_swap(struct facts *f, const struct dump *d)
{
	const uint32_t lost = IMGFMT_NOT_RESUMABLE_SALVAGED |
			      IMGFMT_NOT_RESUMABLE_LEFT_OUT;
	struct imgfmt_fact fact;

	if (d->info.resumes)
		return;
	for (size_t i = 0; !imgfmt_image_fact(d->image, i, &fact); i++) {
		if (strcmp(fact.name, "swap_state"))
			continue;
		f->was_in_swap = true;
		f->from_swap = !d->damaged && !(d->info.not_resumable & lost) &&
			       strcmp(fact.text, "consumed");
	}
}

static void count_backup_map(struct facts *f, const struct dump *d)
{
	struct imgfmt_backup_run run;

	for (size_t i = 0; !imgfmt_image_backup_run(d->image, i, &run); i++) {
		f->backup_runs++;
		f->backup_pages += run.pages;
		if (run.destination == run.backup)
			f->in_place_pages += run.pages;
	}
}

static void count_slots(struct facts *f, const struct dump *d)
{
	struct imgfmt_slot slot;

	for (; !imgfmt_image_slot(d->image, f->slots, &slot); f->slots++)
		f->slots_used += slot.kind != 0;
}

/* The image's own words come first; a foreign one may have none. */
static void find_kernel(struct facts *f, struct dump *d)
{
	f->has_kernel = kernel_quick(d, &f->kernel);
	f->release = d->info.release;
	f->version = d->info.version;
	if (!f->has_kernel)
		return;
	if (!*f->release)
		f->release = f->kernel.release;
	if (!*f->version && !strcmp(f->release, f->kernel.release))
		f->version = f->kernel.version;
}

void facts_gather(struct facts *f, struct dump *d)
{
	const struct imgfmt_info *i = &d->info;

	*f = (struct facts){ 0 };
	f->pages = i->present_pages + i->excluded_pages;
	f->memory_size = dump_pages_size(d, f->pages);
	f->split_known = (i->level != IMGFMT_BARE || i->resumes) &&
			 i->stored_pages + i->zero_pages == i->present_pages;
	f->has_resume = !imgfmt_image_resume(d->image, &f->resume);
	count_backup_map(f, d);
	count_slots(f, d);
	find_obstacles(f, d);
	look_at_swap(f, d);
	f->hopeless = !d->info.resumes && !f->from_swap &&
		      d->info.not_resumable & HOPELESS &&
		      (!f->has_resume ||
		       f->resume.state == IMGFMT_RESUME_PENDING);
	find_kernel(f, d);
}

bool facts_any(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return true;
	return false;
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len >= end_len && !strcmp(name + len - end_len, end);
}

bool facts_is_size(const struct imgfmt_fact *f)
{
	return ends_with(f->name, "_size");
}

bool facts_is_uuid(const struct imgfmt_fact *f)
{
	return f->size == 16 && ends_with(f->name, "_uuid");
}

const char *facts_uuid(char buf[FACTS_UUID_TEXT], const void *uuid)
{
	const uint8_t *byte = uuid;
	char *p = buf;

	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		p += sprintf(p, "%02x", byte[i]);
	}
	return buf;
}

const char *facts_segment_name(uint32_t type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} names[] = {
		{ PT_NULL, "null" },
		{ PT_LOAD, "load" },
		{ PT_NOTE, "notes" },
		/* Spec 4.4. */
		{ 0x60494d01, "page map" },
		{ 0x60494d02, "tables" },
		{ 0x60494d03, "data" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return NULL;
}

const char *facts_note_name(const struct imgfmt_note *note)
{
	static const struct {
		const char *owner;
		uint32_t type;
		const char *name;
	} names[] = {
		/* Spec 5.1. */
		{ "IMGFMT", 0x494d0001, "information" },
		{ "IMGFMT", 0x494d0002, "backup map" },
		{ "IMGFMT", 0x494d0003, "memory map" },
		{ "IMGFMT", 0x494d0004, "mappings" },
		{ "IMGFMT", 0x494d0005, "swap image" },
		{ "VMCOREINFO", 0, "VMCOREINFO" },
		{ "CORE", NT_PRSTATUS, "registers of a processor" },
		{ "QEMU", 0, "QEMU's state of a processor" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].type == note->type &&
		    !strcmp(names[i].owner, note->owner))
			return names[i].name;
	return NULL;
}

bool facts_vmcoreinfo_line(const char **text, size_t *size,
			   struct vmcoreinfo_line *ret)
{
	const char *line = *text, *end, *equals;
	size_t len;

	if (!*size)
		return false;
	end = memchr(line, '\n', *size);
	len = end ? (size_t)(end - line) : *size;
	equals = memchr(line, '=', len);
	*ret = (struct vmcoreinfo_line){ .key = line, .key_len = len };
	if (equals) {
		ret->key_len = (size_t)(equals - line);
		ret->value = equals + 1;
		ret->value_len = len - ret->key_len - 1;
	}
	*text += end ? len + 1 : len;
	*size -= end ? len + 1 : len;
	return true;
}
