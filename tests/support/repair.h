/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Make checksums, tags and digests of a changed image right again, as far as
 * its structure still leads to them, so that a test reaches what lies behind.
 */
#ifndef TESTS_SUPPORT_REPAIR_H
#define TESTS_SUPPORT_REPAIR_H

#include <stddef.h>
#include <stdint.h>

void repair(uint8_t *image, size_t size);

#endif /* TESTS_SUPPORT_REPAIR_H */
