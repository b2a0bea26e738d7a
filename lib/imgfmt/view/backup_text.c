/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading a backup map from text.
 */
#include "view/backup_text.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"
#include "format.h"
#include "io/text.h"
#include "record/backup_map.h"

/*
 * The text does not say its page size.  The smallest one allows the highest
 * frame numbers; who takes the map into an image checks it against the size of
 * that.
 */
#define SMALLEST_PAGE 4096u
#define MEMLIMIT_DEFAULT ((uint64_t)1 << 30)
#define FRAME_LIMIT (IMGFMT_MAX_ADDRESS / SMALLEST_PAGE)

static int parse_line(struct line *l, size_t number,
		      struct imgfmt_backup_run *ret, struct imgfmt_error *err)
{
	ret->pages = 1;
	if (!line_take_hex(l, &ret->destination) ||
	    !line_take_hex(l, &ret->backup) || !line_is_empty(l))
		return err_set(err, IMGFMT_E_USAGE,
			       "line %zu: not two hexadecimal frame numbers",
			       number);
	if (ret->destination >= FRAME_LIMIT || ret->backup >= FRAME_LIMIT)
		return err_set(err, IMGFMT_E_USAGE,
			       "line %zu: a frame number above the highest address",
			       number);
	return IMGFMT_OK;
}

static int parse(struct text_stream *t, uint64_t memlimit, struct vec *runs,
		 struct imgfmt_error *err)
{
	struct imgfmt_backup_run run;
	struct line line;
	int rc;

	while (!(rc = text_stream_next_line(t, &line, err))) {
		rc = parse_line(&line, t->line, &run, err);
		if (!rc)
			rc = backup_map_add(runs, &run, memlimit, err);
		if (rc < 0)
			return rc;
	}
	if (rc < 0)
		return rc;
	/* An empty map places nothing; who gives one has taken a wrong file. */
	if (!runs->len)
		return err_set(err, IMGFMT_E_USAGE, "backup map has no entries");
	return IMGFMT_OK;
}

int imgfmt_backup_map_load(const char *path, uint64_t memlimit,
			   struct imgfmt_backup_run **ret, size_t *count_ret,
			   struct imgfmt_error *err)
{
	struct text_stream text;
	struct vec runs;
	int rc = text_stream_open(path, BACKUP_TEXT_MAX, &text, err);

	*ret = NULL;
	*count_ret = 0;
	if (rc < 0)
		return rc;
	vec_init(&runs, sizeof(struct imgfmt_backup_run));
	rc = parse(&text, memlimit ? memlimit : MEMLIMIT_DEFAULT, &runs, err);
	text_stream_fini(&text);
	if (rc < 0)
		goto fail;
	backup_map_sort(&runs);
	rc = backup_map_check(runs.data, runs.len, SMALLEST_PAGE, err);
	if (rc < 0)
		goto fail;
	*ret = runs.data;
	*count_ret = runs.len;
	return IMGFMT_OK;
fail:
	vec_fini(&runs);
	return rc;
}
