/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/given.h"

#include <stdlib.h>
#include <string.h>

static bool take_backup_map(struct produce *p, int *exit_ret)
{
	struct imgfmt_convert_opts *o = &p->opts;
	struct imgfmt_error err;

	if (!p->backup_map)
		return true;
	if (!strcmp(p->backup_map, PRODUCE_AUTO)) {
		o->flags |= IMGFMT_CONVERT_FIND_BACKUP_MAP;
		return true;
	}
	if (imgfmt_backup_map_load(p->backup_map, p->tool->common.memlimit,
				   &p->runs, &o->backup_runs, &err)) {
		*exit_ret = tool_fail(p->tool, p->backup_map, &err);
		return false;
	}
	o->backup_map = p->runs;
	return true;
}

/* What is wrong with the text is not about the image. */
static bool load_vmcoreinfo(struct produce *p, int *exit_ret)
{
	struct imgfmt_convert_opts *o = &p->opts;
	struct imgfmt_error err;

	if (!p->vmcoreinfo)
		return true;
	if (imgfmt_vmcoreinfo_load(p->vmcoreinfo, &p->text, &o->vmcoreinfo_size,
				   &err)) {
		tool_fail(p->tool, p->vmcoreinfo, &err);
		*exit_ret = EXIT_TROUBLE;
		return false;
	}
	o->vmcoreinfo = p->text;
	return true;
}

bool given_load(struct produce *p, int *exit_ret)
{
	return load_vmcoreinfo(p, exit_ret) && take_backup_map(p, exit_ret);
}

void given_free(struct produce *p)
{
	free(p->text);
	free(p->runs);
	p->text = NULL;
	p->runs = NULL;
}
