/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walk over the runs of frames.
 */
#include "pages.h"

#include "common/progress.h"
#include "common/signals.h"

bool pages_need_pass(const struct dump *d)
{
	return d->info.sequential && d->info.level != IMGFMT_BARE;
}

int pages_init(struct pages *p, struct dump *d, struct imgfmt_error *err)
{
	const struct imgfmt_cursor_opts opts = {
		.struct_size = sizeof(opts),
		.view = (uint32_t)dump_view(d),
	};

	*p = (struct pages){ .dump = d };
	if (!pages_need_pass(d))
		return imgfmt_cursor_new(d->image, &opts, &p->cursor, err);
	if (dump_view(d) != d->info.view)
		return dump_error(err, IMGFMT_E_SEEK,
				  "a pipe has only its own view; use a file");
	return imgfmt_stream_new(d->image, &p->stream, err);
}

void pages_fini(struct pages *p)
{
	imgfmt_cursor_free(p->cursor);
	imgfmt_stream_free(p->stream);
}

/* The next piece of a run, as the library gives it. */
static int read_piece(struct pages *p, struct imgfmt_run *ret,
		      struct imgfmt_error *err)
{
	struct imgfmt_item item;
	int rc;

	if (!p->stream)
		return imgfmt_cursor_run(p->cursor, p->next.pfn + p->next.pages,
					 ret, err);
	rc = imgfmt_stream_next(p->stream, &item, err);
	*ret = (struct imgfmt_run){
		.pfn = item.pfn,
		.pages = item.pages,
		.state = item.state,
		.class_id = item.class_id,
	};
	return rc;
}

static int count_piece(struct pages *p, const struct imgfmt_run *piece,
		       struct imgfmt_error *err)
{
	const struct dump *d = p->dump;
	uint64_t all = d->info.present_pages + d->info.excluded_pages;

	p->done += piece->pages;
	if (piece->state < STATES && piece->class_id < IMGFMT_CLASSES)
		p->count[piece->state][piece->class_id] += piece->pages;
	if (p->progress)
		progress_update(p->progress, dump_pages_size(d, p->done),
				dump_pages_size(d, all));
	if (signals_caught())
		return dump_error(err, IMGFMT_E_CANCELLED, "stopped");
	return IMGFMT_OK;
}

static bool continues(const struct imgfmt_run *run,
		      const struct imgfmt_run *piece)
{
	return piece->pfn == run->pfn + run->pages &&
	       piece->state == run->state && piece->class_id == run->class_id;
}

int pages_next(struct pages *p, struct imgfmt_run *ret,
	       struct imgfmt_error *err)
{
	struct imgfmt_run run = p->next, piece;

	while (!p->ended) {
		int rc = read_piece(p, &piece, err);

		if (rc == IMGFMT_END) {
			p->ended = true;
			break;
		}
		if (!rc)
			rc = count_piece(p, &piece, err);
		if (rc)
			return rc;
		p->next = piece;
		if (run.pages && !continues(&run, &piece)) {
			*ret = run;
			return IMGFMT_OK;
		}
		if (run.pages)
			run.pages += piece.pages;
		else
			run = piece;
	}
	p->next = (struct imgfmt_run){ 0 };
	*ret = run;
	return run.pages ? IMGFMT_OK : IMGFMT_END;
}

int pages_skip(struct dump *d, struct imgfmt_error *err)
{
	struct pages p;
	struct imgfmt_run run;
	int rc = pages_init(&p, d, err);

	p.progress = &d->tool.progress;
	progress_start(p.progress, "reading");
	while (!rc)
		rc = pages_next(&p, &run, err);
	progress_finish(p.progress);
	pages_fini(&p);
	return rc == IMGFMT_END ? IMGFMT_OK : rc;
}
