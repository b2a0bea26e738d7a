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

/* Whether @next goes on where @run ends, on both sides. */
static bool continues(const struct imgfmt_backup_run *run,
		      const struct imgfmt_backup_run *next)
{
	return next->destination == run->destination + run->pages &&
	       next->backup == run->backup + run->pages;
}

/* Most lines go on from the one before, so merge at once and keep it small. */
static int add_run(struct vec *runs, const struct imgfmt_backup_run *run,
		   uint64_t memlimit, struct imgfmt_error *err)
{
	if (runs->len) {
		struct imgfmt_backup_run *last =
			&vec_array(runs, struct imgfmt_backup_run)[runs->len - 1];

		if (continues(last, run)) {
			last->pages += run->pages;
			return IMGFMT_OK;
		}
	}
	if (runs->len >= IMGFMT_MAX_RUNS)
		return err_rule(err, IMGFMT_E_LIMIT, "LIM-01", IMGFMT_NOWHERE,
				"backup map of more than %lu runs",
				IMGFMT_MAX_RUNS);
	if (runs->len >= memlimit / BACKUP_RUN_COST)
		return err_set(err, IMGFMT_E_LIMIT,
			       "backup map needs more than the memory limit of %llu bytes",
			       (unsigned long long)memlimit);
	return vec_push(runs, run, err);
}

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
			rc = add_run(runs, &run, memlimit, err);
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

static int by_destination(const void *a, const void *b)
{
	const struct imgfmt_backup_run *x = a, *y = b;

	return (x->destination > y->destination) -
	       (x->destination < y->destination);
}

/* Merge in place what has become neighbours. */
static void merge_sorted(struct vec *runs)
{
	struct imgfmt_backup_run *run =
		vec_array(runs, struct imgfmt_backup_run);
	size_t last = 0;

	for (size_t i = 1; i < runs->len; i++) {
		if (continues(&run[last], &run[i]))
			run[last].pages += run[i].pages;
		else
			run[++last] = run[i];
	}
	runs->len = last + 1;
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
	qsort(runs.data, runs.len, runs.elem, by_destination);
	merge_sorted(&runs);
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
