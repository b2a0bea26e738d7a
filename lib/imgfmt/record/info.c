/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/info.h"

#define NOT_RESUMABLE_KNOWN                                         \
	(IMGFMT_NOT_RESUMABLE_NO_ENTRY | IMGFMT_NOT_RESUMABLE_LEFT_OUT | \
	 IMGFMT_NOT_RESUMABLE_SALVAGED | IMGFMT_NOT_RESUMABLE_UNPLACED)

/* One field's rule: @ok, or the message with the field's name and value. */
static int check(bool ok, const char *rule, uint64_t offset, const char *field,
		 uint64_t value, struct imgfmt_error *err)
{
	if (ok)
		return IMGFMT_OK;
	return err_rule(err, IMGFMT_E_CORRUPT, rule, offset,
			"information note: %s %llu is not allowed", field,
			(unsigned long long)value);
}

static void info_load(const struct imgfmt_info_record *r, struct info *ret)
{
	ret->version_major = le16toh(r->version_major);
	ret->version_minor = le16toh(r->version_minor);
	ret->level = r->level;
	ret->profile = r->profile;
	ret->kind = r->kind;
	ret->view = r->view;
	ret->incompatible = le64toh(r->incompatible);
	ret->read_compatible = le64toh(r->read_compatible);
	ret->ignorable = le64toh(r->ignorable);
	ret->page_size = le32toh(r->page_size);
	ret->block_pages = le32toh(r->block_pages);
	ret->max_pfn = le64toh(r->max_pfn);
	ret->not_resumable = le32toh(r->not_resumable);
	ret->free_policy = r->free_policy;
	ret->poison = r->poison;
	ret->time = le64toh(r->time);
	memcpy(ret->uuid, r->uuid, sizeof(ret->uuid));
	ret->data_offset = le64toh(r->data_offset);
	ret->data_size = le64toh(r->data_size);
	ret->tables_offset = le64toh(r->tables_offset);
	ret->tables_size = le64toh(r->tables_size);
	ret->image_size = le64toh(r->image_size);
	memcpy(ret->set_tag, r->set_tag, sizeof(ret->set_tag));
	memcpy(ret->release, r->release, sizeof(ret->release));
	memcpy(ret->version, r->version, sizeof(ret->version));
}

/* The one place of an unsupported version or feature: everything else of the
 * note may have changed its meaning with it. */
static int check_version(const struct info *i, uint64_t offset,
			 struct imgfmt_error *err)
{
	if (i->version_major != IMGFMT_VERSION_MAJOR)
		return err_rule(err, IMGFMT_E_UNSUPPORTED, "INF-03", offset,
				"format version %u.%u is not supported",
				i->version_major, i->version_minor);
	if (i->incompatible)
		return err_rule(err, IMGFMT_E_UNSUPPORTED, "FEA-01", offset + 8,
				"incompatible features 0x%llx are not supported",
				(unsigned long long)i->incompatible);
	if (i->page_size != 4096 && i->page_size != 16384 &&
	    i->page_size != 65536)
		return err_rule(err, IMGFMT_E_UNSUPPORTED, "INF-08",
				offset + 32, "page size %u is not supported",
				i->page_size);
	return IMGFMT_OK;
}

static int check_words(const struct info *i, uint64_t offset,
		       struct imgfmt_error *err)
{
	int rc;

	rc = check(i->level <= IMGFMT_SEALED, "INF-04", offset + 4, "level",
		   i->level, err);
	if (rc)
		return rc;
	rc = check(i->profile == IMGFMT_PLAIN ||
			   (i->profile == IMGFMT_PACKED && i->level),
		   "INF-05", offset + 5, "profile", i->profile, err);
	if (rc)
		return rc;
	rc = check(i->kind == IMGFMT_HIBERNATED_SYSTEM ||
			   i->kind == IMGFMT_HIBERNATING_KERNEL,
		   "INF-06", offset + 6, "kind", i->kind, err);
	if (rc)
		return rc;
	return check(i->view == IMGFMT_VIEW_ORIGINAL ||
			     i->view == IMGFMT_VIEW_JUMP,
		     "INF-07", offset + 7, "view", i->view, err);
}

static int check_numbers(const struct info *i, uint64_t offset,
			 struct imgfmt_error *err)
{
	bool bare = i->level == IMGFMT_BARE;
	int rc;

	rc = check(bare ? !i->block_pages :
			  is_pow2(i->block_pages) &&
				  i->block_pages <= IMGFMT_MAX_BLOCK_PAGES,
		   "INF-09", offset + 36, "block pages", i->block_pages, err);
	if (rc)
		return rc;
	rc = check(bare ? !i->max_pfn :
			  i->max_pfn <= IMGFMT_MAX_ADDRESS / i->page_size,
		   bare ? "INF-10" : "LIM-01", offset + 40, "max pfn",
		   i->max_pfn, err);
	if (rc)
		return rc;
	rc = check(!(i->not_resumable & ~NOT_RESUMABLE_KNOWN) &&
			   !(bare && i->not_resumable),
		   "INF-11", offset + 48, "set of reasons", i->not_resumable,
		   err);
	if (rc)
		return rc;
	rc = check(i->free_policy <= IMGFMT_FREE_POISON, "INF-12", offset + 52,
		   "free policy", i->free_policy, err);
	if (rc)
		return rc;
	return check(!i->poison || i->free_policy == IMGFMT_FREE_POISON,
		     "INF-12", offset + 53, "poison byte", i->poison, err);
}

/* What a level must leave at zero. */
static int check_level(const struct info *i, uint64_t offset,
		       struct imgfmt_error *err)
{
	int rc;

	if (i->level == IMGFMT_SEALED)
		return check(i->image_size <= IMGFMT_MAX_FILE, "LIM-01",
			     offset + 112, "image size", i->image_size, err);
	rc = check(mem_is_zero(i->uuid, sizeof(i->uuid)), "INF-13", offset + 64,
		   "uuid outside a sealed image starting", i->uuid[0], err);
	if (rc)
		return rc;
	rc = check(!i->data_size && !i->tables_offset && !i->tables_size &&
			   !i->image_size,
		   "INF-14", offset + 88, "data size of an unsealed image",
		   i->data_size, err);
	if (rc || i->level == IMGFMT_STREAMED)
		return rc;
	rc = check(!i->data_offset, "INF-14", offset + 80,
		   "data offset of a bare image", i->data_offset, err);
	if (rc)
		return rc;
	return check(mem_is_zero(i->set_tag, sizeof(i->set_tag)), "INF-15",
		     offset + 120, "set tag of a bare image starting",
		     i->set_tag[0], err);
}

int info_decode(const void *desc, size_t size, uint64_t offset,
		struct info *ret, struct imgfmt_error *err)
{
	struct imgfmt_info_record r;
	uint32_t crc;
	int rc;

	*ret = (struct info){ 0 };
	if (size != sizeof(r))
		return err_rule(err, IMGFMT_E_CORRUPT, "INF-01", offset,
				"information note has %zu bytes, not %zu", size,
				sizeof(r));
	memcpy(&r, desc, sizeof(r));
	crc = record_crc(&r, sizeof(r), offsetof(typeof(r), crc32c));
	if (crc != le32toh(r.crc32c))
		return err_rule(err, IMGFMT_E_CORRUPT, "INF-02", offset,
				"information note: CRC32C stored 0x%08x, computed 0x%08x",
				le32toh(r.crc32c), crc);
	info_load(&r, ret);
	rc = check_version(ret, offset, err);
	if (rc)
		return rc;
	rc = check_words(ret, offset, err);
	if (rc)
		return rc;
	rc = check_numbers(ret, offset, err);
	if (rc)
		return rc;
	rc = check_level(ret, offset, err);
	if (rc)
		return rc;
	rc = check(record_text_ok(r.release, sizeof(r.release)), "INF-16",
		   offset + 128, "release text starting", r.release[0], err);
	if (rc)
		return rc;
	rc = check(record_text_ok(r.version, sizeof(r.version)), "INF-16",
		   offset + 256, "version text starting", r.version[0], err);
	if (rc)
		return rc;
	rc = record_reserved(&r.reserved0, sizeof(r.reserved0), offset + 54,
			     "the information note", err);
	if (rc)
		return rc;
	return record_reserved(r.reserved1, sizeof(r.reserved1), offset + 384,
			       "the information note", err);
}

void info_encode(const struct info *i, struct imgfmt_info_record *ret)
{
	*ret = (struct imgfmt_info_record){
		.version_major = htole16(i->version_major),
		.version_minor = htole16(i->version_minor),
		.level = i->level,
		.profile = i->profile,
		.kind = i->kind,
		.view = i->view,
		.incompatible = htole64(i->incompatible),
		.read_compatible = htole64(i->read_compatible),
		.ignorable = htole64(i->ignorable),
		.page_size = htole32(i->page_size),
		.block_pages = htole32(i->block_pages),
		.max_pfn = htole64(i->max_pfn),
		.not_resumable = htole32(i->not_resumable),
		.free_policy = i->free_policy,
		.poison = i->poison,
		.time = htole64(i->time),
		.data_offset = htole64(i->data_offset),
		.data_size = htole64(i->data_size),
		.tables_offset = htole64(i->tables_offset),
		.tables_size = htole64(i->tables_size),
		.image_size = htole64(i->image_size),
	};
	memcpy(ret->uuid, i->uuid, sizeof(ret->uuid));
	memcpy(ret->set_tag, i->set_tag, sizeof(ret->set_tag));
	record_text_put(ret->release, sizeof(ret->release), i->release);
	record_text_put(ret->version, sizeof(ret->version), i->version);
	ret->crc32c = htole32(record_crc(ret, sizeof(*ret),
					 offsetof(typeof(*ret), crc32c)));
}

bool info_class_needed(unsigned int class_id)
{
	return class_id == IMGFMT_NONE || class_id >= IMGFMT_CACHE;
}
