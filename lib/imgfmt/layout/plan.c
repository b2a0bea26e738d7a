/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layout/plan.h"

#include "base/error.h"
#include "elf/elf.h"
#include "format.h"

int plan_front(struct plan *p, uint64_t block_count, struct imgfmt_error *err)
{
	uint64_t at;
	int rc = tables_plan(block_count, p->content, &p->tables, err);

	if (rc)
		return rc;
	/* All terms are far below 2^62 by the limits of spec 3.3. */
	p->notes = align_up(elf_headers_size(p->phnum), IMGFMT_FRONT_ALIGN);
	p->map = align_up(p->notes + p->notes_size, IMGFMT_FRONT_ALIGN);
	p->front_end = p->map + p->map_size;
	if (p->level != IMGFMT_SEALED) {
		p->data = align_up(p->front_end, p->page_size);
		return IMGFMT_OK;
	}
	p->tables_at = align_up(p->front_end, IMGFMT_TABLES_ALIGN);
	if (add_overflow(p->tables_at, p->tables.size, &at) ||
	    at > IMGFMT_MAX_FILE)
		return err_rule(err, IMGFMT_E_LIMIT, "LIM-01", IMGFMT_NOWHERE,
				"tables of %llu blocks are too large",
				(unsigned long long)block_count);
	p->mutable_at = align_up(at, IMGFMT_MUTABLE_UNIT);
	p->data = align_up(p->mutable_at + IMGFMT_MUTABLE_SIZE, p->page_size);
	return IMGFMT_OK;
}

int plan_finish(struct plan *p, uint64_t data_size, struct imgfmt_error *err)
{
	if (data_size > IMGFMT_MAX_FILE - p->data - p->tables.size - COMMIT_SIZE)
		return err_rule(err, IMGFMT_E_LIMIT, "LIM-01", IMGFMT_NOWHERE,
				"data of %llu bytes are too large",
				(unsigned long long)data_size);
	p->data_size = data_size;
	p->commit = p->data + data_size;
	if (p->level != IMGFMT_SEALED) {
		p->tables_at = p->commit;
		p->commit += p->tables.size;
	}
	p->image_size = p->commit + COMMIT_SIZE;
	return IMGFMT_OK;
}
