/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages whose content is known from their tag and index.
 *
 * A page begins with the tag of its region (8 characters) and its index in
 * the region (64 bits, little-endian). The rest follows from the two alone:
 * noise in five pages of eight, else text, or records with pointers as a kernel
 * has them. That compresses about as well as the memory of systems in use.
 */
#ifndef GUEST_PAGES_H
#define GUEST_PAGES_H

#include <stdint.h>

#define PAGE 4096

/* @page has PAGE bytes, @tag has 8 characters. */
void fill_page(void *page, const char *tag, uint64_t index);

#endif /* GUEST_PAGES_H */
