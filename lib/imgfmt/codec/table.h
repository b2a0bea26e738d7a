/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rows of the codec table, one per file codec_*.c.
 */
#ifndef IMGFMT_CODEC_TABLE_H
#define IMGFMT_CODEC_TABLE_H

#include "codec/codec.h"

extern const struct codec codec_none;
extern const struct codec codec_zlib;
extern const struct codec codec_lzma;
extern const struct codec codec_zstd;
extern const struct codec codec_lz4;

#endif /* IMGFMT_CODEC_TABLE_H */
