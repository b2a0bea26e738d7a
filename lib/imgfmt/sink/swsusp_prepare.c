/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a target can become an image of Linux's own hibernation, and of
 * which form its kernel can read it.
 */
#include "sink/swsusp.h"

#include <stdio.h>

#include "base/error.h"
#include "sink/swap_area.h"

#define RELEASE(major, minor) ((major) * 1000u + (minor))
#define RELEASE_LZ4	RELEASE(6u, 9u)

/* "6.12.117+deb12-cloud-amd64" as RELEASE(6, 12), or 0 if nobody knows. */
static unsigned int release_of(const struct target *t)
{
	unsigned int major, minor;

	if (sscanf(t->info.release, "%4u.%3u", &major, &minor) != 2)
		return 0;
	return RELEASE(major, minor);
}

static int check_target(const struct target *t,
			const struct imgfmt_convert_opts *opts,
			struct imgfmt_error *err)
{
	if (t->info.kind != IMGFMT_HIBERNATED_SYSTEM)
		return err_set(err, IMGFMT_E_UNFIT,
			       "memory of a hibernating kernel is no hibernation image of the kernel's own form");
	if (t->info.not_resumable & IMGFMT_NOT_RESUMABLE_SALVAGED)
		return err_set(err, IMGFMT_E_UNFIT,
			       "a salvaged image cannot be resumed, so it is not written back");
	if (frames_left_out(&t->frames))
		return err_set(err, IMGFMT_E_UNFIT,
			       "pages that a resume needs are left out, so it is not written back");
	if (!t->has_swap)
		return err_set(err, IMGFMT_E_UNFIT,
			       "not made from a hibernation image of the kernel's own form: it has no note to write one back by");
	if (t->used && !(opts->flags & IMGFMT_CONVERT_USED))
		return err_set(err, IMGFMT_E_UNFIT,
			       "the image was consumed, which is resumed from or taken back: to resume it again would destroy file systems that have changed since; --used writes it");
	if (!t->frames.present)
		return err_set(err, IMGFMT_E_UNFIT,
			       "an image without pages is not written back");
	return IMGFMT_OK;
}

/*
 * Zero pages are left out where the kernel itself did so, and puts them back.
 * One that knows how to (6.7 and later) stores none, so an image that had no
 * zero flag is of an older kernel, or has no zero page.
 */
static void choose_zero(struct target *t)
{
	t->elide_zero = !t->keep_zero && t->swap.zero_elided;
}

static int set_codec(struct target *t, const struct codec *codec,
		     struct imgfmt_error *err)
{
	t->codec = codec;
	t->level = codec->level_default;
	if (codec_is_built(codec))
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_UNSUPPORTED,
		       "codec %s is not part of this build", codec->name);
}

/* The one that the image had in swap, or the one that all kernels know. */
static const struct codec *default_codec(const struct swap_note *n)
{
	if (n->header_flags & SWSUSP_NOCOMPRESS)
		return codec_by_id(CODEC_NONE);
	if (n->header_flags & SWSUSP_LZ4)
		return codec_by_id(CODEC_LZ4);
	return &codec_lzo;
}

static int choose_codec(struct target *t, const char *name,
			struct imgfmt_error *err)
{
	int rc;

	if (!name)
		return set_codec(t, default_codec(&t->swap), err);
	if (!strcmp(name, codec_lzo.name))
		return set_codec(t, &codec_lzo, err);
	rc = codec_parse(name, &t->codec, &t->level, err);
	if (rc)
		return rc;
	if (t->codec->id == CODEC_NONE || t->codec->id == CODEC_LZ4)
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_USAGE,
		       "kernels read hibernation images of the codecs lzo, lz4 and none, not %s",
		       t->codec->name);
}

/* An older kernel would take LZ4 for LZO. */
static int check_codec(const struct target *t, struct imgfmt_error *err)
{
	unsigned int release = release_of(t);

	if (t->codec->id != CODEC_LZ4 || release >= RELEASE_LZ4 ||
	    t->swap.header_flags & SWSUSP_LZ4)
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_UNFIT,
		       "codec lz4 needs a kernel of 6.9 or later, and this image is of %s",
		       release ? t->info.release : "an unknown one");
}

int swsusp_prepare(struct target *t, const struct imgfmt_convert_opts *opts,
		   struct imgfmt_error *err)
{
	int rc = check_target(t, opts, err);

	if (!rc)
		rc = choose_codec(t, opts->codec, err);
	if (!rc)
		rc = check_codec(t, err);
	choose_zero(t);
	t->elsewhere = opts->flags & IMGFMT_CONVERT_ELSEWHERE;
	return rc;
}

/*
 * What was asked for is done, and its price is told.  The UUID is no rule, but a
 * boot that looks for another one does not resume: it mounts the file systems,
 * and the image must not be resumed any more.
 */
void swsusp_caution(const struct target *t,
		    const struct imgfmt_convert_opts *opts,
		    struct imgfmt_output *out)
{
	struct swap_area *area = swap_area_of(out);
	struct imgfmt_error e;

	if (t->used) {
		err_rule(&e, IMGFMT_E_UNFIT, "SWS-36", IMGFMT_NOWHERE,
			 "the image was consumed, which is resumed from or taken back: if its file systems have changed since, to resume it again destroys them");
		opts->caution(opts->caution_ctx, &e);
	}
	/* What is refused when the sink is opened has no price. */
	if (area && swap_area_take_home(area, &t->swap, t->elsewhere, NULL))
		return;
	if (area && swap_area_misses_memory(area, &t->swap)) {
		err_rule(&e, IMGFMT_E_UNFIT, "SWS-38", IMGFMT_NOWHERE,
			 "%s: not the area that the image was in, where the saved system has memory that it will miss",
			 output_name(out));
		opts->caution(opts->caution_ctx, &e);
	}
	if (area && !swap_area_has_uuid(area, &t->swap)) {
		err_set(&e, IMGFMT_E_UNFIT,
			"%s: has another UUID than the area that the image was in: a boot that looks for that one will not find it",
			output_name(out));
		opts->caution(opts->caution_ctx, &e);
	}
}

int snapshot_prepare(struct target *t, const struct imgfmt_convert_opts *opts,
		     struct imgfmt_error *err)
{
	int rc = check_target(t, opts, err);

	if (!rc && opts->codec && strcmp(opts->codec, "none"))
		rc = err_set(err, IMGFMT_E_USAGE,
			     "the stream of /dev/snapshot has no codec");
	choose_zero(t);
	return rc ? rc : set_codec(t, codec_by_id(CODEC_NONE), err);
}
