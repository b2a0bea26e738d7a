/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arguments of --read.
 */
#ifndef IMGDUMP_READ_H
#define IMGDUMP_READ_H

#include "imgdump.h"

/* Parse d->reads into d->spans; false after a message. */
bool read_parse(struct dump *d);

#endif /* IMGDUMP_READ_H */
