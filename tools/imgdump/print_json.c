/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of an image as JSON.  The form is spec/schema/imgdump-1.json.
 */
#include <stdlib.h>

#include "facts.h"
#include "kernel.h"

int json_headers(struct dump *d, struct imgfmt_error *err)
{
	const struct imgfmt_info *i = &d->info;
	struct json *j = &d->tool.json;
	struct imgfmt_region r;

	(void)err;
	json_object(j, "headers");
	json_string(j, "byte_order", i->big_endian ? "big" : "little");
	json_uint(j, "machine", i->machine);
	json_hex64(j, "entry", i->entry);
	json_uint(j, "segments", i->segments);
	json_uint(j, "notes", i->notes);
	json_array(j, "regions");
	for (size_t n = 0; !imgfmt_image_region(d->image, n, &r); n++) {
		json_object(j, NULL);
		json_string(j, "name", r.name);
		json_uint(j, "offset", r.offset);
		json_uint(j, "size", r.size);
		json_end(j);
	}
	json_end(j);
	json_end(j);
	return IMGFMT_OK;
}

int json_segments(struct dump *d, struct imgfmt_error *err)
{
	struct json *j = &d->tool.json;
	struct imgfmt_segment s;

	(void)err;
	json_array(j, "segments");
	for (size_t i = 0; !imgfmt_image_segment(d->image, i, &s); i++) {
		json_object(j, NULL);
		json_uint(j, "type", s.type);
		json_string(j, "name", facts_segment_name(s.type));
		json_uint(j, "offset", s.offset);
		json_uint(j, "file_size", s.file_size);
		json_uint(j, "memory_size", s.memory_size);
		json_hex64(j, "paddr", s.paddr);
		json_hex64(j, "vaddr", s.vaddr);
		json_uint(j, "flags", s.flags);
		json_uint(j, "align", s.align);
		json_end(j);
	}
	json_end(j);
	return IMGFMT_OK;
}

int json_notes(struct dump *d, struct imgfmt_error *err)
{
	struct json *j = &d->tool.json;
	struct imgfmt_note n;

	(void)err;
	json_array(j, "notes");
	for (size_t i = 0; !imgfmt_image_note(d->image, i, &n); i++) {
		json_object(j, NULL);
		json_string(j, "owner", n.owner);
		json_uint(j, "type", n.type);
		json_string(j, "name", facts_note_name(&n));
		json_uint(j, "size", n.size);
		json_uint(j, "offset", n.offset);
		json_end(j);
	}
	json_end(j);
	return IMGFMT_OK;
}

int json_backup_map(struct dump *d, struct imgfmt_error *err)
{
	struct json *j = &d->tool.json;
	struct imgfmt_backup_run r;

	(void)err;
	json_array(j, "backup_map");
	for (size_t i = 0; !imgfmt_image_backup_run(d->image, i, &r); i++) {
		json_object(j, NULL);
		json_uint(j, "destination", r.destination);
		json_uint(j, "backup", r.backup);
		json_uint(j, "pages", r.pages);
		json_end(j);
	}
	json_end(j);
	return IMGFMT_OK;
}

int json_memory_map(struct dump *d, struct imgfmt_error *err)
{
	struct json *j = &d->tool.json;
	struct imgfmt_memory_range r;

	(void)err;
	json_array(j, "memory_map");
	for (size_t i = 0; !imgfmt_image_memory_range(d->image, i, &r); i++) {
		json_object(j, NULL);
		json_hex64(j, "first", r.first);
		json_uint(j, "bytes", r.bytes);
		json_end(j);
	}
	json_end(j);
	return IMGFMT_OK;
}

int json_mappings(struct dump *d, struct imgfmt_error *err)
{
	struct json *j = &d->tool.json;
	struct imgfmt_mapping m;

	(void)err;
	json_array(j, "mappings");
	for (size_t i = 0; !imgfmt_image_mapping(d->image, i, &m); i++) {
		json_object(j, NULL);
		json_hex64(j, "vaddr", m.vaddr);
		json_hex64(j, "paddr", m.paddr);
		json_uint(j, "bytes", m.bytes);
		json_bool(j, "alias", m.flags & IMGFMT_MAPPING_ALIAS);
		json_end(j);
	}
	json_end(j);
	return IMGFMT_OK;
}

/* Whether a note has it, or in which frame of the memory it was. */
static void put_origin(struct dump *d)
{
	struct imgfmt_kernel_info info = {
		.struct_size = sizeof(info),
		.origin = IMGFMT_VMCOREINFO_NOTE,
		.vmcoreinfo_pfn = IMGFMT_NOWHERE,
	};
	struct json *j = &d->tool.json;

	if (d->kernel)
		imgfmt_kernel_info(d->kernel, &info);
	json_object(j, "vmcoreinfo_origin");
	json_string(j, "where", imgfmt_vmcoreinfo_origin_name((int)info.origin));
	if (info.origin == IMGFMT_VMCOREINFO_MEMORY)
		json_uint(j, "pfn", info.vmcoreinfo_pfn);
	else
		json_null(j, "pfn");
	json_end(j);
}

/* Keys are data here, so they stand in values: they may repeat. */
int json_vmcoreinfo(struct dump *d, struct imgfmt_error *err)
{
	struct json *j = &d->tool.json;
	struct vmcoreinfo_line line;
	const char *text;
	size_t size;
	int rc = kernel_vmcoreinfo(d, &text, &size, err);

	if (rc && rc != IMGFMT_E_ABSENT)
		return rc;
	if (rc) {
		json_null(j, "vmcoreinfo");
		json_null(j, "vmcoreinfo_origin");
		return IMGFMT_OK;
	}
	json_array(j, "vmcoreinfo");
	while (facts_vmcoreinfo_line(&text, &size, &line)) {
		json_object(j, NULL);
		json_text(j, "key", line.key, line.key_len);
		if (line.value)
			json_text(j, "value", line.value, line.value_len);
		else
			json_null(j, "value");
		json_end(j);
	}
	json_end(j);
	put_origin(d);
	return IMGFMT_OK;
}

int json_manifest(struct dump *d, struct imgfmt_error *err)
{
	struct json *j = &d->tool.json;
	size_t size;
	void *data;
	int rc = dump_manifest(d, &data, &size, err);

	if (rc == IMGFMT_E_ABSENT)
		json_null(j, "manifest");
	if (rc)
		return rc == IMGFMT_E_ABSENT ? IMGFMT_OK : rc;
	json_object(j, "manifest");
	json_uint(j, "size", size);
	json_hex(j, "bytes_hex", data, size);
	json_end(j);
	free(data);
	return IMGFMT_OK;
}
