/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fitness for a resume: what the image must hold for it (spec 6.7), and
 * whether this machine and kernel are the ones it was made on (spec 6.8).
 */
#include <stdio.h>

#include "base/error.h"
#include "kernel/recover.h"
#include "machine/machine.h"
#include "source/swap_host.h"
#include "verify/verify.h"
#include "view/memory.h"
#include "view/placement.h"

static void no(struct verifier *v, const char *rule, uint64_t pfn,
	       const char *what)
{
	struct imgfmt_error e;

	err_rule_pfn(&e, IMGFMT_E_UNFIT, rule, IMGFMT_NOWHERE, pfn,
		     "not resumable%s: %s",
		     v->report.from_swap ? " where it is now" : "", what);
	verify_tell(v, IMGFMT_FINDING_ERROR, &e);
}

static void check_backups(struct verifier *v, const struct frames *jump)
{
	struct placement p;

	placement_check(jump, &v->image->backup_map, &p);
	if (p.missing)
		no(v, "RSM-02", p.first_missing, "a backup page is missing");
}

static void check_record(struct verifier *v)
{
	const struct imgfmt_image *image = v->image;
	struct imgfmt_error e;

	if (image->info.kind == IMGFMT_HIBERNATING_KERNEL ||
	    !image->has_mutable ||
	    image->resume.state == IMGFMT_RESUME_PENDING)
		return;
	err_rule(&e, IMGFMT_E_UNFIT, "RSM-03", image->plan.mutable_at,
		 "not resumable: the image was %s%s%s",
		 imgfmt_resume_state_name((int)image->resume.state),
		 image->resume.who[0] ? " by " : "", image->resume.who);
	verify_tell(v, IMGFMT_FINDING_ERROR, &e);
}

static void check_reasons(struct verifier *v)
{
	static const char *const why[] = {
		"the image has no entry",
		"pages that a resume needs were left out",
		"the image was salvaged from a damaged one",
		"the original view has no backup map to place its pages",
	};
	uint32_t reasons = v->image->info.not_resumable;

	for (size_t i = 0; i < ARRAY_SIZE(why); i++)
		if (reasons >> i & 1)
			no(v, "RSM-05", IMGFMT_NOWHERE, why[i]);
}

/* A foreign image that its own kernel resumes. */
static void check_own_state(struct verifier *v)
{
	const struct imgfmt_image *image = v->image;
	struct imgfmt_error e;

	if (!image->has_resume ||
	    image->resume.state == IMGFMT_RESUME_PENDING)
		return;
	err_rule(&e, IMGFMT_E_UNFIT, "SWS-27", IMGFMT_NOWHERE,
		 "not resumable: the image was consumed, which is resumed from or taken back");
	verify_tell(v, IMGFMT_FINDING_ERROR, &e);
}

/* What its own kernel resumes once it is in swap again. */
static void note_swap(struct verifier *v)
{
	const struct imgfmt_image *image = v->image;
	struct imgfmt_error e;

	if (!image->has_swap || image->swap.consumed ||
	    image->info.kind != IMGFMT_HIBERNATED_SYSTEM ||
	    image->info.not_resumable & IMGFMT_NOT_RESUMABLE_SALVAGED ||
	    frames_left_out(&image->frames))
		return;
	v->report.from_swap = true;
	err_set(&e, IMGFMT_E_UNFIT,
		"made from a hibernation image: it is resumed from swap, once written back there");
	verify_tell(v, IMGFMT_FINDING_NOTE, &e);
}

int verify_resumable(struct verifier *v, struct imgfmt_error *err)
{
	const struct imgfmt_image *image = v->image;
	uint64_t pfn = image->entry / image->info.page_size;
	struct frames jump;
	bool has_entry;
	int rc;

	if (!(v->opts.flags & IMGFMT_VERIFY_RESUMABLE))
		return IMGFMT_OK;
	if (image->ops->resumes) {
		check_own_state(v);
		return IMGFMT_OK;
	}
	note_swap(v);
	if (image->info.level == IMGFMT_BARE) {
		no(v, "RSM-04", IMGFMT_NOWHERE,
		   "a core without tables is not an image to resume");
		return IMGFMT_OK;
	}
	frames_init(&jump);
	rc = placement_frames(&image->frames, &image->info, &image->backup_map,
			      &jump, err);
	if (!rc) {
		check_reasons(v);
		has_entry = frames_present(&jump, pfn);
		if (image->entry && !has_entry)
			no(v, "RSM-01", pfn, "the page of the entry is missing");
		if (image->info.kind == IMGFMT_HIBERNATED_SYSTEM)
			check_backups(v, &jump);
		check_record(v);
		/* Without, there is no more to say. */
		rc = has_entry ? verify_jump(v, err) : IMGFMT_OK;
	}
	frames_fini(&jump);
	return rc;
}

static void not_here(struct verifier *v, const char *rule, uint64_t pfn,
		     const char *what)
{
	struct imgfmt_error e;

	err_rule_pfn(&e, IMGFMT_E_UNFIT, rule, IMGFMT_NOWHERE, pfn,
		     "not for this machine: %s", what);
	verify_tell(v, IMGFMT_FINDING_ERROR, &e);
}

/* Every range of @have inside one of @ram, both rising. */
static bool first_outside(const struct imgfmt_memory_range *have, size_t count,
			  const struct imgfmt_memory_range *ram, size_t rams,
			  uint64_t *ret)
{
	size_t j = 0;

	for (size_t i = 0; i < count; i++) {
		while (j < rams && ram[j].first + ram[j].bytes <= have[i].first)
			j++;
		*ret = have[i].first;
		if (j == rams || ram[j].first > have[i].first)
			return true;
		*ret = ram[j].first + ram[j].bytes;
		if (*ret < have[i].first + have[i].bytes)
			return true;
	}
	return false;
}

/* Any machine with as much RAM has passed. */
static void note_firmware(struct verifier *v, const char *whose)
{
	struct imgfmt_error e;

	err_set(&e, IMGFMT_E_UNFIT,
		"not compared: the firmware's memory map of %s is not known, only that the RAM suffices",
		whose);
	verify_tell(v, IMGFMT_FINDING_NOTE, &e);
}

static void check_memory(struct verifier *v)
{
	const struct imgfmt_image *image = v->image;
	const uint8_t *theirs = machine_firmware_digest(v->opts.machine);
	const uint8_t *ours = image->memory.firmware;
	const struct imgfmt_memory_range *ram;
	uint64_t at;
	size_t rams;

	if (!image->has_memory_map) {
		not_here(v, "HST-01", IMGFMT_NOWHERE,
			 "the image has no memory map to compare");
		return;
	}
	if (theirs && !mem_is_zero(ours, IMGFMT_DIGEST_SIZE)) {
		if (memcmp(theirs, ours, IMGFMT_DIGEST_SIZE))
			not_here(v, "HST-01", IMGFMT_NOWHERE,
				 "its firmware's memory map is another one");
		return;
	}
	ram = machine_ram(v->opts.machine, &rams);
	if (!rams) {
		not_here(v, "HST-01", IMGFMT_NOWHERE,
			 "nothing is known of its memory");
		return;
	}
	if (first_outside(image->memory.ranges.data, image->memory.ranges.len,
			  ram, rams, &at))
		not_here(v, "HST-02", at / image->info.page_size,
			 "it has no RAM where the image has some");
	else
		note_firmware(v, theirs ? "the image" : "the machine");
}

static void tell_host(void *ctx, int severity, const struct imgfmt_error *what)
{
	verify_tell(ctx, severity, what);
}

static void take_release(const struct vmcoreinfo *v, char ret[UTS_FIELD])
{
	const char *text;
	size_t len;

	if (!vmcoreinfo_get(v, "OSRELEASE", &text, &len) || len >= UTS_FIELD)
		return;
	memcpy(ret, text, len);
	ret[len] = '\0';
}

/* Out of the memory; what cannot be found there is not known. */
static int search_release(struct verifier *v, char ret[UTS_FIELD],
			  struct imgfmt_error *err)
{
	struct imgfmt_image *image = v->image;
	const struct recover_opts search = { 0 };
	struct view_memory memory;
	struct kernel k;
	struct vec text;
	uint64_t pfn;
	int rc = view_memory_init(&memory, image, image->info.view,
				  &image->backup_map, err);

	vec_init(&text, 1);
	if (!rc)
		rc = recover_kernel(&memory.memory, &search, &k, &text, &pfn,
				    err);
	if (!rc) {
		take_release(&k.info, ret);
		kernel_fini(&k);
	}
	vec_fini(&text);
	view_memory_fini(&memory);
	return rc == IMGFMT_E_NOMEM || rc == IMGFMT_E_OS ? rc : IMGFMT_OK;
}

/* The release of the image's kernel, or "". */
static int find_release(struct verifier *v, char ret[UTS_FIELD],
			struct imgfmt_error *err)
{
	const char *own = v->image->info.release;
	struct vmcoreinfo note;

	*ret = '\0';
	if (*own && strlen(own) < UTS_FIELD)
		strcpy(ret, own);
	else if (vmcoreinfo_find(&v->image->notes, &note))
		take_release(&note, ret);
	else if (v->image->ops->recover)
		return search_release(v, ret, err);
	return IMGFMT_OK;
}

/* By the rules of the kernel that resumes it from swap. */
static int check_swap_host(struct verifier *v, struct imgfmt_error *err)
{
	char own[UTS_FIELD] = "";
	const struct host host = {
		.machine = v->opts.machine,
		.release = v->opts.kernel,
		.own_release = own,
		.tell = tell_host,
		.ctx = v,
	};
	int rc = v->opts.kernel ? find_release(v, own, err) : IMGFMT_OK;

	if (rc)
		return rc;
	if (!v->image->ops->check_host)
		return swap_note_check_host(v->image, &host, err);
	v->image->ops->check_host(v->image, &host);
	return IMGFMT_OK;
}

int verify_host(struct verifier *v, struct imgfmt_error *err)
{
	const char *release = v->image->info.release;
	struct imgfmt_error e;

	if (!v->opts.machine && !v->opts.kernel)
		return IMGFMT_OK;
	if (v->image->ops->check_host || v->image->has_swap)
		return check_swap_host(v, err);
	if (v->opts.machine)
		check_memory(v);
	if (v->opts.kernel && strcmp(v->opts.kernel, release)) {
		err_rule(&e, IMGFMT_E_UNFIT, "HST-03", IMGFMT_NOWHERE,
			 "kernel is %s, not %s", release[0] ? release : "unknown",
			 v->opts.kernel);
		verify_tell(v, IMGFMT_FINDING_ERROR, &e);
	}
	return IMGFMT_OK;
}
