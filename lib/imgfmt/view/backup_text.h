/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backup maps as text, the form in which kernels export them; the function
 * that reads one is imgfmt_backup_map_load() of imgfmt.h.
 *
 *	# destination backup
 *	100000 23f800
 *	0x100001 0x23f801
 *
 * One frame a line, in any order.  Frames that follow each other on both sides
 * become one run.
 */
#ifndef IMGFMT_VIEW_BACKUP_TEXT_H
#define IMGFMT_VIEW_BACKUP_TEXT_H

#include "imgfmt.h"

/* A line for each of the most runs that a map may have; no more is read. */
#define BACKUP_TEXT_MAX ((uint64_t)512 << 20)

#endif /* IMGFMT_VIEW_BACKUP_TEXT_H */
