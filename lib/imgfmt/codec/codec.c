/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of codecs, and what is the same for all of them: finding one,
 * checking arguments, refusing what this build cannot do.
 */
#include "codec/codec.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "codec/table.h"

/* In the order in which they are listed to the user. */
static const struct codec *const codecs[] = {
	&codec_none,
	&codec_zlib,
	&codec_lzma,
	&codec_zstd,
	&codec_lz4,
};

const struct codec *codec_at(unsigned int index)
{
	return index < ARRAY_SIZE(codecs) ? codecs[index] : NULL;
}

const struct codec *codec_by_id(uint16_t id)
{
	for (size_t i = 0; i < ARRAY_SIZE(codecs); i++)
		if (codecs[i]->id == id)
			return codecs[i];
	return NULL;
}

static const struct codec *find_name(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(codecs); i++)
		if (strlen(codecs[i]->name) == len &&
		    !memcmp(codecs[i]->name, name, len))
			return codecs[i];
	return NULL;
}

const struct codec *codec_by_name(const char *name)
{
	return find_name(name, strlen(name));
}

/* "none, zlib, lzma": what this build can use. */
static void list_built(char *ret, size_t size)
{
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(codecs) && used < size; i++) {
		if (!codec_is_built(codecs[i]))
			continue;
		used += (size_t)snprintf(ret + used, size - used, "%s%s",
					 used ? ", " : "", codecs[i]->name);
	}
}

static int err_not_built(struct imgfmt_error *err, const struct codec *codec)
{
	char names[96];

	list_built(names, sizeof(names));
	return err_set(err, IMGFMT_E_UNSUPPORTED,
		       "codec %s is not part of this build, which has %s",
		       codec->name, names);
}

static int check_level(const struct codec *codec, long level,
		       struct imgfmt_error *err)
{
	if (level >= codec->level_min && level <= codec->level_max)
		return IMGFMT_OK;
	if (codec->level_min == codec->level_max)
		return err_set(err, IMGFMT_E_USAGE, "codec %s has no levels",
			       codec->name);
	return err_set(err, IMGFMT_E_USAGE,
		       "codec %s has levels %d to %d, not %ld", codec->name,
		       codec->level_min, codec->level_max, level);
}

static int parse_level(const struct codec *codec, const char *text,
		       int *ret, struct imgfmt_error *err)
{
	char *end;
	long level;
	int rc;

	errno = 0;
	level = strtol(text, &end, 10);
	if (end == text || *end || strspn(text, "-0123456789") != strlen(text))
		return err_set(err, IMGFMT_E_USAGE,
			       "'%s' is not a level of codec %s", text,
			       codec->name);
	/* What strtol() clips to long is out of every range as well. */
	rc = check_level(codec, level, err);
	if (rc < 0)
		return rc;
	*ret = (int)level;
	return IMGFMT_OK;
}

int codec_parse(const char *text, const struct codec **ret, int *ret_level,
		struct imgfmt_error *err)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);
	const struct codec *codec = find_name(text, len);
	int level, rc;
	char names[96];

	*ret = NULL;
	*ret_level = 0;
	if (!codec) {
		list_built(names, sizeof(names));
		return err_set(err, IMGFMT_E_USAGE,
			       "no codec '%.*s': this build has %s",
			       (int)min_u64(len, 32), text, names);
	}
	if (!codec_is_built(codec))
		return err_not_built(err, codec);
	level = codec->level_default;
	if (colon) {
		rc = parse_level(codec, colon + 1, &level, err);
		if (rc < 0)
			return rc;
	}
	*ret = codec;
	*ret_level = level;
	return IMGFMT_OK;
}

static int check_max_len(size_t max_len, struct imgfmt_error *err)
{
	if (max_len && max_len <= CODEC_LEN_MAX)
		return IMGFMT_OK;
	return err_set(err, IMGFMT_E_USAGE, "blocks of %zu bytes, not 1 to %zu",
		       max_len, CODEC_LEN_MAX);
}

int compressor_init(struct compressor *c, const struct codec *codec, int level,
		    size_t max_len, struct imgfmt_error *err)
{
	void *state = NULL;
	int rc;

	*c = (struct compressor){ 0 };
	if (!codec_is_built(codec))
		return err_not_built(err, codec);
	rc = check_level(codec, level, err);
	if (rc < 0)
		return rc;
	rc = check_max_len(max_len, err);
	if (rc < 0)
		return rc;
	if (codec->ops->compress_new) {
		rc = codec->ops->compress_new(level, max_len, &state, err);
		if (rc < 0)
			return rc;
	}
	*c = (struct compressor){ codec, state, max_len };
	return IMGFMT_OK;
}

void compressor_fini(struct compressor *c)
{
	if (c->codec && c->codec->ops->compress_free)
		c->codec->ops->compress_free(c->state);
	*c = (struct compressor){ 0 };
}

int compressor_run(struct compressor *c, const void *src, size_t len,
		   void *dst, size_t cap, size_t *ret_len,
		   struct imgfmt_error *err)
{
	*ret_len = 0;
	if (!len || len > c->max_len)
		return err_set(err, IMGFMT_E_USAGE,
			       "a block of %zu bytes, not 1 to %zu", len,
			       c->max_len);
	if (!cap)
		return IMGFMT_END;
	return c->codec->ops->compress(c->state, src, len, dst,
				       min_u64(cap, CODEC_LEN_MAX), ret_len,
				       err);
}

int decompressor_init(struct decompressor *d, const struct codec *codec,
		      size_t max_len, struct imgfmt_error *err)
{
	void *state = NULL;
	int rc;

	*d = (struct decompressor){ 0 };
	if (!codec_is_built(codec))
		return err_not_built(err, codec);
	rc = check_max_len(max_len, err);
	if (rc < 0)
		return rc;
	if (codec->ops->decompress_new) {
		rc = codec->ops->decompress_new(max_len, &state, err);
		if (rc < 0)
			return rc;
	}
	*d = (struct decompressor){ codec, state, max_len };
	return IMGFMT_OK;
}

void decompressor_fini(struct decompressor *d)
{
	if (d->codec && d->codec->ops->decompress_free)
		d->codec->ops->decompress_free(d->state);
	*d = (struct decompressor){ 0 };
}

static int check_input(const struct decompressor *d, size_t len, size_t room,
		       struct imgfmt_error *err)
{
	if (!room || room > d->max_len)
		return err_set(err, IMGFMT_E_USAGE,
			       "a block of %zu bytes, not 1 to %zu", room,
			       d->max_len);
	if (!len || len > CODEC_LEN_MAX)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "%zu bytes of %s data, not 1 to %zu", len,
			       d->codec->name, CODEC_LEN_MAX);
	return IMGFMT_OK;
}

int decompressor_run(struct decompressor *d, const void *src, size_t len,
		     void *dst, size_t exact_len, struct imgfmt_error *err)
{
	int rc = check_input(d, len, exact_len, err);

	return rc ? rc : d->codec->ops->decompress(d->state, src, len, dst,
						   exact_len, err);
}

int decompressor_run_some(struct decompressor *d, const void *src, size_t len,
			  void *dst, size_t cap, size_t *ret_len,
			  struct imgfmt_error *err)
{
	int rc = check_input(d, len, cap, err);

	*ret_len = 0;
	return rc ? rc : d->codec->ops->decompress_some(d->state, src, len,
							dst, cap, ret_len, err);
}
