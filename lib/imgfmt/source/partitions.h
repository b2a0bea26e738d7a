/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of partitions that a whole disk begins with, MBR or GPT: what to
 * say of a disk that was given in place of a partition of it.
 */
#ifndef IMGFMT_SOURCE_PARTITIONS_H
#define IMGFMT_SOURCE_PARTITIONS_H

#include "io/io.h"

#define PARTITIONS_MAX 128u

struct partition {
	uint64_t offset, bytes;	/* inside of the input, not empty */
};

/*
 * The partitions (struct partition) in the order of the table, PARTITIONS_MAX
 * at most; none if the input has no table, or is sequential.  Checksums of a
 * GPT are not asked for.
 */
int partitions_read(struct io *io, struct vec *ret, struct imgfmt_error *err);

/*
 * Of an input that is no image: if it has partitions IMGFMT_E_NOT_IMAGE with
 * where swap is on them; IMGFMT_OK if not.
 */
int partitions_refuse(struct io *io, struct imgfmt_error *err);

#endif /* IMGFMT_SOURCE_PARTITIONS_H */
