/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The summary as JSON.  What the image does not tell is null.
 */
#include "facts.h"

static void put_identity(struct dump *d, struct json *j)
{
	const struct imgfmt_info *i = &d->info;
	char version[16];

	snprintf(version, sizeof(version), "%u.%u", i->version_major,
		 i->version_minor);
	json_string(j, "source", i->format);
	json_bool(j, "foreign", !i->has_info);
	json_string(j, "format_version", i->has_info ? version : NULL);
	json_string(j, "kind",
		    i->has_info ? imgfmt_kind_name(i->kind) : NULL);
	json_string(j, "description", i->has_info ? NULL : i->description);
	json_string(j, "level", imgfmt_level_name(i->level));
	json_string(j, "profile", imgfmt_profile_name(i->profile));
	json_string(j, "view", imgfmt_view_name(i->view));
}

static void put_uint_or_null(struct json *j, const char *key, bool known,
			     uint64_t value)
{
	if (known)
		json_uint(j, key, value);
	else
		json_null(j, key);
}

/* Seconds for programs, and the same for people. */
static void put_time(struct json *j, uint64_t time)
{
	put_uint_or_null(j, "time", time, time);
	json_string(j, "time_utc",
		    time ? units_time(UNITS_BUF, (int64_t)time) : NULL);
}

static void put_hex_or_null(struct json *j, const char *key, bool known,
			    uint64_t value)
{
	if (known)
		json_hex64(j, key, value);
	else
		json_null(j, key);
}

/* Out of the kernel's own memory; null if its VMCOREINFO is not known. */
static void put_kernel(struct json *j, const struct facts *f)
{
	const struct imgfmt_kernel_info *k = &f->kernel;

	if (!f->has_kernel) {
		json_null(j, "kernel");
		return;
	}
	json_object(j, "kernel");
	json_string(j, "vmcoreinfo", imgfmt_vmcoreinfo_origin_name((int)k->origin));
	put_uint_or_null(j, "vmcoreinfo_pfn",
			 k->origin == IMGFMT_VMCOREINFO_MEMORY,
			 k->vmcoreinfo_pfn);
	json_string(j, "nodename", *k->nodename ? k->nodename : NULL);
	json_bool(j, "page_tables", k->translates);
	put_uint_or_null(j, "table_levels", k->table_levels, k->table_levels);
	put_hex_or_null(j, "kaslr_offset", k->has_kaslr_offset,
			k->kaslr_offset);
	put_hex_or_null(j, "phys_base", k->has_phys_base, k->phys_base);
	put_hex_or_null(j, "page_offset", k->has_page_offset, k->page_offset);
	json_end(j);
}

static void put_system(struct dump *d, struct json *j, const struct facts *f)
{
	const struct imgfmt_info *i = &d->info;

	json_string(j, "release", *f->release ? f->release : NULL);
	json_string(j, "version", *f->version ? f->version : NULL);
	json_uint(j, "machine", i->machine);
	json_string(j, "architecture", imgfmt_machine_name(i->machine));
	json_string(j, "byte_order", i->big_endian ? "big" : "little");
	put_time(j, i->time);
	json_uint(j, "page_size", i->page_size);
	json_uint(j, "max_pfn", i->max_pfn);
	json_hex64(j, "entry", i->entry);
	json_string(j, "free_policy",
		    i->has_info ? imgfmt_free_policy_name(i->free_policy) :
				  NULL);
	put_uint_or_null(j, "poison", i->free_policy == IMGFMT_FREE_POISON,
			 i->poison);
}

static void put_features(struct dump *d, struct json *j)
{
	const struct imgfmt_info *i = &d->info;

	json_object(j, "features");
	json_hex64(j, "incompatible", i->incompatible);
	json_hex64(j, "read_compatible", i->read_compatible);
	json_hex64(j, "ignorable", i->ignorable);
	json_end(j);
	json_bool(j, "content_digests", i->has_content_digests);
}

static void put_sizes(struct dump *d, struct json *j, const struct facts *f)
{
	const struct imgfmt_info *i = &d->info;
	bool blocks = i->level != IMGFMT_BARE;

	json_uint(j, "memory_size", f->memory_size);
	put_uint_or_null(j, "image_size", i->image_size, i->image_size);
	put_uint_or_null(j, "data_size", f->split_known, i->data_size);
	put_uint_or_null(j, "block_pages", blocks, i->block_pages);
	put_uint_or_null(j, "block_count", blocks, i->block_count);
	json_uint(j, "segments", i->segments);
	json_uint(j, "notes", i->notes);
}

static void put_pages(struct dump *d, struct json *j, const struct facts *f)
{
	const struct imgfmt_info *i = &d->info;

	json_object(j, "pages");
	json_uint(j, "present", i->present_pages);
	put_uint_or_null(j, "stored", f->split_known, i->stored_pages);
	put_uint_or_null(j, "zero", f->split_known, i->zero_pages);
	json_uint(j, "excluded", i->excluded_pages);
	json_object(j, "excluded_by_class");
	for (int c = 0; c < IMGFMT_CLASSES; c++)
		json_uint(j, imgfmt_class_name(c), i->excluded_by_class[c]);
	json_end(j);
	json_end(j);
}

static void put_resume(struct json *j, const struct facts *f)
{
	json_bool(j, "resumable", !f->obstacle_count);
	json_array(j, "not_resumable");
	for (size_t i = 0; i < f->obstacle_count; i++)
		json_string(j, NULL, f->obstacles[i].word);
	json_end(j);
	json_object(j, "backup_map_size");
	json_uint(j, "runs", f->backup_runs);
	json_uint(j, "pages", f->backup_pages);
	json_uint(j, "in_place_pages", f->in_place_pages);
	json_end(j);
	if (!f->has_resume) {
		json_null(j, "resume_record");
		return;
	}
	json_object(j, "resume_record");
	json_string(j, "state",
		    imgfmt_resume_state_name((int)f->resume.state));
	json_uint(j, "count", f->resume.count);
	put_time(j, f->resume.time);
	json_string(j, "who", f->resume.who);
	json_string(j, "reason", f->resume.reason);
	json_end(j);
}

static void put_digest(struct json *j, const char *key, const uint8_t *bytes,
		       size_t size)
{
	if (facts_any(bytes, size))
		json_hex(j, key, bytes, size);
	else
		json_null(j, key);
}

/* Kind 0 is a free slot. */
static void put_proof(struct dump *d, struct json *j)
{
	const struct imgfmt_info *info = &d->info;
	struct imgfmt_slot slot;

	put_digest(j, "uuid", info->uuid, sizeof(info->uuid));
	put_digest(j, "root", info->root, sizeof(info->root));
	put_digest(j, "firmware_digest", info->firmware_digest,
		   sizeof(info->firmware_digest));
	json_array(j, "slots");
	for (size_t i = 0; !imgfmt_image_slot(d->image, i, &slot); i++) {
		json_object(j, NULL);
		json_uint(j, "kind", slot.kind);
		json_uint(j, "size", slot.size);
		json_end(j);
	}
	json_end(j);
}

static void put_fact(struct json *j, const struct imgfmt_fact *f)
{
	char uuid[FACTS_UUID_TEXT];

	switch (f->kind) {
	case IMGFMT_FACT_TEXT:
		json_string(j, f->name, f->text);
		break;
	case IMGFMT_FACT_NUMBER:
		json_uint(j, f->name, f->number);
		break;
	case IMGFMT_FACT_ADDRESS:
		json_hex64(j, f->name, f->number);
		break;
	case IMGFMT_FACT_BYTES:
		if (facts_is_uuid(f))
			json_string(j, f->name, facts_uuid(uuid, f->bytes));
		else
			json_hex(j, f->name, f->bytes, f->size);
		break;
	}
}

/* What only this format has; null if there is nothing. */
static void put_facts(struct dump *d, struct json *j)
{
	struct imgfmt_fact f;

	if (imgfmt_image_fact(d->image, 0, &f)) {
		json_null(j, "facts");
		return;
	}
	json_object(j, "facts");
	for (size_t i = 0; !imgfmt_image_fact(d->image, i, &f); i++)
		put_fact(j, &f);
	json_end(j);
}

int json_summary(struct dump *d, struct imgfmt_error *err)
{
	struct json *j = &d->tool.json;
	struct facts f;

	(void)err;
	facts_gather(&f, d);
	json_object(j, "summary");
	put_identity(d, j);
	put_system(d, j, &f);
	put_kernel(j, &f);
	put_features(d, j);
	put_sizes(d, j, &f);
	put_pages(d, j, &f);
	put_resume(j, &f);
	put_proof(d, j);
	put_facts(d, j);
	json_end(j);
	return IMGFMT_OK;
}
