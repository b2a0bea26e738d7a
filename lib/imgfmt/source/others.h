/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Formats that are known by their first bytes and not read: what to do with an
 * input of one of them.
 */
#ifndef IMGFMT_SOURCE_OTHERS_H
#define IMGFMT_SOURCE_OTHERS_H

#include <stddef.h>
#include <stdint.h>

#include "imgfmt.h"

/*
 * Of an input that no source takes, by its first @len bytes:
 * IMGFMT_E_UNSUPPORTED with the format and a way from it, or IMGFMT_OK if it
 * is none of these.
 */
int others_refuse(const uint8_t *head, size_t len, struct imgfmt_error *err);

#endif /* IMGFMT_SOURCE_OTHERS_H */
