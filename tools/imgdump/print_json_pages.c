/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runs of frames as JSON.  What a cut image still gives is written, and
 * the document says that it failed.
 */
#include "pages.h"

static void put_run(struct json *j, const struct imgfmt_run *r)
{
	json_object(j, NULL);
	json_uint(j, "pfn", r->pfn);
	json_uint(j, "pages", r->pages);
	json_string(j, "state", imgfmt_state_name((int)r->state));
	json_string(j, "class", imgfmt_class_name((int)r->class_id));
	json_end(j);
}

static int put_runs(struct dump *d, struct pages *p, struct imgfmt_error *err)
{
	struct json *j = &d->tool.json;
	struct imgfmt_run run;
	int rc;

	json_array(j, "runs");
	while (!(rc = pages_next(p, &run, err)))
		put_run(j, &run);
	json_end(j);
	return rc < 0 ? rc : IMGFMT_OK;
}

static void put_totals(struct json *j, const struct pages *p)
{
	json_array(j, "totals");
	for (int s = 0; s < STATES; s++)
		for (int c = 0; c < IMGFMT_CLASSES; c++) {
			if (!p->count[s][c])
				continue;
			json_object(j, NULL);
			json_string(j, "state", imgfmt_state_name(s));
			json_string(j, "class", imgfmt_class_name(c));
			json_uint(j, "pages", p->count[s][c]);
			json_end(j);
		}
	json_end(j);
}

int json_pages(struct dump *d, struct imgfmt_error *err)
{
	struct json *j = &d->tool.json;
	struct pages p;
	int rc = pages_init(&p, d, err);

	if (!rc) {
		json_object(j, "pages");
		json_string(j, "view", imgfmt_view_name(dump_view(d)));
		json_uint(j, "page_size", d->info.page_size);
		rc = put_runs(d, &p, err);
		if (!rc)
			put_totals(j, &p);
		json_end(j);
	}
	pages_fini(&p);
	return rc;
}
